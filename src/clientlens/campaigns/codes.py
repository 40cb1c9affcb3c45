"""The code of a letter: what its QR code says, so that a scan is known to be of this letter; nothing personal in it.

80 random bits in Crockford's base 32 (no I, L, O, U, which are read as digits or make words): 16 characters, always, so
that what fits on a page with one code fits with every other.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
BYTES = 10
PLACEHOLDER = "W" * LENGTH
"""Stands in a letter until it has its own code: the widest character, so that the own one needs no more room."""
PREVIEW = "PREVIEW-NOT-SENT"
"""In a preview: as long as a code, and none, since codes have neither I, O nor a hyphen."""


def code_of(random: bytes) -> str:
    """The code of `BYTES` random bytes."""
    number = int.from_bytes(random[:BYTES], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
