"""Values of a campaign's file: exact amounts and shares, names, the address that a QR code leads to."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clientlens.campaigns.codes import LENGTH
from clientlens.model.money import DECIMALS

if TYPE_CHECKING:
    from clientlens.sources.tomlcheck import Check, Path

CODE = "{code}"
LONGEST_URL = 300
LONGEST_NAME = 40
LARGEST_AMOUNT = 1_000_000_000
"""Of money, in whole units; ten times as many letters as there are people would cost less."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_URL = re.compile(r"(?:[!#-;=?-\[\]_a-z~]|%[0-9A-Fa-f]{2})+")  # printable ASCII without " < > \ ^ ` { | }


def campaign_name(text: str) -> str | None:
    """The text, where it can name a campaign; None where it cannot."""
    return text if _NAME.fullmatch(text) and len(text) <= LONGEST_NAME else None


def name_of_file(stem: str) -> str:
    """What a file without a name of its own calls its campaign: its own name in small letters, with hyphens."""
    return re.sub(r"[ _]+", "-", stem.strip().lower())


def exact(value: Any) -> Decimal | None:
    """A number of a TOML file, or a text of digits, as it was written; None: it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value.strip()) if _DECIMAL.fullmatch(value.strip()) else None
    if isinstance(value, int):
        return Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def share(path: Path, value: Any, least: Fraction, most: Fraction, check: Check) -> Fraction | None:
    """A share between two others; None after a fault."""
    number = exact(value)
    if number is None or not least <= Fraction(number) <= most:
        begin, end = (f"{float(one):g}" for one in (least, most))
        check.fault(path, f"{str(path[-1])!r} is a share from {begin} to {end}, such as 0.1 for a tenth")
        return None
    return Fraction(number)


def amount(path: Path, value: Any, currency: str | None, check: Check) -> int | None:
    """Minor units of a currency; None after a fault, or where the currency is not known."""
    number = exact(value)
    if number is None or not 0 <= number <= LARGEST_AMOUNT:
        check.fault(path, f"{str(path[-1])!r} takes an amount such as 0.92, from 0 to {LARGEST_AMOUNT:,}")
        return None
    if currency is None:
        return None
    minor = Fraction(number) * 10 ** DECIMALS[currency]
    if minor.denominator != 1:
        check.fault(
            path, f"{str(path[-1])!r} has more decimals than {currency}, which has {DECIMALS[currency]}"
        )
        return None
    return int(minor)


def url_fault(url: str) -> str | None:
    """What is wrong with the address of a QR code; None: nothing is.

    It is https, of a host on the internet, has `{code}` once, in its path or query, and with a code in it at most
    `LONGEST_URL` characters.
    """
    if url.count(CODE) != 1:
        return f"it needs {CODE} once, where each letter's own code is to stand"
    bare = url.replace(CODE, "0" * LENGTH)
    try:
        parts, before = urlsplit(bare), urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme != "https":
        return "it begins with https://"
    if not _URL.fullmatch(bare):
        return "it holds a character that an address has in the form %20 alone"
    faults = {
        "it names a user or a password, which anybody could read off the letter": "@" in parts.netloc,
        "it needs a host such as shop.example": "." not in host.strip(".") or port == 0,
        f"{CODE} belongs into its path or query, not into the host": CODE in before.netloc,
        f"{CODE} belongs before the #: what follows that never reaches a server": CODE in before.fragment,
        f"with a code in it, it has {len(bare)} characters; {LONGEST_URL} is the most": len(bare)
        > LONGEST_URL,
    }
    return next((told for told, wrong in faults.items() if wrong), None)
