"""Forgetting clients: nothing that is stored tells of them afterwards, and no import of what was brings them back.

Order of work, with the workspace held for writing:
1. New files without them, of every import and of what is derived from these; synced. Nothing names them yet.
2. One transaction: the new files take the place of the old ones in every state (older states are dropped, so there is no
   way back to them), entries of the ledger go or are blanked, what is kept of the clients is written down, and what is
   still to be erased: names of files alone.
3. `erasing`: files that nothing names, drafts, letters, merged files; then the catalogue is written anew, so that no page
   of it holds what was deleted.

A kill before 2 has changed nothing. After it the clients are gone from every answer, and whatever opens the workspace for
writing next ends the erasing; until then `privacy audit` and `workspace check` say that it has not ended.

What is kept: fingerprints (`client_forgotten`, `suppressed`), which name nobody, and sums of what was ordered by store,
currency and year and of letters by campaign (`forgotten_sums`), added up over everybody who was ever forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.model.drafts import offer_id
from clientlens.model.entries import Event
from clientlens.model.fingerprints import (
    FORGOTTEN,
    SECRET,
    SUMS,
    SUPPRESSED,
    UNSUPPRESSED,
    new_secret,
)
from clientlens.model.identity import client_id_of
from clientlens.model.tables import BY_NAME, ORDERS, REQUESTS
from clientlens.workspace import catalogue, erasing, events, facts
from clientlens.workspace.blanking import Blanking, words_of
from clientlens.workspace.catalogue import Live, Role
from clientlens.workspace.corrections import standing
from clientlens.workspace.deriving import derive_clients, people_of
from clientlens.workspace.persons import persons_of
from clientlens.workspace.rebuilding import rebuild_months
from clientlens.workspace.redacting import Redaction, redaction, rewrite
from clientlens.workspace.remembering import codes_of, names_of, prints_of
from clientlens.workspace.versions import DOCUMENTS
from clientlens.workspace.writing import change_of, hold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.model.entries import Entry
    from clientlens.workspace.catalogue import State, Stored
    from clientlens.workspace.deriving import Change
    from clientlens.workspace.persons import Persons
    from clientlens.workspace.writing import Writer

REASON = "forgotten"
"""Of the suppression that forgetting somebody makes."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What forgetting some clients comes to.

    clients: their ids, those of gathered doubles included. rows: table -> rows of files that tell of them, every version
    of every import and what is derived. entries: of the ledger that go; blanked: that name them in passing. named: that
    hold a full name of theirs and stay. drafts, letters: files. campaigns: whose merged files are to be made anew.
    doubtful: see `Persons`. erased: False when somebody is reading, so that the rest waits.
    """

    clients: frozenset[str]
    rows: dict[str, int]
    entries: int
    blanked: int
    named: int
    drafts: int
    letters: int
    campaigns: tuple[str, ...]
    doubtful: int
    erased: bool = False


def foresee(path: Path, state: State, entries: Sequence[Entry], client_ids: Collection[str]) -> Forgetting:
    """What `forget` would do; changes nothing.

    Args:
        state, entries: of a workspace that is open for reading, and all of its ledger.
    """
    return Plan(path, state, entries, client_ids).told()


def forget(
    path: Path,
    client_ids: Collection[str],
    *,
    at: datetime,
    command: str,
    suppress: bool = True,
    also: Sequence[Event] = (),
    actor: str | None = None,
    lock_timeout: float = 30,
) -> Forgetting:
    """Forget clients (by id); see the module's text.

    Args:
        suppress: they are not to be written to either, if they ever come back. also: entries that go with it.

    Raises:
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        plan = Plan(path, writer.state, writer.history(), client_ids)
        with change_of(writer) as change:
            batches = plan.batches(change)
            plan.derive(change)
            told = plan.told()
            kept = [*plan.entries_to_write(suppress=suppress), *also]
            _commit(writer, change, plan, batches, kept, at=at, command=command)
        done = erasing.finish(path, writer.connection, timeout=lock_timeout)
        return replace(told, erased=done)


