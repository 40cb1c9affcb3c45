"""The keys of `campaigns results`."""

from __future__ import annotations

from clientlens.analysis.campaign_effect import Verdict
from clientlens.analysis.campaign_orders import WAYS
from clientlens.analysis.ratios import SCALE
from clientlens.model.answer import Field, Kind


def _count(name: str, doc: str) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False)


def _share(name: str, doc: str) -> Field:
    return Field(name, Kind.SCALED, doc, scale=SCALE)


def _money(name: str, doc: str) -> Field:
    return Field(name, Kind.MONEY, doc)


def _object(name: str, doc: str, fields: tuple[Field, ...]) -> Field:
    return Field(name, Kind.OBJECT, doc, nullable=False, fields=fields, priority=None)


def _list(name: str, doc: str, fields: tuple[Field, ...]) -> Field:
    return Field(name, Kind.LIST, doc, nullable=False, fields=fields, priority=None)


_CURRENCY = Field("currency", Kind.TEXT, "ISO 4217 code of the amounts; null: there are none")
_ENDS = "end of its 95 % interval; null: there is none"

LETTERS = (
    _count("letters", "letters to be posted"),
    _count("assigned", "of these without a PDF so far"),
    _count("rendered", "made, not handed over"),
    _count("handed_over", "with the printer"),
    _count("printed", "printed, which counts as sent"),
    _count("delivered", "arrived"),
    _count("failed", "came back or were never sent"),
    _count("held", "clients held back, who get none"),
    _count("forgotten_mailed", "letters of clients who were forgotten since: in no figure of this answer"),
    _count(
        "forgotten_held", "times that clients forgotten since were held back: in no figure of this answer"
    ),
    _money("cost", "of the letters, but those that failed before they were printed, and of the campaign"),
    _CURRENCY,
)
SCANS = (
    _count("letters_scanned", "letters whose code somebody opened"),
    _count("scans", "scans by people"),
    Field("first_scan_at", Kind.INSTANT, "the first of them"),
)
COUPONS = (
    Field("codes", Kind.TEXTS, "the campaign's coupons", nullable=False),
    _count("orders", "completed orders that name one of them"),
    _count("of_mailed", "of these by clients who were to get a letter"),
    _count("of_held", "by clients held back"),
    _count("of_others", "by anybody else, or nobody known"),
    _money("revenue", "net total of them all"),
    _CURRENCY,
)
MATCHBACK = (
    _count(
        "orders", "completed orders within the window after a letter, credited to the latest letter before"
    ),
    _count("letters", "letters that they followed"),
    _money("revenue", "their net total"),
    _share("roas", "revenue / cost: the letters' or not; null: no cost known"),
    _CURRENCY,
)
UPLIFT = (
    _count("mailed", "clients who were to get a letter, whatever became of it"),
    _count("mailed_buyers", "of these who completed an order in the window"),
    _share("mailed_rate", "mailed_buyers / mailed"),
    _count("held", "clients held back"),
    _count("held_buyers", "of these who completed an order in the window"),
    _share("held_rate", "held_buyers / held"),
    _share("difference", "mailed_rate - held_rate; of several waves weighed, each compared within itself"),
    _share("difference_low", f"lower {_ENDS}"),
    _share("difference_high", f"upper {_ENDS}"),
    Field(
        "verdict",
        Kind.TEXT,
        "what the interval says; null: the window is open, or there is nothing to compare",
        values=tuple(Verdict),
    ),
    Field("words", Kind.TEXT, "the same in words", nullable=False),
)
REVENUE = (
    _money("mailed_per_client", "net total in the window per client who was to get a letter"),
    _money("held_per_client", "per client held back"),
    _money("difference", "mailed less held; of several waves weighed"),
    _money("welch_low", f"lower {_ENDS}"),
    _money("welch_high", f"upper {_ENDS}"),
    _money("bootstrap_low", "lower end by resampling"),
    _money("bootstrap_high", "upper end by resampling"),
    _share("largest_share", "of all this revenue, what one client brought"),
    Field("verdict", Kind.TEXT, "what Welch's interval says", values=tuple(Verdict)),
    _CURRENCY,
)
INCREMENTAL = (
    _money("cost", "of the letters of the clients compared, and of the campaign"),
    _money("incremental_revenue", "revenue.difference times the clients who were to get a letter"),
    _money("incremental_revenue_low", f"lower {_ENDS}"),
    _money("incremental_revenue_high", f"upper {_ENDS}"),
    _share("incremental_roas", "incremental_revenue / cost"),
    _share("incremental_roas_low", f"lower {_ENDS}"),
    _share("incremental_roas_high", f"upper {_ENDS}"),
    _share("margin", "what is left of revenue; null: the campaign does not say"),
    _money("profit", "incremental_revenue times margin, less cost"),
    _money("profit_low", f"lower {_ENDS}"),
    _money("profit_high", f"upper {_ENDS}"),
    _CURRENCY,
)
SPLIT = (
    _share("planned_held", "share that was to be held back"),
    _share("held", "share that was"),
    _share("p_value", "chance of a split at least as uneven (chi-square); null: nothing to check"),
    Field("suspicious", Kind.BOOLEAN, "that is below 0.001: do not trust the comparison", nullable=False),
)
WAVES = (
    Field(
        "wave",
        Kind.TEXT,
        "run that assigned: its local day, and its number from the second on",
        nullable=False,
    ),
    Field("in_home_on", Kind.DATE, "planned day of arrival, the first of the window", nullable=False),
    Field("last_day", Kind.DATE, "last day of the window", nullable=False),
    _count("window_days", "days of the window"),
    _count("day", "days of it up to as_of"),
    Field("complete", Kind.BOOLEAN, "all days have passed", nullable=False),
    Field("compared", Kind.BOOLEAN, "it counts in uplift", nullable=False),
    *UPLIFT[:-2],
)
CURVE = (
    _count("day", "day of the window; 1 is the planned day of arrival"),
    _count("mailed_buyers", "clients who were to get a letter and had ordered by then"),
    _share("mailed_rate", "of all of them"),
    _count("held_buyers", "clients held back who had"),
    _share("held_rate", "of all of them"),
)
REACTIONS = (
    Field("client_id", Kind.TEXT, "the client whose letter it followed"),
    Field("name", Kind.TEXT, "their name"),
    Field("order_id", Kind.TEXT, "source's id of the order, else its number"),
    Field("number", Kind.TEXT, "number of the order"),
    Field("store", Kind.TEXT, "its store", nullable=False),
    Field("placed_on", Kind.DATE, "its local day", nullable=False),
    _count("days", "days from the letter's arrival to it"),
    Field("scanned", Kind.BOOLEAN, "the letter's code was opened", nullable=False),
    Field("matched_by", Kind.TEXT, "what ties it to the letter", nullable=False, values=WAYS),
    Field("letter_id", Kind.TEXT, "the letter", nullable=False),
    _money("amount", "net total"),
    _CURRENCY,
)
FIELDS = (
    Field("campaign", Kind.TEXT, "its name", nullable=False, priority=None),
    Field(
        "as_of",
        Kind.DATE,
        "day up to whose end, or until now, everything counts",
        nullable=False,
        priority=None,
    ),
    Field(
        "final",
        Kind.BOOLEAN,
        "the window of every wave that is compared is over",
        nullable=False,
        priority=None,
    ),
    _object("letters", "letters by where they stand", LETTERS),
    _object("scans", "scans of their codes", SCANS),
    _object("coupons", "orders that name the campaign", COUPONS),
    _object("matchback", "orders after a letter", MATCHBACK),
    _object("uplift", "orders that it caused: buyers among mailed and held", UPLIFT),
    _object("revenue", "the same for revenue per assigned client", REVENUE),
    _object(
        "incremental",
        "what uplift brought for what it cost: estimates, with the ends between which they lie",
        INCREMENTAL,
    ),
    _object("split", "whether the draw looks as it was planned", SPLIT),
    _list("waves", "each wave by itself", WAVES),
    _list("curve", "buyers by day", CURVE),
    _list("reactions", "orders of matchback, the earliest first", REACTIONS),
)
