"""Adding what sources read: one transaction over all files and tables of a call.

Batches are the truth and current files are derived from them, so an import is recorded even when it changes nothing
that can be seen: taking another one back later then gives exactly the state that would have been without it. Only
files that a live import already holds, read in the same way, are not stored again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import TimezoneConflict, WorkspaceMissing
from clientlens.workspace import catalogue, facts
from clientlens.workspace.catalogue import EMPTY, ImportedFile, ImportRecord
from clientlens.workspace.deriving import Change
from clientlens.workspace.folder import may_be_workspace, prepare
from clientlens.workspace.forgotten import known_forgotten
from clientlens.workspace.incoming import Incoming, Total, expect, expect_of, gather, totals_of
from clientlens.workspace.lock import reading
from clientlens.workspace.planning import Counts, plan
from clientlens.workspace.writing import change_of, hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.model.batch import Batch, FileReport, Rejects
    from clientlens.problems import Problem
    from clientlens.workspace.catalogue import State


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. Exact: sum(files.rows) = rows_stored + rows_duplicate + rows_skipped + rows_set_aside.

    import_id: None when nothing was recorded (a dry run, or every file was held already).
    order_lines: lines of the orders added and updated.
    orders_added + orders_updated + orders_unchanged + orders_linked: all orders of the call but those set aside.
    orders_linked: gathered orders that a shop's own record stands for, and new orders of a shop that stand for gathered
        ones which had been counted before.
    unattributed_orders, totals: over all sales of the call, each once: without the gathered orders that are linked.
    shared_keys: keys (an e-mail, a phone) that too many names carry to be one person's; 0 when nobody changed.
    """

    import_id: int | None
    files: tuple[FileReport, ...]
    orders_added: int
    orders_updated: int
    orders_unchanged: int
    orders_linked: int
    order_lines: int
    clients_added: int
    clients_updated: int
    checkouts_added: int
    checkouts_updated: int
    reviews_added: int
    events_added: int
    scans_added: int
    requests_added: int
    rows_stored: int
    rows_duplicate: int
    rows_skipped: int
    test_orders_skipped: int
    unattributed_orders: int
    totals: tuple[Total, ...]
    problems: tuple[Problem, ...]
    rows_set_aside: int
    rejects: tuple[Rejects, ...]
    notes: tuple[str, ...]
    shared_keys: int
    created: bool
    dry_run: bool


