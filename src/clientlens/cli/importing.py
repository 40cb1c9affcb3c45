"""The body of `import`: from what was asked to what is told."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.cli.notes import gathered_notes, problem_told
from clientlens.cli.shared import store_name
from clientlens.errors import (
    BadCombination,
    BadExpectation,
    BadMapping,
    ExitCode,
    TimezoneConflict,
    UnknownCurrency,
    UnknownTimezone,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clientlens.cli.context import Run
    from clientlens.model.batch import Batch
    from clientlens.model.mapping import FileMapping
    from clientlens.workspace.importing import ImportResult

PROBLEMS_LISTED = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one call of `import`."""

    source: str | None = None
    store: str | None = None
    mapping: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    timezone: str | None = None
    currency: str | None = None
    dry_run: bool = False
    strict: bool = False
    rejects: str | None = None
    accept_rejects: int = 0
    expect_rows: int | None = None
    expect_total: tuple[str, ...] = ()
    lock_timeout: float = 30

    def reading(self, timezone: str, country: str | None, mapping: FileMapping | None) -> str:
        """The options that change how a file is read, as one text: the same file read in another way is another import.

        Args:
            timezone: of the workspace; naming the same one for a file changes nothing.
            country: of the store, which phone numbers are read with.
            mapping: by its content; how its file is called says nothing.
        """
        zone = None if self.timezone == timezone else self.timezone
        named = {
            "encoding": self.encoding,
            "date-format": self.date_format,
            "decimal": self.decimal,
            "timezone": zone,
            "currency": self.currency,
            "country": country,
            "mapping": mapping and mapping.sha256,
        }
        return " ".join(f"--{name} {value}" for name, value in named.items() if value)


