"""An expression (`--where`, a group's rule) that cannot be taken: exit code 2."""

from __future__ import annotations

from clientlens.errors.base import UsageError

_SHOWN = 60


class BadExpression(UsageError):
    """What is wrong with which part of an expression.

    Args:
        text: the whole expression. start, end: the part concerned, in characters.
        reason: what is wrong with it. hint: what to write instead.
    """

    def __init__(self, text: str, start: int, end: int, reason: str, hint: str) -> None:
        part = " ".join(text[start:end][: _SHOWN * 2].split())
        if len(part) > _SHOWN:
            part = f"{part[: _SHOWN - 1]}…"
        if not part:
            where = "the end of the expression" if text.strip() else "the expression is empty"
        else:
            where = f"character {start + 1} of the expression, {part}"
        super().__init__(f"{where}: {reason}" if reason else where, hint)
        self.start = start
        self.end = end
