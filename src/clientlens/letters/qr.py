"""QR codes as paths: level M, one fixed mask, each run of dark modules a rectangle of a grid of unit squares.

A fixed mask instead of the best of eight reads as well from a page and takes a fraction of the time; readers learn the
mask from the code itself (ISO/IEC 18004, 7.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clientlens.errors import LettersMissing
from clientlens.letters.refusal import CannotDraw, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

MASK = 4
QUIET = 4
"""Modules that stay white around a code."""
LEAST_MODULE_MM = 0.5
LEAST_SYMBOL_MM = 22.0
MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code. modules: a side. path: its dark modules as rectangles, one unit a module, y downwards."""

    modules: int
    path: str

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
        fine = (
            parts.scheme == "https"
            and bool(parts.hostname)
            and parts.username is None
            and parts.port in {None, 443}
        )
    except ValueError:
        fine = False
    if not (fine and url.isascii() and url.isprintable() and " " not in url and url.startswith("https://")):
        raise CannotDraw(Fault.CODE, "the address of a QR code must begin with https:// and hold no blanks")
    if len(url) > MOST_CHARACTERS:
        raise CannotDraw(Fault.CODE, f"the address of a QR code has more than {MOST_CHARACTERS} characters")
    if host and parts.hostname != host.lower():
        raise CannotDraw(Fault.CODE, f"the address of a QR code leads to {parts.hostname}, not to {host}")


def symbol(url: str) -> Symbol:
    """The code of an address, by the qrcode package."""
    try:
        import qrcode
        from qrcode.util import MODE_8BIT_BYTE, QRData
    except ImportError as error:
        raise LettersMissing("qrcode") from error
    made: Any = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, mask_pattern=MASK, border=0)
    made.add_data(QRData(url.encode("ascii"), mode=MODE_8BIT_BYTE))
    made.make(fit=True)
    return drawn(made.modules)


def drawn(rows: Sequence[Sequence[bool]]) -> Symbol:
    """The path of a square of modules."""
    path: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = sum(1 for _ in run)
            if dark:
                path.append(f"{x} {y} {length} 1 re\n")
            x += length
    return Symbol(len(rows), "".join(path))
