"""The bodies of `workspace history`, `undo`, `check`, `vacuum` and `paths`, and their answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from clientlens.cli.correcting import told
from clientlens.errors import LetterDamaged, UnknownTable, WorkspaceDamaged
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientlens.cli.context import Run
    from clientlens.workspace.catalogue import ImportRecord
    from clientlens.workspace.events import Entry
    from clientlens.workspace.workspace import Workspace


def _text(name: str, doc: str, priority: int | None = 0, *, null: bool = False, wide: bool = False) -> Field:
    return Field(name, Kind.TEXT, doc, nullable=null, priority=priority, wide=wide)


def _count(name: str, doc: str, priority: int | None = 0) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False, priority=priority)


HISTORY_FIELDS = (
    _count("number", "position in the ledger, from 1"),
    Field("at", Kind.INSTANT, "when it was done, by the machine's clock", nullable=False),
    _text("actor", "user of the machine who did it; null: not known", 1, null=True),
    _text("kind", "import, undo, repair, vacuum, or what a command of yours wrote down", 3),
    _text("what", "the same for people to read", wide=True),
    _text("person_key", "key of the client's record it is about", None, null=True),
    _text("subject", "what else it is about", None, null=True),
    _text("details", "everything it says, as a JSON object in text; personal data among it", None),
    _text("key", "what makes it count once when it is written twice", None, null=True),
)
UNDO_FIELDS = (
    _count("import_id", "number of the import that was taken back"),
    Field("imported_at", Kind.INSTANT, "when it had been made", nullable=False),
    Field("files", Kind.TEXTS, "files it had read", nullable=False),
    _count("rows_stored", "records it had stored"),
)
DAMAGE_FIELDS = (
    _text("file", "the damaged file", wide=True),
    _text("problem", "what is wrong with it"),
    Field(
        "repairable", Kind.BOOLEAN, "whether check --repair can write it anew", nullable=False, priority=None
    ),
)
REPAIR_FIELDS = (
    _count("files_derived", "files written anew from the imports"),
    Field("damaged", Kind.TEXTS, "those of them that were damaged or missing", nullable=False, priority=None),
    _count("orphans_deleted", "files deleted that no state names"),
    _count("bytes_freed", "their size"),
    Field(
        "beside_reader",
        Kind.BOOLEAN,
        "orphans were left: somebody was reading",
        nullable=False,
        priority=None,
    ),
)
VACUUM_FIELDS = (
    _count("files_deleted", "files that were deleted"),
    _count("bytes_freed", "their size"),
    Field(
        "beside_reader",
        Kind.BOOLEAN,
        "nothing was deleted: somebody was reading",
        nullable=False,
        priority=None,
    ),
)
PATH_FIELDS = (
    _text("path", "a live Parquet file", wide=True),
    _text("month", "month of its rows; null: the table is not cut by month", null=True),
    _count("rows", "rows in it"),
    _count("bytes", "size"),
    _text("sha256", "hash of its bytes", None),
)


def history_answer(workspace: Workspace) -> Answer:
    """Every entry of the ledger, the first one first."""
    from clientlens.analysis.suppression import told_body
    from clientlens.workspace.ledger import history

    imports = {record.import_id: record for record in workspace.imports()}
    rows = [
        (
            entry.seq,
            entry.at,
            entry.actor,
            entry.kind,
            _told(entry, imports),
            entry.person_key,
            entry.subject,
            json.dumps(told_body(entry), ensure_ascii=False),
            entry.key,
        )
        for entry in history(workspace)
    ]
    return Answer(
        "workspace_history",
        HISTORY_FIELDS,
        frame_of(HISTORY_FIELDS, rows),
        workspace.timezone,
        title="History",
    )


def _told(entry: Entry, imports: Mapping[int, ImportRecord]) -> str:
    body = entry.body
    if entry.kind in {"import", "undo"}:
        verb = "imported" if entry.kind == "import" else "took back"
        record = imports.get(body.get("import_id", 0))
        return f"{verb} {_files(record)} (import {body.get('import_id')})"
    if entry.kind in {"clients_merged", "clients_split"}:
        return told(entry)
    if entry.kind in _SAID:
        return _SAID[entry.kind](entry)
    if entry.kind.startswith("request_"):
        return _request(entry)
    if entry.kind.startswith("message_"):
        said = ", ".join(str(body[one]) for one in ("template", "language", "host") if one in body)
        return entry.kind.replace("_", " ") + (f" ({said})" if said else "")
    parts = [entry.kind, entry.subject, *(f"{name} {value}" for name, value in body.items())]
    return ", ".join(part for part in parts if part)


def _request(entry: Entry) -> str:
    """Without what the client wrote, and who that is: it may be long, and is nobody's business who looks for a change."""
    from clientlens.model.money import DECIMALS, format_minor

    body = entry.body
    said = [*body.get("reasons", ()), body.get("reason"), body.get("terms")]
    if "price" in body and "reasons" not in body:
        said.insert(0, f"{body['currency']} {format_minor(body['price'], DECIMALS[body['currency']])}")
    if body.get("order"):
        said.append(f"by order {body['order'][1]} of {body['order'][0]}")
    told = ", ".join(one for one in said if one)
    return f"{entry.subject} {entry.kind.removeprefix('request_')}" + (f": {told}" if told else "")


