"""What several commands' bodies have in common."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clientlens.errors import BadStore, UnknownStore, Unreadable
from clientlens.model.text import safe

if TYPE_CHECKING:
    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts

WINDOW = typer.Option(
    "--window",
    "--time-frame",
    metavar="W",
    help="Days that count: all, 60d, 8w, 6m, 2y, last-month, year-to-date, 2026-01-01..2026-03-31, ...",
)

Rates = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="CSV with date,currency,rate: convert amounts to the home currency."),
]


LockTimeout = Annotated[
    float, typer.Option(min=0, metavar="S", help="Seconds to wait for another writer.", show_default=True)
]

AcceptRejects = Annotated[
    int,
    typer.Option(
        min=0, metavar="N", help="So many that cannot be taken still end with 0.", show_default=True
    ),
]

Key = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="Written once however often it is said with this key (for scripts)."),
]


def read_rates(run: Run, facts: Facts, file: str | None) -> dict[str, Any]:
    """The arguments `rates` and `home_currency` of an analysis; none without a file.

    Raises:
        Unreadable, BadRates
    """
    if file is None:
        return {}
    from clientlens.analysis.rates import parse_rates

    try:
        data = (run.folder / file).read_bytes()
    except OSError as error:
        raise Unreadable(file, error.strerror or type(error).__name__) from None
    return {"rates": parse_rates(data, file), "home_currency": home_currency_of(run, facts)}


def home_currency_of(run: Run, facts: Facts) -> str | None:
    """`money.home_currency`, else that of most completed orders; None: there are none."""
    from clientlens.analysis.rates import home_currency

    completed_when = run.settings.text("orders.completed_when")
    return run.settings.home_currency or home_currency(facts.orders, completed_when=completed_when)


def insight_rules(run: Run) -> dict[str, Any]:
    """The settings of client insights."""
    from clientlens.analysis.insights import Thresholds

    settings = run.settings
    return {
        "completed_when": settings.text("orders.completed_when"),
        "novice_below": settings.number("insights.novice_below"),
        "ignore": settings.ignored_products,
        "thresholds": Thresholds(
            similar_clients=settings.number("insights.similar_clients"),
            repeat_sellers=settings.number("insights.repeat_sellers"),
            repeat_percent=settings.number("insights.repeat_percent"),
            completion_percent=settings.number("insights.completion_percent"),
        ),
    }


def checkout_rules(run: Run) -> dict[str, Any]:
    """The settings that decide which checkouts are abandoned and which are recovered."""
    return {
        "completed_when": run.settings.text("orders.completed_when"),
        "minimum_age_minutes": run.settings.number("checkouts.minimum_age_minutes"),
        "match_window_days": run.settings.number("checkouts.match_window_days"),
    }


def store_name(text: str) -> str:
    """A store's name as it is stored: NFC, without outer blanks, of visible characters.

    Raises:
        BadStore
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name or safe(name) != name:
        raise BadStore(text)
    return name


def known_stores(facts: Facts, wanted: list[str] | None) -> list[str] | None:
    """The stores named, each of which must exist; None: all.

    Raises:
        UnknownStore
    """
    if not wanted:
        return None
    import polars as pl

    frames = [facts.orders.select("store"), facts.people.select("store"), facts.checkouts.select("store")]
    known = sorted(set(pl.concat(frames).unique().collect()["store"]))
    names = [store_name(name) for name in wanted]
    for name in names:
        if name not in known:
            raise UnknownStore(name, known)
    return names
