"""Pictures of templates: PNG or JPEG files from the template's own folder, looked into before anything draws them."""

from __future__ import annotations

import os
import re
import stat
import struct
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from clientlens.letters.letter import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 2_000_000
MOST_PIXELS = 25_000_000
LEAST_MM, MOST_MM, USUAL_MM = 5, 165, 40
"""Width on the page in millimetres; the usual one where none is stated."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Markers of JPEG frames that every reader knows: baseline, extended, progressive."""


_WIDTH = re.compile(r"\s([0-9]{1,3}(?:\.[0-9]+)?)\s?mm$")
_NO_WIDTH = re.compile(r"\s[0-9][0-9.,]*\s?(?:[a-z]{2}|%)?$")


class BadPictureError(ValueError):
    """Why a picture cannot be taken."""


def read_picture(folder: Path | None, text: str, alt: str) -> Picture:
    """A picture out of its file.

    Args:
        folder: the template's; None: the template is no file, and has no pictures.
        text: name of the file, from there, and its width ("40mm", "40.5 mm"); without one it has the usual.

    Raises:
        BadPictureError
    """
    if folder is None:
        raise BadPictureError("a template that is no file has no pictures")
    found = _WIDTH.search(text)
    name = text[: found.start()].rstrip() if found else text
    if _NO_WIDTH.search(name):
        raise BadPictureError(f"{name!r}: a width is in mm, such as 40mm or 40.5mm")
    wide = float(found[1]) if found else float(USUAL_MM)
    if not LEAST_MM <= wide <= MOST_MM:
        raise BadPictureError(f"a picture is {LEAST_MM} to {MOST_MM} mm wide")
    data = _read(folder, name)
    if data.startswith(_PNG):
        pixels = _png(data)
    elif data.startswith(_JPEG):
        pixels = _jpeg(data)
    else:
        raise BadPictureError(f"{name} is neither a PNG nor a JPEG")
    if pixels is None or 0 in pixels:
        raise BadPictureError(f"{name} is damaged")
    if pixels[0] * pixels[1] > MOST_PIXELS:
        raise BadPictureError(
            f"{name} has {pixels[0]} x {pixels[1]} pixels, and {MOST_PIXELS:,} are the most"
        )
    return Picture(name, data, wide, alt)


def _read(folder: Path, name: str) -> bytes:
    asked = PurePosixPath(name)
    if asked.is_absolute() or ".." in asked.parts or "\\" in name or ":" in name or "\0" in name:
        raise BadPictureError(f"{name!r} is not in the template's folder")
    try:
        home = folder.resolve()
        path = (home / asked).resolve(strict=True)
        if not path.is_relative_to(home):
            raise BadPictureError(f"{name!r} leads out of the template's folder")
        # A pipe or a device would keep us waiting; and nobody puts a link there after we looked.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadPictureError(f"{name!r} is no file")
            data = file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, BadPictureError):
            raise
        raise BadPictureError(
            f"{name!r} cannot be read: {getattr(error, 'strerror', None) or 'no such file'}"
        ) from None
    if len(data) > MOST_BYTES:
        raise BadPictureError(f"{name} has more than {MOST_BYTES:,} bytes")
    return data


def _png(data: bytes) -> tuple[int, int] | None:
    """Width and height; None where the file is not whole."""
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or len(chunks[0][1]) != 13:
        return None
    if not any(kind == b"IDAT" for kind, _ in chunks):
        return None
    width, height = struct.unpack(">II", chunks[0][1][:8])
    return width, height


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk, up to the first one that is not whole."""
    at = len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, inside = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if len(check) != 4 or zlib.crc32(kind + inside) != int.from_bytes(check, "big"):
            return
        yield kind, inside
        if kind == b"IEND":
            return
        at += 12 + length


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Width and height; None where the file is not whole, or of a kind that few can read."""
    at, found = 2, None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            # The picture itself follows; some cameras put a few bytes behind its end.
            return found if b"\xff\xd9" in data[at:] else None
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _FRAMES and at + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, at + 5)
            found = width, height
        at += 2 + length
    return None
