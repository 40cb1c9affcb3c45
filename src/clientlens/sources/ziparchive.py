"""Zip archives, read by their directory, which must agree with everything else in the file.

A reader that trusts one half of an archive can be shown other rows than the next reader, or lose some: archives that
were joined, cut, prefixed or whose members overlap are refused. A member's name is text to show, never a path.
"""

from __future__ import annotations

import io
import stat
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from clientlens.errors import ArchiveTooLarge, DamagedArchive, Unreadable
from clientlens.model.text import safe
from clientlens.sources.containers import RAW_DEFLATE, Meter, Part, Unpacked, inflate

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMBERS = 1000
_END = struct.Struct("<4s4H2LH")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_STORED, _DEFLATED = 0, 8
_METHODS = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd"}
_UNIX = frozenset({3, 19})
_OF_FOLDERS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_SHOWN = 5

_UNPACK = "unpack it first, then import the files inside"
_DOCUMENTS = {
    "[Content_Types].xml": "an Excel workbook",
    "META-INF/manifest.xml": "an OpenDocument workbook",
    "Index/Document.iwa": "a Numbers document",
}


@dataclass(frozen=True, slots=True)
class _Member:
    """An entry of the directory: `begin` and `packed` say where its data lies, `start` where its own header does."""

    label: str
    text: str
    flags: int
    method: int
    crc: int
    start: int
    begin: int
    packed: int
    size: int
    regular: bool


def unzip(name: str, data: bytes) -> Unpacked:
    """The members that are files, in the order of their names; folders and what file managers leave are noted.

    Raises, here or while the parts are taken:
        DamagedArchive: cut off, joined, overlapping, or a member that is not what the directory says.
        ArchiveTooLarge: a bomb, more than 4 GiB or 1,000 members.
        Unreadable: a workbook, a split or empty archive, an encrypted member or an unknown method.
    """
    members = _directory(name, data)
    for member in members:
        if member.text in _DOCUMENTS:
            raise Unreadable(
                name, f"this is {_DOCUMENTS[member.text]}, not a text file", "save it as CSV UTF-8 first"
            )
    wanted = sorted((one for one in members if not _left_out(one)), key=lambda one: one.text)
    for one, following in pairwise(sorted(wanted, key=lambda one: one.label)):
        if one.label == following.label:
            raise Unreadable(one.label, "the archive holds two files of that name", _UNPACK)
    if not wanted:
        raise Unreadable(name, "the archive holds no file", "export it again")
    for one in wanted:
        if one.flags & _ENCRYPTED:
            raise Unreadable(one.label, "it is encrypted", "unpack it with its password first")
        if one.method not in {_STORED, _DEFLATED}:
            how = _METHODS.get(one.method, f"method {one.method}")
            raise Unreadable(one.label, f"it is packed with {how}, which is not known here", _UNPACK)
    left_out = sorted(one.text for one in members if _left_out(one))
    return Unpacked(_parts(name, data, wanted), _note(name, left_out))


def _note(name: str, left_out: list[str]) -> tuple[str, ...]:
    if not left_out:
        return ()
    more = f" and {len(left_out) - _SHOWN} more" if len(left_out) > _SHOWN else ""
    shown = ", ".join(f"'{safe(one)}'" for one in left_out[:_SHOWN])
    return (f"{name}: folders and hidden files in it were skipped: {shown}{more}",)


def _left_out(member: _Member) -> bool:
    """Folders, links, and what macOS and Windows leave about; a folder that has content is none."""
    *folders, last = member.text.replace("\\", "/").split("/")
    if member.size == 0 and not last:
        return True
    return not member.regular or any(
        part.lower() in _OF_FOLDERS or (part.startswith(".") and part not in {".", ".."})
        for part in (*folders, last)
    )


def _parts(name: str, data: bytes, members: list[_Member]) -> Iterator[Part]:
    meter = Meter(name)
    for member in members:
        yield Part(member.label, _content(data, member, meter), member.packed)


def _content(data: bytes, member: _Member, meter: Meter) -> bytes:
    packed = memoryview(data)[member.begin : member.begin + member.packed]
    out = io.BytesIO()
    used = len(packed)
    if member.method == _STORED:
        meter.count(len(packed), len(packed))
        out.write(packed)
    else:
        used = inflate(member.label, packed, out, meter, RAW_DEFLATE)
    content = out.getvalue()
    if used != len(packed) or len(content) != member.size:
        raise DamagedArchive(member.label, "its size is not what the archive says")
    if zlib.crc32(content) != member.crc:
        raise DamagedArchive(member.label, "the packed data is damaged, its checksum differs")
    return content


# --- the directory --------------------------------------------------------------------------------------


