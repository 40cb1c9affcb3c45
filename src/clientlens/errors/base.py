"""What every failure has: a message, a hint, an exit code, and the three kinds of them."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a run ended, as the shell sees it."""

    OK = 0
    SET_ASIDE = 1
    USAGE = 2
    INPUT = 3
    WORKSPACE = 4
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class ClientlensError(Exception):
    """Base of every failure a user can meet; `message` and `hint` are each one line.

    Args:
        message: what is wrong, in one sentence without a full stop.
        hint: what to do about it.
        file: the input file concerned, as the user named it.
        line: the physical line in that file.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(
        self, message: str, hint: str | None = None, *, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line

    @property
    def code(self) -> str:
        """The class name in snake_case: stable, for scripts."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class UsageError(ClientlensError):
    """Wrong options or arguments, or settings that contradict each other."""


class InputError(ClientlensError):
    """An input file that cannot be taken; nothing was stored."""

    exit_code = ExitCode.INPUT


class WorkspaceError(ClientlensError):
    """The workspace is missing, damaged, locked or newer than this program."""

    exit_code = ExitCode.WORKSPACE


_FAULTS_TOLD = 20


class FaultyFile(UsageError):
    """A file of settings with slips in it; `faults` are all of them: line (None where none is to be named), what is wrong."""

    def __init__(self, file: str, faults: list[tuple[int | None, str]], hint: str) -> None:
        line, first = faults[0]
        shown = [f"line {number}: {told}" if number else told for number, told in faults[1:_FAULTS_TOLD]]
        if len(faults) > _FAULTS_TOLD:
            shown.append(f"and {len(faults) - _FAULTS_TOLD} more")
        super().__init__(
            "; ".join([f"{file}:{line}: {first}" if line else f"{file}: {first}", *shown]),
            hint,
            file=file,
            line=line,
        )
        self.faults = faults
