"""An answer: rows and what each column means, ready for any output format.

Analysis makes it, outputs write it; neither knows the other. All numbers inside are integers, so that
no format can round differently: MONEY in minor units of the row's currency, SCALED in 10^-scale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl


class Kind(StrEnum):
    """What a cell holds, and so how each format writes it."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"  # Int64 minor units; decimals of the currency in the row's `currency_field`
    SCALED = "scaled"  # Int64; value = integer / 10**scale (ratios: scale 4; quantities: scale 3)
    DATE = "date"  # pl.Date
    INSTANT = "instant"  # pl.Datetime("us", "UTC"); written with the workspace's offset
    BOOLEAN = "boolean"
    OBJECT = "object"  # pl.Struct, described by `fields`
    TEXTS = "texts"  # pl.List(pl.String): a plain array of strings, never null
    LIST = "list"  # pl.List of pl.Struct, each described by `fields`


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an answer, in documented order."""

    name: str
    kind: Kind
    doc: str
    nullable: bool = True
    values: tuple[str, ...] = ()
    """Closed choices of a TEXT field."""
    scale: int = 0
    trim: bool = False
    """SCALED: write 1.5 rather than 1.500."""
    currency_field: str = "currency"
    fields: tuple[Field, ...] = ()
    title: str = ""
    """Short header in a table; empty: the name with spaces."""
    priority: int | None = 0
    """In a table that is too wide, fields with the highest number go first; 0 always stays; None: never in a table."""
    signed: bool = False
    """In a table a number above 0 gets a plus."""
    fold: bool = False
    """In a table a text that is shortened goes on in a second line instead."""
    file: bool = False
    """In a table a path is shown without its folders."""
    wide: bool = False
    """A table may shorten this text first (with an ellipsis) before it drops other columns."""
    unit: str = ""
    """Days, orders, ...; shown beside the figure where an answer is explained."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How a table may draw rows as cells: names of fields.

    down, across: whose values head the lines and the columns, in the order of the rows. cells: what stands in each
    cell, one line each; a null is drawn as a dot. beside: what stands behind the head of each line. tone: the field
    whose value colours the cell, see `outputs.grid`. hidden: values across that are not drawn.
    """

    down: str
    across: str
    cells: tuple[str, ...]
    beside: tuple[str, ...] = ()
    tone: str | None = None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    Args:
        name: the schema's name, e.g. "leaderboard".
        fields: the keys, in order; `rows` has exactly these columns.
        rows: one row per thing.
        single: a plain object rather than an array (rows has one row).
        title: headline of the table.
        notes: what was left out, cut or must be known; under a table and on stderr for other formats.
        timezone: IANA zone in which instants are written.
    """

    name: str
    fields: tuple[Field, ...]
    rows: pl.DataFrame
    timezone: str
    single: bool = False
    title: str = ""
    notes: tuple[str, ...] = ()
    panels: tuple[str, ...] = field(default=())
    """Names of fields whose values head side-by-side columns when a table is drawn turned (fields down)."""
    drawing: tuple[str, ...] = field(default=())
    """Lines that a table shows below its figures: a picture of what the other formats give as data."""
    explained: bool = False
    """A turned table shows every field, with its unit and, where there is room, what it is."""
    grid: Grid | None = None
    """Draw a table as a grid, if it fits."""
    parts: tuple[Answer, ...] = ()
    """What a table draws in place of the rows: answers about parts of them, one below the other, their notes below each."""
    blanks: bool = False
    """A table draws fields that hold nothing, too."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """What to do with a figure, by field; a turned table says it beside the figure."""


def frame_of(fields: Sequence[Field], rows: Iterable[Sequence[object]]) -> pl.DataFrame:
    """A small answer's rows from plain values, one sequence per row in the order of `fields`."""
    import polars as pl

    schema = {field.name: _dtype(field) for field in fields}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def _dtype(field: Field) -> pl.DataType:  # noqa: PLR0911 - one for each kind
    import polars as pl

    match field.kind:
        case Kind.INTEGER | Kind.MONEY | Kind.SCALED:
            return pl.Int64()
        case Kind.DATE:
            return pl.Date()
        case Kind.INSTANT:
            return pl.Datetime("us", "UTC")
        case Kind.BOOLEAN:
            return pl.Boolean()
        case Kind.TEXTS:
            return pl.List(pl.String)
        case Kind.OBJECT:
            return pl.Struct({inner.name: _dtype(inner) for inner in field.fields})
        case Kind.LIST:
            return pl.List(pl.Struct({inner.name: _dtype(inner) for inner in field.fields}))
        case _:
            return pl.String()
