"""Billbee's order rows brought into plain columns: states, payments, taxes and addresses, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.billbee_states import KNOWN, OFFER, OPEN, SENT, TEST_PAYMENT
from clientlens.sources.parsing import blank_to_null, clean, word
from clientlens.sources.synonyms import ADDRESS, FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions

_LINE_AMOUNTS = ("quantity", "unit_price", "line_total")
_PLACE = ("street", "postcode", "city")
_RATE = r"^(?:[0-9]|1[0-9]|2[0-7])(?:[.,](?:0+|[1-9]0?))?\s*%?$"
_RATES_AT_MOST = 3
"""No country's goods have more rates above 0 than these in one shop."""
_CODE = r"(?:^|[0-9\s])([A-Z]{3})(?:[\s0-9]|$)"


def unwrapped(frame: pl.DataFrame, cells: Sequence[str]) -> pl.DataFrame:
    """The cells without the sign that a layout puts around each, where every header cell has it (`'PLZ'`)."""
    filled = [cell for cell in cells if cell.strip()]
    mark = filled[0][0] if filled else ""
    if not mark or mark.isalnum() or not all(len(c) > 1 and c[0] == c[-1] == mark for c in filled):
        return frame
    inner = pl.all().str.strip_prefix(mark).str.strip_suffix(mark)
    around = pl.all().str.starts_with(mark) & pl.all().str.ends_with(mark) & (pl.all().str.len_chars() > 1)
    return frame.select(
        pl.when(around).then(inner.str.replace_all(mark * 2, mark, literal=True)).otherwise(pl.all())
    )


def brought(frame: pl.DataFrame, file: str, options: ReadOptions) -> tuple[pl.DataFrame, list[str]]:
    """A file's rows under plain columns, beside them `line_tax`, `goods`, `goods_tax` and `skip`; and notes.

    Args:
        frame: String columns as `synonyms.Meaning` names them, an address's with its family before it.
        file: for notes.
    """
    notes: list[str] = []
    if not {"product", "sku", "service"} & set(frame.columns):
        there = [name for name in _LINE_AMOUNTS if name in frame.columns]
        frame = frame.drop(there)
        if there:
            notes.append(f"{file}: no column names an article, so {', '.join(there)} was not read")
    frame = _numbered(_addressed(frame))
    key = ["_number", *(["store"] if "store" in frame.columns else [])]
    frame = _with_currency(frame, options)
    frame, told = _with_state(frame, key, file)
    notes += told
    frame, told = _with_tax(frame, key, file)
    notes += told
    return frame.drop("_number"), notes


def _blank(frame: pl.DataFrame, name: str) -> pl.Expr:
    """A column without blanks, null where the file lacks it."""
    return blank_to_null(pl.col(name)) if name in frame.columns else pl.lit(None, dtype=pl.String)


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """`order_id` and `external_id` as far as either is known, `_number` (what the rows of an order have in common).

    Of an order from another marketplace than Shopify there is no external id: no other source tells of that sale.
    """
    own, external = _blank(frame, "order_id"), _blank(frame, "external_id")
    platform = _blank(frame, "channel").str.to_lowercase()
    gathered = (platform.is_null() | platform.str.contains("shopify", literal=True)).fill_null(value=True)
    return frame.with_columns(
        order_id=pl.coalesce(own, external),
        external_id=pl.when(gathered).then(pl.coalesce(external, own)),
        _number=clean(pl.coalesce(own, external, _blank(frame, "source_id"))),
    )


def _addressed(frame: pl.DataFrame) -> pl.DataFrame:
    """Of several addresses one is taken whole: the invoice's, else the one that is just an address, else the delivery's."""
    families = ("invoice", "", "delivery")
    there = {
        family: [name for name in ADDRESS if _member(family, name) in frame.columns] for family in families
    }
    found = [family for family in families if there[family]]

    def of(family: str, name: str) -> pl.Expr:
        return _blank(frame, _member(family, name))

    placed = {
        family: pl.any_horizontal(of(family, name).is_not_null() for name in _PLACE) for family in found
    }
    street = {
        family: pl.when(of(family, "street").is_not_null()).then(
            pl.concat_str(of(family, "street"), of(family, "house_number"), separator=" ", ignore_nulls=True)
        )
        for family in found
    }
    columns = {}
    for name in dict.fromkeys(name for family in found for name in there[family]):
        if name == "house_number":
            continue
        value = {family: street[family] if name == "street" else of(family, name) for family in found}
        whole = pl.coalesce(
            pl.when(placed[family]).then(pl.struct(value[family].alias("x"))) for family in found
        )
        taken = whole.struct.field("x")
        # Without any address, and for what is no part of it, whichever tells.
        loose = name in {"name", "first_name", "last_name", "company", "phone", "email"}
        own_first = sorted(found, key=lambda family: family != "")
        columns[name] = (
            pl.coalesce(value[family] for family in own_first)
            if name in {"email", "phone"}
            else pl.coalesce(taken, *(value[family] for family in own_first))
            if loose
            else taken
        )
    doomed = [_member(family, name) for family in FAMILIES for name in there[family]]
    return frame.with_columns(**columns).drop(
        doomed, *(["house_number"] if "house_number" in there[""] else [])
    )


