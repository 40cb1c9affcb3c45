"""The entry point, and the only place that turns an error into an exit code."""

from __future__ import annotations

import sys

TYPE_CHECKING = (
    False  # typing.TYPE_CHECKING to type checkers; importing typing takes longer than all of --version
)
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import NoReturn

    from clientlens.cli.click_ import ClickException
    from clientlens.cli.context import Run
    from clientlens.errors import ClientlensError


class Terminated(BaseException):
    """SIGTERM: unwinds like Ctrl-C, so that what was begun is left as it was."""


def main() -> NoReturn:
    """Run the program on the process's own streams and arguments."""
    if sys.argv[1:] == ["--version"]:
        # Before anything is imported: scripts ask for it often.
        from clientlens import __version__

        sys.stdout.write(f"clientlens {__version__}\n")
        sys.exit(0)
    import os
    import signal
    import warnings

    def terminate(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
        raise Terminated

    os.umask(0o077)
    if not sys.warnoptions:
        # Libraries speak to programmers with them: Polars of its threads, on a machine that is busy.
        warnings.simplefilter("ignore")
    signal.signal(signal.SIGTERM, terminate)
    code = execute(sys.argv[1:], _run_of_process())
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
    sys.exit(code)


def _run_of_process() -> Run:
    import os
    import shutil
    from datetime import UTC, datetime
    from pathlib import Path

    from clientlens.cli.context import Run
    from clientlens.console import Console

    # A closed stream (`>&-`) is None.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
    terminal = sys.stdout.isatty()
    try:
        folder = Path.cwd()
    except OSError:
        # The folder we were called in is gone; paths that begin at the root still work.
        folder = Path("/nonexistent")
    return Run(
        console=Console(sys.stdout.buffer, sys.stderr, stderr_is_terminal=sys.stderr.isatty()),
        environment=os.environ,
        folder=folder,
        clock=lambda: datetime.now(UTC),
        stdin=sys.stdin.buffer if sys.stdin is not None else None,
        stdout_is_terminal=terminal,
        terminal_width=shutil.get_terminal_size().columns if terminal else None,
        user=_user(),
    )


def _user() -> str | None:
    """Whoever this process runs as; None where the machine has no name for them."""
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return None


def execute(arguments: Sequence[str], run: Run) -> int:  # noqa: PLR0911 - one for each way to end
    """Carry out one command line and return its exit code; every failure is told on stderr."""
    from clientlens.cli.app import root
    from clientlens.cli.click_ import Abort, ClickException, Exit
    from clientlens.errors import ClientlensError, ExitCode

    try:
        _see_text(arguments)
        # Not Command.main: that turns a closed pipe and Ctrl-C into codes of its own.
        tree = root()
        with tree.make_context("clientlens", list(arguments), obj=run) as context:
            tree.invoke(context)
    except Exit as end:
        return end.exit_code
    except (Abort, KeyboardInterrupt):
        return _stopped(run, "interrupted", ExitCode.INTERRUPTED)
    except Terminated:
        return _stopped(run, "terminated", ExitCode.TERMINATED)
    except ClickException as error:
        return _usage(error, arguments, run)
    except ClientlensError as error:
        return _failed(error, arguments, run)
    except BrokenPipeError:
        # Whoever read our answer has had enough of it: `| head -1`.
        _drop_stdout()
        return ExitCode.OK
    except BaseException as error:
        # A panic of Polars is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return _bug(error, arguments, run)
    return run.exit_code


def _see_text(arguments: Sequence[str]) -> None:
    """Bytes that are no UTF-8 come in as lone surrogates, which neither an answer nor the catalogue can hold.

    Raises:
        NotText
    """
    from clientlens.errors import NotText

    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise NotText(argument)


def _stopped(run: Run, word: str, code: int) -> int:
    run.console.raw_error(f"clientlens: {word}; nothing is half done")
    return code


def _wants_json(arguments: Sequence[str], run: Run) -> bool:
    if run.flags.json or run.flags.format is not None:
        return run.flags.json or run.flags.format == "json"
    words = [*arguments, ""]
    return any(
        word in {"--json", "--format=json", "-fjson"}
        or (word in {"--format", "-f"} and words[n + 1] == "json")
        for n, word in enumerate(words)
    )


def _tell(
    run: Run,
    arguments: Sequence[str],
    *,
    code: str,
    exit_code: int,
    message: str,
    hint: str | None,
    file: str | None = None,
    line: int | None = None,
) -> int:
    if _wants_json(arguments, run):
        import json

        body = {
            "code": code,
            "exit": int(exit_code),
            "message": message,
            "hint": hint,
            "file": file,
            "line": line,
        }
        run.console.raw_error(json.dumps({"error": body}))
    else:
        run.console.error(message, hint)
    return int(exit_code)


def _usage(error: ClickException, arguments: Sequence[str], run: Run) -> int:
    from clientlens.errors import ExitCode

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "clientlens"
    message = error.format_message().strip().rstrip(".")
    return _tell(
        run,
        arguments,
        code="usage_error",
        exit_code=ExitCode.USAGE,
        message=message[:1].lower() + message[1:],
        hint=f"see '{path} --help'",
    )


def _failed(error: ClientlensError, arguments: Sequence[str], run: Run) -> int:
    if run.flags.verbose:
        _traceback(error, run)
    return _tell(
        run,
        arguments,
        code=error.code,
        exit_code=error.exit_code,
        message=error.message,
        hint=error.hint,
        file=error.file,
        line=error.line,
    )


def _bug(error: BaseException, arguments: Sequence[str], run: Run) -> int:
    """A failure nobody foresaw. Its text may hold a client's data, so only its type and place are told."""
    from clientlens.errors import ExitCode

    if run.flags.verbose:
        _traceback(error, run)
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = ""
    if place is not None:
        where = f" at {place.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{place.tb_lineno}"
    return _tell(
        run,
        arguments,
        code="bug",
        exit_code=ExitCode.BUG,
        message=f"this is a bug in clientlens: {type(error).__name__}{where}",
        hint="nothing was half done; run it again with --verbose and report what it prints",
    )


def _traceback(error: BaseException, run: Run) -> None:
    import traceback

    for line in traceback.format_tb(error.__traceback__):
        run.console.raw_error(line.rstrip())


def _drop_stdout() -> None:
    """Point stdout at nothing, so that the interpreter does not complain about the closed pipe when it ends."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
