"""Letters as they were made: none of that name, a step that cannot follow, a PDF that is no longer what was written."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import UsageError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


class UnknownLetter(UsageError):
    def __init__(self, letter_id: str, known: Collection[str]) -> None:
        close = difflib.get_close_matches(letter_id, known, n=1)
        super().__init__(
            f"there is no letter {letter_id!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
            "'clientlens letters' lists them; a letter's code is taken too",
        )


class IllegalLetterStatus(UsageError):
    """A step that a letter cannot take from where it stands."""

    def __init__(self, letter_id: str, now: str, wanted: str) -> None:
        hint = {
            "assigned": "there is no PDF of it yet: 'clientlens campaigns run' makes it, or mark it failed",
            "failed": "if it is to be sent all the same, 'clientlens letters reprint' begins anew",
        }
        super().__init__(
            f"letter {letter_id} is {now}, and cannot become {wanted}",
            hint.get(now, "a letter goes rendered, handed_over, printed, delivered; from each it can fail"),
        )


class IllegalLetterDay(UsageError):
    def __init__(self, letter_id: str, status: str, on: date, made_on: date) -> None:
        super().__init__(
            f"letter {letter_id} was made on {made_on}, and cannot have been {status} on {on}",
            "correct the day: --on 2026-11-25, or the date in the list",
        )


class LetterDamaged(WorkspaceError):
    """A letter's PDF is not what was written; `others` more are not either."""

    def __init__(self, file: str, reason: str, *, others: int = 0) -> None:
        more = (
            f" (and {others} more {'letter is' if others == 1 else 'letters are'} damaged)" if others else ""
        )
        super().__init__(
            f"{file}: {reason}{more}",
            "restore it from a backup, or have it made anew: 'clientlens letters reprint ID --anew FILE --reason TEXT'",
            file=file,
        )


class CampaignChanged(UsageError):
    """What must stay the same in all runs of a campaign, or its effect cannot be told."""

    def __init__(self, file: str, campaign: str, what: str, began: str, now: str) -> None:
        super().__init__(
            f"{file}: campaign {campaign} began with {what} {began}, and the file now says {now}",
            "put it back, or give the campaign another name: its effect could not be told any more",
            file=file,
        )


class NothingToMark(UsageError):
    """No letter is named, or what is said last is no status."""

    def __init__(self, said: str | None, statuses: Collection[str]) -> None:
        super().__init__(
            "no letter is named" if said is None else f"not a status that can be noted: {said!r}",
            f"write LETTER... and one of {', '.join(statuses)}, or --campaign NAME, or --from FILE",
        )


class UnmadeLetter(UsageError):
    def __init__(self, letter_id: str) -> None:
        super().__init__(
            f"there is no PDF of letter {letter_id} yet",
            "'clientlens campaigns run' makes it, or says why not",
        )


class DayToCome(UsageError):
    def __init__(self, day: date) -> None:
        super().__init__(
            f"--on {day}: that is still to come", "name the day on which it was; without --on it is today"
        )


class CannotReprint(UsageError):
    def __init__(self, letter_id: str, reason: str) -> None:
        super().__init__(
            f"letter {letter_id} is not printed again: {reason}",
            "see 'clientlens letters show' and the client's card",
        )


class AnotherCampaign(UsageError):
    def __init__(self, letter_id: str, campaign: str, file: str, found: str) -> None:
        super().__init__(
            f"letter {letter_id} is one of {campaign}, and {file} is the campaign {found}",
            "name the file of its own campaign",
            file=file,
        )


class ReasonNeeded(UsageError):
    def __init__(self) -> None:
        super().__init__("a reprint needs a reason", "say why with --reason TEXT; it is recorded")
