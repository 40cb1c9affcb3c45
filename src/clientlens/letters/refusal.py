"""Why a letter cannot be drawn: a value for whoever asked for many, an exception only between the rooms of `letters`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a letter that is not drawn."""

    CHARACTERS = "characters"  # the fonts lack them, or they have no place of their own in a line
    ADDRESS = "address"  # wider than the window, or more lines
    LENGTH = "length"  # more pages than allowed, or something higher than a page
    PICTURE = "picture"  # unreadable, or larger than its place
    CODE = "code"  # what a QR code may not say
    STATIONERY = "stationery"  # footer, return line or information block do not fit


@dataclass(frozen=True, slots=True)
class Refusal:
    """A letter that was not drawn. detail: one line that says why; it may name single characters, no client's details."""

    letter_id: str
    fault: Fault
    detail: str


class CannotDraw(Exception):
    """Raised where a letter is set, caught where letters are drawn."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail

    def refusal(self, letter_id: str) -> Refusal:
        """The same as a value."""
        return Refusal(letter_id, self.fault, self.detail)
