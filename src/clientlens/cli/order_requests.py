"""What the commands of `requests` have in common, and the bodies of `requests rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors import BadRules, ExitCode, RulesMissing
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.model.facts import Facts
    from clientlens.requests.rules import Rules
    from clientlens.requests.states import Request
    from clientlens.workspace.workspace import Workspace

RULES_FILE = "requests.toml"
FAULT_FIELDS = (
    Field("file", Kind.TEXT, "the rules file", nullable=False, priority=2, file=True),
    Field("line", Kind.INTEGER, "its line; null: the file as a whole"),
    Field("fault", Kind.TEXT, "what is wrong there", nullable=False, wide=True, fold=True),
)


def rules_path(run: Run, named: str | None) -> Path:
    """Where the rules are: the file that was named, else the workspace's own."""
    return run.existing_workspace() / RULES_FILE if named is None else run.folder / named


def load_rules(run: Run, named: str | None, timezone: str) -> Rules:
    """The rules, checked.

    Raises:
        RulesMissing, BadRules
    """
    from clientlens.requests.rulesfile import read_rules

    path = rules_path(run, named)
    shown = str(path) if named is None else named
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RulesMissing(shown) from None
    except (OSError, ValueError) as error:
        raise BadRules(shown, [(None, getattr(error, "strerror", None) or type(error).__name__)]) from None
    return read_rules(data, shown, timezone)


def zone_of(run: Run) -> str:
    """The workspace's zone; UTC where there is none, which is enough to look at a file."""
    from clientlens.workspace.workspace import stored_timezone

    path = run.workspace_path()
    return (None if path is None else stored_timezone(path)) or "UTC"


def write_rules(run: Run, named: str | None, *, force: bool) -> None:
    """Write rules to begin with, and say where.

    Raises:
        WorkspaceMissing, OutputExists, OutputFailed
    """
    from clientlens.cli.writing import write_file
    from clientlens.errors import WorkspaceMissing
    from clientlens.requests.template import TEMPLATE

    path = rules_path(run, named)
    if named is None and not path.parent.is_dir():
        raise WorkspaceMissing(str(path.parent))
    shown = str(path) if named is None else named
    write_file(path, TEMPLATE.encode(), force=force, shown=shown)
    run.console.data(f"{shown}\n".encode())
    run.console.note("note: every order is held that a new client places; change the file to your liking")


def check_rules(run: Run, named: str | None) -> None:
    """List every fault of the rules; the exit code is 2 when there are any."""
    path = rules_path(run, named)
    rows: list[tuple[str, int | None, str]] = []
    try:
        load_rules(run, named, zone_of(run))
    except BadRules as error:
        rows = [(str(error.file), line, told) for line, told in error.faults]
        run.exit_code = ExitCode.USAGE
    from clientlens.analysis.wording import counted_noun

    title = f"{path.name}: {counted_noun(len(rows), 'fault')}" if rows else f"{path.name}: no faults"
    fine = () if rows else ("'clientlens requests rules show' draws what it says",)
    answer = Answer(
        "request_rules_faults", FAULT_FIELDS, frame_of(FAULT_FIELDS, rows), "UTC", title=title, drawing=fine
    )
    run.answer(answer)


def show_rules(run: Run, named: str | None) -> None:
    """Draw the week of the rules, and the rest of them."""
    from clientlens.requests.showing import rules_answer

    zone = zone_of(run)
    rules = load_rules(run, named, zone)
    run.answer(rules_answer(rules, rules.timezone or zone))


def request_entries(workspace: Workspace) -> list[Entry]:
    """The ledger's entries about requests."""
    from clientlens.requests.states import KINDS
    from clientlens.workspace.ledger import history

    return history(workspace, kinds=KINDS)


def decide(
    run: Run, make: Callable[[Sequence[Entry]], Sequence[Event]], command: str, lock_timeout: float
) -> None:
    """Write down what `make` makes of the entries about requests, with the lock held."""
    from clientlens.requests.states import KINDS
    from clientlens.workspace.ledger import append_decided

    append_decided(
        run.existing_workspace(),
        make,
        kinds=KINDS,
        at=run.clock(),
        actor=run.actor,
        command=command,
        lock_timeout=lock_timeout,
    )


def moment(run: Run, entries: Sequence[Entry]) -> datetime:
    """Now, or when the latest entry was made, where another process was quicker or the clock was put back: nothing written is in the future."""
    return max([run.clock(), *(entry.at for entry in entries)])


def client_of(facts: Facts, requests: Iterable[Request]) -> dict[str, str]:
    """person_key -> client_id, of those who ask."""
    import polars as pl

    keys = sorted({one.person_key for one in requests if one.person_key is not None})
    # Those of the requests that are listed, each of which is an object already.
    return dict(facts.identities.filter(pl.col("person_key").is_in(keys)).collect().iter_rows())
