"""Where clients live, as the ledger remembers it: fingerprints of addresses, and the arm that they fall into."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.letter_history import HELD, MAILED
from clientlens.model.postal import household_expr, residence_expr

if TYPE_CHECKING:
    from fractions import Fraction

_LETTERS = 32
"""Of a fingerprint: 128 bits, so that no two addresses share one."""
_DECIDING = 16
"""So many of them are read as the number that decides the arm."""
_ADDRESS = tuple(map(pl.col, ("street", "postcode", "city")))


def with_fingerprints(clients: pl.DataFrame, *, campaign: str, seed: str) -> pl.DataFrame:
    """Clients with `residence` and `household` (String) as the ledger has them; null where the address is not whole.

    Args:
        clients: of `tables.CLIENTS` name, company, street, street2, postcode and city.
        campaign, seed: take part in the household, so that each campaign draws anew.
    """
    street, postcode, city = _ADDRESS
    named = pl.coalesce("name", "company")
    compared = clients.with_columns(
        residence=residence_expr(named, street, postcode, city),
        household=household_expr(street, pl.col("street2"), postcode, city),
    )
    return compared.with_columns(
        _fingerprints(compared["residence"], "residence"),
        _fingerprints(compared["household"], f"{campaign}\0{seed}"),
    )


def arm_of(household: str, share: Fraction) -> str:
    """`HELD` for this share of all households, else `MAILED`: by nothing but the household itself.

    A household's fingerprint is a number of 64 bits, as good as drawn from all of them alike; those below the share are
    held. So everybody at one address is in one arm, whoever else is meant, in whatever order, however often it is asked.
    """
    drawn = int(household[:_DECIDING], 16)
    return HELD if drawn * share.denominator < share.numerator << 4 * _DECIDING else MAILED


def _fingerprints(texts: pl.Series, salt: str) -> pl.Series:
    # Polars has no SHA-256, so this one step leaves it.
    before = f"{salt}\0".encode()
    return pl.Series(
        texts.name,
        [
            None if text is None else sha256(before + text.encode()).hexdigest()[:_LETTERS]
            for text in texts.to_list()
        ],
        dtype=pl.String,
    )