def _points(entry: Entry) -> str:
    order = f", {entry.subject}" if entry.subject else ""
    reason = f": {entry.body['reason']}" if entry.body.get("reason") else ""
    return f"{entry.body['points']:+,} points{order}{reason}"


def _details(entry: Entry) -> str:
    changed = entry.body.get("fields", {})
    names = [name for name, change in changed.items() if change["before"] != change["after"]]
    restored = [f"{name} as in files" for name in entry.body.get("restored", ())]
    return "corrected " + ", ".join([*names, *restored])


def _objection(entry: Entry) -> str:
    word = "taken back" if entry.kind == "unsuppressed" else "noted"
    reason = f": {entry.body['reason']}" if entry.body.get("reason") else ""
    return f"objection {entry.subject} {word}{reason}"


_SAID: Mapping[str, Callable[[Entry], str]] = {
    "privacy_secret": lambda _: "the key of the objections was made",
    "suppressed": _objection,
    "unsuppressed": _objection,
    "client_forgotten": lambda _: "a client was forgotten",
    "forgotten_sums": lambda entry: f"sums of every client forgotten so far: {entry.body['clients']:,}",
    "forgetting_done": lambda _: "all that told of a forgotten client is erased",
    "privacy_exported": lambda _: "all that is held about a client was exported",
    "retention_applied": lambda entry: (
        f"clients of whom nothing was heard for {entry.body['years']} years forgotten: {entry.body['clients']:,}"
    ),
    "repair": lambda entry: (
        f"current files derived anew: {entry.body.get('files', 'all')}; "
        f"orphans deleted: {entry.body.get('orphans', 0)}"
    ),
    "vacuum": lambda entry: (
        f"old files deleted: {entry.body.get('files')}, {entry.body.get('bytes'):,} bytes"
    ),
    **dict.fromkeys(("points_added", "points_subtracted", "points_earned"), _points),
    "client_edited": _details,
    "note_added": lambda entry: f"note: {entry.body['text']}",
    "note_removed": lambda entry: f"note {entry.body['note']} removed",
    "group_joined": lambda entry: f"into group {entry.subject}",
    "group_left": lambda entry: f"out of group {entry.subject}",
    "group_rule": lambda entry: (
        f"group {entry.subject} has the rule {entry.body['expression']}"
        if entry.body["expression"]
        else f"group {entry.subject} has no rule any more"
    ),
    "campaign_wave": lambda entry: f"run {entry.body['wave']} of campaign {entry.subject}",
    "letter_assigned": lambda entry: (
        f"letter {entry.body['letter_id']} of {entry.subject} assigned"
        if entry.body["letter_id"]
        else f"held back in {entry.subject}"
    ),
    "letter_rendered": lambda entry: f"letter {entry.subject} made",
    "letter_reprinted": lambda entry: f"letter {entry.subject} to be printed again: {entry.body['reason']}",
    "letter_status": lambda entry: (
        f"letter {entry.subject} {entry.body['status'].replace('_', ' ')} on {entry.body['on']}"
        + (f": {entry.body['reason']}" if entry.body.get("reason") else "")
    ),
    "group_deleted": lambda entry: f"group {entry.subject} deleted",
}
"""What an entry is told as, by its kind."""


def _files(record: ImportRecord | None) -> str:
    if record is None or not record.files:
        return "files"
    more = f" and {len(record.files) - 1} more" if len(record.files) > 1 else ""
    return record.files[0].report.file + more