class Plan:
    """Whom it is about, and everything of theirs: what `privacy export` shows and `forget` takes away."""

    def __init__(
        self, path: Path, state: State, entries: Sequence[Entry], client_ids: Collection[str]
    ) -> None:
        self.path, self.state, self.entries = path, state, entries
        self.persons: Persons = persons_of(path, state, entries, client_ids)
        known = [one.body["secret"] for one in entries if one.kind == SECRET]
        self.secret: str = known[0] if known else new_secret()
        self.is_new = not known
        self.prints = prints_of(path, state, self.persons, self.secret)
        self.redaction: Redaction = self._redaction()
        self._hits: dict[str, int] = {}

    def _redaction(self) -> Redaction:
        people = self.persons.people
        edits = [
            str(change["after"])
            for one in self.entries
            if one.kind == "client_edited" and one.person_key in self.persons.keys
            for change in one.body.get("fields", {}).values()
            if change["after"]
        ]
        keys = {one[2:] for one in self.persons.keys if one[0] in "ep"}
        asked = [
            one.body.get(name)
            for one in self.entries
            if one.kind == "request_received" and one.person_key in self.persons.keys
            for name in ("email", "phone")
        ]
        words = words_of([*people["email"], *people["phone"], *edits, *keys, *asked])
        ids = self.persons.client_ids | {client_id_of(key) for key in self.persons.keys}
        requests = [f"request {one.replace(chr(0), '/')}" for one in self.persons.records[REQUESTS.name]]
        prints = frozenset().union(*(one.all for one in self.prints.values()))
        return redaction(
            self.entries,
            Blanking(self.persons.keys, words, ids),
            set(people["name"].drop_nulls()),
            requests,
            prints,
        )

    @property
    def drafts(self) -> list[str]:
        """Ids of messages and offers to them, wherever these go: an address may have been corrected since."""
        gone = self.redaction.gone
        messages = {str(one.subject) for one in gone if one.kind.startswith("message_")}
        requests = [one.body for one in gone if one.kind.startswith("request_")]
        return sorted(messages | {offer_id(one["store"], one["request_id"]) for one in requests})

    @property
    def letters(self) -> list[str]:
        """Paths of the PDFs of their letters."""
        return sorted({one.body["pdf"] for one in self.redaction.gone if one.body.get("pdf")})

    @property
    def campaigns(self) -> list[str]:
        """Of their letters."""
        gone = (one for one in self.redaction.gone if one.kind == "letter_assigned")
        return sorted({str(one.subject) for one in gone})

    def hit(self, live: Live) -> int:
        """How many rows of a file are theirs."""
        if live.file.path not in self._hits:
            table = BY_NAME[live.file.table]
            mine = facts.scan(self.path, table, [live.file]).filter(self.persons.rows_of(table))
            self._hits[live.file.path] = int(mine.select(pl.len()).collect().item())
        return self._hits[live.file.path]

    def told(self) -> Forgetting:
        """What this comes to."""
        rows: dict[str, int] = {}
        for file in {live.file.path: live for live in self.state.files}.values():
            rows[file.file.table] = rows.get(file.file.table, 0) + self.hit(file)
        return Forgetting(
            clients=self.persons.client_ids,
            rows={name: count for name, count in rows.items() if count},
            entries=sum(one.kind != SUMS for one in self.redaction.gone),
            blanked=len(self.redaction.changed),
            named=self.redaction.named,
            drafts=len(self.draft_files()),
            letters=len(self.letters),
            campaigns=tuple(self.campaigns),
            doubtful=self.persons.doubtful,
        )

    def draft_files(self) -> list[Path]:
        """Drafts to them in the outbox."""
        prints = frozenset().union(*(one.strong for one in self.prints.values()))
        return erasing.drafts_to(self.path, self.drafts, erasing.Addressed(self.secret, prints))

    # --- files -------------------------------------------------------------------------------------------

    def batches(self, change: Change) -> dict[int, Stored | None]:
        """Write the files of every import without them: file_id -> the new file, None where nothing is left."""
        written: dict[int, Stored | None] = {}
        for live in self.state.live(Role.BATCH):
            if self.hit(live):
                table = BY_NAME[live.file.table]
                left = facts.read(self.path, table, live.file).filter(~self.persons.rows_of(table))
                written[live.file_id] = change.store(table, live.file.month, left)
        kept = [
            replace(live, file=new)
            for live in self.state.files
            if (new := written.get(live.file_id, live.file)) is not None
        ]
        change.state = replace(self.state, files=tuple(kept))
        return written

    def derive(self, change: Change) -> None:
        """Derive anew what follows from imports, of every month that tells of them."""
        hit = [live for live in self.state.files if self.hit(live)]
        for documents in DOCUMENTS:
            names = {table.name for table in documents.tables}
            months = {live.file.month for live in hit if live.file.table in names}
            if months:
                rebuild_months(change, documents, months)
        left = self.redaction.left(self.entries)
        derive_clients(change, people_of(change), afresh=True, corrections=standing(left).corrections)

    # --- the ledger --------------------------------------------------------------------------------------

    def entries_to_write(self, *, suppress: bool) -> list[Event]:
        """What is kept of them."""
        kept = [Event(SECRET, {"secret": self.secret}, key=SECRET)] if self.is_new else []
        objected = {str(one.subject): one for one in self.entries if one.kind == SUPPRESSED}
        given = max(map(int, objected), default=0)
        for one in self.entries:
            if one.kind == UNSUPPRESSED:
                objected.pop(str(one.subject), None)
        covered = {text for one in objected.values() for text in one.body["fingerprints"]}
        codes, ids = (of(self.persons, self.redaction.gone, self.secret) for of in (codes_of, names_of))
        for client, prints in self.prints.items():
            body = {
                "strong": prints.strong,
                "weak": prints.weak,
                "codes": codes.get(client, ()),
                "ids": ids[client],
            }
            kept.append(Event(FORGOTTEN, {name: sorted(found) for name, found in body.items()}))
            wanted = prints.strong | prints.details
            if suppress and not wanted <= covered:
                given += 1
                told = {"fingerprints": sorted(wanted), "reason": REASON}
                kept.append(Event(SUPPRESSED, told, subject=str(given)))
        return [*kept, Event(SUMS, self._sums())]

    def _sums(self) -> dict[str, Any]:
        """The sums of before with those of these clients added."""
        before: dict[str, Any] = next((one.body for one in self.entries if one.kind == SUMS), {"clients": 0})
        files = [live.file for live in self.state.live(Role.CURRENT, ORDERS.name)]
        orders = (
            facts.scan(self.path, ORDERS, files)
            .filter(self.persons.rows_of(ORDERS))
            .group_by("store", "currency", year=pl.col("placed_on").dt.year().cast(pl.Int64))
            .agg(
                orders=pl.len().cast(pl.Int64),
                order_total=pl.col("order_total").sum(),
                refunded=pl.col("refunded").sum(),
            )
            .collect()
        )
        letters = pl.DataFrame(
            [
                (str(one.subject), one.body["wave"], one.body["arm"], 1, one.body["cost_minor"])
                for one in self.redaction.gone
                if one.kind == "letter_assigned"
            ],
            schema={
                "campaign": pl.String,
                "wave": pl.String,
                "arm": pl.String,
                "clients": pl.Int64,
                "cost_minor": pl.Int64,
            },
            orient="row",
        )
        return {
            "clients": before["clients"] + len(self.persons.client_ids),
            "orders": _added(before.get("orders", []), orders, ("store", "currency", "year")),
            "letters": _added(before.get("letters", []), letters, ("campaign", "wave", "arm")),
        }


