"""The body of `clients list`: everybody, with their groups and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.selecting import groups_of, noted, selected
from clientlens.cli.suppressing import marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.cli.context import Run


def list_clients(
    run: Run, query: str | None, *, where: str | None, group: str | None, rules: Mapping[str, Any]
) -> None:
    """List the clients that a query, `--where` and `--group` leave."""
    from clientlens.analysis import points
    from clientlens.analysis.client_list import client_list
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        groups = groups_of(run, workspace, facts, as_of=as_of)
        given = history(workspace, kinds=points.KINDS)
        answer = client_list(
            facts,
            query=query,
            as_of=as_of,
            among=among,
            # Without an entry the groups are those of the files, which the list knows itself.
            members=groups.everybody() if groups.entries else None,
            points=points.balances(given, facts.identities, as_of) if given else None,
            **rules,
        )
        run.answer(noted(marked(answer, workspace, facts), told))
