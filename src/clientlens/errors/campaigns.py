"""Campaigns: files with slips in them, and files that are not there. Exit code 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors.base import FaultyFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class BadCampaign(FaultyFile):
    """A campaign's file, or its letter, with slips in it.

    Args:
        file: of the campaign. faults: file, line (None: the file as a whole), what is wrong; those of the campaign first.
    """

    def __init__(self, file: str, faults: Sequence[tuple[str, int | None, str]]) -> None:
        first = faults[0][0]
        here = [
            (line, told) if where == first else (None, f"{where}:{line or 1}: {told}")
            for where, line, told in faults
        ]
        super().__init__(first, here, f"'clientlens campaigns check {file}' lists all of it, line by line")
        self.campaign = file
        self.everywhere = tuple(faults)


class CampaignMissing(UsageError):
    def __init__(self, file: str) -> None:
        super().__init__(
            f"there is no campaign's file at {file}",
            f"'clientlens campaigns new NAME -o {file}' writes one to begin with",
            file=file,
        )


class BadCampaignName(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"not a campaign's name: {name!r}",
            "use letters a to z, digits and hyphens, 40 at most: spring-2027",
        )


class SenderNeeded(UsageError):
    """Who writes is said neither in the campaign's file nor in the settings. examples: of each that lacks, as a file says it."""

    def __init__(self, examples: Mapping[str, str]) -> None:
        are = "is" if len(examples) == 1 else "are"
        super().__init__(
            f"who writes? {', '.join(examples)} {are} not set, which a letter needs",
            "under [sender] in the campaign's file or the workspace's clientlens.toml, for example "
            + "; ".join(examples.values()),
        )


class LetterRefused(UsageError):
    """The letter that somebody asked for cannot be made."""

    def __init__(self, client: str, reason: str) -> None:
        super().__init__(
            f"there can be no letter to {client}: {reason}",
            "'clientlens campaigns plan FILE' tells it of everybody who is meant",
        )


class NoFileNamed(UsageError):
    def __init__(self) -> None:
        super().__init__("a PDF cannot be shown in a terminal", "name a file: -o preview.pdf")
