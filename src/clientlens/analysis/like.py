"""SQL's LIKE as a regular expression: `%` stands for any text, `_` for any one character."""

from __future__ import annotations

from clientlens.analysis.expression_values import Refused

_META = frozenset("\\.+*?()|[]{}^$#&-~")
_WILD = {"%": ".*", "_": "."}


def like_pattern(pattern: str, *, sensitive: bool, escape: str = "\\") -> str:
    """A regular expression (Rust's kind) that whole texts match.

    Args:
        pattern: of LIKE. sensitive: case counts; else letters are compared by simple case folding, where a sharp s
            is not two letters.
        escape: before `%`, `_` and itself it makes them what they are.

    Raises:
        Refused: it ends with the escape character alone.
    """
    parts = []
    letters = iter(pattern)
    for letter in letters:
        if letter == escape:
            following = next(letters, None)
            if following is None:
                raise Refused(
                    f"the pattern ends with {escape}", f"write {escape}{escape} for the character itself"
                )
            parts.append(_plain(following))
        else:
            parts.append(_WILD.get(letter) or _plain(letter))
    return f"(?{'s' if sensitive else 'is'})^{''.join(parts)}$"


def _plain(letter: str) -> str:
    return f"\\{letter}" if letter in _META else letter