def carry_out_undo(run: Run, import_id: int | None, lock_timeout: float) -> None:
    """Take an import back and say which it was."""
    from clientlens.workspace.upkeep import undo
    from clientlens.workspace.workspace import stored_timezone

    path = run.existing_workspace()
    command = "clientlens workspace undo" + ("" if import_id is None else f" {import_id}")
    gone = undo(path, import_id, at=run.clock(), command=command, actor=run.actor, lock_timeout=lock_timeout)
    row = (gone.import_id, gone.at, [one.report.file for one in gone.files], gone.rows_stored)
    run.answer(
        Answer(
            "workspace_undo",
            UNDO_FIELDS,
            frame_of(UNDO_FIELDS, [row]),
            stored_timezone(path) or "UTC",
            single=True,
            title=f"Import {gone.import_id} is taken back",
        )
    )


def carry_out_check(run: Run) -> None:
    """List what is damaged; nothing is printed when all is well.

    Raises:
        WorkspaceDamaged, LetterDamaged: something is; names the first file and counts the others.
    """
    from clientlens.workspace.upkeep import check

    found = check(run.existing_workspace())
    run.console.detail(f"{found.files:,} files, {found.bytes:,} bytes read again")
    for orphan in found.orphans:
        run.console.detail(f"no state names {orphan}; it is harmless, and --repair deletes it")
    if found.readable_by_others:
        run.console.warn("others can read files here: chmod -R go= the folder")
    if found.unerased:
        run.console.warn(
            "forgetting a client was broken off before everything was erased: 'clientlens workspace vacuum' ends it"
        )
    if found.damage or run.format_asked not in {None, "table"} or run.flags.output is not None:
        rows = [(one.file, one.reason, one.repairable) for one in found.damage]
        run.answer(
            Answer(
                "workspace_check",
                DAMAGE_FIELDS,
                frame_of(DAMAGE_FIELDS, rows),
                found.timezone,
                title="Damaged files",
            )
        )
    if found.damage:
        first = found.damage[0]
        if all(one.letter for one in found.damage):
            raise LetterDamaged(first.file, first.reason, others=len(found.damage) - 1)
        repairable = all(one.repairable for one in found.damage)
        raise WorkspaceDamaged(first.file, first.reason, others=len(found.damage) - 1, repairable=repairable)


def carry_out_repair(run: Run, lock_timeout: float) -> None:
    """Derive what can be derived anew, and say what that was."""
    from clientlens.workspace.upkeep import rebuild

    done = rebuild(
        run.existing_workspace(),
        at=run.clock(),
        command="clientlens workspace check --repair",
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    row = (done.files, list(done.damaged), done.orphans, done.bytes, not done.alone)
    notes = (*(f"was damaged: {file}" for file in done.damaged), *_beside(alone=done.alone))
    title = "Repaired" if done.files or done.orphans else "There was nothing to repair"
    _tell(run, "workspace_repair", REPAIR_FIELDS, row, title, notes)


def carry_out_vacuum(run: Run, lock_timeout: float) -> None:
    """Delete what is old, and say how much that was."""
    from clientlens.workspace.upkeep import vacuum

    done = vacuum(
        run.existing_workspace(),
        at=run.clock(),
        command="clientlens workspace vacuum",
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    row = (done.files, done.bytes, not done.alone)
    title = "Vacuum" if done.files else "There was nothing to delete"
    _tell(run, "workspace_vacuum", VACUUM_FIELDS, row, title, _beside(alone=done.alone))


def _beside(*, alone: bool) -> tuple[str, ...]:
    return () if alone else ("somebody is reading; nothing was deleted, run it again later",)


def _tell(
    run: Run,
    name: str,
    fields: tuple[Field, ...],
    row: tuple[object, ...],
    title: str,
    notes: tuple[str, ...],
) -> None:
    frame = frame_of(fields, [row])
    run.answer(Answer(name, fields, frame, "UTC", single=True, title=title, notes=notes))


def tell_paths(run: Run, workspace: Workspace, name: str) -> None:
    """Print a table's live files; as a table that is one path in each line and nothing else.

    Raises:
        UnknownTable
    """
    from clientlens.model.tables import BY_NAME
    from clientlens.workspace.catalogue import Role

    if name not in BY_NAME:
        raise UnknownTable(name, list(BY_NAME))
    paths = workspace.paths(BY_NAME[name])
    if run.format_asked in {None, "table"} and run.flags.output is None:
        run.console.data(b"".join(bytes(path) + b"\n" for path in paths))
        return
    files = [live.file for live in workspace.state.live(Role.CURRENT, name)]
    rows = [
        (str(path), file.month, file.rows, file.bytes, file.sha256)
        for path, file in zip(paths, files, strict=True)
    ]
    run.answer(Answer("workspace_paths", PATH_FIELDS, frame_of(PATH_FIELDS, rows), workspace.timezone))
