"""Where clients live: which arm that puts them in, and how the ledger remembers it without saying where it is.

The arm is drawn by a plain hash of the address, so that the same campaign draws the same anywhere. What is kept are HMACs
under the workspace's secret, by which no address can be tried out.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.letter_history import HELD, MAILED
from clientlens.model.fingerprints import Fingerprints
from clientlens.model.postal import household_expr, residence_expr

if TYPE_CHECKING:
    from fractions import Fraction

_LETTERS = 32
"""Of a fingerprint: 128 bits, so that no two addresses share one."""
_BITS = 64
"""Of the number that decides the arm."""
_ADDRESS = tuple(map(pl.col, ("street", "postcode", "city")))


def with_homes(clients: pl.DataFrame, secret: str) -> pl.DataFrame:
    """Clients with `home` (String: the address as it is compared) and `residence` (String: as the ledger has it).

    Both are null where a part of the address is missing.

    Args:
        clients: of `tables.CLIENTS` name, company, street, street2, postcode and city. secret: the workspace's.
    """
    street, postcode, city = _ADDRESS
    named = pl.coalesce("name", "company")
    # Lazily, so that what both are made of is folded once.
    compared = (
        clients.lazy()
        .with_columns(
            residence=residence_expr(named, street, postcode, city),
            home=household_expr(street, pl.col("street2"), postcode, city),
        )
        .collect()
    )
    prints = Fingerprints(secret)
    kept = [None if text is None else _kept(prints, "residence", text) for text in compared["residence"]]
    return compared.with_columns(residence=pl.Series(kept, dtype=pl.String))


def household_of(home: str, secret: str) -> str:
    """A home as the ledger has it."""
    return _kept(Fingerprints(secret), "household", home)


def arm_of(home: str, share: Fraction, *, campaign: str, seed: str) -> str:
    """`HELD` for this share of all homes, else `MAILED`: by nothing but the home, the campaign and its seed.

    Their SHA-256 begins with a number of 64 bits, as good as drawn from all of them alike; those below the share are held.
    So everybody at one address is in one arm, whoever else is meant, in whatever order, however often it is asked.
    """
    drawn = int.from_bytes(sha256(f"{campaign}\0{seed}\0{home}".encode()).digest()[: _BITS // 8], "big")
    return HELD if drawn * share.denominator < share.numerator << _BITS else MAILED


def _kept(prints: Fingerprints, what: str, text: str) -> str:
    return prints.of(f"letter {what} {text}")[:_LETTERS]
