"""Settings: what holds unless a flag says otherwise, each with where it comes from.

An environment variable beats the workspace's `clientlens.toml`, which beats the default. Nothing here reads the
environment or a file: both are handed in.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from clientlens.errors import BadConfigFile, BadSetting, UnknownSetting
from clientlens.model.money import DECIMALS
from clientlens.model.points import RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONFIG_FILE = "clientlens.toml"
PREFIX = "CLIENTLENS_"
SMTP_PASSWORD = "CLIENTLENS_SMTP_PASSWORD"  # noqa: S105 - the variable's name
"""No setting, so that no file holds it and `config show` never prints it."""
OTHER_VARIABLES = ("CLIENTLENS_WORKSPACE", "CLIENTLENS_TIMEZONE", SMTP_PASSWORD)

Value = str | int | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Definition:
    """One setting: its dotted name, default, what it takes (in words), and how it is read.

    parse: a TOML value, or the text of an environment variable, to the setting's value; ValueError when it is wrong.
    """

    name: str
    default: Value
    wanted: str
    doc: str
    parse: Callable[[object], Value]

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return PREFIX + self.name.replace(".", "_").upper()


def _one_of(*choices: str) -> Callable[[object], Value]:
    def parse(raw: object) -> Value:
        if raw not in choices:
            raise ValueError
        return str(raw)

    return parse


def _whole(least: int, most: int) -> Callable[[object], Value]:
    def parse(raw: object) -> Value:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise ValueError  # noqa: TRY004 - what every parser raises
        number = raw
        if not least <= number <= most:
            raise ValueError
        return number

    return parse


def _currency(raw: object) -> Value:
    if not isinstance(raw, str) or raw not in DECIMALS:
        raise ValueError
    return raw


def _patterns(raw: object) -> Value:
    if isinstance(raw, str):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if not isinstance(raw, list) or not all(isinstance(part, str) and part for part in raw):
        raise ValueError
    return tuple(raw)


def _rates(raw: object) -> Value:
    # One rate may stand without a list, and as a number.
    bare = str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
    found = _patterns(bare)
    if not isinstance(found, tuple) or not found or not all(map(RATE.fullmatch, found)):
        raise ValueError
    return found


def _day(raw: object) -> Value:
    # TOML has days of its own.
    return date.fromisoformat(str(raw)).isoformat()


def _address(raw: object) -> Value:
    if not isinstance(raw, str) or not _ADDRESS.match(raw):
        raise ValueError
    return raw.rstrip("/")


def _country(raw: object) -> Value:
    if not isinstance(raw, str) or len(raw) != 2 or not raw.isascii() or not raw.isalpha():
        raise ValueError
    return raw.upper()


def _line(raw: object) -> Value:
    if not isinstance(raw, str) or not raw.strip() or not raw.isprintable():
        raise ValueError
    return raw.strip()


def _lines(raw: object) -> Value:
    if not isinstance(raw, str) or not raw.strip() or not raw.replace("\n", "").isprintable():
        raise ValueError
    return raw.strip()


def _email(raw: object) -> Value:
    if not isinstance(raw, str) or not _EMAIL.fullmatch(raw):
        raise ValueError
    return raw


def _unsubscribe(raw: object) -> Value:
    if not isinstance(raw, str) or not _UNSUBSCRIBE.fullmatch(raw):
        raise ValueError
    return raw


_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")
_UNSUBSCRIBE = re.compile(r"(https://|mailto:)[!-;=?-~]+")

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:/+[^/]", re.IGNORECASE)
DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "checkouts.match_window_days",
        7,
        "a whole number of days from 1 to 365",
        "how long after a checkout an order of the same client recovers it",
        _whole(1, 365),
    ),
    Definition(
        "checkouts.minimum_age_minutes",
        10,
        "a whole number of minutes from 1 to 10080",
        "how long a checkout may rest before it counts as abandoned",
        _whole(1, 10_080),
    ),
    Definition(
        "insights.completion_percent",
        90,
        "a whole number of percent from 1 to 99",
        "similar clients' completion level is high where the lower end of their completion rate reaches this",
        _whole(1, 99),
    ),
    Definition(
        "insights.novice_below",
        3,
        "a whole number from 1 to 1000",
        "clients with fewer completed orders than this are novices",
        _whole(1, 1000),
    ),
    Definition(
        "insights.repeat_percent",
        50,
        "a whole number of percent from 1 to 99",
        "a repeat order rate is high where the lower end of the share of sellers reviewed again reaches this",
        _whole(1, 99),
    ),
    Definition(
        "insights.repeat_sellers",
        3,
        "a whole number from 1 to 1000",
        "a repeat order rate needs at least so many sellers reviewed",
        _whole(1, 1000),
    ),
    Definition(
        "insights.similar_clients",
        5,
        "a whole number from 1 to 1000",
        "fewer similar clients than this say nothing",
        _whole(1, 1000),
    ),
    Definition(
        "letters.cooldown_days",
        30,
        "a whole number of days from 0 to 3650",
        "how long a client who was sent a letter gets no other one, of any campaign",
        _whole(0, 3650),
    ),
    Definition(
        "letters.email_opt_out",
        "warn",
        "warn, exclude or ignore",
        "what it means for letters that a client wants no e-mail: told, left out, or nothing",
        _one_of("warn", "exclude", "ignore"),
    ),
    Definition(
        "letters.yearly_cap",
        6,
        "a whole number from 1 to 366",
        "letters to one client within 365 days, of all campaigns, at most",
        _whole(1, 366),
    ),
    Definition(
        "messages.cooldown_days",
        30,
        "a whole number of days from 0 to 3650",
        "how long a client who was written to is left alone, unless --again",
        _whole(0, 3650),
    ),
    Definition(
        "privacy.retention_years",
        10,
        "a whole number of years from 1 to 100",
        "a client of whom nothing was heard for so long is one for privacy retention",
        _whole(1, 100),
    ),
    Definition(
        "messages.language",
        "en",
        "en, de or it",
        "language of messages and letters to clients whose own is not known",
        _one_of("en", "de", "it"),
    ),
    Definition(
        "money.home_currency",
        None,
        "an ISO 4217 code such as EUR",
        "currency that --rates converts to, and of the prices of similar clients; unset: that of most completed orders",
        _currency,
    ),
    Definition(
        "orders.completed_when",
        "paid",
        "paid, fulfilled or paid_or_fulfilled",
        "what completes an order",
        _one_of("paid", "fulfilled", "paid_or_fulfilled"),
    ),
    Definition(
        "points.rates",
        ("1",),
        "a list of rates such as 1 (home currency), 0.5 or USD=0.9",
        "points that 'points earn' gives for one unit of money",
        _rates,
    ),
    Definition(
        "points.since",
        None,
        "a day such as 2026-01-01",
        "orders placed before it earn no points; unset: all orders do",
        _day,
    ),
    Definition(
        "products.ignore",
        (),
        "a list of product names, % for any text",
        "products that are never somebody's preferred service, such as insurance or gift cards",
        _patterns,
    ),
    Definition(
        "sender.address",
        None,
        "one or several lines of text",
        "your postal address, for the foot of a message",
        _lines,
    ),
    Definition(
        "sender.country",
        None,
        "an ISO 3166 code of two letters such as DE",
        "country that letters are posted in: addresses in it have no country line, and those without a country are there",
        _country,
    ),
    Definition(
        "sender.email",
        None,
        "an e-mail address",
        "address that messages to clients come from",
        _email,
    ),
    Definition(
        "sender.name",
        None,
        "a line of text",
        "who signs messages to clients",
        _line,
    ),
    Definition(
        "sender.reply_to",
        None,
        "an e-mail address",
        "address that answers go to; unset: sender.email",
        _email,
    ),
    Definition(
        "sender.shop",
        None,
        "a line of text",
        "name of your shop as clients know it",
        _line,
    ),
    Definition(
        "sender.unsubscribe",
        None,
        "an https: or mailto: address",
        "address for the unsubscribe button of mail programs",
        _unsubscribe,
    ),
    Definition(
        "smtp.host",
        None,
        "the name of a mail server",
        "mail server that message --send hands over to",
        _line,
    ),
    Definition(
        "smtp.port",
        587,
        "a whole number from 1 to 65535",
        "its port; with smtp.security = 'tls' 465 unless set",
        _whole(1, 65_535),
    ),
    Definition(
        "smtp.security",
        "starttls",
        "starttls, tls or none",
        "how the connection is secured; none only to this machine itself",
        _one_of("starttls", "tls", "none"),
    ),
    Definition(
        "smtp.timeout_seconds",
        30,
        "a whole number of seconds from 1 to 600",
        "how long the mail server may take to answer",
        _whole(1, 600),
    ),
    Definition(
        "smtp.username",
        None,
        "a line of text",
        "user name at the mail server; the password is CLIENTLENS_SMTP_PASSWORD in the environment",
        _line,
    ),
    Definition(
        "spark.files",
        None,
        "an address such as s3a://bucket/shop",
        "where --engine spark finds a copy of the workspace's folder; unset: on this machine",
        _address,
    ),
)
_DIGITS = re.compile(r"[0-9]{1,9}")
_BY_NAME = {one.name: one for one in DEFINITIONS}
_STORE_COUNTRY = "an ISO 3166 code of two letters such as DE"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value and where it was set: default, the file, or a variable."""

    name: str
    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting; `store_countries` has those of `[stores.NAME] country`."""

    values: Mapping[str, Setting]
    store_countries: Mapping[str, Setting] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """A setting that is always text."""
        return str(self.values[name].value)

    def optional_text(self, name: str) -> str | None:
        """A setting that is text; None when unset."""
        value = self.values[name].value
        return None if value is None else str(value)

    def number(self, name: str) -> int:
        """A setting that is always a whole number."""
        value = self.values[name].value
        assert isinstance(value, int)  # noqa: S101  # settings of numbers have number parsers
        return value

    @property
    def home_currency(self) -> str | None:
        """`money.home_currency`; None when unset."""
        value = self.values["money.home_currency"].value
        return None if value is None else str(value)

    @property
    def spark_files(self) -> str | None:
        """`spark.files`; None when unset."""
        value = self.values["spark.files"].value
        return None if value is None else str(value)

    @property
    def ignored_products(self) -> tuple[str, ...]:
        """`products.ignore`."""
        value = self.values["products.ignore"].value
        return value if isinstance(value, tuple) else ()

    @property
    def points_rates(self) -> tuple[str, ...]:
        """`points.rates`."""
        value = self.values["points.rates"].value
        return value if isinstance(value, tuple) else ()

    @property
    def points_since(self) -> str | None:
        """`points.since`; None when unset."""
        value = self.values["points.since"].value
        return None if value is None else str(value)

    def country_of(self, store: str) -> str | None:
        """`stores.STORE.country`; None when unset."""
        found = self.store_countries.get(store)
        return None if found is None else str(found.value)


def settings_from(environment: Mapping[str, str], text: str | None, file: str) -> Settings:
    """The settings.

    Args:
        environment: variables; those that do not begin with CLIENTLENS_ are not looked at.
        text: content of the workspace's settings file, None when there is none.
        file: its path, for messages.

    Raises:
        BadConfigFile: it is not TOML. UnknownSetting, BadSetting: something in it, or a variable, is wrong.
    """
    values = {one.name: Setting(one.name, one.default, "default") for one in DEFINITIONS}
    countries: dict[str, Setting] = {}
    for name, raw in _flat(text, file).items():
        if name.startswith("stores.") and name.endswith(".country"):
            countries[name[7:-8]] = _parsed(name, raw, file, _country, _STORE_COUNTRY)
        elif name in _BY_NAME:
            values[name] = _parsed(name, raw, file, _BY_NAME[name].parse, _BY_NAME[name].wanted)
        else:
            close = difflib.get_close_matches(name, [*_BY_NAME, "stores.main.country"], n=1)
            raise UnknownSetting(name, file, close[0] if close else None)
    for one in DEFINITIONS:
        if environment.get(one.variable):
            text_given = environment[one.variable].strip()
            raw = (
                int(text_given)
                if isinstance(one.default, int) and _DIGITS.fullmatch(text_given)
                else text_given
            )
            values[one.name] = _parsed(one.name, raw, one.variable, one.parse, one.wanted)
    known = {*(one.variable for one in DEFINITIONS), *OTHER_VARIABLES}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return Settings(
        values, countries, tuple(f"{name} is set, but there is no such setting" for name in unknown)
    )


def _parsed(name: str, raw: object, origin: str, parse: Callable[[object], Value], wanted: str) -> Setting:
    try:
        return Setting(name, parse(raw), origin)
    except ValueError:
        raise BadSetting(name, raw, origin, wanted) from None


def _flat(text: str | None, file: str) -> dict[str, object]:
    if text is None:
        return {}
    try:
        return _dotted(tomllib.loads(text), "")
    except tomllib.TOMLDecodeError as error:
        raise BadConfigFile(file, str(error)) from None


def _dotted(table: Mapping[str, object], prefix: str) -> dict[str, object]:
    out: dict[str, object] = {}
    for name, value in table.items():
        out |= _dotted(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return out
