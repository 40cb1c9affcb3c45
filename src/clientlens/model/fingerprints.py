"""Keyed hashes by which somebody is known again without anything being kept that says who it is.

What is hashed are texts such as `email ada@example.org`, `residence ada berg|ring 1|10115` and `key n:main:7`, so that one
kind is never taken for another.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.postal import email_text, residence_expr

if TYPE_CHECKING:
    from collections.abc import Iterable

SECRET, SUPPRESSED, UNSUPPRESSED = "privacy_secret", "suppressed", "unsuppressed"
FORGOTTEN, SUMS, ERASED = "client_forgotten", "forgotten_sums", "forgetting_done"
EXPORTED, RETENTION = "privacy_exported", "retention_applied"
"""Kinds of entries of the ledger, see `analysis/suppression.py` and `workspace/forgetting.py`."""

_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def new_secret() -> str:
    """256 random bits, in hexadecimal."""
    return secrets.token_hex(32)


class Fingerprints:
    """HMAC-SHA-256 (RFC 2104) under one secret, for many short texts."""

    def __init__(self, secret: str) -> None:
        # The two hashes that every HMAC begins with are made once and copied.
        key = bytes.fromhex(secret).ljust(_BLOCK, b"\0")
        self._inner, self._outer = (
            hashlib.sha256(key.translate(_INNER)),
            hashlib.sha256(key.translate(_OUTER)),
        )

    def of(self, text: str) -> str:
        """The HMAC of a text in UTF-8, in hexadecimal."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()

    def of_all(self, texts: Iterable[str]) -> pl.Series:
        """The same of many; Polars has no HMAC, so this one step leaves it."""
        return pl.Series("fingerprint", [self.of(text) for text in texts], dtype=pl.String)


def email_and_residence() -> tuple[pl.Expr, pl.Expr]:
    """`email` and `residence`: what to hash of a record's details; null where they are not known.

    Needs the columns email, name, company, street, postcode, city.
    """
    named = pl.coalesce("name", "company")
    residence = residence_expr(named, pl.col("street"), pl.col("postcode"), pl.col("city"))
    return (
        (pl.lit("email ") + email_text(pl.col("email"))).alias("email"),
        (pl.lit("residence ") + residence).alias("residence"),
    )


def key_text(key: pl.Expr) -> pl.Expr:
    """`text`: what to hash of an identity key; of an e-mail the same as of one that stands in a record."""
    email = pl.lit("email ") + email_text(key.str.slice(2))
    return pl.when(key.str.starts_with("e:")).then(email).otherwise(pl.lit("key ") + key).alias("text")


def client_text(client: str) -> str:
    """What to hash of how a client is called on the command line: an e-mail or a client id."""
    return f"client {client.strip().lower()}"
