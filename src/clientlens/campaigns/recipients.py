"""Who gets a letter of a campaign, who is held back, and who is left out, each for one reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from clientlens.campaigns.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from clientlens.analysis.letter_history import Assigned, Forgotten
    from clientlens.campaigns.audience import Market
    from clientlens.campaigns.progress import Progress
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
    """What a run would do.

    audience: how many clients were meant. fixed_minor: what the campaign costs once, where nothing was assigned yet.
    notes: what is to be known besides. secret: as in `Question`.
    """

    spec: Spec
    as_of: AsOf
    audience: int
    mailed: tuple[Recipient, ...]
    held: tuple[Recipient, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...] = ()
    fixed_minor: int = 0
    secret: str = ""

    @property
    def letters_minor(self) -> int:
        """What these letters cost."""
        return len(self.mailed) * self.spec.money.per_letter_minor


@dataclass(frozen=True, slots=True)
class Rest:
    """The rules of writing where the campaign says nothing else.

    cooldown_days: local days that a letter is followed by none. yearly_cap: letters in 365 local days; None: no cap.
    email_opt_out: warn, exclude or ignore.
    """

    cooldown_days: int = 30
    yearly_cap: int | None = None
    email_opt_out: str = "warn"


class Maker(Protocol):
    """Makes the letters of these clients, in this order: each a letter, or the reason why it cannot be one."""

    def __call__(self, client_ids: Sequence[str]) -> Sequence[Letter | str]: ...


class AddressCheck(Protocol):
    """Says what is missing of each address (String; null: nothing), in the order of the rows of `tables.CLIENTS`."""

    def __call__(self, clients: pl.DataFrame) -> pl.Series: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What planning takes besides the campaign.

    market: the facts, groups, settings of figures and who is suppressed. assigned: of all campaigns, by the ledger.
    as_of: what counts for the audience. today: the real local day, for rules of rest. make: see `Maker`. incomplete: see
    `AddressCheck`. secret: under which the ledger keeps addresses; any, where it keeps none yet. max_letters: so many letters at most in this run, whatever the campaign allows; None: all. progress: over
    letters that are composed. forgotten: clients of this campaign who were forgotten since; limit and budget count them.
    """

    market: Market
    assigned: Sequence[Assigned]
    rest: Rest
    as_of: AsOf
    today: date
    make: Maker
    incomplete: AddressCheck
    secret: str
    max_letters: int | None = None
    progress: Progress = silent
    forgotten: Sequence[Forgotten] = ()