def _added(before: list[dict[str, Any]], more: pl.DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    together = pl.concat([pl.DataFrame(before, schema=more.schema), more])
    values = [name for name in more.columns if name not in by]
    summed = together.group_by(by).agg(pl.col(values).sum()).sort(by)
    return summed.select(more.columns).to_dicts()


def _commit(
    writer: Writer,
    change: Change,
    plan: Plan,
    batches: dict[int, Stored | None],
    kept: Sequence[Event],
    *,
    at: datetime,
    command: str,
) -> None:
    """One transaction that makes the state without them the only one."""
    change.settle()
    connection, state = writer.connection, writer.state
    names = catalogue.commit(connection, state, timezone=str(state.timezone), at=at, command=command)
    change.written = []  # from here on nothing is deleted on failure, as for every commit
    with names as snapshot:
        catalogue.refresh_mtimes(connection, writer.moved)
        catalogue.drop_files(
            connection, [*change.removed, *(one for one, new in batches.items() if new is None)]
        )
        for file_id, new in batches.items():
            if new is not None:
                catalogue.replace_file(connection, file_id, new)
        for file in change.current:
            catalogue.add_file(connection, file, Role.CURRENT, None, snapshot)
        for event in kept:
            events.insert(connection, event, at=at, actor=writer.actor, snapshot=snapshot)
        rewrite(connection, plan.redaction)
        erasing.put_off(
            connection,
            erasing.Rest(at.isoformat(), writer.actor, plan.drafts, plan.letters, plan.campaigns),
        )