def _member(family: str, name: str) -> str:
    return f"{family} {name}".strip()


def _with_currency(frame: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """`currency`, where it is blank, from what stands beside the total: '12,00 €', 'CHF 12.00'."""
    total = _blank(frame, "order_total")
    beside = (
        pl.when(total.str.contains("€", literal=True))
        .then(pl.lit("EUR"))
        .otherwise(total.str.extract(_CODE, 1))
    )
    told = pl.lit(options.currency, dtype=pl.String)
    return frame.with_columns(currency=pl.coalesce(_blank(frame, "currency"), beside, told))


def _with_state(frame: pl.DataFrame, key: list[str], file: str) -> tuple[pl.DataFrame, list[str]]:
    """`payment_state`, `fulfilment_state` and `skip` of each order, the same in all its rows.

    Where the file tells when an order was paid, that decides; else its state does.
    """
    # Columns first, windows over them then: Polars cannot spread a literal over groups.
    of_row = frame.select(
        *key,
        state=word(_blank(frame, "status")),
        paid=_blank(frame, "paid_at").is_not_null(),
        sent=_blank(frame, "fulfilled_at").is_not_null(),
        test=_blank(frame, "payment_method").str.to_lowercase().is_in([TEST_PAYMENT, "testbestellung"]),
    )
    of_order = of_row.select(
        pl.col("state").drop_nulls().first().over(key),
        pl.col("paid", "sent", "test").any().over(key),
    )
    dated = "paid_at" in frame.columns
    told = {"status", "fulfilled_at"} & set(frame.columns)
    known = pl.col("state").is_null() | pl.col("state").is_in(OPEN)
    found = of_order.select(
        payment_state=pl.when(known & pl.lit(dated)).then(
            pl.when("paid").then(pl.lit("paid")).otherwise(pl.lit("pending"))
        ),
        fulfilment_state=pl.when(pl.col("sent") | pl.col("state").is_in(SENT).fill_null(value=False))
        .then(pl.lit("fulfilled"))
        .when(pl.lit(bool(told)))
        .then(pl.lit("unfulfilled")),
        skip=pl.when("test").then(pl.lit("test")).when(pl.col("state").is_in(OFFER)).then(pl.lit("offer")),
    )
    frame = frame.drop("payment_method", strict=False).with_columns(found)
    if dated or "status" not in frame.columns:
        return frame, []
    note = (
        f"{file}: no column tells when an order was paid; "
        "by their state, Zahlung erhalten and Abgeschlossen count as paid, all others as open"
    )
    return frame, [note] if of_order["state"].is_in(KNOWN).any() else []


def _with_tax(frame: pl.DataFrame, key: list[str], file: str) -> tuple[pl.DataFrame, list[str]]:
    """`tax` of the order, or `line_tax` of each row where the rows of some order differ; rates are not read."""
    beside = {name: pl.lit(None, dtype=pl.String) for name in ("line_tax", "goods", "goods_tax")}
    if "tax" not in frame.columns:
        return frame.with_columns(**beside), []
    tax = _blank(frame, "tax")
    if _are_rates(frame.select(tax=tax, total=_blank(frame, "order_total"))):
        note = f"{file}: its column of taxes holds rates, not amounts, and was not read"
        return frame.drop("tax").with_columns(**beside), [note]
    inside = pl.lit("inside").alias("tax_basis")
    several = frame.select(*key, tax=tax).group_by(key).agg(differ=pl.col("tax").drop_nulls().n_unique() > 1)
    if not several["differ"].any():
        return frame.with_columns(inside, **beside), []
    beside["line_tax"] = tax
    if "line_total" in frame.columns:
        beside["goods"] = pl.col("line_total")
        beside["goods_tax"] = tax
    return frame.with_columns(inside, **beside).drop("tax"), []


def _are_rates(cells: pl.DataFrame) -> bool:
    """Whether a column of taxes holds percentages: it says so, or orders of different totals have the same few."""
    filled = cells.drop_nulls("tax")
    if filled.is_empty() or not filled["tax"].str.contains(_RATE).all():
        return False
    if filled["tax"].str.contains("%", literal=True).any():
        return True
    charged = filled.filter(~pl.col("tax").str.contains(r"^0+(?:[.,]0+)?$"))
    totals = charged.group_by("tax").agg(totals=pl.col("total").n_unique())
    return bool((totals["totals"] > 1).any()) and totals.height <= _RATES_AT_MOST
