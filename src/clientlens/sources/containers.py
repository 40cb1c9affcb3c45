"""Packed files (gzip, zstd, zip) taken apart in memory: known by their first bytes, streamed under caps, proved whole.

What comes out is complete and its checksums hold, or the file is refused. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import ArchiveTooLarge, DamagedArchive, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

RATIO = 200
"""Exports pack to a fifth, repetitive ones to a fiftieth. Beyond this it is a bomb."""
FIRST_STRETCH = 16 << 20
STRETCH = 64 << 20
LIMIT = 4 << 30

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SKIPPABLE = b"\x2a\x4d\x18"
"""A zstd file may begin with a frame to be skipped: 0x50 to 0x5f, then these bytes."""
_GZIP_FORM = 31
RAW_DEFLATE = -15
_FIRST_STEP, _LARGEST_STEP = 256, 1 << 14
_READ = 1 << 20
_UNPACK = "unpack it first, then import the file inside"


@dataclass(frozen=True, slots=True)
class Part:
    """One file out of a packed one.

    name: as it is shown, `export.zip:orders.csv`; never a path. data: unpacked; packed: how many bytes it took.
    """

    name: str
    data: bytes
    packed: int


@dataclass(frozen=True, slots=True)
class Unpacked:
    """parts: unpacked one by one as they are asked for; notes: what the user should know, one line each."""

    parts: Iterable[Part]
    notes: tuple[str, ...] = ()


class Meter:
    """Counts what goes in and comes out, and stops a bomb while it unfolds.

    The ratio is taken of the first 16 MiB that come out, then of each further 64 MiB, so that a bomb cannot hide
    behind a part that does not shrink; it is taken over all members of an archive, so that a thousand small ones
    cannot either.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._total = self._produced = self._consumed = 0
        self._stretch = FIRST_STRETCH

    def count(self, produced: int, consumed: int) -> None:
        """Take note of bytes since the last call.

        Raises:
            ArchiveTooLarge: a bomb, or more than 4 GiB in all.
        """
        self._total += produced
        if self._total > LIMIT:
            raise ArchiveTooLarge(self._name, f"it unpacks to more than {LIMIT >> 30} GiB")
        self._produced += produced
        self._consumed += consumed
        if self._produced >= self._stretch:
            if self._produced > RATIO * self._consumed:
                raise ArchiveTooLarge(self._name, f"it unpacks to more than {RATIO} times its size")
            self._produced = self._consumed = 0
            self._stretch = STRETCH


def unpack(name: str, data: bytes) -> Unpacked | None:
    """Take a packed file apart; None when it is none by its first bytes.

    Raises, here or while the parts are taken:
        DamagedArchive: cut off, a checksum that differs, something behind the end.
        ArchiveTooLarge: a bomb, more than 4 GiB or 1,000 members.
        Unreadable: nothing in it that could be read: a workbook, encrypted, empty.
    """
    if data.startswith(ZIP):
        from clientlens.sources.ziparchive import unzip

        return unzip(name, data)
    if data.startswith(GZIP):
        return Unpacked([Part(name, _gunzip(name, data), len(data))])
    if data.startswith(ZSTD) or (data[1:4] == _SKIPPABLE and data[0] >> 4 == 5):
        return Unpacked([Part(name, _unzstd(name, data), len(data))])
    return None


def inflate(name: str, packed: memoryview, out: io.BytesIO, meter: Meter, form: int) -> int:
    """Unpack one deflate stream that begins where `packed` does; returns how many bytes of it the stream has.

    Args:
        name: of what is unpacked, for messages.
        packed: may go on behind the stream.
        out: what is unpacked is written here.
        meter: is told.
        form: zlib's `wbits`: 31 for a gzip member (whose length and CRC are then checked), -15 for bare deflate.

    Raises:
        DamagedArchive, ArchiveTooLarge
    """
    stream = zlib.decompressobj(form)
    position, step = 0, _FIRST_STEP
    while not stream.eof:
        # What a step holds beyond the stream's end is copied: steps begin small, as there may be many tiny streams.
        # The largest gives at most 16 MiB, since deflate packs to a thousandth at best.
        piece = packed[position : position + step]
        if not piece:
            raise DamagedArchive(name, "the packed data is cut off")
        try:
            found = stream.decompress(piece)
        except zlib.error:
            raise DamagedArchive(name, "the packed data is damaged") from None
        position += len(piece)
        meter.count(len(found), len(piece) - len(stream.unused_data))
        out.write(found)
        step = min(step * 4, _LARGEST_STEP)
    return position - len(stream.unused_data)


def _gunzip(name: str, data: bytes) -> bytes:
    """All members, one after the other: files packed apart and joined are one file."""
    view = memoryview(data)
    # BytesIO hands its buffer over as it is: the content is never held twice.
    out, meter, position = io.BytesIO(), Meter(name), 0
    while position < len(view):
        if view[position : position + 2] != GZIP:
            raise DamagedArchive(name, "something follows the end of the packed data")
        position += inflate(name, view[position:], out, meter, _GZIP_FORM)
    return out.getvalue()


def _unzstd(name: str, data: bytes) -> bytes:
    """All frames, by the decoder that pyarrow carries: it checks sizes, checksums where there are some, and the end."""
    import pyarrow as pa

    source = pa.BufferReader(data)
    out, meter, consumed = io.BytesIO(), Meter(name), 0
    try:
        with pa.CompressedInputStream(source, "zstd") as stream:
            while piece := stream.read(_READ):
                meter.count(len(piece), source.tell() - consumed)
                consumed = source.tell()
                out.write(piece)
    except OSError as error:
        reason = str(error)
        if "too much memory" in reason:
            raise Unreadable(
                name, "it was packed with a window of more than 128 MiB (--long)", _UNPACK
            ) from None
        what = "cut off" if "Truncated" in reason else "damaged, or something follows its end"
        raise DamagedArchive(name, f"the packed data is {what}") from None
    return out.getvalue()
