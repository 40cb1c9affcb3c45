"""Who gets a letter of a campaign, who is held back, and who is left out, each for one reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clientlens.campaigns.spec import Spec
    from clientlens.letters.letter import Letter
    from clientlens.model.timeframes import AsOf


class Reason(StrEnum):
    """Why a client of the audience gets nothing; of several, the first one here is the one that is told."""

    ALREADY_ASSIGNED = (
        "already_assigned"  # of this campaign and period: that is how a second run makes nothing new
    )
    ANONYMOUS = "anonymous"
    SUPPRESSED = "suppressed"  # objected to letters
    EMAIL_OPT_OUT = "email_opt_out"  # where the campaign or the settings exclude them
    ADDRESS_INCOMPLETE = "address_incomplete"
    UNDELIVERABLE = "undeliverable"  # a letter to this address came back
    RECENTLY_WRITTEN = "recently_written"
    YEARLY_CAP = "yearly_cap"
    SAME_ADDRESS = "same_address"
    CANNOT_RENDER = "cannot_render"  # something the letter needs is missing, or does not fit
    LIMIT = "limit"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One client who is assigned.

    period, arm, household, residence: as in `letter_history`. letter: what it will say, its id blank and its code the
    placeholder that `composing` puts there.
    """

    client_id: str
    person_key: str
    name: str
    period: str
    arm: str
    household: str
    residence: str
    letter: Letter
    language: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One client who is not; detail: what exactly, such as the missing part of an address. No detail of the client."""

    client_id: str
    name: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. audience: how many clients were meant; notes: what is to be known besides."""

    spec: Spec
    as_of: AsOf
    audience: int
    mailed: tuple[Recipient, ...]
    held: tuple[Recipient, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()
