"""The columns of a table: their text, which of them say something, and which of them fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
from rich.cells import cell_len

from clientlens.model.answer import Answer, Kind
from clientlens.model.text import safe
from clientlens.outputs.cells import decimal_text, decimals_of, trimmed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.answer import Field

_RATIO_SCALE = 4
_NARROW, _NARROWEST = 16, 8
_NAMED_BY = {"name": ("email", "phone", "client_id"), "other_name": ("other_email",)}
GAP = 2
"""Blanks between two columns, as `table` draws them."""
_IN_THE_TITLE = 6
"""Fields of at least this priority that say the same in every row are not drawn: the title says it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `width` is what it may take, its natural one at first."""

    field: Field
    title: str
    cells: tuple[str | None, ...]
    width: int


def columns_of(
    answer: Answer, rows: pl.DataFrame, *, keep_currency: bool = False
) -> tuple[list[Column], list[str]]:
    """The columns worth drawing, and what the title should add (the one currency of all amounts)."""
    currencies = rows["currency"].drop_nulls().unique().to_list() if "currency" in rows.columns else []
    constants = [f"amounts in {safe(str(currencies[0]))}"] if len(currencies) == 1 else []
    columns = []
    for field in answer.fields:
        if field.priority is None or (
            field.name == "currency" and len(currencies) <= 1 and not keep_currency
        ):
            continue
        between = "\n" if answer.explained else ", "
        cells = tuple(_shown(field, rows, answer.timezone, _instead(field, answer), between).to_list())
        empty = not any(cells) and rows.height > 0 and not answer.blanks
        same = field.priority >= _IN_THE_TITLE and len(set(cells)) == 1 and field.name not in answer.panels
        if not answer.explained and (empty or (same and field.kind is Kind.TEXT and not answer.single)):
            continue
        named = field.name if answer.explained else field.title or field.name.replace("_", " ")
        title = "" if field.name == "currency" else named
        width = max([cell_len(title), *(cell_len(cell) for cell in cells if cell)])
        columns.append(Column(field, title, cells, width))
    return columns, constants


@dataclass(frozen=True, slots=True)
class Items:
    """The lists inside rows: the columns of all their items, and how many of these each row has."""

    columns: list[Column]
    lengths: list[int]

    def beside(self, columns: list[Column]) -> list[Column]:
        """These columns and the items': one line per item, the row's own cells on its first."""
        lengths = [max(length, 1) for length in self.lengths]
        spread = [
            replace(
                column,
                cells=tuple(
                    cell for n, own in enumerate(column.cells) for cell in (own, *[None] * (lengths[n] - 1))
                ),
            )
            for column in columns
        ]
        starts = [sum(self.lengths[:n]) for n in range(len(lengths))] if 0 in self.lengths else []
        inner = [
            replace(column, cells=_with_blanks(column.cells, self.lengths, starts)) if starts else column
            for column in self.columns
        ]
        return [*spread, *inner]


def _with_blanks(
    cells: tuple[str | None, ...], lengths: list[int], starts: list[int]
) -> tuple[str | None, ...]:
    """Cells of items with one empty cell for each row that has none."""
    return tuple(
        cell
        for length, start in zip(lengths, starts, strict=True)
        for cell in (cells[start : start + length] or (None,))
    )


def items_of(answer: Answer, rows: pl.DataFrame) -> Items | None:
    """The items inside the rows that a table draws; None: there are none."""
    field = next((one for one in answer.fields if one.kind is Kind.LIST and one.priority is not None), None)
    if field is None:
        return None
    lengths = [length or 0 for length in rows[field.name].list.len().to_list()]
    currency = [pl.col("currency")] if "currency" in rows.columns else []
    filled = rows.filter(pl.col(field.name).list.len() > 0)
    if filled.is_empty():
        return None
    items = filled.select(pl.col(field.name), *currency).explode(field.name).unnest(field.name)
    inner, _ = columns_of(Answer(field.name, field.fields, items, answer.timezone), items)
    return Items([column for column in inner if column.field.name != "currency"], lengths)


def _instead(field: Field, answer: Answer) -> tuple[str, ...]:
    """What a client without a name is called: its id last, and not beside a column that always shows it."""
    if "email" not in answer.rows.columns or field.name not in _NAMED_BY:
        return ()
    drawn = {one.name for one in answer.fields if one.priority == 0}
    return tuple(name for name in _NAMED_BY[field.name] if not (name.endswith("_id") and name in drawn))


def _of_lines(text: str) -> str:
    """A text that people wrote in several lines, as one: folded, its own line ends could not be told from the table's."""
    return " ↵ ".join(map(safe, text.split("\n")))


