"""Opening an input file: once, as it is, nothing guessed from its name.

The bytes that are hashed are the bytes that are parsed. Packed files are taken apart first (`containers`), once: what
is packed inside them is refused. What is plainly no text (a workbook, another archive, a web page) is refused by its
first bytes, so that it can never count as "0 rows, fine".
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from clientlens.errors import BadEncoding, BadSetting, Unreadable
from clientlens.sources.containers import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"

_UNPACK = "unpack it first, then import the file inside"
_SAVE_AS_CSV = "save it as CSV UTF-8 first"
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook, not a text file", f"{_UNPACK}; {_SAVE_AS_CSV}"),
    (b"PK\x05\x06", "an empty zip archive, not a text file", _UNPACK),
    (b"\x1f\x8b", "a gzip archive, not a text file", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive, not a text file", _UNPACK),
    (b"BZh", "a bzip2 archive, not a text file", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive, not a text file", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive, not a text file", _UNPACK),
    (b"Rar!\x1a\x07", "a rar archive, not a text file", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, not a text file", _SAVE_AS_CSV),
    (b"%PDF-", "a PDF, not a text file", "export the data as CSV"),
    (b"PAR1", "a Parquet file, not a text file", "import the shop's own export instead"),
    (b"SQLite format 3\x00", "a database, not a text file", "import the shop's own export instead"),
)
_WIDE: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta")


@dataclass(frozen=True, slots=True, eq=False)
class InputFile:
    """One opened file.

    name: as the user named it; of a member of a zip archive `export.zip:orders.csv`, which is no path.
    text: the content as UTF-8 without a byte order mark, valid throughout.
    bytes: how many bytes the file itself has, unpacked; sha256: of those bytes, in hexadecimal. So a file and its
        packed copy are the same.
    packed: how many bytes it took in what it was packed in; None when it was not.
    notes: what the user should know of how it was opened.
    encoding: that it was said to have.
    """

    name: str
    text: bytes
    bytes: int
    sha256: str
    packed: int | None = None
    notes: tuple[str, ...] = ()
    encoding: str | None = None

    @property
    def weight(self) -> int:
        """Its part in the bytes of what was named, for progress."""
        return self.bytes if self.packed is None else self.packed


def open_input(
    name: str,
    *,
    encoding: str | None = None,
    stdin: BinaryIO | None = None,
    stdin_name: str = "-",
    folder: str = "",
) -> InputFile:
    """Read what can only be one file; see `open_inputs`.

    Raises:
        Unreadable: also when it is an archive of several files.
    """
    files = open_inputs(name, encoding=encoding, stdin=stdin, stdin_name=stdin_name, folder=folder)
    if len(files) > 1:
        raise Unreadable(name, f"the archive holds {len(files)} files, one is wanted here", _UNPACK)
    return files[0]


def open_inputs(
    name: str,
    *,
    encoding: str | None = None,
    stdin: BinaryIO | None = None,
    stdin_name: str = "-",
    folder: str = "",
) -> list[InputFile]:
    """Read one file whole; of a zip archive its members, in the order of their names.

    Args:
        name: a path, taken letter for letter (no patterns, no addresses), or `stdin_name` for `stdin`.
        encoding: None reads UTF-8.
        stdin: the stream that `stdin_name` stands for.
        stdin_name: the name that means `stdin`.
        folder: where a relative path begins; "" is the process's own.

    Raises:
        Unreadable: missing, not a regular file, empty, changed meanwhile, or no text at all.
        DamagedArchive, ArchiveTooLarge: a packed file that cannot be taken apart.
        BadEncoding: a byte that the encoding does not know.
        BadSetting: there is no such encoding.
    """
    data = _read_stream(stdin, name) if stdin is not None and name == stdin_name else _read_file(name, folder)
    unpacked = unpack(name, data)
    if unpacked is None:
        return [_input_of(name, data, encoding)]
    files = [_input_of(part.name, part.data, encoding, packed=part.packed) for part in unpacked.parts]
    files[0] = replace(files[0], notes=unpacked.notes)
    return files


def _input_of(name: str, data: bytes, encoding: str | None, *, packed: int | None = None) -> InputFile:
    if not data:
        raise Unreadable(name, "the file is empty", "export it again")
    _refuse_binary(name, data, encoding)
    text = _as_utf8(name, data, encoding)
    return InputFile(name, text, len(data), hashlib.sha256(data).hexdigest(), packed, encoding=encoding)


def _read_stream(stream: BinaryIO, name: str) -> bytes:
    try:
        return stream.read()
    except OSError as error:
        raise Unreadable(name, error.strerror or str(error)) from None


def _read_file(name: str, folder: str) -> bytes:
    # O_NONBLOCK: opening a named pipe must not wait for a writer that never comes.
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(os.path.join(folder, name), flags)  # noqa: PTH118 - letter for letter
    except FileNotFoundError:
        hint = "download it first: import opens no connection" if "://" in name else "check the path"
        raise Unreadable(name, "there is no such file", hint) from None
    except (OSError, ValueError) as error:
        raise Unreadable(name, getattr(error, "strerror", None) or str(error)) from None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            os.close(descriptor)
            kind = "this is a folder" if stat.S_ISDIR(before.st_mode) else "not a regular file"
            hint = "name the files in it" if stat.S_ISDIR(before.st_mode) else "pipe it in and name it -"
            raise Unreadable(name, kind, hint)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            data = _read_all(file, before.st_size)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise Unreadable(name, error.strerror or str(error)) from None
    if len(data) != before.st_size or (before.st_size, before.st_mtime_ns) != (
        after.st_size,
        after.st_mtime_ns,
    ):
        raise Unreadable(
            name, "the file changed while it was read", "wait until it is complete, then import it again"
        )
    return data


def _read_all(file: FileIO, size: int) -> bytes:
    """The whole file; usually in one piece, which is never copied."""
    parts = [file.read(size + 1)]
    while piece := file.read(_CHUNK):
        parts.append(piece)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _refuse_binary(name: str, data: bytes, encoding: str | None) -> None:
    for magic, what, hint in _MAGIC:
        if data.startswith(magic):
            raise Unreadable(name, f"this is {what}", hint)
    if encoding is None:
        for magic, what in _WIDE:
            if data.startswith(magic):
                raise Unreadable(name, f"this is {what} text", f"add --encoding {what.lower()}")
    start = data[:1024].removeprefix(_BOM).lstrip().lower()
    if start.startswith(_PAGE):
        raise Unreadable(name, "this is a web page or XML, not a table", "download the export itself, as CSV")


def _as_utf8(name: str, data: bytes, encoding: str | None) -> bytes:
    codec = _codec(encoding or "utf-8")
    if codec.name in {"utf-8", "utf-8-sig"}:
        for _ in _decoded(name, data, "utf-8"):
            pass
        return data.removeprefix(_BOM)
    return "".join(_decoded(name, data, codec.name)).removeprefix("\ufeff").encode()


def is_encoding(name: str) -> bool:
    """Whether there is a text encoding of this name."""
    try:
        _codec(name)
    except BadSetting:
        return False
    return True


def _codec(encoding: str) -> codecs.CodecInfo:
    wanted = "a name such as utf-8, cp1252 or utf-16"
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError):
        raise BadSetting("encoding", encoding, "--encoding", wanted) from None
    if not codec._is_text_encoding:  # noqa: SLF001  # 'zip' and 'hex' are codecs as well
        raise BadSetting("encoding", encoding, "--encoding", wanted)
    return codec


def _decoded(name: str, data: bytes, encoding: str) -> Iterator[str]:
    """The text piece by piece, so that a check of UTF-8 never holds a second copy of the file."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    lines = 0
    after_cr = False
    for begin in range(0, max(len(data), 1), _CHUNK):
        final = begin + _CHUNK >= len(data)
        try:
            piece = decoder.decode(view[begin : begin + _CHUNK], final)
        except UnicodeError as error:
            good = _good_part(error)
            raise BadEncoding(name, 1 + lines + _ends(good, after_cr=after_cr), encoding.upper()) from None
        lines += _ends(piece, after_cr=after_cr)
        after_cr = piece.endswith("\r") if piece else after_cr
        yield piece


def _good_part(error: UnicodeError) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return ""
    return bytes(error.object[: error.start]).decode(error.encoding, "replace")


def _ends(text: str, *, after_cr: bool) -> int:
    """Line ends in a piece of text: LF, CR LF and lone CR count one each."""
    if "\r" not in text and not after_cr:
        return text.count("\n")
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return ends - (1 if after_cr and text.startswith("\n") else 0)
