"""Times of an export file: with the shop's offset, or, after a spreadsheet has been at it, without one.

The form is found once per file, never per cell: whether 03/04 is in March or April is decided by a value above 12
somewhere in the file, or by the user.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.errors import AmbiguousDates, BadSetting
from clientlens.model.tables import INSTANT
from clientlens.sources.months import in_english
from clientlens.sources.parsing import blank_to_null, by_distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.batch import ReadOptions

EARLIEST_YEAR = 1990

_DAY = r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_FRACTION = r"(?:\.[0-9]{1,9})?"
_ZONED = rf"^{_DAY}[ T]{_CLOCK}:[0-5][0-9]{_FRACTION} ?(?:[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]|Z|UTC)$"
_SHOPIFYS = r"^.{10} .{8} [+-][0-9]{4}$"
_PLAIN = rf"^{_DAY}(?:[ T]{_CLOCK}(?::[0-5][0-9]{_FRACTION})?)?$"
_SLASHED = r"^([0-9]{1,2})([/.-])([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?:,? ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp][Mm]))?)?$"
_LIKE_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?$"
_LIKE_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)? ?(?:[+-](?:0[0-9]|1[0-4]):?[0-9]{2}|Z|UTC)$"
_CENTURIES = (1900, 2099)
"""Years that `_DAY` knows."""
_NO_SUCH_DAY = ["02-30", "02-31", "04-31", "06-31", "09-31", "11-31"]


OTHER_FORM = "not a time as the rest of the file writes it"
NO_SUCH = "no such day or hour"
UNLIKELY = "not from 1990 to two years from now"
FAULTS = (OTHER_FORM, NO_SUCH, UNLIKELY)
"""What may be wrong with a time."""


class Form(StrEnum):
    """How a file writes its times."""

    ZONED = "zoned"
    PLAIN = "plain"
    SLASHED = "slashed"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class TimeReader:
    """Reads the times of one file; see `find_reader`.

    form: how they are written; zone: of times without an offset; day_first: for SLASHED;
    latest, earliest: the last and first day that are believed, None for any; known: text to local or aware time, for CUSTOM.
    """

    form: Form
    zone: str
    day_first: bool = False
    latest: dt.date | None = None
    earliest: dt.date | None = dt.date(EARLIEST_YEAR, 1, 1)
    known: dict[str, dt.datetime] | None = None

    def read(self, text: pl.Series) -> pl.Series:
        """UTC instants; null for a blank cell, another form than the file's, no such day, an unlikely year."""
        bare = _of(text, blank_to_null)
        if self.form is Form.ZONED:
            return self._believed(zoned(bare))
        if self.form is Form.CUSTOM:
            known = self.known or {}
            times = pl.Series([_utc(time, self.zone) for time in known.values()], dtype=INSTANT)
            return self._believed(
                bare.replace_strict(
                    pl.Series(list(known), dtype=pl.String), times, default=None, return_dtype=INSTANT
                )
            )
        local = plain(bare) if self.form is Form.PLAIN else slashed(bare, day_first=self.day_first)
        return self._believed(_of(local, to_utc, self.zone))

    def why_not(self, text: pl.Series) -> pl.Series:
        """What is wrong with each cell that `read` makes null: one of `FAULTS`."""
        bare = _of(text, blank_to_null)
        anytime = replace(self, latest=None, earliest=None).read(text)
        year = pl.coalesce(
            pl.col("x").str.extract(r"^([0-9]{4})-[0-9]{2}-[0-9]{2}"),
            pl.col("x").str.extract(_SLASHED, 4) if self.form is Form.SLASHED else None,
        ).cast(pl.Int64)
        likely = pl.lit(anytime).is_null() & ((year < 100) | year.is_between(*_CENTURIES)).fill_null(
            value=True
        )
        if self.form is Form.CUSTOM:
            likely &= ~pl.col("x").is_in(list(self.known or {}))
        same_form = self._looks_like_them(bare)
        return (
            bare.to_frame("x")
            .select(
                pl.when(~likely)
                .then(pl.lit(UNLIKELY))
                .when(same_form)
                .then(pl.lit(NO_SUCH))
                .otherwise(pl.lit(OTHER_FORM))
            )
            .to_series()
        )

    def _looks_like_them(self, bare: pl.Series) -> pl.Series:
        """Boolean: whether a text is written as the file writes times, be there such a time or not."""
        if self.form is Form.CUSTOM:
            shapes = {_shape(known) for known in self.known or {}}
            return pl.Series([text is not None and _shape(text) in shapes for text in bare], dtype=pl.Boolean)
        pattern = {Form.ZONED: _LIKE_ZONED, Form.PLAIN: _LIKE_PLAIN, Form.SLASHED: _SLASHED}[self.form]
        return bare.str.contains(pattern).fill_null(value=False)

    def _believed(self, instant: pl.Series) -> pl.Series:
        if self.earliest is None:
            return instant
        fine = instant >= _midnight(self.earliest, self.zone)
        if self.latest is not None:
            fine &= instant < _midnight(self.latest + dt.timedelta(days=1), self.zone)
        return instant if fine.all() else _of(instant, lambda time: pl.when(fine).then(time))


