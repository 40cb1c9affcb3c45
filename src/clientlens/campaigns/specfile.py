"""Campaigns' files: TOML read into `spec.Spec`; every slip is told, each with its line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.expressions import Asked
from clientlens.analysis.groups import group_name
from clientlens.analysis.leaderboard import TOP, RankBy
from clientlens.analysis.points import as_column
from clientlens.analysis.selection import Extra
from clientlens.analysis.selection import check as check_expression
from clientlens.campaigns.spec import Audience, From, Holdout, Money, Spec
from clientlens.campaigns.specvalues import amount, campaign_name, name_of_file, share, url_fault
from clientlens.errors import BadCampaign, BadExpression, BadGroupName, BadWindow
from clientlens.model.money import DECIMALS
from clientlens.model.timeframes import parse_window
from clientlens.sources.tomlcheck import Check
from clientlens.sources.tomllines import NotToml, meant, read_toml

if TYPE_CHECKING:
    from pathlib import Path

Found = dict[str, Any]

KEYS: dict[str, tuple[str, ...]] = {
    "audience": (
        "where",
        "group",
        "rank_by",
        "window",
        "top",
        "birthday_within_days",
        "everyone",
        "limit",
        "cooldown_days",
        "yearly_cap",
        "email_opt_out",
    ),
    "holdout": ("share", "seed"),
    "repeat": ("every",),
    "letter": ("template", "language", "layout", "provider", "most_pages"),
    "sender": ("name", "shop", "address", "country"),
    "qr": ("url", "caption"),
    "coupon": ("code",),
    "money": ("currency", "per_letter", "fixed", "budget", "margin"),
    "effect": ("in_home_days", "window_days"),
}
"""Every table and its keys; `name` stands above them all."""

LANGUAGES = ("en", "de", "it")
LAYOUT = "din5008-b"
OPT_OUTS = ("warn", "exclude", "ignore")
EVERY = ("month", "year")
MOST_HELD = Fraction(9, 10)
MOST_DAYS = 3650
MOST_LETTERS = 1_000_000
MOST_PAGES = 20
_MEANT = ("group", "rank_by", "birthday_within_days", "everyone")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says, and everything that is wrong in it: line, what. spec: as far as it could be read."""

    spec: Spec
    faults: tuple[tuple[int | None, str], ...]
    lines: dict[str, int | None]
    """Where `letter.template`, `letter.layout` and `letter.provider` stand, for what is found in them."""
    pages_said: bool
    """Whether the file says `letter.most_pages`."""


