"""Printing a letter again: the same one, under the same id and code, with the reason written down."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.analysis.letter_history import KINDS, REPRINTED, Made, assigned_of, made_body
from clientlens.campaigns.bundles import read_letter
from clientlens.campaigns.marking import called, known_letters
from clientlens.campaigns.running import put_letter
from clientlens.errors import CannotReprint, UnknownLetter, UnmadeLetter
from clientlens.model.entries import Event
from clientlens.workspace import kept
from clientlens.workspace.folder import CAMPAIGNS, disk_errors, sync_folder
from clientlens.workspace.ledger import history
from clientlens.workspace.workspace import Workspace
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.running import Making

COMMAND = "clientlens letters reprint"


def reprint(
    path: Path,
    name: str,
    reason: str,
    making: Callable[[Assigned], Making | None],
    *,
    suppressed: Callable[[Workspace, str], bool],
    at: datetime,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> None:
    """Let a letter be handed over again: it counts as made today, and its steps begin anew.

    Args:
        name: its id, code or file's name. reason: why; recorded.
        making: what draws it anew, from today's data, into another file; None: the PDF as it was made serves.
        suppressed: whether a client objects to letters today.

    Raises:
        UnknownLetter, UnmadeLetter
        LetterDamaged: its PDF is not what was made, and nothing is to draw it anew.
        CannotReprint: nobody of today's records is meant, they object to letters, or it cannot be drawn.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=COMMAND, lock_timeout=lock_timeout, actor=actor) as writer:
        with Workspace.open(path) as workspace:
            letters = assigned_of(history(workspace, kinds=KINDS))
            one = called(known_letters(letters), name)
            if one is None:
                raise UnknownLetter(name, [each.letter_id for each in letters if each.letter_id])
            if one.pdf is None:
                raise UnmadeLetter(one.letter_id)
            owner = _owner(workspace, one)
            if owner is None:
                raise CannotReprint(one.letter_id, "no record names the client any more")
            if suppressed(workspace, owner):
                raise CannotReprint(one.letter_id, "the client objects to letters")
            made = _made(path, workspace, one, owner, making(one))
            before = kept.Kept(one.pdf, str(one.sha256), one.size)
            lost = one.pdf if kept.fault_of(path, before) is not None else None
        day = at.astimezone(ZoneInfo(str(writer.state.timezone))).date()
        number = len(one.reprints)
        event = Event(
            REPRINTED,
            made_body(made, on=day, reason=reason) | ({"instead_of": lost} if lost else {}),
            key=f"{REPRINTED}:{one.letter_id}:{number}",
            person_key=one.person_key,
            subject=one.letter_id,
        )
        writer.record([event], at=at)


def _owner(workspace: Workspace, one: Assigned) -> str | None:
    import polars as pl

    mine = workspace.facts().identities.filter(pl.col("person_key") == one.person_key).collect()
    return None if mine.is_empty() else str(mine["client_id"][0])


def _made(path: Path, workspace: Workspace, one: Assigned, owner: str, making: Making | None) -> Made:
    if making is None:
        read_letter(path, one)
        return Made(str(one.pdf), str(one.sha256), one.size, one.pages, one.address)
    (composed,) = making.compose(workspace, [(owner, one.letter_id, one.code)])
    drawn = composed if isinstance(composed, str) else making.draw(workspace, composed)
    if isinstance(composed, str) or isinstance(drawn, str):
        raise CannotReprint(one.letter_id, str(drawn))
    made = put_letter(path, one.campaign, f"{one.letter_id}-{len(one.reprints) + 2}", drawn, composed.address)
    folder = path / CAMPAIGNS / one.campaign
    with disk_errors(folder):
        sync_folder(folder)
    return made