def add(
    path: Path,
    batches: Sequence[Batch],
    *,
    timezone: str,
    at: datetime,
    command: str,
    options: str = "",
    actor: str | None = None,
    lock_timeout: float = 30,
    dry_run: bool = False,
    strict: bool = False,
    expect_rows: int | None = None,
    expect_total: Mapping[str, int] | None = None,
) -> ImportResult:
    """Add batches to the workspace in `path`, making it where there is none.

    Args:
        timezone: IANA zone of the workspace: stored when it is made, and the batches' days are cut by it.
        at: when the import is made; recorded.
        command: what the user called; shown to whoever waits for the lock, and in the history.
        options: how the files were asked to be read; the same file read in another way is another import.
        actor: who makes it; recorded.
        lock_timeout: seconds to wait for another writer.
        dry_run: only tell what would happen; nothing is written or made, and no writer waited for.
        strict: refuse the call when any row is bad.
        expect_rows: data records over all files. expect_total: currency -> minor units, see `ImportResult.totals`.

    Raises:
        NoGoodRow, StrictProblems, ExpectationFailed, AnotherShop, CheckoutConflict: the input is refused.
        TimezoneConflict: the workspace has another time zone.
        NotAWorkspace, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
        In each case nothing is stored.
    """
    forgotten = known_forgotten(path)
    incoming = gather(forgotten.without(batches))
    expect(incoming, rows=expect_rows)

    def hold_against(result: ImportResult) -> ImportResult:
        expect_of(result.problems, result.totals, strict=strict, expected=expect_total)
        return result

    if incoming.orders_gathered:
        # What is stored decides what counts beside it; the check is made again with the lock held.
        told = hold_against(_dry_run(path, incoming, timezone, options)) if strict or expect_total else None
    else:
        told = None
        expect_of(incoming.problems, totals_of(incoming.orders), strict=strict, expected=expect_total)
    if dry_run:
        return told or hold_against(_dry_run(path, incoming, timezone, options))
    with hold(path, timezone=timezone, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        now = known_forgotten(path)
        if now != forgotten:
            incoming = gather(now.without(batches))  # somebody was forgotten meanwhile
        fresh = _not_held(incoming, writer.state, options)
        if writer.state.timezone is not None and not fresh.batches:
            counts = _unchanged(path, writer.state, incoming, fresh)
            return _result(incoming, fresh, counts, import_id=None, created=False, dry_run=False)
        with change_of(writer) as change:
            counts = plan(change, incoming, fresh)
            import_id = max((one.import_id for one in writer.state.imports), default=0) + 1
            result = _result(
                incoming, fresh, counts, import_id=import_id, created=writer.created, dry_run=False
            )
            hold_against(result)
            record = _record(result, fresh, at, command, options, writer.state.snapshot + 1)
            writer.commit(change, timezone=timezone, at=at, command=command, record=record)
        return result


def _unchanged(path: Path, state: State, incoming: Incoming, fresh: Incoming) -> Counts:
    """The counts of a call that brings nothing new: its gathered orders are linked, or differ, as they did."""
    if not (state.gathered or incoming.orders_gathered):
        return Counts()
    return plan(Change(path, state, dry_run=True), incoming, fresh)


def _dry_run(path: Path, incoming: Incoming, timezone: str, options: str) -> ImportResult:
    try:
        may_be_workspace(path)
    except WorkspaceMissing:
        prepare(path, make=False)
        return _told(path, incoming, EMPTY, options)
    with reading(path):
        state = catalogue.read(path) or EMPTY
        if state.timezone not in (None, timezone):
            raise TimezoneConflict(str(state.timezone), timezone)
        facts.verify(path, [live.file for live in state.files])
        return _told(path, incoming, state, options)


def _told(path: Path, incoming: Incoming, state: State, options: str) -> ImportResult:
    fresh = _not_held(incoming, state, options)
    if fresh.batches:
        counts = plan(Change(path, state, dry_run=True), incoming, fresh)
    else:
        counts = _unchanged(path, state, incoming, fresh)
    return _result(incoming, fresh, counts, import_id=None, created=state.timezone is None, dry_run=True)


def _not_held(incoming: Incoming, state: State, options: str) -> Incoming:
    """The batches that no live import holds.

    The same files read together: a file's rows may depend on the others (the lines of an order that is cut in two),
    so what an import with fewer or more of them stored need not be what this one says.
    """
    held: set[tuple[str, str, str, frozenset[str]]] = set()
    for record in state.imports:
        if record.removed is None:
            together: dict[tuple[str, str, str], set[str]] = {}
            for one in record.files:
                key = (one.report.source, one.report.store, one.options)
                together.setdefault(key, set()).add(one.report.sha256)
            held |= {(*key, frozenset(hashes)) for key, hashes in together.items()}
    fresh = [
        batch
        for batch in incoming.batches
        if (batch.source, batch.store, options, frozenset(f.sha256 for f in batch.files)) not in held
    ]
    return incoming if len(fresh) == len(incoming.batches) else gather(fresh)


def _result(
    incoming: Incoming,
    fresh: Incoming,
    counts: Counts,
    *,
    import_id: int | None,
    created: bool,
    dry_run: bool,
) -> ImportResult:
    added, updated = counts.added.get("orders", 0), counts.updated.get("orders", 0)
    skipped, aside, stored = incoming.rows_skipped, incoming.rows_set_aside, fresh.rows_stored
    batches, problems, orders, sales, linked = (
        incoming.batches,
        incoming.problems,
        incoming.orders,
        incoming.orders,
        0,
    )
    if counts.linked is not None:
        # Rows of gathered orders that differ are stored, but left out of everything that is counted.
        differing, linked = counts.linked.differing, counts.linked.orders
        key = differing.columns
        aside += int(orders.join(differing, on=key, how="semi")["row_count"].sum())
        stored -= int(fresh.orders.join(differing, on=key, how="semi")["row_count"].sum())
        orders = orders.join(differing, on=key, how="anti")
        sales = orders.join(counts.linked.doubles, on=key, how="anti")
        problems += counts.linked.problems
    return ImportResult(
        import_id=import_id,
        files=tuple(report for batch in batches for report in batch.files),
        orders_added=added,
        orders_updated=updated,
        orders_unchanged=orders.height - added - updated - linked,
        orders_linked=linked,
        order_lines=counts.lines.get("orders", 0),
        clients_added=counts.clients.added,
        clients_updated=counts.clients.updated,
        checkouts_added=counts.added.get("checkouts", 0),
        checkouts_updated=counts.updated.get("checkouts", 0),
        reviews_added=counts.added.get("reviews", 0),
        events_added=counts.added.get("events", 0),
        scans_added=counts.added.get("scans", 0),
        requests_added=counts.added.get("requests", 0),
        rows_stored=stored,
        rows_duplicate=incoming.rows - stored - skipped - aside,
        rows_skipped=skipped,
        test_orders_skipped=sum(batch.test_orders_skipped for batch in batches),
        unattributed_orders=sales["person_key"].null_count(),
        totals=totals_of(sales),
        problems=problems,
        rows_set_aside=aside,
        rejects=tuple(one for batch in batches for one in batch.rejects),
        notes=(*(note for batch in batches for note in batch.notes), *_doubtful(counts)),
        shared_keys=counts.clients.shared_keys,
        created=created,
        dry_run=dry_run,
    )


def _doubtful(counts: Counts) -> list[str]:
    """What the user should know about versions of which the rule cannot tell for certain which is newer."""
    undecided = sum(one.undecided for one in counts.doubts)
    refunds = sum(one.refunds for one in counts.doubts)
    notes = []
    if undecided:
        notes.append(
            f"{undecided} of these orders differ from what is stored, and no time, refund or status in them says which is "
            "newer; one of the two was kept whatever came first (an updated_at decides, or 'clientlens workspace undo')"
        )
    if refunds:
        notes.append(
            f"{refunds} of these orders show a larger refund than what is kept, which was changed later by its times: "
            "import that source anew"
        )
    return notes


def _record(
    result: ImportResult, fresh: Incoming, at: datetime, command: str, options: str, snapshot: int
) -> ImportRecord:
    return ImportRecord(
        import_id=result.import_id or 0,
        at=at,
        command=command,
        files=tuple(ImportedFile(report, options) for batch in fresh.batches for report in batch.files),
        orders_added=result.orders_added,
        orders_updated=result.orders_updated,
        orders_unchanged=result.orders_unchanged,
        rows_stored=result.rows_stored,
        rows_set_aside=result.rows_set_aside,
        added=snapshot,
        removed=None,
        orders_gathered=fresh.orders_gathered,
    )