def _shape(text: str) -> str:
    """A text with all letters and digits alike, days and months of one digit as of two."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"[0-9]", "0", re.sub(r"(?<![0-9])[0-9](?![0-9])", "00", text)))


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def _of(series: pl.Series, function: Callable[..., pl.Expr], *arguments: object) -> pl.Series:
    """An expression of one column, evaluated; step by step, since a long one would repeat its parts."""
    return series.to_frame("x").select(function(pl.col("x"), *arguments)).to_series()


def zoned(text: pl.Series) -> pl.Series:
    """UTC instants of `2026-03-28 22:29:09 -0700` (also `T`, `+07:00`, `Z`, `UTC`); text without outer blanks."""
    valid = _of(text, lambda t: pl.when(t.str.contains(_ZONED)).then(t))
    valid, beyond = _without_fraction(_existing(valid))
    if not valid.str.contains(_SHOPIFYS).all():
        valid = _of(
            valid,
            lambda t: (
                t.str.replace("T", " ", literal=True)
                .str.replace(r" ?(Z|UTC)$", " +0000")
                .str.replace(r" ?([+-][0-9]{2}):?([0-9]{2})$", " ${1}${2}")
            ),
        )
    # A file has a handful of offsets; taking them off oneself is far cheaper than parsing %z in each cell.
    local = valid.str.head(19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", time_zone="UTC")
    instant = local - by_distinct(valid.str.slice(20), _offset)
    return instant if beyond is None else instant + beyond


def _without_fraction(text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Times without what stands behind the second's point, and that as microseconds (Duration); None: nowhere any."""
    if not text.str.contains(".", literal=True).any():
        return text, None
    micros = _of(
        text,
        lambda t: pl.duration(
            microseconds=(t.str.extract(r"\.([0-9]+)").fill_null("") + "000000").str.head(6).cast(pl.Int64),
            time_unit="us",
        ),
    )
    return text.str.replace(r"\.[0-9]+", ""), micros


