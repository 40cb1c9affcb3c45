"""The bodies of `letters list`, `show`, `mark` and `scans`, and of `campaigns list`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.cli.recording import record
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.running import Making
    from clientlens.cli.context import Run
    from clientlens.model.entries import Event
    from clientlens.workspace.workspace import Workspace

_MARKED_FIELDS = (
    Field("letter_id", Kind.TEXT, "the letter", nullable=False, title="letter"),
    Field("campaign", Kind.TEXT, "its campaign", nullable=False),
    Field("status", Kind.TEXT, "its status now", nullable=False),
    Field("status_on", Kind.DATE, "since which day", nullable=False, title="since"),
)
_BAD_FIELDS = (
    Field("file", Kind.TEXT, "file it stands in", nullable=False),
    Field("line", Kind.INTEGER, "its line", nullable=False),
    Field("message", Kind.TEXT, "what is wrong", nullable=False),
)
MARK_FIELDS = (
    Field("letters_changed", Kind.INTEGER, "letters whose status is another one now", nullable=False),
    Field("rows_set_aside", Kind.INTEGER, "rows of the list that nothing could be marked by", nullable=False),
    Field(
        "letters", Kind.LIST, "the letters that changed", nullable=False, fields=_MARKED_FIELDS, priority=None
    ),
    Field(
        "problems", Kind.LIST, "why rows were set aside", nullable=False, fields=_BAD_FIELDS, priority=None
    ),
)
PROBLEMS_LISTED = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which letters are meant; None: all."""

    campaign: str | None = None
    client: str | None = None
    status: str | None = None
    run: str | None = None


def letters_of(workspace: Workspace, run: Run | None = None) -> list[Assigned]:
    """Everybody's part in every campaign, the first assigned first; with a run, as its --as-of saw it."""
    from clientlens.analysis.letter_history import KINDS, assigned_of
    from clientlens.workspace.ledger import history

    until = None if run is None else run.as_of(workspace.timezone).instant
    return assigned_of(history(workspace, kinds=KINDS), until=until)


def of_campaign(assigned: Sequence[Assigned], name: str, until: date | None = None) -> list[Assigned]:
    """Everybody's part in one campaign. until: the day of --as-of, where it was asked for.

    Raises:
        NeverRun
    """
    from clientlens.errors import NeverRun

    mine = [one for one in assigned if one.campaign == name]
    if not mine:
        raise NeverRun(name, sorted({one.campaign for one in assigned}), until)
    return mine


def the_letter(assigned: Sequence[Assigned], name: str) -> Assigned:
    """A letter by its id, code or file's name.

    Raises:
        UnknownLetter
    """
    from clientlens.campaigns.marking import called, known_letters
    from clientlens.errors import UnknownLetter

    known = known_letters(assigned)
    found = called(known, name)
    if found is None:
        raise UnknownLetter(name, [one.letter_id for one in assigned if one.letter_id])
    return found