def carry_out(run: Run, files: list[str], wanted: Wanted) -> None:
    """Import the files and print what came of it; the run's exit code is 1 when more rows than accepted were bad.

    Raises:
        the errors of `read_all` and `importing.add`; OutputExists, OutputFailed for the file of rejects.
    """
    from clientlens.cli import rejecting
    from clientlens.cli.writing import may_write
    from clientlens.outputs.format import format_for
    from clientlens.workspace.importing import add

    mapping = _mapping(run, wanted)
    named = (mapping and mapping.store) or "main"
    store = store_name(named if wanted.store is None else wanted.store)
    totals = _expected(wanted.expect_total)
    if wanted.currency is not None:
        known_currency(wanted.currency)
    if wanted.rejects is not None:
        may_write(run.folder / wanted.rejects, force=run.flags.force, shown=wanted.rejects)
    chosen = format_for(run.format_asked, run.flags.output)
    path = _workspace_for(run)
    timezone = _timezone(run, path, wanted)
    if "-" in files:
        let_ctrl_c_through()
    size = sum(_size(run.folder / name) for name in files if name != "-")
    # Storing takes about a third of the time that reading takes.
    with run.console.progress("importing", size + size // 3) as advance:
        batches = read_batches(run, files, wanted, store, timezone, advance, mapping)
        rejects = rejecting.places(run, wanted.rejects, batches) if wanted.rejects is not None else {}
        for place in rejects:
            may_write(run.folder / place, force=run.flags.force, shown=place)
        result = add(
            path,
            batches,
            timezone=timezone,
            at=run.clock(),
            command=shlex.join(["clientlens", "import", *files]),
            options=wanted.reading(timezone, run.settings.country_of(store), mapping),
            actor=run.actor,
            lock_timeout=wanted.lock_timeout,
            dry_run=wanted.dry_run,
            strict=wanted.strict,
            expect_rows=wanted.expect_rows,
            expect_total=totals,
        )
    if result.created and not result.dry_run:
        run.console.note(f"made a new workspace at {path}, time zone {timezone}")
    _tell(run, result, timezone, listed=chosen.name == "table")
    rejecting.write(run, rejects)
    # A sale may be left out of all answers though every row is stored: see the problems of linked orders.
    if max(result.rows_set_aside, min(len(result.problems), 1)) > wanted.accept_rejects:
        run.exit_code = ExitCode.SET_ASIDE


def _workspace_for(run: Run) -> Path:
    path = run.workspace_path()
    return run.folder / ".clientlens" if path is None else path


def _timezone(run: Run, path: Path, wanted: Wanted) -> str:
    """The workspace's zone; of a new one --timezone, else CLIENTLENS_TIMEZONE, else the machine's."""
    from clientlens.workspace.workspace import stored_timezone

    stored = stored_timezone(path)
    of_environment = run.environment.get("CLIENTLENS_TIMEZONE") or None
    for name in (wanted.timezone, of_environment):
        if name is not None:
            known_timezone(name)
    if stored is not None:
        if of_environment not in (None, stored):
            raise TimezoneConflict(stored, str(of_environment))
        return stored
    if wanted.timezone or of_environment:
        return str(wanted.timezone or of_environment)
    from tzlocal import get_localzone_name

    return get_localzone_name() or "UTC"


def known_timezone(name: str) -> None:
    """Raise for what is no IANA name.

    Raises:
        UnknownTimezone
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimezone(name) from None


def known_currency(code: str) -> None:
    """Raise for what is no ISO 4217 code.

    Raises:
        UnknownCurrency
    """
    from clientlens.model.money import DECIMALS

    if code not in DECIMALS:
        raise UnknownCurrency(code)


def _expected(pairs: tuple[str, ...]) -> dict[str, int]:
    """EUR=1234.50 as currency -> minor units."""
    import re

    from clientlens.model.money import DECIMALS

    totals = {}
    for pair in pairs:
        found = re.fullmatch(r"([A-Z]{3})=(-?)([0-9]+)(?:\.([0-9]+))?", pair)
        if found is None:
            raise BadExpectation(pair)
        known_currency(found[1])
        decimals, part = DECIMALS[found[1]], found[4] or ""
        if len(part) > decimals:
            raise BadExpectation(pair)
        amount = int(found[3] + part.ljust(decimals, "0"))
        totals[found[1]] = -amount if found[2] else amount
    return totals


def _mapping(run: Run, wanted: Wanted) -> FileMapping | None:
    """The mapping that was named, checked.

    Raises:
        BadMapping; BadCombination: the files are said to be of a format of their own.
    """
    if wanted.mapping is None:
        return None
    from clientlens.sources.mapping import read_mapping
    from clientlens.sources.plain_csv import NAME

    if wanted.source not in (None, NAME):
        raise BadCombination(f"--source {wanted.source}", "--mapping")
    try:
        data = (run.folder / wanted.mapping).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BadMapping(wanted.mapping, [(None, reason)]) from None
    return read_mapping(data, wanted.mapping)


def read_batches(
    run: Run,
    files: list[str],
    wanted: Wanted,
    store: str,
    timezone: str,
    advance: Callable[[int], None] = lambda _: None,
    mapping: FileMapping | None = None,
) -> list[Batch]:
    """Read files for a store, as the options say; nothing is stored yet.

    Raises:
        the errors of `read_all`
    """
    from clientlens.model.batch import ReadOptions
    from clientlens.sources.reading import read_all

    options = ReadOptions(
        store=store,
        workspace_timezone=timezone,
        # Of a new workspace it is the zone of all, which a file's own format may know better.
        timezone=None if wanted.timezone == timezone else wanted.timezone,
        encoding=wanted.encoding,
        date_format=wanted.date_format,
        decimal=wanted.decimal,
        currency=wanted.currency,
        country=run.settings.country_of(store),
        mapping=mapping,
        progress=advance,
        today=run.clock().date(),
    )
    return read_all(files, options, source=wanted.source, stdin=run.stdin, folder=str(run.folder))


def _size(place: Path) -> int:
    """Bytes of a file, 0 where that cannot be told: reading it will say why."""
    try:
        return place.stat().st_size
    except OSError:
        return 0


def let_ctrl_c_through() -> None:
    """Polars takes SIGINT over when it is imported, and a read of stdin that waits would then never end by it."""
    import signal
    import threading

    import polars as pl

    if threading.current_thread() is threading.main_thread() and pl.__version__:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _tell(run: Run, result: ImportResult, timezone: str, *, listed: bool) -> None:
    from clientlens.analysis.wording import counted_noun
    from clientlens.cli.reports import import_answer, import_table

    answer = import_answer(result, timezone)
    run.answer(import_table(answer) if listed else answer)
    for note in gathered_notes(result):
        run.console.note(f"note: {note}")
    if result.unattributed_orders:
        run.console.note(
            f"note: nothing says whose {counted_noun(result.unattributed_orders, 'order')} may be; "
            "counted in totals, but for no client"
        )
    if result.shared_keys:
        run.console.warn(
            f"{result.shared_keys} e-mails or phones are carried by more than 50 names each: a till's or a "
            "placeholder's, not one client's; 'clientlens insights' shows them on top"
        )
    if not result.problems:
        return
    rows = "1 row was" if result.rows_set_aside == 1 else f"{result.rows_set_aside:,} rows were"
    # A problem may be about a row that an earlier import brought.
    told = f"{rows} set aside" if result.rows_set_aside else counted_noun(len(result.problems), "problem")
    run.console.warn(f"{told}:")
    if listed:
        for one in result.problems[:PROBLEMS_LISTED]:
            run.console.warn(f"  {problem_told(one)}")
        if len(result.problems) > PROBLEMS_LISTED:
            run.console.warn(f"  and {len(result.problems) - PROBLEMS_LISTED:,} more; --json lists all")
