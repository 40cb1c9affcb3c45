"""What a letter says, whoever says it: all its text, for the fonts to be asked about, and where its links lead."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from clientlens.letters.letter import Picture, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientlens.letters.letter import Block, Letter


def text(letter: Letter) -> str:
    """Everything that is drawn as text, line by line in no order to be relied on."""
    return "\n".join(
        (
            *letter.address,
            letter.return_line,
            *(word for pair in letter.info for word in pair),
            letter.subject,
            *letter.footer,
            letter.preview,
            *(_block(block)[0] for block in letter.blocks),
        )
    )


def links(block: Block) -> tuple[str, ...]:
    """Where the links of a block's text lead."""
    return _block(block)[1]


def normal(letter: Letter) -> Letter:
    """The same with all its text in Unicode's normal form C, so that a letter and its accent are one character."""
    if unicodedata.is_normalized("NFC", text(letter)):
        return letter
    made: Letter = _changed(letter, partial(unicodedata.normalize, "NFC"))
    return made


def replaced(letter: Letter, old: str, new: str) -> Letter:
    """The same with one text in place of another: in its title, subject and blocks, links and codes among them."""

    def change(text: str) -> str:
        return text.replace(old, new)

    return replace(
        letter,
        title=change(letter.title),
        subject=change(letter.subject),
        blocks=tuple(
            _changed(block, change) if any(old in said for said in _every(block)) else block
            for block in letter.blocks
        ),
    )


def _every(block: Block) -> tuple[str, ...]:
    said, links = _block(block)
    return (said, *links)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """A value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value)}
        return replace(value, **{name: _changed(old, change) for name, old in given.items()})
    return value


@lru_cache(maxsize=1024)
def _block(block: Block) -> tuple[str, tuple[str, ...]]:
    """Text and links of a block; most blocks of a run are the same in all its letters."""
    spans = list(_spans(block))
    return "\n".join(span.text for span in spans), tuple(span.link for span in spans if span.link is not None)


def _spans(value: Any) -> Iterator[Span]:
    if isinstance(value, str):
        yield Span(value)
    elif isinstance(value, Span):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _spans(one)
    elif is_dataclass(value) and not isinstance(value, Picture):
        for field in fields(value):
            yield from _spans(getattr(value, field.name))
