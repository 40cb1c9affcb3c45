"""What a campaign is, as its file says: the audience, the rules of writing, the holdout, the letter and its cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it is for: exactly one of these, `where` also together with any other.

    where: an expression. group: name of a group. rank_by (purchases, average, spend) with window and top: the head of the
    leaderboard. birthday_within_days: clients whose next birthday is at most so many days away (0: today).
    everyone: every client. limit: at most so many are assigned per period (both arms), None: all.
    """

    where: str | None = None
    group: str | None = None
    rank_by: str | None = None
    window: str = "all"
    top: int | None = None
    birthday_within_days: int | None = None
    everyone: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Holdout:
    """Who is left without a letter on purpose, to see what would have happened anyway: a share of the audience."""

    share: Fraction = Fraction(0)
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """What it costs: exact minor units of `currency`. fixed: once per campaign; budget: at most, per period; None: no cap.

    margin: what is left of revenue, as a share; None: profit is not worked out.
    """

    currency: str = ""
    per_letter_minor: int = 0
    fixed_minor: int = 0
    budget_minor: int | None = None
    margin: Fraction | None = None


@dataclass(frozen=True, slots=True)
class From:
    """Who writes, where it differs from the settings `sender.*`; None: as set there."""

    name: str | None = None
    shop: str | None = None
    address: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A campaign.

    name: letters, digits and hyphens; it is what the ledger knows it by. file: as the user named it; folder: where it
    lies, which paths in it start from. sha256: of the file's bytes. repeat: "", "month" or "year": how often the same
    client may get it. template: name of a ready-made one, or a path. language: of clients whose own is not known or has no
    template. layout, provider: names of data files; provider "": none. cooldown_days, yearly_cap: None: as set.
    email_opt_out: what an e-mail opt-out means for post: warn, exclude or ignore; None: as set. qr_url: with `{code}`
    in its path or query; None: the letter has no code. coupon: the word that orders name; None: there is none.
    in_home_days: from the run to the client's home, planned. window_days: how long after that orders count.
    """

    name: str
    file: str
    folder: Path
    sha256: str
    audience: Audience
    template: str
    language: str
    layout: str
    provider: str = ""
    repeat: str = ""
    holdout: Holdout = field(default_factory=Holdout)
    money: Money = field(default_factory=Money)
    sender: From = field(default_factory=From)
    cooldown_days: int | None = None
    yearly_cap: int | None = None
    email_opt_out: str | None = None
    qr_url: str | None = None
    qr_caption: str = ""
    coupon: str | None = None
    most_pages: int = 2
    in_home_days: int = 2
    window_days: int = 60
