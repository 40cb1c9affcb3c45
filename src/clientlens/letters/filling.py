"""A template filled for one client: the blocks of a letter, in which nothing is markup any more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from clientlens.analysis.placeholders import Slot
from clientlens.errors import CannotFill
from clientlens.letters.directives.directive import Filling
from clientlens.letters.inline import Bold, Linked
from clientlens.letters.letter import Bullets, Paragraph, Picture, QrCode, Span
from clientlens.letters.markup import Either, Items, Put, Text
from clientlens.letters.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientlens.analysis.letter_values import Material
    from clientlens.letters.inline import Nodes
    from clientlens.letters.letter import Block, Spans
    from clientlens.letters.markup import Parts
    from clientlens.letters.sender import Sender
    from clientlens.letters.template import Template

_BLANKS = re.compile(r" {2,}")
_AROUND_BREAK = re.compile(r" *\n *")


@dataclass(frozen=True, slots=True)
class Filled:
    """What a letter says, by template and client; see `letter.Letter` for the parts of the same name."""

    language: str
    title: str
    subject: str
    blocks: tuple[Block, ...]
    logo: Picture | None


def fill(template: Template, material: Material, sender: Sender, qr: QrCode | None = None) -> Filled:
    """A template filled for one client.

    Args:
        material: of the client, as `letter_values.materials` gives it for the placeholders of this template.
        qr: the letter's code, with the campaign's caption; None: it has none. Its address is `{campaign_url}` too.

    Raises:
        CannotFill: a placeholder without a fallback of which nothing is known, or nothing to show in a table; its
            `reason` holds no detail of the client.
    """
    known = material.known.and_also({"campaign_url": None if qr is None else qr.url})
    filling = Filling(known, material.tables, sender, words_of(template.language), qr)
    subject = _line(template.subject, filling)
    return Filled(
        language=known.language,
        title=_line(template.title, filling) or subject,
        subject=subject,
        blocks=tuple(_joined(_blocks(template.blocks, filling))),
        logo=template.logo,
    )


def _line(nodes: Nodes, filling: Filling) -> str:
    return "".join(span.text for span in _tidy(_spans(nodes, filling))).replace("\n", " ")


def _blocks(parts: Parts, filling: Filling) -> Iterator[Block]:
    for part in parts:
        match part:
            case Text():
                spans = _tidy(_spans(part.nodes, filling))
                if spans:
                    yield Paragraph(spans, heading=part.heading)
            case Items():
                items = tuple(filter(None, (_tidy(_spans(nodes, filling)) for nodes in part.items)))
                if items:
                    yield Bullets(items, part.numbered)
            case Put():
                yield part.directive.make(filling, part.caption)
            case Either():
                holds = part.condition is not None and part.condition.holds(filling.known)
                yield from _blocks(part.then if holds else part.otherwise, filling)
            case Picture():
                yield part


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """Lists of one kind that follow each other are one list: a condition stood between their items."""
    last: Block | None = None
    for block in blocks:
        if isinstance(last, Bullets) and isinstance(block, Bullets) and last.numbered == block.numbered:
            last = Bullets((*last.items, *block.items), last.numbered)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _spans(nodes: Nodes, filling: Filling, *, bold: bool = False, link: str | None = None) -> Iterator[Span]:
    for node in nodes:
        if isinstance(node, str):
            yield Span(node, bold, link)
        elif isinstance(node, Slot):
            yield Span(_said(node, filling), bold, link)
        elif isinstance(node, Bold):
            yield from _spans(node.inside, filling, bold=True, link=link)
        elif isinstance(node, Linked):
            yield from _spans(node.inside, filling, bold=bold, link=node.url)
        else:
            chosen = node.then if node.condition.holds(filling.known) else node.otherwise
            yield from _spans(chosen, filling, bold=bold, link=link)


def _said(slot: Slot, filling: Filling) -> str:
    text = filling.known.text(slot.name)
    if text is not None and text.strip():
        return text
    if slot.fallback is None:
        raise CannotFill(f"{slot.name} is not known")
    return slot.fallback


def _tidy(spans: Iterable[Span]) -> Spans:
    return _tidied(tuple(spans))


# Most of what letters say is the same in all of them.
@lru_cache(maxsize=4096)
def _tidied(spans: Spans) -> Spans:
    """Neighbours of one style joined, runs of blanks made one, none at the ends and around line breaks."""
    joined: list[Span] = []
    for span in spans:
        if joined and (joined[-1].bold, joined[-1].link) == (span.bold, span.link):
            joined[-1] = Span(joined[-1].text + span.text, span.bold, span.link)
        else:
            joined.append(span)
    # A no-break space is no blank: it is part of how amounts are written.
    tidied: list[Span] = []
    before = "\n"
    for span in joined:
        text = _AROUND_BREAK.sub("\n", _BLANKS.sub(" ", span.text))
        if before in " \n":
            text = text.lstrip(" ")
        if text.startswith("\n") and tidied:
            tidied[-1] = Span(tidied[-1].text.rstrip(" "), tidied[-1].bold, tidied[-1].link)
        if text:
            tidied.append(Span(text, span.bold, span.link))
            before = text[-1]
    while tidied:
        last = tidied.pop()
        if text := last.text.rstrip(" \n"):
            return (*tidied, Span(text, last.bold, last.link))
    return ()
