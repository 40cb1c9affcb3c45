"""One run of the program: streams, settings, the clock and the workspace, for the body of a command."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clientlens.cli.click_ import get_current_context
from clientlens.config import CONFIG_FILE, Settings, settings_from
from clientlens.errors import BadConfigFile, TimezoneConflict, WorkspaceMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import BinaryIO

    from clientlens.console import Console
    from clientlens.model.answer import Answer
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace


@dataclass(slots=True)
class Flags:
    """What was said on the command line by the options that every command has."""

    workspace: str | None = None
    as_of: str | None = None
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    format: str | None = None
    json: bool = False
    output: str | None = None
    force: bool = False
    limit: int | None = None
    csv_unsafe: bool = False


@dataclass(slots=True)
class Run:
    """Everything outside the program that a command may touch; tests put their own in its place."""

    console: Console
    environment: Mapping[str, str]
    folder: Path
    clock: Callable[[], datetime]
    stdin: BinaryIO | None = None
    stdout_is_terminal: bool = False
    terminal_width: int | None = None
    user: str | None = None
    random: Callable[[int], bytes] = secrets.token_bytes
    flags: Flags = field(default_factory=Flags)
    exit_code: int = 0
    _settings: Settings | None = None

    # --- the workspace -------------------------------------------------------------------------------

    def workspace_path(self) -> Path | None:
        """Where the workspace is or is to be; None: nothing is named and none exists."""
        from clientlens.workspace.workspace import locate

        named = self.flags.workspace or self.environment.get("CLIENTLENS_WORKSPACE")
        explicit = None if named is None else self.folder / Path(named).expanduser()
        if explicit is not None:
            return explicit
        found = locate(None, self.folder, None)
        return found if found is not None else locate(None, self.folder, self._user_default())

    def _user_default(self) -> Path | None:
        from platformdirs import user_data_path

        return user_data_path("clientlens", appauthor=False)

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        """The workspace for reading.

        Raises:
            WorkspaceMissing and the other errors of `Workspace.open`; TimezoneConflict.
        """
        from clientlens.workspace.workspace import Workspace

        with Workspace.open(self.existing_workspace()) as workspace:
            wanted = self.environment.get("CLIENTLENS_TIMEZONE")
            if wanted and wanted != workspace.timezone:
                raise TimezoneConflict(workspace.timezone, wanted)
            yield workspace

    def existing_workspace(self) -> Path:
        """Where the workspace is, for what changes it.

        Raises:
            WorkspaceMissing: nothing is named and none exists.
        """
        path = self.workspace_path()
        if path is None:
            raise WorkspaceMissing(str(self.folder))
        return path

    @property
    def actor(self) -> str | None:
        """The user's name on this machine, for the history; None where nothing says it."""
        return self.user or self.environment.get("LOGNAME") or self.environment.get("USER") or None

    # --- time and settings ---------------------------------------------------------------------------

    def as_of(self, timezone: str) -> AsOf:
        """--as-of, else now.

        Raises:
            BadDate
        """
        from clientlens.model.timeframes import as_of_from_date, as_of_now, parse_date

        if self.flags.as_of is not None:
            return as_of_from_date(parse_date(self.flags.as_of), timezone)
        return as_of_now(self.clock(), timezone)

    @property
    def settings(self) -> Settings:
        """The settings, read once."""
        if self._settings is None:
            path = self.workspace_path()
            file = None if path is None else path / CONFIG_FILE
            self._settings = settings_from(self.environment, _text_of(file), str(file or CONFIG_FILE))
            for warning in self._settings.warnings:
                self.console.warn(warning)
        return self._settings

    @property
    def config_file(self) -> Path | None:
        """Where the workspace's settings are, or would be."""
        path = self.workspace_path()
        return None if path is None else path / CONFIG_FILE

    # --- answers -------------------------------------------------------------------------------------

    @property
    def format_asked(self) -> str | None:
        """The format that was named on the command line."""
        return "json" if self.flags.json else self.flags.format

    def answer(self, answer: Answer) -> None:
        """Print an answer in the format asked for, to stdout or to the file asked for.

        Raises:
            UnknownFormat, OutputExists, OutputFailed
        """
        from clientlens.cli.writing import write_file
        from clientlens.outputs.format import ROWS_IN_A_TABLE, Style, format_for

        flags = self.flags
        chosen = format_for(self.format_asked, flags.output)
        style = Style(
            width=self.console.width if flags.output is None else None,
            color=self.console.color and flags.output is None,
            limit=ROWS_IN_A_TABLE if flags.limit is None else flags.limit,
            csv_safe=not flags.csv_unsafe,
        )
        data = chosen.write(answer, style)
        if flags.output is None:
            self.console.data(data)
        else:
            write_file(self.folder / flags.output, data, force=flags.force, shown=flags.output)
        if not chosen.notes_inside:
            for note in answer.notes:
                self.console.note(f"note: {note}")

    @property
    def pdf(self) -> str | None:
        """The PDF that --output names, where a command can write one."""
        output = self.flags.output
        return output if output is not None and output.lower().endswith(".pdf") else None

    def begin(self, *, pdf: bool = False) -> None:
        """Let the options that every command has take effect; a wrong one is told before any work.

        Args:
            pdf: --output may name a PDF, which the command writes.

        Raises:
            BadDate, UnknownFormat, OutputExists, OutputFailed
        """
        flags = self.flags
        self.refresh_console()
        if flags.output == "-":
            flags.output = None
        if flags.as_of is not None:
            from clientlens.model.timeframes import parse_date

            parse_date(flags.as_of)
        if self.format_asked is not None or (flags.output is not None and not (pdf and self.pdf)):
            from clientlens.outputs.format import format_for

            format_for(self.format_asked, flags.output)
        if flags.output is not None:
            from clientlens.cli.writing import may_write

            may_write(self.folder / flags.output, force=flags.force, shown=flags.output)

    def refresh_console(self) -> None:
        """Let --quiet, --verbose and --color take effect."""
        flags, console = self.flags, self.console
        console.quiet, console.verbose = flags.quiet, flags.verbose
        console.color = {"always": True, "never": False}.get(flags.color, self._auto_color())
        console.width = self.terminal_width if self.stdout_is_terminal else None

    def _auto_color(self) -> bool:
        if self.environment.get("NO_COLOR"):
            return False
        if self.environment.get("FORCE_COLOR"):
            return True
        return self.stdout_is_terminal and self.environment.get("TERM") != "dumb"


def current(*, pdf: bool = False) -> Run:
    """The run of the command that is being carried out; pdf: see `Run.begin`."""
    run: Any = get_current_context().find_root().obj
    assert isinstance(run, Run)  # noqa: S101  # main puts it there
    run.begin(pdf=pdf)
    return run


def _text_of(file: Path | None) -> str | None:
    if file is None or not os.path.lexists(file):
        return None
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadConfigFile(str(file), "not UTF-8 text") from None
    except OSError as error:
        raise BadConfigFile(str(file), error.strerror or type(error).__name__) from None
