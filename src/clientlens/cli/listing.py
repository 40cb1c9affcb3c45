"""The body of `clients list`: everybody, with their groups and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.selecting import metric_rules, noted, selected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.cli.context import Run


def list_clients(
    run: Run, query: str | None, *, where: str | None, group: str | None, rules: Mapping[str, Any]
) -> None:
    """List the clients that a query, `--where` and `--group` leave."""
    from clientlens.analysis import groups, points
    from clientlens.analysis.client_list import client_list
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        chosen, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        entries = history(workspace, kinds=(*points.KINDS, *groups.KINDS))
        grouped = [entry for entry in entries if entry.kind in groups.KINDS]
        # Without an entry the groups are those of the files, which the list knows itself.
        asked = groups.Asked(as_of, metric_rules(run, facts)) if grouped else None
        answer = client_list(
            facts,
            query=query,
            as_of=as_of,
            among=chosen,
            members=None if asked is None else groups.memberships(facts, grouped, asked),
            points=points.balances(entries, facts.identities, as_of) if entries else None,
            **rules,
        )
        run.answer(noted(answer, told))
