"""`clientlens cohorts`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import InGroup, Where, metric_rules, noted, selected
from clientlens.errors import BadCombination

ANSWERS = {
    "cohorts": "clientlens.analysis.cohorts:FIELDS",
    "cohorts --summary": "clientlens.analysis.cohorts:SUMMARY_FIELDS",
}


def cohorts(
    by: Annotated[
        Literal["week", "month", "quarter", "year"] | None,
        typer.Option(help="Period of the first order, and of those after it [default: month]."),
    ] = None,
    show: Annotated[
        Literal["retention", "revenue"] | None,
        typer.Option(
            help="What a table draws: who ordered again, or revenue per client so far [default: retention]."
        ),
    ] = None,
    min_age: Annotated[
        str,
        typer.Option(
            metavar="AGE",
            help="Since the first order, of clients whose repeat purchases count: 90d, 12w, 6m, 1y.",
        ),
    ] = "90d",
    summary: Annotated[
        bool, typer.Option("--summary", help="The shop's repeat purchase rate instead of rows.")
    ] = False,
    where: Where = None,
    group: InGroup = None,
) -> None:
    """Show how many clients order again, by when they first did.

    \b
    Examples:
      clientlens cohorts
      clientlens cohorts --by quarter --show revenue
      clientlens cohorts --summary --min-age 6m --json
      clientlens cohorts --where "bought('Candle%')"
    """
    from clientlens.analysis.cohorts import Period, Shown, cohort_summary, parse_minimum_age
    from clientlens.analysis.cohorts import cohorts as ask

    run = current()
    if summary and (by or show):
        raise BadCombination("--summary", f"--by {by}" if by else f"--show {show}")
    age = parse_minimum_age(min_age)
    with run.open() as workspace:
        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        rules = {**metric_rules(run, facts), "among": among}
        del rules["ignore"]
        if summary:
            del rules["home_currency"]
            answer = cohort_summary(facts, as_of=as_of, minimum_age=age, **rules)
        else:
            period, shown = Period(by or "month"), Shown(show or "retention")
            answer = ask(facts, as_of=as_of, by=period, shown=shown, minimum_age=age, **rules)
        run.answer(noted(answer, told))


COMMAND = leaf(cohorts)
