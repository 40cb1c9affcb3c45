"""The body of `requests screen`: from a file of incoming orders to what the rules say of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.cli.notes import problem_told
from clientlens.cli.order_requests import client_of, decide, load_rules, moment, request_entries
from clientlens.cli.shared import store_name
from clientlens.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.requests.incoming import Incoming

COMMAND = "clientlens requests screen"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one call."""

    rules: str | None
    store: str
    currency: str | None
    timezone: str | None
    record: bool
    lock_timeout: float


def carry_out(run: Run, file: str, wanted: Wanted) -> None:
    """Screen a file and print what came of it; the exit code is 1 when a row was set aside, or could not be recorded."""
    from clientlens.cli.importing import known_currency, known_timezone, let_ctrl_c_through
    from clientlens.model.batch import ReadOptions
    from clientlens.requests import recording, screening
    from clientlens.requests.incoming import read_incoming
    from clientlens.requests.states import fold

    if wanted.currency is not None:
        known_currency(wanted.currency)
    if wanted.timezone is not None:
        known_timezone(wanted.timezone)
    if file == "-":
        let_ctrl_c_through()
    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        rules = load_rules(run, wanted.rules, zone)
        requests = facts.requests.collect()
        services = [*rules.known_services, *requests["service"].drop_nulls().unique().sort().to_list()]
        store = store_name(wanted.store)
        options = ReadOptions(
            store=store,
            workspace_timezone=zone,
            timezone=wanted.timezone,
            currency=wanted.currency,
            country=run.settings.country_of(store),
            today=run.clock().date(),
        )
        incoming = read_incoming(file, options, services, stdin=run.stdin, folder=str(run.folder))
        screened = screening.screen(
            incoming,
            rules,
            facts,
            as_of=run.as_of(zone),
            completed_when=run.settings.text("orders.completed_when"),
            timezone=rules.timezone or zone,
        )
        entries = request_entries(workspace)
        known = fold(requests, entries, at=moment(run, entries)).values()
        owners = client_of(facts, known)
    told: list[str | None] = [None] * screened.rows.height
    rows, _ = screening.decided(screened, known, owners)

    def record(entries: Sequence[Entry]) -> Sequence[Event]:
        nonlocal rows, told
        known = fold(requests, entries, at=moment(run, entries))
        rows, taken = screening.decided(screened, known.values(), owners)
        events, told = recording.recorded(rows, taken, known)
        return events

    if wanted.record:
        decide(run, record, COMMAND, wanted.lock_timeout)
    import polars as pl

    rows = rows.with_columns(recorded=pl.Series(told, dtype=pl.String))
    run.answer(screening.answer(rows, timezone=zone, rules=rules.name.rsplit("/", 1)[-1]))
    _tell(run, incoming, recording.anonymous_count(told))


def _tell(run: Run, incoming: Incoming, anonymous: int) -> None:
    from clientlens.analysis.wording import counted_noun

    for note in incoming.notes:
        if "without any status" not in note:  # what is incoming has none yet
            run.console.note(f"note: {note}")
    if anonymous:
        run.console.warn(
            f"{counted_noun(anonymous, 'order')} not recorded: neither name, e-mail nor phone says who asks"
        )
    if incoming.problems:
        run.console.warn(f"{counted_noun(incoming.set_aside, 'row')} set aside:")
        for one in incoming.problems:
            run.console.warn(f"  {problem_told(one)}")
    if anonymous or incoming.set_aside:
        run.exit_code = ExitCode.SET_ASIDE
