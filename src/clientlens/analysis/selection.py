"""Which clients an expression means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


def clients_where(
    facts: Facts,
    expression: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ignore: Sequence[str] = (),
) -> list[str]:
    """The client_ids, in order, for which an expression (`--where`) is true at `as_of`.

    Args:
        expression: see `expressions`. The others: as for `metrics.client_metrics`.

    Raises:
        BadExpression: it is not one, or asks for something that is not there.
    """
    raise NotImplementedError(expression, facts, as_of, completed_when, home_currency, ignore)
