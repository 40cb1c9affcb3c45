"""Every metric of a small shop, worked out by hand; amounts in cents, shares in ten-thousandths."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from clientlens.analysis.metric_sums import name_counts, totals
from clientlens.analysis.metrics import CLIENT_COLUMNS, METRICS, client_metrics
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.rfm import SEGMENTS
from clientlens.model.answer import Kind
from clientlens.model.timeframes import AsOf

END_OF_JUNE = AsOf(datetime(2026, 6, 30, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 6, 30), explicit=True)
RULES = {"completed_when": "paid", "home_currency": "EUR"}
DTYPES = {
    Kind.TEXT: pl.String,
    Kind.INTEGER: pl.Int64,
    Kind.MONEY: pl.Int64,
    Kind.SCALED: pl.Int64,
    Kind.DATE: pl.Date,
    Kind.BOOLEAN: pl.Boolean,
    Kind.INSTANT: pl.Datetime("us", "UTC"),
    Kind.TEXTS: pl.List(pl.String),
}


def with_lines(facts, details):
    """`facts` with quantity (thousandths) and category of lines by (order_key, product)."""
    key = pl.concat_str("order_key", pl.lit("/"), "product")
    quantities = {f"{order}/{product}": quantity for (order, product), (quantity, _) in details.items()}
    categories = {f"{order}/{product}": category for (order, product), (_, category) in details.items()}
    lines = facts.order_lines.with_columns(
        quantity_milli=key.replace_strict(quantities, default=1000, return_dtype=pl.Int64),
        category=key.replace_strict(categories, default=None, return_dtype=pl.String),
    )
    return type(facts)(**{**_parts(facts), "order_lines": lines})


def _parts(facts):
    return {name: getattr(facts, name) for name in facts.__slots__}


@pytest.fixture(scope="module")
def small(shop):
    """Mia has ordered much, Nora once, Pia in dollars alone; Otto, Quin and an anonymous client never completed one."""
    order = shop.order
    mia = [
        order("1", "mia", "2025-03-10", order_total=5000, price=4000, discount=500),
        order("2", "mia", "2025-03-10", order_total=2000, price=1600, discount=0),
        order(
            "3",
            "mia",
            "2025-07-01",  # the first of the 365 days up to 30 June
            order_total=3000,
            refunded=1000,
            payment_state="partially_refunded",
            price=None,
            tip=200,
            discount_codes="SUN",
        ),
        order("4", "mia", "2025-12-24", currency="USD", order_total=9900, price=9000, discount=0),
        order("5", "mia", "2026-05-01", order_total=1000, price=800, discount=0, rating_milli=4500),
        order(
            "6",
            "mia",
            "2026-05-20",
            order_total=4000,
            refunded=4000,
            payment_state="refunded",
            rating_milli=2000,
        ),
        order("7", "mia", "2026-06-01", order_total=1500, payment_state="voided", paid_at=None),
        order("8", "mia", "2026-06-10", order_total=1200, payment_state="pending", paid_at=None),
        order("9", "mia", "2026-07-01", order_total=7700),  # after the day asked for
    ]
    others = [
        order("10", "nora", "2025-06-30"),  # the day before the 365 days begin
        order("11", "pia", "2026-06-30", currency="USD", order_total=100, price=None),
        order("12", "pia", "2026-06-30", currency="USD", order_total=100, price=None),
        order("13", "otto", "2026-06-01", payment_state="voided", paid_at=None),
        order("14", "quin", "2026-08-01"),
        order("15", None, "2026-06-01"),
    ]
    lines = [
        *(("1", "Candle"), ("1", "Soap"), ("2", "Soap"), ("3", "Wick"), ("4", "Candle")),
        *(("4", "Tip", "main", True), ("5", "Gift card 10"), ("7", "Wick"), ("9", "Wick"), ("9", "Soap")),
        *(("12", name) for name in "FEDCBA"),
    ]
    people = {
        "otto": {"sources": "shopify_orders"},
        "anon": {"name": None, "email": None, "anonymous": True},
        "quin": {"joined_at": shop.noon("2026-07-01")},
    }
    facts = shop.facts_of([*mia, *others, order("16", "anon", "2026-06-01")], lines, people)
    return with_lines(
        facts,
        {
            ("1", "Candle"): (2000, "Home"),
            ("1", "Soap"): (1000, "Bath"),
            ("2", "Soap"): (1000, "Bath"),
            ("3", "Wick"): (1500, None),
            ("4", "Candle"): (1000, "Home"),
            ("5", "Gift card 10"): (9000, "Gifts"),
        },
    )


@pytest.fixture(scope="module")
def table(small):
    frame = client_metrics(small, as_of=END_OF_JUNE, ignore=["gift card%"], **RULES)
    return {row["client_id"]: row for row in frame.iter_rows(named=True)}


MIA = {
    "completed_orders": 5,  # 1 to 5
    "cancelled_orders": 2,  # 6 refunded in full, 7 voided
    "in_progress_orders": 1,  # 8
    "orders_last_365_days": 3,  # 3, 4, 5
    "months_active": 4,  # March, July, December 2025; May 2026
    "first_order_date": date(2025, 3, 10),
    "last_order_date": date(2026, 5, 1),
    "recency_days": 60,  # 30 left of May, 30 of June
    "tenure_days": 477,  # a year to 10 March 2026, then 21 + 30 + 31 + 30
    "mean_days_between_orders": 1042,  # 0, 113, 176, 128: 417 / 4 = 104.25, half to even 104.2
    "median_days_between_orders": 1205,  # 0, 113, 128, 176: (113 + 128) / 2
    "total_spend": 10000,  # 50 + 20 + (30 - 10) + 10
    "spend_last_365_days": 3000,  # 20 + 10
    "average_order_amount": 2500,  # 100 / 4, the one in dollars left out
    "average_order_price": 2133,  # (40 + 16 + 8) / 3
    "refund_share": 3333,  # (10 + 40) / (50 + 20 + 30 + 10 + 40)
    "discount_share": 4000,  # 1 and 3 of five
    "tip_frequency": 2000,  # 3 of five
    "completion_rate": 7143,  # 5 / 7
    "average_rating": 32500,  # (4.5 + 2) / 2
    "items_per_order": 162,  # (3 + 1 + 1.5 + 1) / 4 = 1.625, half to even; 5 holds a gift card alone
    "preferred_service": "Candle",  # in 1 and 4; Soap in 1 and 2
    "favourite_category": "Home",  # likewise
    "top_products": ["Candle", "Soap", "Wick"],
    "experience": "experienced",
    "abandoned_checkouts": None,
    "recovered_checkouts": None,
    "open_checkouts": None,
    # Of three registered clients with an order: Nora and Mia ordered before Pia, Nora before Mia.
    "r_score": 2,  # 1 + 5 * 1 // 3
    "f_score": 4,  # five orders against one and two: 1 + 5 * 2 // 3
    "m_score": 4,  # 100.00 against 10.00 and nothing in euros
    "fm_score": 4,
    "segment": "At risk",
}
OTTO = {
    **dict.fromkeys(MIA),
    "completed_orders": 0,
    "cancelled_orders": 1,
    "in_progress_orders": 0,
    "orders_last_365_days": 0,
    "months_active": 0,
    "completion_rate": 0,
    "top_products": [],
    "experience": "novice",
    "abandoned_checkouts": 0,
    "recovered_checkouts": 0,
    "open_checkouts": 0,
    "segment": "Prospects",
}


def test_the_table_worked_out_by_hand_has_every_metric():
    assert list(MIA) == [one.name for one in METRICS]


@pytest.mark.parametrize("name", MIA)
def test_each_metric_is_what_was_worked_out_by_hand(table, name):
    assert table["mia"][name] == MIA[name]


def test_what_nothing_is_known_of_is_null_and_counts_are_0(table):
    assert {name: table["otto"][name] for name in OTTO} == OTTO


def test_one_order_has_no_days_between(table):
    nora = table["nora"]
    assert (nora["mean_days_between_orders"], nora["median_days_between_orders"]) == (None, None)
    assert (nora["orders_last_365_days"], nora["spend_last_365_days"], nora["total_spend"]) == (0, 0, 1000)
    assert (nora["discount_share"], nora["items_per_order"]) == (None, None)


def test_amounts_are_of_the_home_currency_alone_counts_and_dates_of_all(table):
    pia = table["pia"]
    assert (pia["completed_orders"], pia["recency_days"], pia["currency"]) == (2, 0, "EUR")
    assert {pia[one.name] for one in METRICS if one.kind is Kind.MONEY} == {None}
    assert pia["refund_share"] is None
    assert pia["m_score"] == 1


def test_two_orders_on_one_day_are_0_days_apart(table):
    pia = table["pia"]
    assert (pia["mean_days_between_orders"], pia["median_days_between_orders"]) == (0, 0)


def test_of_equal_products_the_first_five_by_name_are_shown(table):
    assert table["pia"]["top_products"] == list("ABCDE")


def test_who_joined_later_has_no_row_and_anonymous_clients_no_segment(table):
    assert sorted(table) == ["anon", "mia", "nora", "otto", "pia"]
    scores = ("r_score", "f_score", "m_score", "fm_score", "segment")
    assert [table["anon"][name] for name in scores] == [None] * 5
    assert table["anon"]["completed_orders"] == 1


def test_who_is_excluded_has_figures_but_takes_no_part_in_the_scores(small):
    frame = client_metrics(small, as_of=END_OF_JUNE, exclude=["nora"], **RULES)
    rows = {row["client_id"]: row for row in frame.iter_rows(named=True)}
    assert (rows["nora"]["segment"], rows["nora"]["completed_orders"]) == (None, 1)
    # Of two: Mia is the one who ordered longest ago, and who spent more.
    assert [rows["mia"][name] for name in ("r_score", "f_score", "m_score")] == [1, 3, 3]


def test_the_columns_are_those_of_the_table_also_where_there_is_nothing(small, shop):
    empty = shop.facts_of([])
    for facts, home in ((small, "EUR"), (empty, None)):
        frame = client_metrics(
            facts, as_of=END_OF_JUNE, completed_when="paid", home_currency=home, ignore=["gift%"]
        )
        columns = [*CLIENT_COLUMNS, *METRICS]
        assert {one.name: frame.schema[one.name] for one in columns} == {
            one.name: DTYPES[one.kind] for one in columns
        }
        assert set(frame.columns) - {one.name for one in columns} == {"currency", "undated", "foreign"}


def test_every_metric_says_what_it_is():
    everything = [*CLIENT_COLUMNS, *METRICS]
    assert len({one.name for one in everything}) == len(everything)
    for one in everything:
        assert one.doc
        assert not one.doc.endswith(".")
        assert len(one.doc) <= 120
        assert one.scope in {"client", "with_you", "segment"}
        assert bool(one.scale) == (one.kind is Kind.SCALED)
        assert one.unit or one.kind in {Kind.TEXT, Kind.TEXTS, Kind.DATE, Kind.BOOLEAN, Kind.INSTANT}


# --- over random shops --------------------------------------------------------------------------------


def with_more(facts):
    """A random shop with discounts, codes, stars, quantities and categories, by the number of each order and line."""
    number = pl.col("order_key").cast(pl.Int64)
    orders = facts.orders.with_columns(
        discount=pl.when(number % 3 == 0).then(number % 2 * 150),
        discount_codes=pl.when(number % 7 == 0).then(pl.lit("SUN")),
        rating_milli=pl.when(number % 5 == 0).then(number % 9 * 500 + 1000),
    )
    lines = facts.order_lines.with_columns(
        quantity_milli=pl.col("line_no").cast(pl.Int64) % 4 * 500 + 1000,
        category=pl.when(pl.col("product").is_in(["Soap", "soap"]))
        .then(pl.lit("Bath"))
        .when(pl.col("product").str.starts_with("Candle"))
        .then(pl.lit("Home")),
    )
    return type(facts)(**{**_parts(facts), "orders": orders, "order_lines": lines})


@pytest.fixture(scope="module", params=[11, 12])
def many(request, shop):
    return with_more(shop.random_facts(request.param))


MOMENTS = [END_OF_JUNE, AsOf(datetime(2025, 2, 14, 8, tzinfo=UTC), date(2025, 2, 14), explicit=False)]


@pytest.mark.parametrize("as_of", MOMENTS, ids=lambda moment: str(moment.day))
@pytest.mark.parametrize("completed_when", ["paid", "paid_or_fulfilled"])
def test_metrics_are_what_sql_says(many, oracle, metric_oracle, as_of, completed_when):
    con = oracle.connect(**{name: getattr(many, name) for name in oracle.TABLES})
    wanted = metric_oracle.metrics(
        con,
        oracle._facts_sql,
        instant=as_of.instant,
        day=as_of.day,
        completed_when=completed_when,
        home="EUR",
        never="Gift card%",
    )
    found = client_metrics(
        many, as_of=as_of, completed_when=completed_when, home_currency="EUR", ignore=["gift card%"]
    )
    names = list(next(iter(wanted.values())))
    assert {row["client_id"]: {name: row[name] for name in names} for row in found.to_dicts()} == wanted
    scores = metric_oracle.rfm(
        con, oracle._facts_sql, instant=as_of.instant, completed_when=completed_when, home="EUR"
    )
    assert {
        row["client_id"]: [row["r_score"], row["f_score"], row["m_score"]]
        for row in found.filter(pl.col("r_score").is_not_null()).to_dicts()
    } == scores
    assert len(scores) > 100


@pytest.mark.parametrize("as_of", MOMENTS, ids=lambda moment: str(moment.day))
def test_nothing_after_the_instant_changes_anything(many, as_of):
    later = pl.col("placed_at") > as_of.instant
    nothing_later = {
        **_parts(many),
        "orders": many.orders.filter(~later),
        "order_lines": many.order_lines.join(
            many.orders.filter(later), on=["store", "order_key"], how="anti"
        ),
    }
    other_days = {
        **_parts(many),
        "orders": many.orders.with_columns(
            order_total=pl.when(later).then(999).otherwise("order_total"),
            placed_at=pl.when(later)
            .then(pl.col("placed_at") + timedelta(days=300))
            .otherwise(pl.col("placed_at")),
        ),
    }
    before = client_metrics(many, as_of=as_of, **RULES)
    for changed in (nothing_later, other_days):
        assert client_metrics(type(many)(**changed), as_of=as_of, **RULES).equals(before)
    assert before["completed_orders"].sum() > 100


def test_the_counting_runs_on_duckdb_as_it_does_on_polars(many, oracle):
    con = oracle.connect(**{name: getattr(many, name) for name in oracle.TABLES})
    facts = {"as_of": END_OF_JUNE, "completed_when": "paid"}
    here = order_facts(many.orders, many.identities, **facts).with_columns(stars_milli="rating_milli")
    there = order_facts(con.table("orders"), con.table("identities"), **facts).project(
        "*, rating_milli AS stars_milli"
    )
    options = {
        "home_currency": "EUR",
        "year": (date(2025, 7, 1), date(2026, 6, 30)),
        "ignore": ["gift card%"],
    }
    ours = totals(here, many.order_lines, **options).collect().sort("client_id")
    theirs = totals(there, con.table("order_lines"), **options).pl().sort("client_id")
    assert ours.equals(theirs)
    assert {ours.schema[name] for name in ours.columns[1:]} == {pl.Int64(), pl.Date()}
    for column in ("product", "category"):
        ours = name_counts(here, many.order_lines, column, ["gift card%"]).collect().sort("client_id", "name")
        theirs = name_counts(there, con.table("order_lines"), column, ["gift card%"]).pl()
        assert ours.equals(theirs.sort("client_id", "name"))


def test_scores_are_fair(many):
    """Equal values score equally, better ones never lower, and a score of s has (s - 1) fifths or more below it."""
    frame = client_metrics(many, as_of=END_OF_JUNE, **RULES).filter(pl.col("r_score").is_not_null())
    for value, score in (
        (pl.col("last_order_date"), "r_score"),
        (pl.col("completed_orders"), "f_score"),
        (pl.col("total_spend").fill_null(0), "m_score"),
    ):
        pairs = frame.select(value, score).unique().sort(pl.all())
        assert pairs.to_series(0).is_unique().all()
        assert pairs[score].is_sorted()
        assert pairs[score][0] == 1
        for step in pairs[score].unique():
            worst = pairs.filter(pl.col(score) == step).to_series(0)[0]
            assert 5 * frame.filter(value < worst).height >= (step - 1) * frame.height
    assert set(frame["segment"]) <= set(SEGMENTS)
    halves = (pl.col("f_score") + pl.col("m_score")) / 2 + 0.5
    assert frame.select((pl.col("fm_score") == halves.floor()).all()).item()


def test_each_metric_asked_for_alone_is_what_it_is_among_all(many):
    whole = client_metrics(many, as_of=END_OF_JUNE, ignore=["gift card%"], **RULES)
    for metric in METRICS:
        alone = client_metrics(many, as_of=END_OF_JUNE, ignore=["gift card%"], only={metric.name}, **RULES)
        assert [name for name in alone.columns if name in {one.name for one in METRICS}] == [metric.name]
        assert alone.equals(whole.select(alone.columns)), metric.name


def test_what_no_metric_asked_for_is_made_of_is_not_read(many):
    nowhere = pl.scan_parquet("nowhere.parquet", schema=many.order_lines.collect_schema())
    facts = type(many)(**{**_parts(many), "order_lines": nowhere, "checkouts": nowhere})
    figures = {"completed_orders", "total_spend", "segment", "recency_days"}
    frame = client_metrics(facts, as_of=END_OF_JUNE, only=figures, **RULES)
    assert frame["completed_orders"].sum() > 100
    with pytest.raises(FileNotFoundError):
        client_metrics(facts, as_of=END_OF_JUNE, **RULES)
