"""The bodies of `requests report` and `requests replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.cli.order_requests import load_rules, request_entries
from clientlens.errors import RulesMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.cli.context import Run


def tell_report(run: Run, window: str, within: str, rules: str | None) -> None:
    """Tell how requests went."""
    from clientlens.model.timeframes import parse_age, parse_window
    from clientlens.requests.listing import People
    from clientlens.requests.report import report
    from clientlens.requests.states import fold

    chosen, soon = parse_window(window), parse_age(within)
    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        as_of = run.as_of(zone)
        try:
            known = load_rules(run, rules, zone)
        except RulesMissing:
            if rules is not None:
                raise
            known = None
        requests = list(fold(facts.requests.collect(), request_entries(workspace), at=as_of.instant).values())
        run.answer(
            report(
                requests,
                People(facts, requests),
                known,
                window=chosen,
                as_of=as_of,
                timezone=zone,
                within=soon,
            )
        )


def tell_replay(run: Run, rules: Sequence[str], window: str, by: str) -> None:
    """Replay rules over past orders."""
    from clientlens.model.timeframes import parse_window
    from clientlens.requests.replay import By, replay

    chosen = parse_window(window)
    with run.open() as workspace:
        zone = workspace.timezone
        # An empty name is the workspace's own file, where another is set against it.
        loaded = [load_rules(run, one or None, zone) for one in dict.fromkeys(rules or [""])]
        run.answer(
            replay(
                workspace.facts(),
                loaded,
                window=chosen,
                as_of=run.as_of(zone),
                completed_when=run.settings.text("orders.completed_when"),
                by=By(by),
            )
        )