def _shown(  # noqa: C901 - one case a kind
    field: Field, rows: pl.DataFrame, timezone: str, instead: Sequence[str] = (), between: str = ", "
) -> pl.Series:
    """The cells of a field for people.

    instead: columns of which the first filled one stands for a missing text. between: what parts the texts of a list.
    """
    value = pl.col(field.name)
    match field.kind:
        case Kind.TEXT:
            value = pl.coalesce(value, *(name for name in instead if name in rows.columns))
            if field.file:
                value = value.str.replace(r"^.*[/\\]", "")
            return pl.Series(
                [
                    None if text is None else _of_lines(text) if field.fold else safe(text)
                    for text in rows.select(value).to_series()
                ],
                dtype=pl.String,
            )
        case Kind.TEXTS:
            lists = rows[field.name].to_list()
            return pl.Series(
                [between.join(safe(text) for text in texts or []) for texts in lists], dtype=pl.String
            )
        case Kind.INTEGER:
            text = decimal_text(value.cast(pl.Int64), pl.lit(0, dtype=pl.Int64), grouped=True)
            if field.signed:
                text = pl.when(value > 0).then(pl.lit("+") + text).otherwise(text)
        case Kind.MONEY:
            currency = (
                pl.col(field.currency_field)
                if field.currency_field in rows.columns
                else pl.lit(None, pl.String)
            )
            text = decimal_text(value, decimals_of(currency), grouped=True)
        case Kind.SCALED if field.scale == _RATIO_SCALE and not field.trim:
            text = _percent(value)
        case Kind.SCALED:
            text = decimal_text(value, pl.lit(field.scale, dtype=pl.Int64), grouped=True)
            text = trimmed(text) if field.trim and field.scale else text
        case Kind.DATE:
            text = value.dt.to_string("%Y-%m-%d")
        case Kind.INSTANT:
            text = value.dt.convert_time_zone(timezone).dt.to_string("%Y-%m-%d %H:%M")
        case Kind.BOOLEAN:
            text = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no"))
        case _:
            text = pl.lit(None, dtype=pl.String)
    return rows.select(text.alias(field.name)).to_series()


def _percent(value: pl.Expr) -> pl.Expr:
    """Ten-thousandths as percent, every digit of them: one fewer would round twice."""
    return decimal_text(value, pl.lit(2, dtype=pl.Int64)) + pl.lit(" %")


def fit(columns: list[Column], width: int | None) -> tuple[list[Column], list[str]]:
    """The columns that fit into a width, and the titles of those that do not.

    Long texts give way first, then whole columns, the least important first, then the texts that are left.
    """
    if width is None:
        return columns, []
    hidden: list[str] = []
    while _total(columns) > width:
        shorter = _shortened(columns, width, _NARROW)
        if _total(shorter) <= width:
            return shorter, hidden
        droppable = [column for column in columns if column.field.priority]
        if not droppable:
            return _shortened(columns, width, _NARROWEST), hidden
        last = max(droppable, key=lambda column: column.field.priority or 0)
        columns = [column for column in columns if column is not last]
        hidden.append(last.title)
    return columns, hidden


def _total(columns: list[Column]) -> int:
    return sum(column.width for column in columns) + GAP * max(len(columns) - 1, 0)


def _shortened(columns: list[Column], width: int, least: int) -> list[Column]:
    """The widest text columns narrowed, one by one, no further than `least`."""
    excess = _total(columns) - width
    out = list(columns)
    while excess > 0:
        wide = [
            n
            for n, column in enumerate(out)
            if column.field.wide and column.width > max(least, cell_len(column.title))
        ]
        if not wide:
            break
        widest = max(wide, key=lambda n: out[n].width)
        out[widest] = replace(out[widest], width=out[widest].width - 1)
        excess -= 1
    return out
