"""A letter before it is drawn: everything its pages say, as plain values that nothing interprets again.

Templates make the blocks, campaigns the rest, `drawing` the pages. No text here is markup: what is bold or a link was
decided by the template, and a client's details are only ever the `text` of a span.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one style. link: https: or mailto: address that it leads to."""

    text: str
    bold: bool = False
    link: str | None = None


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    r"""A paragraph; line breaks that are to stay are "\n" in a span. small: of a notice; heading: of its own line."""

    spans: Spans
    small: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; numbered: 1. 2. 3. instead of bullets."""

    items: tuple[Spans, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A small table. right: which columns stand at the right. total: a last row set off from the others."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    total: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture from the template's folder, read and checked. data: its bytes; alt: what it shows."""

    name: str
    data: bytes
    width_mm: float
    alt: str


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code with its address in text beside it, and a line that says what for."""

    url: str
    caption: str = ""


Block = Paragraph | Bullets | Table | Picture | QrCode


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    letter_id: names its file. language: a tag, of the PDF and of hyphens and the like. title: of the PDF. author: who
    writes. address: lines inside the window, no blank one. return_line: the sender in one small line above it ("": none).
    info: label and text of the information block (date, reference). subject: the bold line above the text ("": none).
    blocks: the text. footer: small lines at the foot of every page. preview: drawn across each page ("": a real letter).
    """

    letter_id: str
    language: str
    title: str
    author: str
    address: tuple[str, ...]
    return_line: str
    info: tuple[tuple[str, str], ...]
    subject: str
    blocks: tuple[Block, ...]
    footer: tuple[str, ...] = ()
    logo: Picture | None = None
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished PDF of one letter: the same letter gives the same bytes."""

    letter_id: str
    data: bytes
    pages: int
