"""The body of `privacy export`: everything that is held about one client, as files that they can be given."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts
    from clientlens.workspace.forgetting import Plan
    from clientlens.workspace.workspace import Workspace

FILE_FIELDS = (
    Field("file", Kind.TEXT, "file that was written", nullable=False, wide=True),
    Field("what", Kind.TEXT, "what is in it", nullable=False, wide=True),
    Field("rows", Kind.INTEGER, "rows or entries in it; 1 for a letter or draft", nullable=False),
    Field("bytes", Kind.INTEGER, "its size", nullable=False),
)
_TABLES = {
    "orders": "orders",
    "order_lines": "what was ordered",
    "checkouts": "checkouts, finished or not",
    "checkout_lines": "what was in them",
    "reviews": "reviews",
    "events": "follows, messages and logins",
    "scans": "when the codes on letters were opened",
    "requests": "requests for orders",
    "people": "name, address and other details, as each record has them",
    "identities": "keys by which records are known to be this client's",
    "clients": "name, address and other details, as they are shown",
}
"""In words of the person who reads it."""
_ZIPPED = (1980, 1, 1, 0, 0, 0)
"""The time of files in an archive, so that the same data give the same bytes."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    what: str
    rows: int
    data: bytes


def export_client(run: Run, client: str, output: str, *, force: bool, lock_timeout: float) -> None:
    """Write the files, note that it was done, and list them.

    Raises:
        UnknownClient, AmbiguousClient; OutputExists, OutputFailed
    """
    from clientlens.cli.naming import client_or_asker
    from clientlens.cli.recording import record
    from clientlens.model.entries import Event
    from clientlens.model.fingerprints import EXPORTED, SUPPRESSED, UNSUPPRESSED
    from clientlens.workspace.forgetting import Plan
    from clientlens.workspace.ledger import history

    target = run.folder / output
    _see_free(target, output, force=force)
    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        entries = history(workspace)
        client_id = client_or_asker(facts, entries, client)
        plan = Plan(workspace.path, workspace.state, entries, [client_id])
        files = _files(run, workspace, facts, plan, client_id)
    _write(target, output, files, force=force)
    record(run, lambda _: [Event(EXPORTED)], command="clientlens privacy export", lock_timeout=lock_timeout)
    place = "" if output.endswith(".zip") else f"{output.rstrip('/')}/"
    rows = [(f"{place}{one.name}", one.what, one.rows, len(one.data)) for one in files]
    notes = [f"all of it in {output}; it holds personal data: give it to nobody else"]
    named = sum(one.kind not in {SUPPRESSED, UNSUPPRESSED} for one in plan.redaction.changed)
    if named:
        told = "1 entry about somebody else names" if named == 1 else f"{named:,} entries about others name"
        notes.append(f"{told} the client: not in it")
    frame = frame_of(FILE_FIELDS, rows)
    run.answer(Answer("privacy_export", FILE_FIELDS, frame, zone, title="Export", notes=tuple(notes)))


def _files(run: Run, workspace: Workspace, facts: Facts, plan: Plan, client_id: str) -> list[_File]:
    from clientlens.cli.carding import card_of

    found = []
    now, earlier = _tables(workspace, plan)
    if "clients" in now:
        card = card_of(run, workspace, facts, client_id, everything=True, lines=True, hints=False)
        what = "what is worked out from it: figures, scores, suggestions"
        found.append(_File("card.json", what, 1, _json_of(card)))
    for folder, some, before in (("tables", now, ""), ("earlier", earlier, "earlier versions: ")):
        for name, answer in some.items():
            title = f"{before}{_TABLES[name]}"
            found.append(_File(f"{folder}/{name}.json", title, answer.rows.height, _json_of(answer)))
    entries = _entries(workspace, plan)
    if entries:
        found.append(_File("ledger.json", "what was written down", len(entries), _json(entries)))
    objections = _objections(workspace, facts, client_id)
    if objections:
        found.append(
            _File("objections.json", "objections to being written to", len(objections), _json(objections))
        )
    files = [("letters", workspace.path / name, "a letter, as it was made") for name in plan.letters]
    files += [("drafts", path, "a message or offer, not sent from here") for path in plan.draft_files()]
    for folder, path, what in files:
        if path.is_file():  # a draft may be deleted by hand
            found.append(_File(f"{folder}/{path.name}", what, 1, path.read_bytes()))
    index = _index(client_id, run.clock().astimezone(ZoneInfo(workspace.timezone)).isoformat(), found)
    return [_File("index.txt", "what the files are", len(found), index), *found]


