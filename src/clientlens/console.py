"""The streams: data to stdout and nothing else there; notes, warnings, progress and errors to stderr.

One object that is handed around, so that tests (and `demo`) can put other streams in its place. It reads no
environment: whoever makes it says whether there is colour and how wide the terminal is.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from clientlens.errors import OutputFailed
from clientlens.model.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(slots=True)
class Console:
    """Where everything goes.

    width: of the terminal that stdout is, None when it is none. color: of what is written to stdout.
    quiet: no notes and no progress; warnings and errors are never hidden.
    """

    stdout: IO[bytes]
    stderr: IO[str]
    width: int | None = None
    color: bool = False
    stderr_is_terminal: bool = False
    quiet: bool = False
    verbose: bool = False

    def data(self, text: bytes) -> None:
        """Write an answer.

        Raises:
            OutputFailed: the disk behind a redirect is full. BrokenPipeError: nobody reads any more.
        """
        try:
            # With PYTHONUNBUFFERED stdout is the bare file, which may take a part only.
            rest = memoryview(text)
            while rest:
                rest = rest[self.stdout.write(rest) :]
            self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed("standard output", error.strerror or type(error).__name__) from None

    def note(self, text: str) -> None:
        """Say what is worth knowing; not with --quiet."""
        if not self.quiet:
            self._say(text)

    def detail(self, text: str) -> None:
        """Say what only --verbose asks for."""
        if self.verbose:
            self._say(text)

    def warn(self, text: str) -> None:
        """Say what should not be overlooked."""
        self._say(f"warning: {text}")

    def error(self, text: str, hint: str | None) -> None:
        """One line for what is wrong, one for what to do."""
        self._say(f"clientlens: error: {text}")
        if hint:
            self._say(f"hint: {hint}")

    def raw_error(self, text: str) -> None:
        """A line for machines, as it is."""
        self.stderr.write(text + "\n")
        self.stderr.flush()

    def _say(self, text: str) -> None:
        self.stderr.write(safe(text) + "\n")
        self.stderr.flush()

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar over `total` steps, such as bytes, drawn only when stderr is a terminal; gives what advances it."""
        if self.quiet or not self.stderr_is_terminal:
            yield lambda _: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (
            SpinnerColumn(),
            TextColumn(safe(label)),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        console = RichConsole(
            file=self.stderr, force_terminal=True, markup=False, emoji=False, highlight=False
        )
        with Progress(*columns, console=console, transient=True) as bar:
            # Nothing known of the size (stdin): the bar only shows that something goes on.
            task = bar.add_task("", total=total or None)
            yield lambda done: bar.advance(task, done)
