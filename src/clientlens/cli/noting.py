"""The bodies of `clients edit`, `nickname`, `note`, `fields` and `history`, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.recording import known_entry, own_key, record
from clientlens.errors import BadDetail, NothingAsked, UnknownNote
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.model.facts import Facts
    from clientlens.workspace.workspace import Workspace

EDIT_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("field", Kind.TEXT, "the detail", nullable=False),
    Field("before", Kind.TEXT, "as it was shown before", wide=True, fold=True),
    Field("after", Kind.TEXT, "as it is shown now", wide=True, fold=True),
)


def carry_out_edit(
    run: Run,
    client: str,
    values: Mapping[str, str | None],
    *,
    clear: Sequence[str],
    restore: Sequence[str],
    command: str,
    lock_timeout: float,
) -> None:
    """Correct details of a client, and say what changed.

    Args:
        values: detail -> its new value as it was typed; None: not asked. clear: details to be empty. restore: details
            that are to follow the files again.

    Raises:
        NothingAsked, BadDetail, UnknownClient, AmbiguousClient
    """
    from clientlens.model.overlay import DETAILS

    given = {name: text for name, text in values.items() if text is not None}
    if not (given or clear or restore):
        what = "no nickname is given" if command.endswith("nickname") else "no detail is named"
        raise NothingAsked(command, what)
    for name in (*clear, *restore):
        if name not in DETAILS:
            raise BadDetail("field", name, ", ".join(DETAILS))
    checked = {name: _checked(name, text) for name, text in given.items() if name != "phone"}
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis.client_lookup import find_one
        from clientlens.analysis.points import keys_of, shown_as
        from clientlens.model.entries import Event
        from clientlens.model.overlay import KIND

        facts = workspace.facts()
        client_id = find_one(facts, client)
        keys, before = keys_of(facts, client_id), _details(facts, client_id)
        new: dict[str, str | None] = {**checked, **dict.fromkeys(clear)}
        if "phone" in given:
            country = new.get("country") or before["country"]
            new["phone"] = _phone(run, facts, client_id, given["phone"], country)
        edits = _edits(workspace, keys)
        fields = _changes(before, new)
        restored = sorted({one for name in restore for one in _together(name)} & edits.keys())
        told.update(zone=workspace.timezone, client_id=client_id, before=before, keys=keys)
        told["name"] = shown_as(facts, client_id)
        told["notes"] = _about_keys(facts, client_id, fields)
        body: dict[str, Any] = {"fields": fields} | ({"restored": restored} if restored else {})
        return [Event(KIND, body, person_key=keys[0])] if fields or restored else []

    written = record(run, decide, command=command, lock_timeout=lock_timeout)
    _tell_edit(run, told, command, written)


def _checked(name: str, text: str) -> str:
    from clientlens.model import details

    read: dict[str, Callable[[str], str]] = {
        "email": details.email,
        "language": details.language,
        "birthday": details.birthday,
        "country": details.country,
    }
    return read[name](text) if name in read else details.plain_text(name, text)


def _phone(run: Run, facts: Facts, client_id: str, text: str, country: str | None) -> str:
    """A phone as the importer stores it: in international form where that can be known.

    Raises:
        BadDetail
    """
    import polars as pl

    from clientlens.model.details import plain_text
    from clientlens.sources.phones import read_phones

    stores = facts.clients.filter(pl.col("client_id") == client_id).select("stores").collect().item()
    store = str(stores).split(", ", maxsplit=1)[0]
    key, shown = read_phones(
        pl.Series([plain_text("phone", text)]),
        pl.Series([country], dtype=pl.String),
        store=store,
        default_country=run.settings.country_of(store),
    )
    if key.item() is None:
        raise BadDetail(
            "phone", text, "a number such as +49 30 123456, or 030 123456 where a country is known"
        )
    return str(shown.item())


def _details(facts: Facts, client_id: str) -> dict[str, str | None]:
    import polars as pl

    from clientlens.model.overlay import DETAILS

    return facts.clients.filter(pl.col("client_id") == client_id).select(DETAILS).collect().row(0, named=True)


def _edits(workspace: Workspace, keys: Collection[str]) -> Mapping[str, object]:
    from clientlens.model.overlay import KIND, standing_edits
    from clientlens.workspace.ledger import history

    return standing_edits(history(workspace, kinds=(KIND,), person_keys=keys))


def _together(name: str) -> tuple[str, ...]:
    """The details that are corrected as one with a detail: half of an address from a file would be of nowhere."""
    from clientlens.model.overlay import ADDRESS, NAME

    return next((group for group in (NAME, ADDRESS) if name in group), (name,))


def _changes(
    before: Mapping[str, str | None], new: Mapping[str, str | None]
) -> dict[str, dict[str, str | None]]:
    """Detail -> before and after, whole names and addresses; nothing where all stays."""
    if new.keys() & {"first_name", "last_name"} and "name" not in new:
        parts = (new.get(one, before[one]) for one in ("first_name", "last_name"))
        new = {**new, "name": " ".join(part for part in parts if part) or None}
        new = {one: before[one] for one in ("first_name", "last_name")} | new
    found: dict[str, dict[str, str | None]] = {}
    for name, value in new.items():
        if before[name] == value:
            continue
        for one in _together(name):
            # A first name beside another full name would contradict it.
            kept = None if "name" in new and one in {"first_name", "last_name"} else before[one]
            found[one] = {"before": before[one], "after": new.get(one, kept)}
    return found


def _about_keys(facts: Facts, client_id: str, fields: Collection[str]) -> list[str]:
    """That a new e-mail or phone does not change who is one client, and who else has that e-mail."""
    import polars as pl

    names = [word for word, name in (("e-mail", "email"), ("phone", "phone")) if name in fields]
    if not names:
        return []
    notes = [
        f"what is shown changes, not who is one client: records are matched by the {' and '.join(names)} in files"
    ]
    after = fields["email"]["after"] if isinstance(fields, dict) and "email" in fields else None
    if after is not None:
        other = (
            facts.identities.filter(pl.col("person_key") == f"e:{after}", pl.col("client_id") != client_id)
            .select("client_id")
            .collect()
        )
        if not other.is_empty():
            notes.append(
                f"client {other.item()} has that e-mail in files; 'clientlens clients merge' makes two clients one"
            )
    return notes


def _tell_edit(run: Run, told: Mapping[str, Any], command: str, written: Sequence[Entry]) -> None:
    with run.open() as workspace:
        from clientlens.analysis.client_lookup import find_one

        facts = workspace.facts()
        after = _details(facts, find_one(facts, told["client_id"]))
    before = told["before"]
    rows = [
        (told["client_id"], name, value, after[name])
        for name, value in before.items()
        if value != after[name]
    ]
    changed = f"{told['name']} is corrected" if written else f"{told['name']}: nothing changed"
    name = command.removeprefix("clientlens ").replace(" ", "_")
    run.answer(
        Answer(
            name,
            EDIT_FIELDS,
            frame_of(EDIT_FIELDS, rows),
            told["zone"],
            title=changed,
            notes=tuple(told["notes"]) if written else (),
        )
    )


def write_note(
    run: Run, client: str, text: str | None, *, remove: int | None, key: str | None, lock_timeout: float
) -> None:
    """Add a note, take one away, or (both) put one in its place; then list the client's notes.

    Raises:
        UnknownNote, BadDetail, EntryConflict
    """
    from clientlens.analysis.notes import ADDED, KINDS, REMOVED, notes_of
    from clientlens.model.details import note_text
    from clientlens.model.entries import Event

    checked = None if text is None else note_text(text)
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis.client_lookup import find_one
        from clientlens.analysis.points import keys_of
        from clientlens.workspace.ledger import history

        facts = workspace.facts()
        told["client_id"] = client_id = find_one(facts, client)
        keys = keys_of(facts, client_id)
        entries = history(workspace, kinds=KINDS, person_keys=keys)
        events = []
        if remove is not None:
            if not any(one.seq == remove and one.kind == ADDED for one in entries):
                raise UnknownNote(remove, client_id)
            if remove in notes_of(entries, keys)["number"]:
                events.append(Event(REMOVED, {"note": remove}, person_key=keys[0]))
        if checked is not None:
            event = Event(ADDED, {"text": checked}, key=own_key(key), person_key=keys[0])
            if known_entry(workspace, event, keys) is None:
                events.append(event)
        return events

    record(run, decide, command="clientlens clients note", lock_timeout=lock_timeout)
    list_notes(run, told["client_id"], just_written=True)


def list_notes(run: Run, client: str, *, just_written: bool = False) -> None:
    """List a client's notes; those up to --as-of, unless one was written by this call, which is of today."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.notes import KINDS, notes_answer, notes_of
    from clientlens.analysis.points import keys_of, shown_as
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        client_id = find_one(facts, client)
        keys = keys_of(facts, client_id)
        entries = history(workspace, kinds=KINDS, person_keys=keys)
        found = notes_of(entries if just_written else _upto(run, workspace, entries), keys)
        run.answer(notes_answer(found, workspace.timezone, f"Notes on {shown_as(facts, client_id)}"))


def _upto(run: Run, workspace: Workspace, entries: Sequence[Entry]) -> list[Entry]:
    """Entries written up to --as-of."""
    as_of = run.as_of(workspace.timezone)
    return [entry for entry in entries if entry.at <= as_of.instant]


def tell_fields(run: Run, client: str) -> None:
    """List a client's details with where each comes from."""
    from clientlens.analysis.client_fields import client_fields
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.points import keys_of
    from clientlens.model.overlay import KIND
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        client_id = find_one(facts, client)
        edits = history(workspace, kinds=(KIND,), person_keys=keys_of(facts, client_id))
        run.answer(client_fields(facts, client_id, edits))


def tell_changes(run: Run, client: str) -> None:
    """List what was changed by hand about a client."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.notes import changes_answer
    from clientlens.analysis.points import keys_of, shown_as
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        client_id = find_one(facts, client)
        entries = history(workspace, person_keys=keys_of(facts, client_id))
        title = f"Changes by hand: {shown_as(facts, client_id)}"
        run.answer(changes_answer(_upto(run, workspace, entries), workspace.timezone, title))
