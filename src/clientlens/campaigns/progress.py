"""How far something long has come, for who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Progress = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Begins with a number of steps; what it gives is told how many more are done."""


def silent(_: int) -> AbstractContextManager[Callable[[int], None]]:
    """Nobody waits."""
    return nullcontext(lambda _: None)
