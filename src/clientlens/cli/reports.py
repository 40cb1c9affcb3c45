"""Answers about clientlens itself: imports, workspace, settings, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from clientlens.cli.context import Run
    from clientlens.config import Value
    from clientlens.workspace.importing import ImportResult
    from clientlens.workspace.workspace import Workspace


def _count(name: str, doc: str, priority: int | None = 0) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False, priority=priority)


_FILE_FIELDS = (
    Field("file", Kind.TEXT, "as it was named", nullable=False),
    Field("source", Kind.TEXT, "format it was recognised as", nullable=False),
    Field("store", Kind.TEXT, "store it was imported for", nullable=False),
    _count("rows", "data records"),
    _count("bytes", "size, unpacked"),
    Field("sha256", Kind.TEXT, "hash of its bytes, unpacked", nullable=False),
)
_TOTAL_FIELDS = (
    Field("currency", Kind.TEXT, "ISO 4217 code", nullable=False),
    _count("orders", "sales of the call, whatever their status; a linked one once"),
    Field("order_total", Kind.MONEY, "charged for them, before refunds", nullable=False),
)
_PROBLEM_FIELDS = (
    Field("file", Kind.TEXT, "as it was named", nullable=False),
    Field("line", Kind.INTEGER, "physical line, the header being line 1"),
    Field("column", Kind.TEXT, "header of the column; null: the whole row"),
    Field("value", Kind.TEXT, "the cell"),
    Field("message", Kind.TEXT, "what is wrong", nullable=False),
)
IMPORT_RESULT_FIELDS = (
    Field("import_id", Kind.INTEGER, "number of this import; null: nothing was recorded", priority=None),
    Field("files", Kind.LIST, "the files read", nullable=False, fields=_FILE_FIELDS, priority=None),
    _count("orders_added", "orders that were not known before"),
    _count("orders_updated", "orders of which a later state came"),
    _count("orders_unchanged", "orders that say nothing new"),
    _count("orders_linked", "orders that are the same sale as another source's, which is counted once"),
    _count("order_lines", "lines of the orders added and updated"),
    _count("clients_added", "clients that were not known before"),
    _count("clients_updated", "clients of whom something changed"),
    _count("checkouts_added", "checkouts that were not known before"),
    _count("checkouts_updated", "checkouts of which a later state came"),
    _count("reviews_added", "marketplace reviews that were not known before"),
    _count("events_added", "events that were not known before"),
    _count("scans_added", "scans of letters that were not known before"),
    _count("requests_added", "order requests that were not known before"),
    _count("rows_stored", "records of the files that were stored"),
    _count("rows_duplicate", "records that say again what is stored"),
    _count("rows_skipped", "records that are no sales: tests, offers, the foot of a report"),
    _count("test_orders_skipped", "test orders left out"),
    _count("unattributed_orders", "sales of the call that nothing says the client of"),
    Field(
        "totals", Kind.LIST, "control totals by currency", nullable=False, fields=_TOTAL_FIELDS, priority=None
    ),
    Field(
        "problems", Kind.LIST, "what set rows aside", nullable=False, fields=_PROBLEM_FIELDS, priority=None
    ),
    _count("rows_set_aside", "records not stored because of a problem"),
)
_ALWAYS = (
    "orders_added",
    "orders_updated",
    "orders_unchanged",
    "rows_stored",
    "rows_duplicate",
    "rows_set_aside",
)

STATUS_FIELDS = (
    Field("path", Kind.TEXT, "the workspace's folder", nullable=False),
    _count("format", "version of its layout"),
    Field("timezone", Kind.TEXT, "IANA zone in which days are cut", nullable=False),
    _count("imports", "imports that count"),
    _count("orders", "orders"),
    _count("order_lines", "lines of orders"),
    _count("clients", "clients"),
    _count("checkouts", "checkouts"),
    _count("reviews", "marketplace reviews"),
    _count("events", "events"),
    _count("scans", "scans of letters"),
    _count("requests", "order requests"),
    _count("files", "current files"),
    _count("disk_bytes", "size on the disk, replaced files included"),
    _count("orphans", "files that no state names; the next import deletes them"),
    Field(
        "readable_by_others", Kind.BOOLEAN, "whether other users of the machine may read it", nullable=False
    ),
)

IMPORT_FIELDS = (
    Field("import_id", Kind.INTEGER, "number of the import", nullable=False, title="import"),
    Field("at", Kind.INSTANT, "when it was made", nullable=False),
    Field("files", Kind.TEXTS, "files it read", nullable=False, priority=None),
    Field("first_file", Kind.TEXT, "the first of them", title="file", wide=True, fold=True, file=True),
    Field(
        "sources",
        Kind.TEXT,
        "formats they were recognised as, comma-joined",
        nullable=False,
        priority=3,
        wide=True,
    ),
    Field("stores", Kind.TEXT, "stores, comma-joined", nullable=False, priority=2),
    _count("orders_added", "orders that were not known before"),
    _count("orders_updated", "orders of which a later state came", 1),
    _count("rows_stored", "records stored", 4),
    Field("rows_set_aside", Kind.INTEGER, "records set aside", nullable=False, title="set aside"),
    Field("taken_back", Kind.BOOLEAN, "whether it was undone", nullable=False),
)

SETTING_FIELDS = (
    Field("name", Kind.TEXT, "the setting", nullable=False),
    Field("value", Kind.TEXT, "its value; empty: unset", wide=True),
    Field(
        "origin",
        Kind.TEXT,
        "default, an environment variable or the settings file",
        nullable=False,
        wide=True,
    ),
    Field("variable", Kind.TEXT, "environment variable that sets it", priority=2),
    Field("doc", Kind.TEXT, "what it is for", title="for", wide=True, fold=True, priority=1),
)

SOURCE_FIELDS = (
    Field("name", Kind.TEXT, "name for --source", nullable=False),
    Field("title", Kind.TEXT, "what file it is", nullable=False, wide=True, fold=True),
)


def import_answer(result: ImportResult, timezone: str) -> Answer:
    """What an import did, as one object."""
    files = [{name.name: getattr(file, name.name) for name in _FILE_FIELDS} for file in result.files]
    totals = [{name.name: getattr(total, name.name) for name in _TOTAL_FIELDS} for total in result.totals]
    problems = [{name.name: getattr(one, name.name) for name in _PROBLEM_FIELDS} for one in result.problems]
    nested = {"files": files, "totals": totals, "problems": problems}
    row = [nested[f.name] if f.name in nested else getattr(result, f.name) for f in IMPORT_RESULT_FIELDS]
    if result.dry_run:
        title = "Dry run: nothing was stored"
    elif result.import_id is None:
        title = "Nothing changed: these files are stored already"
    else:
        title = f"Import {result.import_id}"
    return Answer(
        name="import",
        fields=IMPORT_RESULT_FIELDS,
        rows=frame_of(IMPORT_RESULT_FIELDS, [row]),
        timezone=timezone,
        single=True,
        title=title,
    )


def import_table(answer: Answer) -> Answer:
    """The same for a table: without the kinds of record that did not occur."""
    fields = tuple(
        field
        for field in answer.fields
        if field.kind is Kind.INTEGER and (field.name in _ALWAYS or answer.rows[field.name].item())
    )
    kept = tuple(field for field in fields if field.priority is not None)
    return Answer(
        answer.name,
        kept,
        answer.rows.select(field.name for field in kept),
        answer.timezone,
        single=True,
        title=answer.title,
        notes=_totals_told(answer),
    )


def _totals_told(answer: Answer) -> tuple[str, ...]:
    from clientlens.analysis.wording import counted_noun
    from clientlens.model.money import DECIMALS, format_minor

    totals = answer.rows["totals"].item()
    return tuple(
        f"total {one['currency']} {format_minor(one['order_total'], DECIMALS[one['currency']])} "
        f"in {counted_noun(one['orders'], 'order')}, before refunds"
        for one in totals.to_list()
    )


def status_answer(workspace: Workspace) -> Answer:
    """What a workspace holds, as one object."""
    status = workspace.status()
    rows = {table.name: table.rows for table in status.tables}
    known = {
        "path": str(status.path),
        "files": sum(table.files for table in status.tables),
        **{f.name: rows[f.name] for f in STATUS_FIELDS if f.name in rows},
    }
    row = [known[f.name] if f.name in known else getattr(status, f.name) for f in STATUS_FIELDS]
    notes = ("others can read files here: chmod -R go= the folder",) if status.readable_by_others else ()
    return Answer(
        name="workspace_status",
        fields=STATUS_FIELDS,
        rows=frame_of(STATUS_FIELDS, [row]),
        timezone=status.timezone,
        single=True,
        title="Workspace",
        notes=notes,
    )


def imports_answer(workspace: Workspace) -> Answer:
    """Every import ever made, the first one first."""
    rows = [
        (
            record.import_id,
            record.at,
            [one.report.file for one in record.files],
            f"{record.files[0].report.file}"
            + (f" and {len(record.files) - 1} more" if len(record.files) > 1 else ""),
            ", ".join(sorted({one.report.source for one in record.files})),
            ", ".join(sorted({one.report.store for one in record.files})),
            record.orders_added,
            record.orders_updated,
            record.rows_stored,
            record.rows_set_aside,
            record.removed is not None,
        )
        for record in workspace.imports()
    ]
    return Answer(
        name="workspace_imports",
        fields=IMPORT_FIELDS,
        rows=frame_of(IMPORT_FIELDS, rows),
        timezone=workspace.timezone,
        title="Imports",
    )


def settings_answer(run: Run) -> Answer:
    """Every setting with its origin; those of stores only where they are set."""
    from clientlens.config import DEFINITIONS

    settings = run.settings
    rows: list[tuple[str | None, ...]] = [
        (
            one.name,
            _shown(settings.values[one.name].value),
            settings.values[one.name].origin,
            one.variable,
            one.doc,
        )
        for one in DEFINITIONS
    ]
    rows += [
        (one.name, _shown(one.value), one.origin, None, "country of phone numbers in national form")
        for one in settings.store_countries.values()
    ]
    file = run.config_file
    notes = (f"settings file: {file}" if file is not None else "no workspace yet; settings can stand in it",)
    return Answer(
        "config", SETTING_FIELDS, frame_of(SETTING_FIELDS, rows), "UTC", title="Settings", notes=notes
    )


def _shown(value: Value) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(value) or None
    return None if value is None else str(value)


def sources_answer() -> Answer:
    """The export formats that this version reads."""
    from clientlens.sources.registry import load

    rows = [(source.name, source.title) for source in load().values()]
    return Answer("sources", SOURCE_FIELDS, frame_of(SOURCE_FIELDS, rows), "UTC", title="Export formats")