def list_letters(run: Run, chosen: Chosen) -> None:
    """List letters, the latest first."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.letter_list import list_answer
    from clientlens.analysis.points import keys_of

    with run.open() as workspace:
        facts, letters = workspace.facts(), letters_of(workspace, run)
        if chosen.campaign is not None:
            as_of = run.as_of(workspace.timezone)
            letters = of_campaign(letters, chosen.campaign, as_of.day if as_of.explicit else None)
        keys = None if chosen.client is None else keys_of(facts, find_one(facts, chosen.client))
        some = [
            one
            for one in letters
            if one.letter_id
            and (keys is None or one.person_key in keys)
            and chosen.status in {None, one.status}
            and chosen.run in {None, one.run}
        ]
        run.answer(list_answer(facts, some, as_of=run.as_of(workspace.timezone)))


def list_campaigns(run: Run) -> None:
    """List the campaigns that were ever run."""
    from clientlens.analysis.letter_list import campaigns_answer

    with run.open() as workspace:
        assigned = letters_of(workspace, run)
        run.answer(campaigns_answer(workspace.facts(), assigned, as_of=run.as_of(workspace.timezone)))


def show_letter(run: Run, name: str) -> None:
    """Show a letter with its history, or write its PDF as it was made where --output names one."""
    from clientlens.analysis.letter_list import show_answer
    from clientlens.campaigns.bundles import read_letter
    from clientlens.cli.writing import write_file
    from clientlens.errors import UnmadeLetter

    with run.open() as workspace:
        one = the_letter(letters_of(workspace, run), name)
        if run.pdf is None:
            run.answer(show_answer(workspace.facts(), one, as_of=run.as_of(workspace.timezone)))
            return
        if one.pdf is None:
            raise UnmadeLetter(one.letter_id)
        data = read_letter(workspace.path, one)
        write_file(run.folder / run.pdf, data, force=run.flags.force, shown=run.pdf)


def mark_letters(
    run: Run, names: Sequence[str], status: str, *, on: str | None, reason: str | None, lock_timeout: float
) -> None:
    """Note that letters came to a status: all of them, or none."""
    from clientlens.campaigns.marking import Mark, event_of

    def decide(letters: list[Assigned], today: date) -> Sequence[Event]:
        day = _day(on, today)
        found = {one.letter_id: one for one in (the_letter(letters, name) for name in names)}
        events = [event_of(one, Mark(one.letter_id, status, day, reason)) for one in found.values()]
        return [event for event in events if event is not None]

    _tell_marked(run, _recorded(run, decide, lock_timeout), [])


def mark_all(
    run: Run, status: str, chosen: Chosen, *, on: str | None, reason: str | None, lock_timeout: float
) -> None:
    """Note that all letters of a campaign, or of one run of it, came to a status; those that cannot are passed over."""
    from clientlens.campaigns.marking import Mark
    from clientlens.campaigns.marking import decide as decide_marks

    passed: list[str] = []

    def decide(letters: list[Assigned], today: date) -> Sequence[Event]:
        day = _day(on, today)
        some = [one for one in of_campaign(letters, str(chosen.campaign)) if one.letter_id]
        some = [
            one for one in some if chosen.run in {None, one.run} and one.status not in {"assigned", "failed"}
        ]
        events, refused = decide_marks((one, Mark(one.letter_id, status, day, reason)) for one in some)
        passed.extend(why for _, why in refused)
        return events

    _tell_marked(run, _recorded(run, decide, lock_timeout), [])
    for why in passed[:PROBLEMS_LISTED]:
        run.console.warn(f"passed over: {why}")


def mark_from(
    run: Run, file: str, chosen: Chosen, *, accepted: int, encoding: str | None, lock_timeout: float
) -> None:
    """Note what a print service's list says; rows that cannot be understood are set aside, and the exit code is 1."""
    from clientlens.campaigns.marking import decide as decide_marks
    from clientlens.campaigns.marking import known_letters
    from clientlens.campaigns.provider_list import read_list
    from clientlens.errors import ExitCode
    from clientlens.sources.input import open_input

    read = open_input(file, encoding=encoding, stdin=run.stdin, folder=str(run.folder))
    bad: list[tuple[int, str]] = []
    unread: list[str] = []

    def decide(letters: list[Assigned], today: date) -> Sequence[Event]:
        some = letters if chosen.campaign is None else of_campaign(letters, chosen.campaign)
        positions = [one for one in some if one.run and one.run == chosen.run]
        good, misread, passed = read_list(read, known_letters(some), positions, today=today)
        unread.extend(passed)
        events, refused = decide_marks(good)
        bad.extend((one.line, one.reason) for one in misread)
        bad.extend((mark.line, why) for mark, why in refused)
        return events

    changed = _recorded(run, decide, lock_timeout)
    if unread:
        run.console.note(f"note: {file}: columns not looked at: {', '.join(map(repr, unread))}")
    problems = [{"file": file, "line": line, "message": told} for line, told in sorted(bad)]
    _tell_marked(run, changed, problems)
    if len(problems) > accepted:
        run.exit_code = ExitCode.SET_ASIDE


def _recorded(
    run: Run, decide: Callable[[list[Assigned], date], Sequence[Event]], lock_timeout: float
) -> list[Assigned]:
    """Write down what is decided; the letters that are changed by it, as they are now."""

    def decided(workspace: Workspace) -> Sequence[Event]:
        today = run.clock().astimezone(ZoneInfo(workspace.timezone)).date()
        return decide(letters_of(workspace), today)

    entries = record(run, decided, command="clientlens letters mark", lock_timeout=lock_timeout)
    changed = {entry.subject for entry in entries}
    with run.open() as workspace:
        return [one for one in letters_of(workspace) if one.letter_id in changed]


def _day(said: str | None, today: date) -> date:
    """The day that was typed; None: today.

    Raises:
        BadDate, DayToCome
    """
    from clientlens.errors import DayToCome
    from clientlens.model.timeframes import parse_date

    day = today if said is None else parse_date(said)
    if day > today:
        raise DayToCome(day)
    return day