def _tables(workspace: Workspace, plan: Plan) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The rows of every table that are the client's: those that count, and other versions of imports; none empty."""
    from clientlens.analysis.table_export import exported
    from clientlens.model.facts import Facts
    from clientlens.model.tables import IDENTITIES, TABLES
    from clientlens.workspace import facts as stored
    from clientlens.workspace.catalogue import Role

    now: dict[str, pl.LazyFrame] = {}
    earlier: dict[str, pl.LazyFrame] = {}
    for table in TABLES:
        current, batches = (
            stored.scan(workspace.path, table, [live.file for live in workspace.state.live(role, table.name)])
            .filter(plan.persons.rows_of(table))
            .collect()
            for role in (Role.CURRENT, Role.BATCH)
        )
        now[table.name] = current.lazy()
        names = table.schema.names()
        others = batches.unique().join(current, on=names, how="anti", nulls_equal=True)
        earlier[table.name] = (current if table is IDENTITIES else others).lazy()

    def answers(frames: dict[str, pl.LazyFrame]) -> dict[str, Answer]:
        made = exported(Facts(**frames, timezone=workspace.timezone))
        asked = {name: answer() for name, answer in made.items() if frames[name].collect().height}
        return {name: answer for name, answer in asked.items() if frames is now or name != IDENTITIES.name}

    return answers(now), answers(earlier)


def _entries(workspace: Workspace, plan: Plan) -> list[dict[str, Any]]:
    from clientlens.analysis.suppression import told_body
    from clientlens.model.fingerprints import SUMS

    zone = ZoneInfo(workspace.timezone)
    return [
        {
            "number": one.seq,
            "at": one.at.astimezone(zone).isoformat(),
            "actor": one.actor,
            "kind": one.kind,
            "person_key": one.person_key,
            "subject": one.subject,
            "details": told_body(one),
            "key": one.key,
        }
        for one in plan.redaction.gone
        if one.kind != SUMS
    ]


def _objections(workspace: Workspace, facts: Facts, client_id: str) -> list[dict[str, Any]]:
    from clientlens.cli.suppressing import objections

    zone = ZoneInfo(workspace.timezone)
    fitting = objections(workspace).pairs(facts, [client_id])
    return [
        {"number": one.number, "since": one.at.astimezone(zone).isoformat(), "reason": one.reason}
        for _, one in fitting
    ]


def _index(client_id: str, at: str, files: list[_File]) -> bytes:
    width = max(len(one.name) for one in files)
    lines = [f"{one.name:{width}}  {one.rows:>6,}  {one.what}" for one in files]
    head = [
        f"Everything that is held about client {client_id}, as of {at}.",
        "Amounts are in the currency beside them; times have their offset from UTC.",
        "",
        f"{'file':{width}}  {'rows':>6}  what",
    ]
    return "\n".join([*head, *lines, ""]).encode()


def _json_of(answer: Answer) -> bytes:
    from clientlens.outputs.format import Style, format_for

    return format_for("json", None).write(answer, Style())


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _see_free(target: Path, shown: str, *, force: bool) -> None:
    """See that nothing would be replaced or mixed with other files.

    Raises:
        OutputExists, OutputFailed
    """
    from clientlens.cli.writing import may_write
    from clientlens.errors import OutputExists

    if target.suffix == ".zip":
        may_write(target, force=force, shown=shown)
    elif (target.exists() and not target.is_dir()) or (
        target.is_dir() and any(target.iterdir()) and not force
    ):
        raise OutputExists(shown)


def _write(target: Path, shown: str, files: list[_File], *, force: bool) -> None:
    from clientlens.cli.writing import write_file
    from clientlens.errors import OutputFailed

    if target.suffix == ".zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in files:
                entry = zipfile.ZipInfo(one.name, _ZIPPED)
                entry.external_attr = 0o600 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, one.data)
        write_file(target, packed.getvalue(), force=force, shown=shown)
        return
    for one in files:
        path = target / one.name
        try:
            for folder in (target, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputFailed(shown, error.strerror or type(error).__name__) from None
        write_file(path, one.data, force=force, shown=f"{shown}/{one.name}")