def _offset(text: pl.Expr) -> pl.Expr:
    """Duration of `-0700`."""
    minutes = text.str.slice(1, 2).cast(pl.Int64) * 60 + text.str.slice(3, 2).cast(pl.Int64)
    east = pl.when(text.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return pl.duration(minutes=east, time_unit="us")


def plain(text: pl.Series) -> pl.Series:
    """Local times of `2026-03-28 22:29:09`, seconds and clock optional; text without outer blanks."""
    valid, beyond = _without_fraction(_existing(_of(text, lambda t: pl.when(t.str.contains(_PLAIN)).then(t))))
    whole = _of(valid, lambda t: t.str.slice(0, 10) + "T" + (t.str.slice(11) + "00:00:00").str.head(8))
    short = _of(
        valid,
        lambda t: pl.when(t.str.len_bytes() == 16).then(t.str.slice(0, 10) + "T" + t.str.slice(11) + ":00"),
    )
    local = short.zip_with(short.is_not_null(), whole).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us")
    return local if beyond is None else local + beyond


def slashed(text: pl.Series, *, day_first: bool) -> pl.Series:
    """Local times of `02/01/2024 11:23`, `11/10/24 09:17 PM`; two-digit years are of this century."""
    parts = text.str.extract_groups(_SLASHED).struct.unnest()
    year, hour, half = pl.col("4"), pl.col("5").fill_null("0").cast(pl.Int64), pl.col("8").str.to_lowercase()
    day, month = ("1", "3") if day_first else ("3", "1")
    of_day = (
        pl.when(half.is_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + pl.when(half == "pm").then(12).otherwise(0))
    )
    iso = parts.select(
        pl.format(
            "{}-{}-{} {}:{}:{}",
            pl.when(year.str.len_bytes() == 2).then("20" + year).otherwise(year),
            pl.col(month).str.zfill(2),
            pl.col(day).str.zfill(2),
            of_day.cast(pl.String).str.zfill(2),
            pl.col("6").fill_null("00"),
            pl.col("7").fill_null("00"),
        )
    ).to_series()
    return plain(iso)


def _existing(text: pl.Series) -> pl.Series:
    """Text that begins as `_DAY`, without the days that no calendar has."""
    month_day = text.str.slice(5, 5)
    late = month_day.is_in(["02-29", *_NO_SUCH_DAY])
    if not late.any():
        return text
    year = text.str.slice(0, 4).cast(pl.Int64)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    exists = ~month_day.is_in(_NO_SUCH_DAY) & ((month_day != "02-29") | leap)
    return _of(text, lambda t: pl.when(exists).then(t))


def to_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """UTC instants of local times: the earlier of two equal ones in autumn.

    A time that the clock skips in spring is read with the offset before the change: 02:30 becomes 03:30.
    """
    direct = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    hour = pl.duration(hours=1)
    before = (local - hour).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null") + hour
    return pl.coalesce(direct, before).dt.convert_time_zone("UTC")


def changes_of_clock(local: pl.Expr, zone: str) -> pl.Expr:
    """Boolean: a local time that the zone has twice, or not at all."""
    earliest = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    latest = local.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    return local.is_not_null() & (earliest.is_null() | (earliest != latest))


def _utc(time: dt.datetime, zone: str) -> dt.datetime | None:
    """The instant; None at the ends of the calendar, where another zone may be beyond it."""
    if not dt.MINYEAR < time.year < dt.MAXYEAR:
        return None
    aware = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(dt.UTC)


def find_reader(
    frame: pl.DataFrame,
    columns: Sequence[str],
    options: ReadOptions,
    file: str,
    line_of: Callable[[int], int],
    *,
    spelled: Callable[[str], str] = str,
) -> tuple[TimeReader, list[str]]:
    """How one file writes its times, and notes about it.

    Args:
        frame: String columns; only `columns` are looked at, the first of them decides the form.
        columns: time columns of the file.
        options: zones, the date format, today.
        file: for messages. line_of: the physical line of a row of `frame`, for messages. spelled: how the file
            spells the name of a column.

    Raises:
        AmbiguousDates: day and month cannot be told apart.
        BadSetting: the date format has a sign that does not exist.
    """
    zone = options.timezone or options.workspace_timezone
    latest = two_years_on(options.today) if options.today else None
    main = frame.select(blank_to_null(pl.col(columns[0]))).to_series().drop_nulls()
    if main.is_empty() or 2 * (main.str.contains(_ZONED).sum() or 0) >= len(main):
        return TimeReader(Form.ZONED, zone, latest=latest), []
    note = (
        f"{file}: its times carry no time zone; they were read as {zone} time (--timezone to say otherwise)"
    )
    if options.date_format is not None:
        texts = pl.concat([frame.select(blank_to_null(pl.col(name)).alias("t")) for name in columns])
        known = _with_format(texts["t"].drop_nulls().unique().sort().to_list(), options.date_format)
        return TimeReader(Form.CUSTOM, zone, latest=latest, known=known), [note]
    slashes = main.str.contains(_SLASHED).sum() or 0
    if slashes > (main.str.contains(_PLAIN).sum() or 0):
        day_first = _day_first(frame, columns, file, line_of, spelled)
        reader = TimeReader(Form.SLASHED, zone, day_first=day_first, latest=latest)
        order = "day first" if day_first else "month first"
        note = f"{file}: its times carry no time zone and were read {order}, as {zone} time"
    else:
        reader = TimeReader(Form.PLAIN, zone, latest=latest)
    return reader, [note, *_clock_notes(frame, columns, reader, file)]


def _clock_notes(frame: pl.DataFrame, columns: Sequence[str], reader: TimeReader, file: str) -> list[str]:
    count = 0
    for name in columns:
        bare = _of(frame[name], blank_to_null)
        local = plain(bare) if reader.form is Form.PLAIN else slashed(bare, day_first=reader.day_first)
        count += int(_of(local, changes_of_clock, reader.zone).sum() or 0)
    if not count:
        return []
    note = (
        f"{file}: {count} times fall into an hour that {reader.zone} has twice or skips when the clock changes; "
        "of two hours the earlier was taken, and a skipped one as if the clock had not changed yet"
    )
    return [note]


def _with_format(texts: list[str], date_format: str) -> dict[str, dt.datetime]:
    """The times among some texts, by text; of several forms ('|' between them) the first that fits."""
    known: dict[str, dt.datetime] = {}
    forms = [form.strip() for form in date_format.split("|")]
    named = [re.search(r"%[bB]", form) is not None for form in forms]
    forms = [form.replace("%B", "%b") for form in forms]
    for text in texts:
        for form, has_name in zip(forms, named, strict=True):
            bare = in_english(text, full_stop="%b." in form) if has_name else text
            try:
                known[text] = dt.datetime.strptime(bare, form)  # noqa: DTZ007  # the zone is added by the reader
            except ValueError as error:
                if "format" in str(error) and "match" not in str(error):
                    raise BadSetting(
                        "date format", date_format, "--date-format", "signs such as %d/%m/%Y %H:%M"
                    ) from None
            else:
                break
    return known


def _day_first(
    frame: pl.DataFrame,
    columns: Sequence[str],
    file: str,
    line_of: Callable[[int], int],
    spelled: Callable[[str], str],
) -> bool:
    parts = pl.concat(
        [
            frame.with_row_index("row").select(
                "row",
                pl.lit(name).alias("column"),
                blank_to_null(pl.col(name)).alias("text"),
                blank_to_null(pl.col(name)).str.extract(_SLASHED, 1).cast(pl.Int64).alias("first"),
                blank_to_null(pl.col(name)).str.extract(_SLASHED, 2).alias("mark"),
                blank_to_null(pl.col(name)).str.extract(_SLASHED, 3).cast(pl.Int64).alias("second"),
            )
            for name in columns
        ]
    ).drop_nulls("first")
    day = pl.col("first").is_between(1, 31) & pl.col("second").is_between(1, 12)
    month = pl.col("second").is_between(1, 31) & pl.col("first").is_between(1, 12)
    parts = parts.filter(day | month)  # 13/28/2026 is no day, so it says nothing about the others
    says_day = not parts.filter(~month).is_empty()
    says_month = not parts.filter(~day).is_empty()
    if says_day != says_month:
        return says_day
    # Nobody writes 22.05. with the month first, so a full stop is evidence where no number is.
    if not says_day and (parts["mark"] == ".").all():
        return True
    unclear = parts.filter(pl.col("first") != pl.col("second")).sort("row")
    if unclear.is_empty():
        return True
    row = unclear.row(0, named=True)
    raise AmbiguousDates(file, line_of(row["row"]), spelled(row["column"]), row["text"])


def two_years_on(today: dt.date) -> dt.date:
    """The last day that an import believes: two years from today."""
    return today.replace(year=today.year + 2, day=min(today.day, 28) if today.month == 2 else today.day)