def _tell_marked(run: Run, letters: Sequence[Assigned], problems: Sequence[dict[str, object]]) -> None:
    from clientlens.analysis.wording import counted_noun

    told = [
        {
            "letter_id": one.letter_id,
            "campaign": one.campaign,
            "status": one.status,
            "status_on": one.steps[-1].on,
        }
        for one in letters
    ]
    frame = frame_of(MARK_FIELDS, [(len(letters), len(problems), told, list(problems))])
    title = f"{counted_noun(len(letters), 'letter')} marked" if letters else "Nothing changed"
    run.answer(Answer("letters mark", MARK_FIELDS, frame, "UTC", single=True, title=title))
    for one in problems[:PROBLEMS_LISTED]:
        run.console.warn(f"{one['file']}:{one['line']}: set aside: {one['message']}")
    if len(problems) > PROBLEMS_LISTED:
        run.console.warn(f"and {len(problems) - PROBLEMS_LISTED:,} more; --json lists all")


def tell_scans(run: Run, files: list[str], *, accepted: int, lock_timeout: float) -> None:
    """Import what files say of scans, if any are named, and list the codes that were scanned."""
    from clientlens.analysis.letter_list import scans_answer

    if files:
        _import_scans(run, files, accepted, lock_timeout)
    with run.open() as workspace:
        as_of = run.as_of(workspace.timezone)
        run.answer(scans_answer(workspace.facts(), letters_of(workspace, run), as_of=as_of))


def _import_scans(run: Run, files: list[str], accepted: int, lock_timeout: float) -> None:
    """Raises NotRecognised: a file holds something else than scans; nothing is stored then."""
    import shlex

    from clientlens.analysis.wording import counted_noun
    from clientlens.cli.importing import Wanted, read_batches
    from clientlens.cli.notes import problem_told
    from clientlens.errors import ExitCode, NotRecognised
    from clientlens.workspace.importing import add

    path = run.existing_workspace()
    with run.open() as workspace:
        timezone = workspace.timezone
    wanted = Wanted()
    batches = read_batches(run, files, wanted, "main", timezone)
    for batch in batches:
        if batch.scans is None:
            raise NotRecognised(
                batch.files[0].file, "this is no list of scans", "import other files with 'clientlens import'"
            )
    result = add(
        path,
        batches,
        timezone=timezone,
        at=run.clock(),
        command=shlex.join(["clientlens", "letters", "scans", *files]),
        options=wanted.reading(timezone, run.settings.country_of("main"), None),
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    run.console.note(
        f"{counted_noun(result.scans_added, 'new scan')}; {result.rows_duplicate:,} known already, "
        f"{result.rows_skipped:,} other requests left out"
    )
    for one in result.problems[:PROBLEMS_LISTED]:
        run.console.warn(f"set aside: {problem_told(one)}")
    if result.rows_set_aside > accepted:
        run.exit_code = ExitCode.SET_ASIDE


def carry_out_reprint(run: Run, name: str, reason: str | None, file: str | None, lock_timeout: float) -> None:
    """Let a letter be printed again, as it was or drawn anew by its campaign's file, and show it."""
    from clientlens.analysis.letter_list import show_answer
    from clientlens.analysis.suppression import KINDS, Suppressions
    from clientlens.campaigns.reprinting import reprint
    from clientlens.errors import AnotherCampaign, ReasonNeeded
    from clientlens.model.timeframes import as_of_now
    from clientlens.workspace.ledger import history

    if not (reason or "").strip():
        raise ReasonNeeded

    def making(one: Assigned) -> Making | None:
        if file is None:
            return None
        from clientlens.campaigns.sending import writer_of
        from clientlens.cli.campaign_running import making_of
        from clientlens.cli.campaigning import load_campaign

        campaign = load_campaign(run, file)
        if campaign.spec.name != one.campaign:
            raise AnotherCampaign(one.letter_id, one.campaign, file, campaign.spec.name)
        return making_of(run, campaign, writer_of(campaign.spec, run.settings))

    def suppressed(workspace: Workspace, client: str) -> bool:
        return bool(Suppressions.of(history(workspace, kinds=KINDS)).clients(workspace.facts(), [client]))

    reprint(
        run.existing_workspace(),
        name,
        str(reason).strip(),
        making,
        suppressed=suppressed,
        at=run.clock(),
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    with run.open() as workspace:
        one = the_letter(letters_of(workspace), name)
        run.answer(show_answer(workspace.facts(), one, as_of=as_of_now(run.clock(), workspace.timezone)))
        run.console.note(f"note: hand over {workspace.path / str(one.pdf)}; it is in no run's merged file")
