"""Pictures of templates as objects of a PDF: JPEG as it is, anything else as pixels, with its transparency."""

from __future__ import annotations

import hashlib
import io
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from clientlens.letters.pdf import Part
from clientlens.letters.refusal import CannotDraw, Fault

if TYPE_CHECKING:
    from PIL.Image import Image as PictureFile

MOST_PIXELS = 40_000_000
_ORIENTATION = 0x0112
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. name: its name on pages, from its bytes. ratio: height by width."""

    name: str
    part: Part
    ratio: float


@lru_cache(maxsize=32)
def image(name: str, data: bytes) -> Image:
    """The object of a picture; name: of its file, for the refusal. Raises: CannotDraw."""
    from PIL import Image as Pictures
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pictures.DecompressionBombWarning)
            opened = Pictures.open(io.BytesIO(data), formats=("PNG", "JPEG"))
            _check(name, opened)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    except (OSError, ValueError, SyntaxError, Pictures.DecompressionBombError, Warning) as error:
        raise CannotDraw(Fault.PICTURE, f"{name} is no PNG or JPEG that can be read") from error
    wide, high = upright.size
    size = f"/Type /XObject /Subtype /Image /Width {wide} /Height {high} /BitsPerComponent 8"
    if opened.format == "JPEG" and opened.mode in {"L", "RGB"} and opened.getexif().get(_ORIENTATION, 1) == 1:
        part = Part(f"{size} /ColorSpace {_space(opened.mode)} /Filter /DCTDecode", data)
    else:
        part = _pixels(upright, size)
    return Image(f"P{hashlib.sha256(data).hexdigest()[:12]}", part, high / wide)


def _check(name: str, opened: PictureFile) -> None:
    if opened.size[0] * opened.size[1] > MOST_PIXELS:
        raise CannotDraw(Fault.PICTURE, f"{name} has more than {MOST_PIXELS // 1_000_000} million pixels")
    if opened.mode not in _MODES:
        raise CannotDraw(Fault.PICTURE, f"{name} has more than 8 bits a colour")


def _pixels(opened: PictureFile, size: str) -> Part:
    """A picture pixel by pixel, its transparency as a mask."""
    needs: tuple[Part, ...] = ()
    mask = ""
    if "A" in opened.getbands() or "transparency" in opened.info:
        whole = opened.convert("RGBA")
        see_through = whole.getchannel("A").tobytes()
        if see_through.count(b"\xff") != len(see_through):
            needs = (
                Part(f"{size} /ColorSpace /DeviceGray /Filter /FlateDecode", zlib.compress(see_through, 9)),
            )
            mask = " /SMask {0} 0 R"
        plain = whole.convert("RGB")
    else:
        plain = opened.convert("L" if opened.mode in {"1", "L", "LA"} else "RGB")
    packed = zlib.compress(plain.tobytes(), 9)
    return Part(f"{size} /ColorSpace {_space(plain.mode)}{mask} /Filter /FlateDecode", packed, needs)


def _space(mode: str) -> str:
    return "/DeviceGray" if mode == "L" else "/DeviceRGB"
