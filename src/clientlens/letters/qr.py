"""QR codes as paths: level M, one fixed mask, each run of dark modules a rectangle of a grid of unit squares.

A fixed mask instead of the best of eight reads as well from a page and takes a fraction of the time; readers learn the
mask from the code itself (ISO/IEC 18004, 7.8).

With length, version and mask given, everything between an address and its modules is linear over GF(2): the bits of the
message, the remainders of Reed and Solomon, their order, the mask as a constant. So flipping one bit of the address flips
the same modules whatever else it says, and the code of an address is that of another one of its length, with the modules
of each bit in which they differ flipped. Which those are is asked of the qrcode package, once a bit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clientlens.letters.refusal import CannotDraw, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = 4
QUIET = 4
"""Modules that stay white around a code."""
LEAST_MODULE_MM = 0.5
LEAST_SYMBOL_MM = 22.0
MOST_CHARACTERS = 300
_PLAIN_FIRST = 50
"""Codes of one length that are made one by one before it pays to learn which bit flips what."""
_COMPARED_FIRST, _COMPARED_EACH = 8, 64
_DARK = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Size:
    """How large the code of an address is. modules: a side."""

    modules: int

    @property
    def module_mm(self) -> float:
        """The side of one module: at least half a millimetre, and the whole code at least 22."""
        return max(LEAST_MODULE_MM, LEAST_SYMBOL_MM / self.modules)

    @property
    def side_mm(self) -> float:
        """The side of the dark part."""
        return self.module_mm * self.modules


def check(url: str, host: str) -> None:
    """Raise CannotDraw unless it is a plain https address of this host ("": of any), of at most 300 characters."""
    try:
        parts = urlsplit(url)
        plain = bool(parts.hostname) and parts.username is None and parts.port in {None, 443}
    except ValueError:
        plain = False
    if not (plain and url.startswith("https://") and url.isascii() and url.isprintable() and " " not in url):
        raise CannotDraw(Fault.CODE, "the address of a QR code must begin with https:// and hold no blanks")
    if len(url) > MOST_CHARACTERS:
        raise CannotDraw(Fault.CODE, f"the address of a QR code has more than {MOST_CHARACTERS} characters")
    if host and parts.hostname != host.lower():
        raise CannotDraw(Fault.CODE, f"the address of a QR code leads to {parts.hostname}, not to {host}")


def size(url: str) -> Size:
    """How large its code is: a matter of its length alone."""
    return Size(_family(len(url)).side)


def path(url: str) -> str:
    """The dark modules as rectangles, one unit a module, y downwards from the upper left corner."""
    return _family(len(url)).path(url.encode("ascii"))


def plain(message: bytes) -> tuple[int, int]:
    """A code by the qrcode package alone: its side, and its modules row by row as the bits of a number, dark: 1."""
    import qrcode
    from qrcode.util import MODE_8BIT_BYTE, QRData

    made: Any = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, mask_pattern=MASK, border=0)
    made.add_data(QRData(message, mode=MODE_8BIT_BYTE))
    made.make(fit=True)
    return len(made.modules), int("".join("1" if dark else "0" for row in made.modules for dark in row), 2)


class Family:
    """Codes of addresses of one length."""

    def __init__(self, length: int) -> None:
        self._base = b"/" * length
        self.side, self._code = plain(self._base)
        self._flips: dict[tuple[int, int], int] = {}
        self._made = 0
        self._starts = [f"{x} {y} " for y in range(self.side) for x in range(self.side)]
        self._runs = [f"{run} 1 re\n" for run in range(self.side + 1)]

    def path(self, message: bytes) -> str:
        """The dark modules of a code as rectangles."""
        bits = f"{self.code(message):0{self.side**2}b}"
        parts: list[str] = []
        for row in range(0, self.side**2, self.side):
            for found in _DARK.finditer(bits, row, row + self.side):
                start, end = found.span()
                parts += (self._starts[start], self._runs[end - start])
        return "".join(parts)

    def code(self, message: bytes) -> int:
        """The modules of a code; every so often compared with the qrcode package's own."""
        self._made += 1
        if self._made <= _PLAIN_FIRST:
            return plain(message)[1]
        code = self.quick(message)
        since = self._made - _PLAIN_FIRST
        if (since <= _COMPARED_FIRST or since % _COMPARED_EACH == 0) and code != plain(message)[1]:
            raise RuntimeError("a QR code is not the one that the qrcode package makes")
        return code

    def quick(self, message: bytes) -> int:
        """The modules of a code, by what the bits flip in which it differs from the first one."""
        if self._made == _PLAIN_FIRST + 1:
            self._base, self._code = message, plain(message)[1]
        code = self._code
        for place, (byte, other) in enumerate(zip(message, self._base, strict=True)):
            if byte != other:
                for bit in _bits(byte ^ other):
                    code ^= self._flips.get((place, bit)) or self._flip(place, bit)
        return code

    def _flip(self, place: int, bit: int) -> int:
        changed = bytearray(self._base)
        changed[place] ^= bit
        flips = self._flips[place, bit] = plain(bytes(changed))[1] ^ self._code
        return flips


def _bits(value: int) -> Iterator[int]:
    while value:
        bit = value & -value
        yield bit
        value ^= bit


@cache
def _family(length: int) -> Family:
    return Family(length)
