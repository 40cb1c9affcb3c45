"""`clientlens leaderboard`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.engine import EngineName, chosen_engine
from clientlens.cli.messaging import LawfulBasis, Wish, see_wish, with_drafts
from clientlens.cli.selecting import InGroup, Where, noted, selected
from clientlens.cli.shared import WINDOW, Rates, known_stores, read_rates
from clientlens.cli.suppressing import marked

ANSWERS = {"leaderboard": "clientlens.analysis.leaderboard:FIELDS"}


def leaderboard(
    rank_by: Annotated[
        Literal["purchases", "average", "spend"],
        typer.Option(help="What clients are ranked by.", show_default=True),
    ] = "spend",
    window: Annotated[str, WINDOW] = "all",
    store: Annotated[
        list[str] | None, typer.Option(metavar="S", help="Orders of this store alone; repeatable.")
    ] = None,
    top: Annotated[
        int, typer.Option(min=0, metavar="N", help="Ranks shown in each currency, 0 for all.")
    ] = 20,
    min_orders: Annotated[
        int, typer.Option(min=1, metavar="N", help="Completed orders that a rank takes.")
    ] = 1,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Rank anonymous clients too.")] = False,
    where: Where = None,
    group: InGroup = None,
    engine: EngineName = "polars",
    rates: Rates = None,
    message: Annotated[
        str | None, typer.Option(metavar="T", help="Draft a message of this template to each client shown.")
    ] = None,
    lawful_basis: LawfulBasis = None,
) -> None:
    """Rank clients by what they bought, beside their rank before.

    \b
    Examples:
      clientlens leaderboard
      clientlens leaderboard --window last-quarter --rank-by purchases --top 10
      clientlens leaderboard --time-frame year-to-date --min-orders 3 --json
      clientlens leaderboard --where "country = 'DE' and bought('Candle%')"
    """
    from clientlens.analysis.leaderboard import RankBy
    from clientlens.analysis.leaderboard import leaderboard as ask
    from clientlens.model.timeframes import parse_window

    run = current()
    chosen = parse_window(window)
    wish = Wish(template=message, lawful_basis=lawful_basis)
    writes = see_wish(run, wish)
    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        answer = ask(
            facts,
            as_of=as_of,
            window=chosen,
            completed_when=run.settings.text("orders.completed_when"),
            rank_by=RankBy(rank_by),
            top=top,
            min_orders=min_orders,
            anonymous=anonymous,
            stores=known_stores(facts, store),
            clients=among,
            engine=chosen_engine(run, workspace, engine),
            **read_rates(run, facts, rates),
        )
        if writes:
            answer = with_drafts(run, workspace, facts, answer, wish)
        run.answer(noted(marked(answer, workspace, facts), told))


COMMAND = leaf(leaderboard)
