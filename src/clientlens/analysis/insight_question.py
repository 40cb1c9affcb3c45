"""What is asked of the client insights, as one value that the modules of both scopes take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.analysis.insight_fields import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.engines import Engine
    from clientlens.analysis.rates import Rates
    from clientlens.model.timeframes import AsOf, Days, Window

NOVICE_BELOW = 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on the figures of the platform say something.

    similar_clients: so many make a group. repeat_sellers: so many must have been reviewed. repeat_percent,
    completion_percent: what the lower end of the share's interval must reach (`wilson`).
    """

    similar_clients: int = 5
    repeat_sellers: int = 3
    repeat_percent: int = 50
    completion_percent: int = 90


@dataclass(frozen=True, slots=True)
class Question:
    """See `insights.insights` for what each means; `windows` has no repeats, `clients` None is everyone."""

    windows: Sequence[Window]
    as_of: AsOf
    completed_when: str
    scopes: Sequence[str]
    novice_below: int = NOVICE_BELOW
    ignore: Sequence[str] = ()
    clients: Sequence[str] | None = None
    among: Sequence[str] | None = None
    engine: Engine | None = None
    rates: Rates | None = None
    home_currency: str | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def spans(self) -> list[Days]:
        """The days of each window."""
        return [window.days(self.as_of) for window in self.windows]

    @property
    def preference_spans(self) -> list[Days]:
        """The days that preferences are looked for in: each window's, and all time where similar clients are wanted."""
        always = (None, self.as_of.day)
        spans = self.spans
        return [*spans, always] if PLATFORM in self.scopes and always not in spans else spans

    @property
    def all_time(self) -> int:
        """The number of all time among them."""
        return self.preference_spans.index((None, self.as_of.day))
