"""Running a campaign: who gets a letter is written down first, then each letter is made, once.

Order of work, all of it with the workspace held for writing:
1. Everybody assigned, of both arms, in one transaction. Whoever is planned later is planned beside them.
2. Each letter's PDF: a temporary file, synced, renamed into the campaign's folder; then the folder is synced, and one
   transaction says of up to `TOGETHER` letters that they are made. So a letter that is recorded as made is whole.
3. The merged file and the manifest of each run, which can be made again from what is recorded at any time.

A run that is killed leaves letters that are assigned and not made; the next run makes exactly these. A PDF nobody
recorded is a stray, and goes. One that is recorded and is not there any more is damage, and stops the next run.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clientlens.analysis.letter_history import (
    KINDS,
    RENDERED,
    STATUS,
    WAVE,
    Assignments,
    Made,
    made_body,
    waves_of,
)
from clientlens.analysis.suppression import KINDS as SECRETS
from clientlens.analysis.suppression import secret_events_of
from clientlens.campaigns import bundles
from clientlens.campaigns.assigning import assignment_events, wave_name
from clientlens.campaigns.codes import BYTES, code_of
from clientlens.campaigns.progress import silent
from clientlens.campaigns.recipients import Reason
from clientlens.errors import CampaignChanged, DiskFailed, LetterDamaged
from clientlens.model.entries import Event
from clientlens.workspace import kept
from clientlens.workspace.folder import CAMPAIGNS, disk_errors, sync_folder
from clientlens.workspace.ledger import history
from clientlens.workspace.workspace import Workspace
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from clientlens.analysis.letter_history import Assigned, Wave
    from clientlens.campaigns.progress import Progress
    from clientlens.campaigns.recipients import Plan
    from clientlens.campaigns.spec import Spec
    from clientlens.letters.letter import Drawn, Letter
    from clientlens.model.entries import Entry
    from clientlens.workspace.writing import Writer

TOGETHER = 50
"""Letters that one transaction records: a sync of the folder and one of the catalogue for all of them."""
SUPPRESSED = "objected to letters before it was made"
_ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
_ID_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Making:
    """What a run is given, so that it knows no settings and no typography.

    plan: whom to write to, by everybody's part so far and at most so many letters (None: all). suppressed: which of
    these clients object to letters today. compose: the letters of these (client_id, letter_id, code), each or why there
    can be none, from today's data. draw: the finished page of one, checked, or why there can be none. merge: PDFs as one, of a
    run of that name. progress: over the letters that are made.
    """

    plan: Callable[[Workspace, Sequence[Assigned], int | None], Plan]
    suppressed: Callable[[Workspace, Sequence[str]], Collection[str]]
    compose: Callable[[Workspace, Sequence[tuple[str, str, str]]], Sequence[Letter | str]]
    draw: Callable[[Workspace, Letter], Drawn | str]
    merge: Callable[[Workspace, Iterable[bytes], str], bytes]
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that could not be made; it is tried again at the next run. client_id None: nobody of today's records."""

    letter_id: str
    client_id: str | None
    reason: str


