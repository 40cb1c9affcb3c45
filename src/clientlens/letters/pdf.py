"""PDF files of our own few shapes: written object by object, taken apart again, and joined.

What letters share (fonts, a logo, what stands on every page) is kept as finished bytes and only gets its numbers here.
The files are PDF 1.4 with a plain table of offsets: no encryption, forms or scripts. The same pages make the same bytes.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import NotALetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
CREATED = "D:20000101000000Z"
"""Of every file: when a letter was made stands in the ledger."""
MM_TO_PT = 72 / 25.4
CATALOG, PAGES, INFO, FIRST_FREE = 1, 2, 3, 4
_REFERENCE = re.compile(r"\b(\d+) 0 R\b")
_PARENT = f"/Parent {PAGES} 0 R"
_OBJECT = re.compile(rb"\d+ 0 obj\n<< (.*?)(?: /Length (\d+))? >>\n(endobj|stream)\n", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An object that many files hold: entries of its dictionary, where "{n}" is the number of the n-th it needs; a stream."""

    entries: str
    stream: bytes | None = None
    needs: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page. content: compressed operators. fonts, objects: by the names it gives them. links: where (points), whither."""

    content: bytes
    fonts: Mapping[str, Part]
    objects: Mapping[str, Part]
    links: tuple[tuple[tuple[float, float, float, float], str], ...] = ()


class _Out:
    """Numbered objects on their way out. Each method answers the bytes to write next."""

    def __init__(self) -> None:
        self._offset = 0
        self._offsets: dict[int, int] = {}
        self._digest = hashlib.sha256()
        self.free = FIRST_FREE

    def header(self) -> bytes:
        return self._passed(HEADER)

    def one(self, number: int, entries: str, stream: bytes | None = None) -> bytes:
        self._offsets[number] = self._offset
        head = entries.encode("latin-1")
        if stream is None:
            return self._passed(b"%d 0 obj\n<< %s >>\nendobj\n" % (number, head))
        data = b"%d 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        return self._passed(data % (number, head, len(stream), stream))

    def end(self, pages: list[int], title: str, author: str, language: str) -> bytes:
        """What every file has once, and its table of offsets."""
        heads = (
            self.one(
                CATALOG,
                f"/Type /Catalog /Pages {PAGES} 0 R /Lang {text(language)} "
                "/ViewerPreferences << /DisplayDocTitle true >>",
            ),
            self.one(
                PAGES,
                f"/Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{number} 0 R' for number in pages)}]",
            ),
            self.one(
                INFO,
                f"/Title {text(title)} /Author {text(author)} /Creator (clientlens) /CreationDate ({CREATED})",
            ),
        )
        start = self._offset
        rows = b"".join(b"%010d 00000 n \n" % self._offsets[number] for number in range(1, self.free))
        mark = self._digest.hexdigest()[:32].upper().encode("ascii")
        trailer = (
            b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 3 0 R /ID [<%s> <%s>] >>\n"
            b"startxref\n%d\n%%%%EOF\n"
        )
        return b"".join(heads) + trailer % (self.free, rows, self.free, mark, mark, start)

    def number(self) -> int:
        self.free += 1
        return self.free - 1

    def _passed(self, data: bytes) -> bytes:
        self._offset += len(data)
        self._digest.update(data)
        return data


def text(value: str) -> str:
    """A text as a PDF string: any character, and nothing in it that could be taken for more."""
    return f"<{codecs.BOM_UTF16_BE.hex()}{value.encode('utf-16-be').hex()}>"


def form(
    content: str, size_pt: tuple[float, float], fonts: Mapping[str, Part], objects: Mapping[str, Part]
) -> Part:
    """What is drawn as one, on as many pages as wanted."""
    named = (*fonts.items(), *objects.items())
    numbered = {name: f"{{{place}}}" for place, (name, _) in enumerate(named)}
    return Part(
        f"/Type /XObject /Subtype /Form /BBox [0 0 {size_pt[0]:.6g} {size_pt[1]:.6g}] "
        f"/Resources {_resources({name: numbered[name] for name in fonts}, {name: numbered[name] for name in objects})} "
        "/Filter /FlateDecode",
        zlib.compress(content.encode("latin-1"), 9),
        tuple(part for _, part in named),
    )


def written(
    pages: Iterable[Page], size_pt: tuple[float, float], title: str, author: str, language: str
) -> bytes:
    """A file of these pages. Everything in it follows from them, its id too."""
    out = _Out()
    done = [out.header()]
    placed: dict[Part, int] = {}

    def place(part: Part) -> int:
        if part not in placed:
            needed = [place(other) for other in part.needs]
            placed[part] = out.number()
            done.append(
                out.one(placed[part], part.entries.format(*needed) if needed else part.entries, part.stream)
            )
        return placed[part]

    numbers: list[int] = []
    for page in pages:
        fonts = {name: str(place(part)) for name, part in page.fonts.items()}
        objects = {name: str(place(part)) for name, part in page.objects.items()}
        content, number = out.number(), out.number()
        done.append(out.one(content, "/Filter /FlateDecode", page.content))
        done.append(
            out.one(
                number,
                f"/Type /Page {_PARENT} /MediaBox [0 0 {size_pt[0]:.6g} {size_pt[1]:.6g}] /Contents {content} 0 R "
                f"/Resources {_resources(fonts, objects)}{_annotations(page)}",
            )
        )
        numbers.append(number)
    done.append(out.end(numbers, title, author, language))
    return b"".join(done)


def _resources(fonts: Mapping[str, str], objects: Mapping[str, str]) -> str:
    kinds = (("Font", fonts), ("XObject", objects))
    filled = (
        f"/{kind} << {' '.join(f'/{name} {number} 0 R' for name, number in named.items())} >>"
        for kind, named in kinds
        if named
    )
    return f"<< {' '.join(filled)} >>"


def _annotations(page: Page) -> str:
    links = (
        f"<< /Type /Annot /Subtype /Link /Rect [{' '.join(f'{edge:.2f}' for edge in where)}] /Border [0 0 0] "
        f"/A << /S /URI /URI ({_escaped(whither)}) >> >>"
        for where, whither in page.links
    )
    return f" /Annots [{' '.join(links)}]" if page.links else ""


def _escaped(address: str) -> str:
    return address.replace("\\", "%5C").replace("(", "%28").replace(")", "%29")


def merged(singles: Iterable[bytes], title: str, author: str, language: str) -> Iterator[bytes]:
    """One file of all pages of files that `written` made, in the order given, piece by piece.

    What several of them hold is written once. Raises: NotALetter.
    """
    out = _Out()
    yield out.header()
    known: dict[bytes, int] = {}
    pages: list[int] = []
    for place, data in enumerate(singles, start=1):
        moving = _Moving(_taken_apart(data, place), out, known)
        pages += [moving.moved(int(number)) for number in _REFERENCE.findall(moving.objects[PAGES][0])]
        yield b"".join(moving.ready)
    yield out.end(pages, title, author, language)


class _Moving:
    """Objects of one file on their way to another. known: those that are there, by what they are. ready: what to write."""

    def __init__(
        self, objects: dict[int, tuple[str, bytes | None]], out: _Out, known: dict[bytes, int]
    ) -> None:
        self.objects = objects
        self.ready: list[bytes] = []
        self._out = out
        self._known = known
        self._moved: dict[int, int] = {PAGES: PAGES}

    def moved(self, number: int) -> int:
        """The number there of an object and, before it, of all that it needs."""
        if number not in self._moved:
            given, stream = self.objects[number]
            entries = _REFERENCE.sub(lambda found: f"{self.moved(int(found[1]))} 0 R", given)
            key = hashlib.sha256(entries.encode("latin-1") + b"\0" + (stream or b"")).digest()
            if key not in self._known or _PARENT in entries:
                self._known[key] = self._out.number()
                self.ready.append(self._out.one(self._known[key], entries, stream))
            self._moved[number] = self._known[key]
        return self._moved[number]


def _taken_apart(data: bytes, place: int) -> dict[int, tuple[str, bytes | None]]:
    """Entries and stream of each object of a file of ours."""
    try:
        table = int(data[data.rindex(b"startxref\n") + 10 :].split(b"\n", 1)[0])
        _, count, rows = data[table:].split(b"\n", 2)
        offsets = [int(rows[20 * number : 20 * number + 10]) for number in range(1, int(count.split()[1]))]
    except (ValueError, IndexError) as error:
        raise NotALetter(place) from error
    objects: dict[int, tuple[str, bytes | None]] = {}
    for number, offset in enumerate(offsets, start=1):
        found = _OBJECT.match(data, offset)
        if found is None:
            raise NotALetter(place)
        end = found.end()
        stream = data[end : end + int(found[2])] if found[3] == b"stream" else None
        objects[number] = found[1].decode("latin-1"), stream
    return objects
