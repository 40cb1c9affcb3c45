"""Client insights: what each client ordered, paid and preferred in a window of time.

One row per client, window and currency. What grows with the data is counted in `insight_figures`; here the small
result becomes means, ratios and names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.engines import tables_on
from clientlens.analysis.insight_figures import KEY, favourite, figures, product_counts
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.order_ratings import with_stars
from clientlens.analysis.rates import convert
from clientlens.analysis.ratios import SCALE, quotient, ratio
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.model.answer import Answer, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.engines import Engine
    from clientlens.analysis.rates import Rates
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Window

WITH_YOU, PLATFORM = "with_you", "platform"
NOVICE, EXPERIENCED = "novice", "experienced"
NOVICE_BELOW = 3

BASIS_FIELDS = (
    Field("rated_orders", Kind.INTEGER, "orders behind average_rating", nullable=False),
    Field(
        "priced_orders",
        Kind.INTEGER,
        "completed orders whose price is known, behind average_order_price",
        nullable=False,
    ),
    Field(
        "tipped_orders",
        Kind.INTEGER,
        "completed orders with a tip, of completed_orders: tip_frequency",
        nullable=False,
    ),
    Field(
        "preferred_service_orders",
        Kind.INTEGER,
        "completed orders that hold preferred_service",
        nullable=False,
    ),
    Field(
        "cancelled_orders",
        Kind.INTEGER,
        "cancelled orders beside completed_orders: completion_rate",
        nullable=False,
    ),
    Field(
        "lifetime_orders",
        Kind.INTEGER,
        "completed orders of all time and all currencies, behind experience",
        nullable=False,
    ),
)

FIELDS: tuple[Field, ...] = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=None),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", priority=7, wide=True),
    Field(
        "scope",
        Kind.TEXT,
        "with_you: the orders placed with you; platform: public reviews of all sellers",
        nullable=False,
        values=(WITH_YOU, PLATFORM),
        priority=9,
    ),
    Field("window", Kind.TEXT, "window of time, as asked for", nullable=False),
    Field(
        "as_of",
        Kind.DATE,
        "day up to whose end, or until now, everything counts",
        nullable=False,
        priority=None,
    ),
    Field("completed_orders", Kind.INTEGER, "completed orders", nullable=False, title="orders"),
    Field(
        "average_rating",
        Kind.SCALED,
        "mean stars that the client gave; null where nothing was rated",
        scale=SCALE,
        trim=True,
        title="rating",
        priority=8,
    ),
    Field(
        "average_order_price",
        Kind.MONEY,
        "mean price of the completed orders: goods and services alone, before refunds, without tax, shipping and tips",
        title="average",
    ),
    Field("price_low", Kind.MONEY, "first quartile of what similar clients pay; platform alone", priority=9),
    Field("price_high", Kind.MONEY, "third quartile of what similar clients pay; platform alone", priority=9),
    Field("currency", Kind.TEXT, "ISO 4217 code of the amounts; counts and dates are of its orders alone"),
    Field(
        "tip_frequency",
        Kind.SCALED,
        "completed orders with a tip / completed orders",
        scale=SCALE,
        title="tips",
        priority=3,
    ),
    Field("last_order_date", Kind.DATE, "day of the last completed order", title="last order", priority=1),
    Field(
        "preferred_service",
        Kind.TEXT,
        "article or service in the most completed orders; of several, that of the most recent order",
        title="prefers",
        priority=2,
        wide=True,
    ),
    Field(
        "repeat_order_rate",
        Kind.TEXT,
        "likely to order again from a seller already used; platform alone",
        values=("high",),
        priority=9,
    ),
    Field(
        "completion_rate",
        Kind.SCALED,
        "completed / (completed + cancelled) orders",
        scale=SCALE,
        title="completed",
        priority=4,
    ),
    Field(
        "completion_level",
        Kind.TEXT,
        "similar clients tend to complete their orders; platform alone",
        values=("high",),
        priority=9,
    ),
    Field(
        "experience",
        Kind.TEXT,
        "novice or experienced, by completed orders of all time",
        values=(NOVICE, EXPERIENCED),
        priority=5,
    ),
    Field(
        "basis",
        Kind.OBJECT,
        "counts behind the figures",
        nullable=False,
        fields=BASIS_FIELDS,
        priority=None,
    ),
)

_EVERYONE = ("best", "newest", "client_id", "window_no", "completed_orders", "currency")
_EVERYONE_DOWN = [True, True, False, False, True, False]
_NAMED = ("place", "of_currency", "currency", "window_no")
_NAMED_DOWN = [False, True, False, False]


def insights(
    facts: Facts,
    *,
    windows: Sequence[Window],
    as_of: AsOf,
    completed_when: str,
    novice_below: int = NOVICE_BELOW,
    ignore: Sequence[str] = (),
    clients: Sequence[str] | None = None,
    among: Sequence[str] | None = None,
    rates: Rates | None = None,
    home_currency: str | None = None,
    engine: Engine | None = None,
) -> Answer:
    """What each client did with you, per window and currency.

    Args:
        facts: a workspace's facts.
        windows: at least one; repeats are shown once.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        novice_below: clients with fewer completed orders of all time are novices.
        ignore: line names that are never a preferred service, whole names in any case; `%` stands for any text, `_`
            for any one character.
        clients: client_ids; None: everyone.
        among: of everyone, these client_ids alone; the answer keeps the form it has for everyone.
        rates: convert every amount to `home_currency`: one row per client and window.
        home_currency: needed with `rates`.
        engine: where what grows with the data is counted; None: Polars.

    Returns:
        Rows of `FIELDS`. Only clients who ever completed an order have any. Everyone: rows with an order (of any
        status) in the window; clients by completed orders in the first window (most first), then by their last
        order there (newest first), then by client_id; windows as given, currencies by completed orders.
        Named clients: in the order named, their currencies by completed orders, windows as given; also rows of 0 and nulls where the window holds no order.

    Raises:
        NoRate, BadRates, UnknownCurrency: see `rates.convert`.
    """
    windows = list({window.label: window for window in windows}.values())
    spans = [window.days(as_of) for window in windows]
    tables = tables_on(facts, engine).of_clients(among if clients is None else clients)
    orders = order_facts(tables.orders, tables.identities, as_of=as_of, completed_when=completed_when)
    orders = with_stars(orders, tables, as_of=as_of)
    if rates is not None and home_currency is not None:
        orders = convert(
            orders, rates, home=home_currency, amounts=("price",), spans=spans, engine=tables.engine
        )
    products = product_counts(orders, tables.order_lines, spans, ignore)
    sums, counts = tables.engine.collect_and_keep(figures(orders, spans), keep=products)
    preferred = tables.engine.collect(*(favourite(counts, i) for i in range(len(windows))))
    owned = _with_lifetime(sums.filter(pl.col("client_id").is_not_null()))
    rows = pl.concat(
        _of_window(owned, preferred[i], number=i, label=window.label, blank_rows=clients is not None)
        for i, window in enumerate(windows)
    )
    rows = _sorted(rows, clients)
    return Answer(
        name="insights",
        fields=_fields(windows, clients),
        rows=_finished(rows, facts, as_of, novice_below, clients),
        timezone=facts.timezone,
        title=_title(windows, as_of, clients),
        notes=_notes(rows, sums, as_of, clients),
        panels=_panels(rows, clients),
    )


def _with_lifetime(sums: pl.DataFrame) -> pl.DataFrame:
    """`lifetime` over all currencies; clients who never completed an order are gone."""
    return sums.with_columns(pl.col("lifetime").sum().over("client_id")).filter(pl.col("lifetime") > 0)


def _of_window(
    owned: pl.DataFrame, favourite: pl.DataFrame, *, number: int, label: str, blank_rows: bool
) -> pl.DataFrame:
    """Figures of one window under their names; without those who have no order in it, unless `blank_rows`."""
    return (
        owned.filter(pl.lit(blank_rows) | (pl.col(f"orders_{number}") > 0))
        .join(favourite, on=KEY, how="left")
        .select(
            *KEY,
            "lifetime",
            window=pl.lit(label),
            window_no=pl.lit(number),
            completed_orders=f"completed_{number}",
            cancelled_orders=f"cancelled_{number}",
            priced_orders=f"priced_{number}",
            price_sum=f"price_{number}",
            tipped_orders=f"tipped_{number}",
            last_order_date=f"last_{number}",
            rated_orders=f"rated_{number}",
            stars=f"stars_{number}",
            preferred_service="preferred_service",
            preferred_service_orders=pl.col("preferred_orders").fill_null(0),
        )
    )


def _sorted(rows: pl.DataFrame, clients: Sequence[str] | None) -> pl.DataFrame:
    if clients is not None:
        places = {client: place for place, client in reversed(list(enumerate(clients)))}
        place = pl.col("client_id").replace_strict(places, return_dtype=pl.Int64)
        of_currency = pl.col("completed_orders").sum().over("client_id", "currency")
        return rows.with_columns(place=place, of_currency=of_currency).sort(_NAMED, descending=_NAMED_DOWN)
    in_first = pl.col("window_no") == 0
    return rows.with_columns(
        best=pl.when(in_first).then("completed_orders").sum().over("client_id"),
        newest=pl.when(in_first).then("last_order_date").max().over("client_id"),
    ).sort(_EVERYONE, descending=_EVERYONE_DOWN, nulls_last=True)


def _finished(
    rows: pl.DataFrame, facts: Facts, as_of: AsOf, novice_below: int, clients: Sequence[str] | None
) -> pl.DataFrame:
    """The documented columns: names, means and ratios."""
    people = facts.clients.select("client_id", "email", shown_name())
    if clients is not None:
        people = people.filter(pl.col("client_id").is_in(list(clients)))
    completed = pl.col("completed_orders")
    none = pl.lit(None, dtype=pl.Int64)
    computed = rows.join(people.collect(), on="client_id", how="left", maintain_order="left").with_columns(
        scope=pl.lit(WITH_YOU),
        as_of=pl.lit(as_of.day),
        # Stars are in thousandths, means have one digit more.
        average_rating=quotient(pl.col("stars").cast(pl.Int128) * 10, pl.col("rated_orders")),
        average_order_price=quotient(pl.col("price_sum"), pl.col("priced_orders")),
        price_low=none,
        price_high=none,
        tip_frequency=ratio(pl.col("tipped_orders"), completed),
        repeat_order_rate=pl.lit(None, dtype=pl.String),
        completion_rate=ratio(completed, completed + pl.col("cancelled_orders")),
        completion_level=pl.lit(None, dtype=pl.String),
        experience=pl.when(pl.col("lifetime") < novice_below)
        .then(pl.lit(NOVICE))
        .otherwise(pl.lit(EXPERIENCED)),
        lifetime_orders="lifetime",
    )
    return computed.with_columns(basis=pl.struct(field.name for field in BASIS_FIELDS)).select(
        field.name for field in FIELDS
    )


def _fields(windows: Sequence[Window], clients: Sequence[str] | None) -> tuple[Field, ...]:
    """`FIELDS`; a table of everyone in one window names the window in its title, which saves the column."""
    if clients is not None or len(windows) != 1:
        return FIELDS
    return tuple(replace(field, priority=None) if field.name == "window" else field for field in FIELDS)


def _title(windows: Sequence[Window], as_of: AsOf, clients: Sequence[str] | None) -> str:
    if clients is not None or len(windows) != 1:
        return f"Client insights as of {as_of.day}"
    return f"Client insights, {windows[0].describe(as_of)}, as of {as_of.day}"


def _notes(
    rows: pl.DataFrame, sums: pl.DataFrame, as_of: AsOf, clients: Sequence[str] | None
) -> tuple[str, ...]:
    """What is left out, split or uncertain, each in a sentence with its count."""
    attributed = pl.col("client_id").is_not_null()
    several = rows.group_by("client_id").agg(pl.col("currency").n_unique()).filter(pl.col("currency") > 1)
    unattributed = int(sums.filter(~attributed)["asked"].sum())
    undated = int(sums.filter(attributed)["undated"].sum())
    without = len(set(clients)) - rows["client_id"].n_unique() if clients is not None else 0
    told = tuple(
        note
        for count, note in (
            (without, f"{counted_noun(without, 'client')} left out: no order ever completed with you"),
            (
                several.height,
                f"{counted_noun(several.height, 'client')} with orders in several currencies: a row for each",
            ),
            (
                unattributed,
                f"{counted_noun(unattributed, 'order')} left out: nothing says which client placed them",
            ),
        )
        if count
    )
    return (*told, *undated_note(undated, as_of))


def _panels(rows: pl.DataFrame, clients: Sequence[str] | None) -> tuple[str, ...]:
    """A few named clients are drawn turned; each panel is headed by what tells it from the others."""
    if clients is None:
        return ()
    name = ("name",) if rows["client_id"].n_unique() > 1 else ()
    currency = ("currency",) if rows["currency"].n_unique() > 1 else ()
    return (*name, "window", *currency)