@dataclass(slots=True)
class Done:
    """What a run did.

    plan: of this run. assigned, held: how many were assigned now. made: the letters, the first one first. refused: those
    that could not be made. withdrawn: those whose clients objected after they were assigned. waiting: clients whom
    `max_letters` left for the next run. bundles: the merged files and
    manifests that were written now. notes: what is to be known besides.
    """

    plan: Plan
    assigned: int
    held: int
    waiting: int = 0
    made: list[Assigned] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    bundles: list[bundles.Bundle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there is anything to tell that the last run did not tell."""
        news = (self.assigned, self.held, self.made, self.refused, self.withdrawn, self.bundles)
        return any(news) or any(one.reason is Reason.CANNOT_RENDER for one in self.plan.left_out)


def run(
    path: Path,
    spec: Spec,
    making: Making,
    *,
    at: datetime,
    command: str,
    max_letters: int | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> Done:
    """Make the letters of a campaign that are to be made now; doing it again makes nothing new.

    Args:
        at: the real time. max_letters: at most so many are made; the others wait. random: so many random bytes.

    Raises:
        CampaignChanged: holdout, seed or repeat are not what the campaign began with.
        LetterDamaged: a PDF that was made is not there, or is another one; nothing was made.
        what `making` raises
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        day = at.astimezone(ZoneInfo(str(writer.state.timezone))).date()
        with Workspace.open(path) as workspace:
            entries = history(workspace, kinds=KINDS | SECRETS | {WAVE})
            waves = waves_of(entries, campaign=spec.name)
            _see_unchanged(spec, waves)
            press = _Press(writer, workspace, spec, making, at, day, entries)
            see_whole(path, press.mine)
            _clear(path, writer.kept_paths())
            left = [one for one in press.mine if one.status == "assigned"]
            fresh = wave_name(press.everybody, spec.name, day)
            begun = {one.run for one in press.mine}
            finishing = left[-1].wave if left and left[-1].wave not in begun else fresh
            try:
                return _carry_out(press, waves, left, fresh, finishing, max_letters, random)
            except DiskFailed as error:
                raise (error.halfway() if press.begun else error) from error


def _carry_out(
    press: _Press,
    waves: Sequence[Wave],
    left: Sequence[Assigned],
    fresh: str,
    finishing: str,
    max_letters: int | None,
    random: Callable[[int], bytes],
) -> Done:
    """Make what an earlier run left, in the run named `finishing`; then assign and make what is new, in `fresh`."""
    spec, making, workspace = press.spec, press.making, press.workspace
    press.make(left, finishing, max_letters)
    room = None if max_letters is None else max(max_letters - len(press.made), 0)
    done = press.assign(making.plan(workspace, press.everybody, room), fresh, random)
    old = {one.letter_id for one in left}
    new = [
        one
        for one in press.mine
        if one.status == "assigned" and one.wave == fresh and one.letter_id not in old
    ]
    press.make(new, fresh, None)
    done.waiting = press.passed + sum(one.detail.startswith("--max-letters") for one in done.plan.left_out)
    done.made, done.refused, done.withdrawn = press.made, press.refused, press.withdrawn
    if waves and waves[-1].spec_sha256 != spec.sha256:
        done.notes.append(f"{spec.file} is not what the campaign's last wave, {waves[-1].wave}, was made by")
    merge = partial(making.merge, workspace)
    done.bundles = bundles.write_missing(press.writer.folder, spec.name, press.mine, press.owners, merge)
    return done


def see_whole(path: Path, letters: Iterable[Assigned]) -> None:
    """See that the PDF of every letter is there, in its size; `workspace check` reads every byte of them.

    Raises:
        LetterDamaged
    """
    faults = []
    for one in letters:
        if one.pdf is not None:
            told = kept.fault_of(path, kept.Kept(one.pdf, str(one.sha256), one.size), hash_it=False)
            if told is not None:
                faults.append((one.pdf, told))
    if faults:
        raise LetterDamaged(str(path / faults[0][0]), faults[0][1], others=len(faults) - 1)


def _see_unchanged(spec: Spec, waves: Sequence[Wave]) -> None:
    if not waves:
        return
    before = waves[-1]
    repeat = {0: "none", 4: "year", 7: "month"}[len(before.period)]
    pairs = (
        ("a holdout of", str(before.holdout), str(spec.holdout.share)),
        ("the holdout's seed", repr(before.seed), repr(spec.holdout.seed)),
        ("repeat", repeat, spec.repeat or "none"),
    )
    for what, began, now in pairs:
        if began != now:
            raise CampaignChanged(spec.file, spec.name, what, began, now)


def _clear(path: Path, recorded: Iterable[str]) -> None:
    """Delete what a killed run left: PDFs that nobody recorded."""
    for stray in kept.strays(path, recorded):
        with disk_errors(stray):
            stray.unlink(missing_ok=True)


def new_id(random: Callable[[int], bytes], taken: Collection[str]) -> str:
    """A letter's id: short enough to be typed, and nobody else's."""
    while True:
        number = int.from_bytes(random(_ID_LETTERS), "big")
        letters = []
        for _ in range(_ID_LETTERS):
            number, place = divmod(number, len(_ID_ALPHABET))
            letters.append(_ID_ALPHABET[place])
        name = "".join(letters)
        if name not in taken:
            return name


class _Press:
    """One run: what is known of the ledger as it grows, and what was made."""

    def __init__(
        self,
        writer: Writer,
        workspace: Workspace,
        spec: Spec,
        making: Making,
        at: datetime,
        day: date,
        entries: list[Entry],
    ) -> None:
        self.writer, self.workspace, self.spec, self.making = writer, workspace, spec, making
        self.at, self.day = at, day
        self.entries = entries
        self.made: list[Assigned] = []
        self.refused: list[Refused] = []
        self.withdrawn: list[str] = []
        self.passed = 0
        self.begun = False
        self._known = Assignments()
        self._read(entries)

    def _read(self, entries: Iterable[Entry]) -> None:
        self._known.add(entries)
        self.everybody = self._known.all()
        self.mine = [one for one in self.everybody if one.campaign == self.spec.name]

    def record(self, events: Sequence[Event]) -> None:
        """Write entries down, in one transaction, and know them."""
        if events:
            recorded = self.writer.record(events, at=self.at)
            self.entries += recorded
            self.begun = True
            self._read(recorded)

    @property
    def owners(self) -> dict[str, str]:
        """Whose each person_key of the campaign is today."""
        import polars as pl

        keys = [one.person_key for one in self.mine]
        found = self.workspace.facts().identities.filter(pl.col("person_key").is_in(keys))
        # Those of one campaign.
        return dict(found.select("person_key", "client_id").collect().iter_rows())

    def assign(self, plan: Plan, wave: str, random: Callable[[int], bytes]) -> Done:
        """Write down who is assigned."""
        taken = {one.letter_id for one in self.everybody}

        def tokens() -> tuple[str, str]:
            letter_id = new_id(random, taken)
            taken.add(letter_id)
            return letter_id, code_of(random(BYTES))

        events = assignment_events(plan, wave, tokens, assigned_on=self.day)
        if events:
            events = [*secret_events_of(self.entries, plan.secret), *events]
        self.record(events)
        return Done(plan, len(plan.mailed), len(plan.held), notes=list(plan.notes))

    def make(self, letters: Sequence[Assigned], run_name: str, at_most: int | None) -> None:
        """Make these letters, as many as can be; a letter that cannot be made stays assigned.

        Args:
            at_most: letters that are made; None: all.
        """
        if not letters:
            return
        owners = self.owners
        objecting = self.making.suppressed(self.workspace, sorted({*owners.values()}))
        gone = [one for one in letters if owners.get(one.person_key) in objecting]
        said = {"status": "failed", "on": self.day.isoformat(), "reason": SUPPRESSED}
        self.record([_about(one, STATUS, said, "suppressed") for one in gone])
        self.withdrawn += [one.letter_id for one in gone]
        self.refused += [
            Refused(one.letter_id, None, "no record names the client any more")
            for one in letters
            if one.person_key not in owners
        ]
        known = [one for one in letters if one.person_key in owners and one not in gone]
        wanted = [(owners[one.person_key], one.letter_id, one.code) for one in known]
        ready = list(zip(known, self.making.compose(self.workspace, wanted), strict=True))
        with self.making.progress(len(ready)) as advance:
            for first in range(0, len(ready), TOGETHER):
                some = ready[first : first + TOGETHER]
                chosen = some if at_most is None else some[: at_most - len(self.made)]
                self.passed += len(some) - len(chosen)
                self._make_some(chosen, owners, run_name)
                advance(len(some))

    def _make_some(
        self, letters: Sequence[tuple[Assigned, Letter | str]], owners: Mapping[str, str], run_name: str
    ) -> None:
        events, names = [], set()
        for one, composed in letters:
            drawn = composed if isinstance(composed, str) else self.making.draw(self.workspace, composed)
            if isinstance(composed, str) or isinstance(drawn, str):
                self.refused.append(Refused(one.letter_id, owners[one.person_key], str(drawn)))
                continue
            made = put_letter(self.writer.folder, self.spec.name, one.letter_id, drawn, composed.address)
            events.append(_about(one, RENDERED, made_body(made, on=self.day, run=run_name), "made"))
            names.add(one.letter_id)
        if events:
            folder = self.writer.folder / CAMPAIGNS / self.spec.name
            with disk_errors(folder):
                sync_folder(folder)
        self.record(events)
        self.made += [one for one in self.mine if one.letter_id in names]


def put_letter(path: Path, campaign: str, name: str, drawn: Drawn, address: tuple[str, ...]) -> Made:
    """Write a letter's PDF into the campaign's folder, which the caller syncs before it records the letter."""
    folder = f"{CAMPAIGNS}/{campaign}"
    kept.make_folder(path, folder)
    pdf = f"{folder}/{name}.pdf"
    kept.put(path, pdf, drawn.data)
    return Made(pdf, hashlib.sha256(drawn.data).hexdigest(), len(drawn.data), drawn.pages, address)


def _about(one: Assigned, kind: str, body: dict[str, Any], what: str) -> Event:
    return Event(
        kind, body, key=f"{kind}:{one.letter_id}:{what}", person_key=one.person_key, subject=one.letter_id
    )
