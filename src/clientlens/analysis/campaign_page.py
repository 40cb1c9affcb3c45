"""The results of a campaign as people read them, within 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clientlens.analysis.ratios import SCALE
from clientlens.analysis.two_curves import BOTH, FIRST, SECOND, two_curves
from clientlens.analysis.wording import counted_noun
from clientlens.model.money import DECIMALS, format_minor
from clientlens.model.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


MOST = 10
"""Reactions that are drawn."""
_STATUSES = ("delivered", "printed", "handed_over", "rendered", "assigned", "failed")
_LABEL = 11


def drawn(row: Mapping[str, Any], *, timezone: str) -> Iterator[str]:
    """Lines below the title."""
    yield ""
    yield from _letters(row["letters"])
    yield from _scans(row["scans"], timezone)
    yield ""
    yield "Three questions; none is a part of another, and none bounds another."
    yield ""
    yield from _coupons(row["coupons"])
    yield ""
    yield from _matchback(row["matchback"], "" if row["final"] else " so far")
    yield ""
    yield from _uplift(row)
    yield from _waves(row["waves"])
    yield from _curve(row)
    yield from _reactions(row["reactions"])


def _labelled(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _letters(letters: Mapping[str, Any]) -> Iterator[str]:
    cost = f"; cost {money(letters['cost'], letters['currency'])}" if letters["cost"] else ""
    held = (
        f", {counted_noun(letters['held'], 'client')} held back" if letters["held"] else ", nobody held back"
    )
    yield _labelled("Letters", f"{counted_noun(letters['letters'], 'letter')}{held}{cost}")
    stand = [f"{letters[status]:,} {status.replace('_', ' ')}" for status in _STATUSES if letters[status]]
    if stand:
        yield _labelled("", ", ".join(stand))


def _scans(scans: Mapping[str, Any], timezone: str) -> Iterator[str]:
    if not scans["scans"]:
        yield _labelled("Scans", "none known")
        return
    first = scans["first_scan_at"].astimezone(ZoneInfo(timezone))
    yield _labelled(
        "Scans",
        f"{counted_noun(scans['letters_scanned'], 'letter')} scanned, {counted_noun(scans['scans'], 'scan')}, the first on "
        f"{first:%Y-%m-%d}",
    )


def _coupons(coupons: Mapping[str, Any]) -> Iterator[str]:
    codes = ", ".join(safe(code) for code in coupons["codes"])
    yield _labelled("Coupons", f"Which orders name {codes}?" if codes else "The campaign has no coupon.")
    if not codes:
        return
    if not coupons["orders"]:
        yield _labelled("", "none so far")
        return
    yield _labelled(
        "",
        f"{counted_noun(coupons['orders'], 'order')}, {money(coupons['revenue'], coupons['currency'])}: "
        f"{coupons['of_mailed']:,} of mailed, {coupons['of_held']:,} of held back, {coupons['of_others']:,} of others",
    )


def _matchback(matchback: Mapping[str, Any], so_far: str) -> Iterator[str]:
    yield _labelled("Matchback", "Which orders came after a letter, caused by it or not?")
    if not matchback["orders"]:
        yield _labelled("", "none so far")
        return
    roas = "" if matchback["roas"] is None else f"; ROAS {_ratio(matchback['roas'])}"
    yield _labelled(
        "",
        f"{counted_noun(matchback['orders'], 'order')} after {counted_noun(matchback['letters'], 'letter')}, "
        f"{money(matchback['revenue'], matchback['currency'])}{so_far}{roas}",
    )


def _uplift(row: Mapping[str, Any]) -> Iterator[str]:
    uplift, revenue = row["uplift"], row["revenue"]
    yield _labelled("Uplift", "Which orders would not have come without the letters?")
    # The one thing that everybody reads: what it says, and when there will be more to say.
    yield from (_labelled("", part) for part in uplift["words"].split("; "))
    if uplift["verdict"] in {"more", "fewer"}:
        ends = sorted(abs(uplift[f"difference_{end}"]) * uplift["mailed"] for end in ("low", "high"))
        low, high = (round(end / 10**SCALE) for end in ends)
        yield _labelled("", f"that is {low:,} to {high:,} {uplift['verdict']} buyers among those mailed")
    if not (uplift["mailed"] or uplift["held"]):
        return
    yield ""
    yield _labelled("", f"{'':<12}{'clients':>9}{'buyers':>9}{'share':>10}{'revenue per client':>22}")
    for name, arm in (("mailed", "mailed"), ("held back", "held")):
        per_client = money(revenue[f"{arm}_per_client"], revenue["currency"])
        yield _labelled(
            "",
            f"{name:<12}{uplift[arm]:>9,}{uplift[f'{arm}_buyers']:>9,}{percent(uplift[f'{arm}_rate']):>10}{per_client:>22}",
        )
    split = row["split"]
    if split["p_value"] is not None:
        held = f"{uplift['held']:,} of {uplift['mailed'] + uplift['held']:,} held back"
        meant = f"{percent(split['planned_held'], 0)} meant"
        yield _labelled(
            "", f"{held}, {meant}: {'not by chance, see below' if split['suspicious'] else 'within chance'}"
        )
    lines = list(_gains(row))
    if lines:
        yield ""
        yield from (_labelled("", line) for line in lines)


def _gains(row: Mapping[str, Any]) -> Iterator[str]:
    """What one may say of money: ends, and an estimate only where they lie on one side of 0."""
    revenue, gain = row["revenue"], row["incremental"]
    currency = revenue["currency"]
    if revenue["welch_low"] is None:
        return

    def between(low: int, high: int, *, ratio: bool = False) -> str:
        if ratio:
            return f"{_ratio(low)} to {_ratio(high)}"
        unit = f" {currency}"
        return f"{money(low, currency, sign=True).removesuffix(unit)} to {money(high, currency, sign=True)}"

    def told(name: str, figure: Mapping[str, Any], key: str, *, ratio: bool = False) -> str:
        low, high = figure[f"{key}_low"], figure[f"{key}_high"]
        value = _ratio(figure[key]) if ratio else money(figure[key], currency, sign=True)
        words = f"{value}: " if low > 0 or high < 0 else "not shown: "
        return f"{name:<21}{words if row['final'] else 'so far '}{between(low, high, ratio=ratio)}"

    ends = {"difference": revenue["difference"]}
    welch = ends | {"difference_low": revenue["welch_low"], "difference_high": revenue["welch_high"]}
    yield told("revenue per client", welch, "difference")
    yield f"{'  by resampling':<21}{between(revenue['bootstrap_low'], revenue['bootstrap_high'])}"
    yield told("incremental revenue", gain, "incremental_revenue")
    if gain["incremental_roas"] is not None:
        yield told("incremental ROAS", gain, "incremental_roas", ratio=True)
    if gain["profit"] is not None:
        yield told(f"profit at {percent(gain['margin'], 0)}", gain, "profit")


def _waves(waves: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(waves) < 2:
        return
    yield ""
    yield f"{'Wave':<15}{'window':<26}{'day':<9}{'mailed':>6}{'ordered':>9}{'held':>6}{'ordered':>9}"
    for one in waves:
        mark = "" if one["compared"] else " *"
        window = f"{one['in_home_on']} to {one['last_day']}"
        yield (
            f"{one['wave'] + mark:<15}{window:<26}{one['day']:>2} of {one['window_days']:<3}"
            f"{one['mailed']:>6,}{percent(one['mailed_rate']):>9}{one['held']:>6,}{percent(one['held_rate']):>9}"
        )
    if any(not one["compared"] for one in waves):
        yield "* not compared above: its window is still open"


def _curve(row: Mapping[str, Any]) -> Iterator[str]:
    curve, waves = row["curve"], [one for one in row["waves"] if one["compared"]]
    if not curve or not (row["uplift"]["mailed_buyers"] or row["uplift"]["held_buyers"]):
        return
    yield ""
    yield f"Who has ordered, by day of the window   {FIRST} mailed  {SECOND} held back  {BOTH} both"
    first, second = ([one[f"{arm}_rate"] or 0 for one in curve] for arm in ("mailed", "held"))
    days = min(one["window_days"] for one in waves)
    yield from two_curves(first, second, scale=SCALE, days=days)


def _reactions(reactions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not reactions:
        return
    yield ""
    yield f"{'Reactions':<27}{'order':<14}{'placed on':<12}{'days':>5}  {'scanned':<9}{'amount':>11}"
    for one in reactions[:MOST]:
        number = _short(one["number"] or one["order_id"] or "", 13)
        yield (
            f"{_short(one['name'] or one['client_id'] or '', 26):<27}{number:<14}{one['placed_on']!s:<12}{one['days']:>5}  "
            f"{'yes' if one['scanned'] else 'no':<9}{money(one['amount'], one['currency']):>11}"
        )
    if len(reactions) > MOST:
        yield f"and {len(reactions) - MOST:,} more (--json has all)"


def money(amount: int | None, currency: str | None, *, sign: bool = False) -> str:
    """`12.50 EUR`, with a plus where it is wanted; nothing where nothing is known."""
    if amount is None or currency is None:
        return ""
    text = format_minor(amount, DECIMALS[currency])
    return f"{'+' if sign and amount > 0 else ''}{text} {currency}"


def percent(share: int | None, digits: int = 2) -> str:
    """A share in 10^-SCALE: `11.48 %`."""
    if share is None:
        return ""
    text = format_minor(share, SCALE - 2)
    return f"{text.rstrip('0').rstrip('.') if digits == 0 else text} %"


def _ratio(value: int) -> str:
    return format_minor(value, SCALE)


def _short(text: str, width: int) -> str:
    text = safe(text)  # what is escaped when it is shown is longer
    return text if len(text) <= width else text[: width - 1] + "…"
