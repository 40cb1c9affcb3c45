"""Writing to the ledger from a command: what is to be written is decided while nobody else may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors import EntryConflict, TimezoneConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.workspace.workspace import Workspace


def record(
    run: Run, decide: Callable[[Workspace], Sequence[Event]], *, command: str, lock_timeout: float
) -> list[Entry]:
    """Write down what `decide` finds, given the workspace as it then is.

    Raises:
        what `decide` raises; TimezoneConflict; what `ledger.decide` raises.
    """
    from clientlens.workspace import ledger

    wanted = run.environment.get("CLIENTLENS_TIMEZONE")

    def checked(workspace: Workspace) -> Sequence[Event]:
        if wanted and wanted != workspace.timezone:
            raise TimezoneConflict(workspace.timezone, wanted)
        return decide(workspace)

    return ledger.decide(
        run.existing_workspace(),
        checked,
        at=run.clock(),
        actor=run.actor,
        command=command,
        lock_timeout=lock_timeout,
    )


def own_key(text: str | None) -> str | None:
    """A key that a user gave, told from those that clientlens makes."""
    return None if text is None else f"key:{text}"


def known_entry(workspace: Workspace, event: Event, keys: Sequence[str]) -> Entry | None:
    """The entry that carries the event's key already; None: none does, or the event has no key.

    That it says the same is seen here: a client's smallest key may be another one by now, after a merge.

    Args:
        keys: of the client whom the event is about.

    Raises:
        EntryConflict: it says something else.
    """
    from clientlens.workspace.ledger import entry_with_key

    known = None if event.key is None else entry_with_key(workspace, event.key)
    if known is None or event.key is None:
        return None
    same = (known.kind, known.subject, known.body) == (event.kind, event.subject, event.body)
    if not same or known.person_key not in keys:
        raise EntryConflict(event.key.removeprefix("key:"), event.kind, known.kind)
    return known