def read_spec(data: bytes, file: str, folder: Path, *, language: str = LANGUAGES[0]) -> Read:
    """A campaign out of the bytes of its file.

    Args:
        file: as the user named it. folder: where it lies.
        language: of clients whose own is not known, where the file says nothing of it.

    Raises:
        BadCampaign: it is no TOML at all.
    """
    try:
        found, lines = read_toml(data, exact=True)
    except NotToml as error:
        raise BadCampaign(file, [(file, error.line, error.told)]) from None
    check = Check(lines)
    check.keys((), found, ("name", *KEYS))
    tables: dict[str, Found] = {}
    for name, known in KEYS.items():
        tables[name] = check.table((name,), found[name]) if name in found else {}
        check.keys((name,), tables[name], known)
    stem = file.replace("\\", "/").rpartition("/")[2].rpartition(".")
    spec = _spec(found, tables, check, Origin(file, folder, stem[0] or stem[2], language, data))
    faults = tuple(sorted(check.faults, key=lambda fault: fault[0] or 0))
    where = {key: lines.of(("letter", key)) for key in ("template", "layout", "provider")}
    return Read(spec, faults, where, "most_pages" in tables["letter"])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a spec comes from, see `read_spec`."""

    file: str
    folder: Path
    stem: str
    language: str
    data: bytes


def _spec(found: Found, tables: dict[str, Found], check: Check, origin: Origin) -> Spec:
    name = _name(found, origin.stem, check)
    audience, letter, effect = tables["audience"], tables["letter"], tables["effect"]
    repeat = _repeat(tables["repeat"], check)
    if "birthday_within_days" in audience and repeat != "year":
        check.fault(
            ("audience", "birthday_within_days"), "birthdays come every year: add [repeat] every = 'year'"
        )
    url = _url(tables["qr"], check)
    return Spec(
        name=name,
        file=origin.file,
        folder=origin.folder,
        sha256=hashlib.sha256(origin.data).hexdigest(),
        audience=_audience(audience, check),
        template=_template(letter, check),
        language=_choice("letter", "language", letter, LANGUAGES, check) or origin.language,
        layout=_line("letter", "layout", letter, check) or LAYOUT,
        provider=_line("letter", "provider", letter, check) or "",
        repeat=repeat,
        holdout=_holdout(tables["holdout"], name, check),
        money=_money(tables["money"], check),
        sender=_sender(tables["sender"], check),
        cooldown_days=_whole("audience", "cooldown_days", audience, 0, MOST_DAYS, check),
        yearly_cap=_whole("audience", "yearly_cap", audience, 1, 366, check),
        email_opt_out=_choice("audience", "email_opt_out", audience, OPT_OUTS, check),
        qr_url=url,
        qr_caption=_line("qr", "caption", tables["qr"], check, longest=80) or "",
        coupon=_coupon(tables["coupon"], check),
        most_pages=_whole("letter", "most_pages", letter, 1, MOST_PAGES, check) or 2,
        in_home_days=_number("effect", "in_home_days", effect, 0, 60, 2, check),
        window_days=_number("effect", "window_days", effect, 1, 365, 60, check),
    )


def _name(found: Found, stem: str, check: Check) -> str:
    said = found.get("name", name_of_file(stem))
    name = campaign_name(said) if isinstance(said, str) else None
    if name is not None:
        return name
    told = "'name' takes letters a to z, digits and hyphens, 40 at most, such as 'spring-2027'"
    if "name" not in found:
        told = f"{told}; the file's own name cannot stand for it"
    check.fault(("name",), told)
    return "campaign"


def _audience(found: Found, check: Check) -> Audience:
    path = ("audience",)
    meant_by = [key for key in _MEANT if key in found]
    if not meant_by and "where" not in found:
        check.fault(
            path, f"nobody is meant: [audience] needs where, {', '.join(_MEANT[:-1])} or everyone = true"
        )
    for other in meant_by[1:]:
        check.fault(
            (*path, other), f"{meant_by[0]!r} says already who is meant; only 'where' may stand beside it"
        )
    if "everyone" in found and not check.switch((*path, "everyone"), found["everyone"]):
        check.fault((*path, "everyone"), "'everyone' is true, or not there")
    rank_by = _choice("audience", "rank_by", found, tuple(RankBy), check)
    for key in ("window", "top"):
        if key in found and "rank_by" not in found:
            check.fault((*path, key), f"{key!r} is of a ranking: it goes with 'rank_by'")
    top = _whole("audience", "top", found, 1, MOST_LETTERS, check)
    return Audience(
        where=_where(found, check),
        group=_group(found, check),
        rank_by=rank_by,
        window=_window(found, check),
        top=TOP if rank_by is not None and top is None else top,
        birthday_within_days=_whole("audience", "birthday_within_days", found, 0, 60, check),
        everyone=found.get("everyone") is True,
        limit=_whole("audience", "limit", found, 1, MOST_LETTERS, check),
    )


def _where(found: Found, check: Check) -> str | None:
    if "where" not in found:
        return None
    path, where = ("audience", "where"), found["where"]
    if not isinstance(where, str):
        check.fault(path, "'where' takes an expression in quotes, such as 'completed_orders >= 3'")
        return None
    points = as_column(pl.DataFrame)  # only its name is looked up
    in_group = Asked("in_group", "is in the group of that name", lambda _name: ())
    try:
        check_expression(where, extra=Extra(points.columns, points.add, (in_group,)))
    except BadExpression as error:
        check.fault(path, f"{error.message} ({error.hint})")
    return where


def _group(found: Found, check: Check) -> str | None:
    if "group" not in found:
        return None
    value = found["group"]
    try:
        return group_name(value if isinstance(value, str) else "")
    except BadGroupName as error:
        check.fault(("audience", "group"), f"'group' takes the name of a group: {error.hint}")
        return None


def _window(found: Found, check: Check) -> str:
    value = found.get("window", "all")
    try:
        return parse_window(value if isinstance(value, str) else str(value)).label
    except BadWindow as error:
        check.fault(("audience", "window"), f"{error.message} ({error.hint})")
        return "all"


def _repeat(found: Found, check: Check) -> str:
    return _choice("repeat", "every", found, EVERY, check) or ""


def _holdout(found: Found, name: str, check: Check) -> Holdout:
    held = Fraction(0)
    if "share" in found:
        held = share(("holdout", "share"), found["share"], Fraction(0), MOST_HELD, check) or held
    seed = found.get("seed", name)
    if isinstance(seed, int) and not isinstance(seed, bool):
        seed = str(seed)
    return Holdout(held, check.text(("holdout", "seed"), seed, longest=100) or name)


def _template(found: Found, check: Check) -> str:
    if "template" not in found:
        check.fault(("letter",), "which letter? [letter] needs template = 'win_back', or a file's name")
        return ""
    return _line("letter", "template", found, check, longest=1000) or ""


def _sender(found: Found, check: Check) -> From:
    country = _line("sender", "country", found, check)
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        check.fault(("sender", "country"), "'country' takes an ISO 3166 code of two letters, such as DE")
    address = None
    if "address" in found:
        address = check.text(("sender", "address"), found["address"], longest=500, lines=True)
    return From(
        name=_line("sender", "name", found, check),
        shop=_line("sender", "shop", found, check),
        address=address,
        country=None if country is None else country.upper(),
    )


def _url(found: Found, check: Check) -> str | None:
    if "url" not in found:
        if found:
            check.fault(("qr",), "[qr] needs url = 'https://shop.example/l/{code}'")
        return None
    url = found["url"]
    told = url_fault(url) if isinstance(url, str) else "it stands in quotes"
    if told is not None:
        check.fault(("qr", "url"), f"'url' cannot be the address of a QR code: {told}")
    return str(url)


def _coupon(found: Found, check: Check) -> str | None:
    if "code" not in found:
        return None
    code = _line("coupon", "code", found, check, longest=40) or "?"
    if " " in code:
        check.fault(("coupon", "code"), "'code' is one word, as it is typed at the checkout")
    return code


def _money(found: Found, check: Check) -> Money:
    currency = found.get("currency")
    path = ("money", "currency")
    known = currency if isinstance(currency, str) and currency in DECIMALS else None
    if currency is not None and known is None:
        guess = meant(currency, DECIMALS) if isinstance(currency, str) else ""
        check.fault(path, f"'currency' takes an ISO 4217 code such as EUR, not {currency!r}{guess}")
    costs = [key for key in ("per_letter", "fixed", "budget") if key in found]
    if costs and currency is None:
        check.fault(("money", costs[0]), "an amount needs its currency: add currency = 'EUR' to [money]")
    minor = {key: amount(("money", key), found[key], known, check) for key in costs}
    per_letter, budget = minor.get("per_letter") or 0, minor.get("budget")
    if budget is not None and per_letter > budget:
        check.fault(("money", "budget"), "'budget' does not pay for one letter")
    margin = None
    if "margin" in found:
        margin = share(("money", "margin"), found["margin"], Fraction(1, 1000), Fraction(1), check)
    return Money(known or "", per_letter, minor.get("fixed") or 0, budget, margin)


def _line(table: str, key: str, found: Found, check: Check, *, longest: int = 200) -> str | None:
    return check.text((table, key), found[key], longest=longest) if key in found else None


def _choice(table: str, key: str, found: Found, choices: tuple[str, ...], check: Check) -> str | None:
    return check.choice((table, key), found[key], choices) if key in found else None


def _whole(table: str, key: str, found: Found, least: int, most: int, check: Check) -> int | None:
    return check.whole((table, key), found[key], least, most) if key in found else None


def _number(table: str, key: str, found: Found, least: int, most: int, default: int, check: Check) -> int:
    number = _whole(table, key, found, least, most, check)
    return default if number is None else number