def _directory(name: str, data: bytes) -> list[_Member]:
    """All members, their places proved to lie apart and inside the archive."""
    position, end, count = _directory_place(name, data)
    directory = position
    members = []
    for _ in range(count):
        member, position = _entry(name, data, position, end)
        members.append(member)
    if position != end:
        raise DamagedArchive(name, "its directory is damaged")
    by_place = sorted(members, key=lambda one: one.start)
    if by_place and by_place[0].start != 0:
        raise DamagedArchive(name, "something stands before its first file: were two archives joined?")
    for one, following in pairwise(by_place):
        if one.begin + one.packed > following.start:
            raise DamagedArchive(following.label, "it overlaps another file of the archive")
    if by_place and by_place[-1].begin + by_place[-1].packed > directory:
        raise DamagedArchive(by_place[-1].label, "it reaches beyond the files of the archive")
    return members


def _directory_place(name: str, data: bytes) -> tuple[int, int, int]:
    """Where the directory begins and ends, and how many entries it has, by the records at the end of the file."""
    at = _end_record(name, data)
    _, disk, first_disk, here, count, size, begin, _ = _END.unpack_from(data, at)
    said = (disk, first_disk, here, count, size, begin)
    end = at
    locator = at - _LOCATOR_64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, end, _ = _LOCATOR_64.unpack_from(data, locator)
        if end + _END_64.size > locator or data[end : end + 4] != b"PK\x06\x06":
            raise DamagedArchive(name, "its end is damaged")
        _, length, _, _, *large = _END_64.unpack_from(data, end)
        full = (_FULL_16, _FULL_16, _FULL_16, _FULL_16, _FULL_32, _FULL_32)
        agree = all(small in (wide, most) for small, wide, most in zip(said, large, full, strict=True))
        if end + 12 + length != locator or not agree:
            raise DamagedArchive(name, "its end is damaged")
        disk, first_disk, here, count, size, begin = large
    if disk or first_disk or here != count:
        raise Unreadable(name, "this is one piece of a split archive", "join and unpack it first")
    if count > MEMBERS:
        raise ArchiveTooLarge(name, f"the archive holds {count:,} files, more than {MEMBERS:,}")
    if begin + size != end:
        raise DamagedArchive(name, "its directory is not where the archive says: is it cut, or joined?")
    return begin, end, count


def _end_record(name: str, data: bytes) -> int:
    """Where the record stands that ends the archive; with its comment it ends the file, to the byte."""
    at = len(data)
    lowest = max(0, len(data) - _END.size - _LONGEST_COMMENT)
    while (at := data.rfind(b"PK\x05\x06", lowest, at)) >= 0:
        if at + _END.size <= len(data) and at + _END.size + _END.unpack_from(data, at)[-1] == len(data):
            return at
    raise DamagedArchive(name, "the archive is cut off, or something follows its end")


def _entry(name: str, data: bytes, position: int, end: int) -> tuple[_Member, int]:
    """One entry, and where the next one begins."""
    if position + _ENTRY.size > end or data[position : position + 4] != b"PK\x01\x02":
        raise DamagedArchive(name, "its directory is damaged")
    fields = _ENTRY.unpack_from(data, position)
    _, made, _, flags, method, _, _, crc, packed, size, *lengths, disk, _, attributes, start = fields
    name_at = position + _ENTRY.size
    extra_at = name_at + lengths[0]
    following = extra_at + lengths[1] + lengths[2]
    if following > end:
        raise DamagedArchive(name, "its directory is damaged")
    raw = data[name_at:extra_at]
    text = _name(raw)
    label = f"{name}:{safe(text)}"
    if disk not in {0, _FULL_16}:
        raise Unreadable(name, "this is one piece of a split archive", "join and unpack it first")
    size, packed, start = _wide(label, data[extra_at : extra_at + lengths[1]], (size, packed, start))
    begin = _data_begins(label, data, start, raw)
    if begin + packed > len(data):
        raise DamagedArchive(label, "it reaches beyond the end of the archive")
    kind = stat.S_IFMT(attributes >> 16) if made >> 8 in _UNIX else 0
    regular = kind in {0, stat.S_IFREG} or (kind == stat.S_IFDIR and size > 0)
    return _Member(label, text, flags, method, crc, start, begin, packed, size, regular), following


def _name(raw: bytes) -> str:
    """UTF-8, as most programs write it with or without saying so, else the code page of old."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _wide(label: str, extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and place, those that do not fit into 32 bits taken from the entry's zip64 field."""
    if _FULL_32 not in values:
        return values
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            field = extra[position + 4 : position + 4 + length]
            numbers = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            wide = [next(numbers, None) if value == _FULL_32 else value for value in values]
            size, packed, start = wide
            if size is not None and packed is not None and start is not None:
                return size, packed, start
            break
        position += 4 + length
    raise DamagedArchive(label, "its size is not told")


def _data_begins(label: str, data: bytes, start: int, raw: bytes) -> int:
    """Where a member's data begins, behind its own header, which must name it as the directory does."""
    if start + _LOCAL.size > len(data) or data[start : start + 4] != b"PK\x03\x04":
        raise DamagedArchive(label, "it is not where the archive says")
    *_, name_length, extra_length = _LOCAL.unpack_from(data, start)
    name_at = start + _LOCAL.size
    if data[name_at : name_at + name_length] != raw:
        raise DamagedArchive(label, "it has another name than the archive says")
    return int(name_at + name_length + extra_length)
