"""The bodies of `privacy forget` and `privacy retention`: who is forgotten, and what that takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from clientlens.cli.context import Run
    from clientlens.model.entries import Event
    from clientlens.workspace.forgetting import Forgetting
    from clientlens.workspace.workspace import Workspace

FORGET_FIELDS = (
    Field("what", Kind.TEXT, "table, or other place", nullable=False),
    Field("held", Kind.INTEGER, "rows, entries or files that tell of the client", nullable=False),
    Field("erased", Kind.BOOLEAN, "false: they are only counted", nullable=False),
)
RETENTION_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=1),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", wide=True),
    Field("email", Kind.TEXT, "e-mail", wide=True, priority=2),
    Field(
        "last_on",
        Kind.DATE,
        "day of the last thing that is known of the client",
        nullable=False,
        title="last",
    ),
    Field("last", Kind.TEXT, "what that was", nullable=False, title="what"),
    Field("erased", Kind.BOOLEAN, "false: the client is only listed", nullable=False, priority=3),
)


_NAMES = {"identities": "keys", "people": "records", "clients": "client"}


def forget_client(run: Run, client: str, *, really: bool, lock_timeout: float) -> None:
    """Forget a client, or count what is held; somebody who was forgotten before is said to be.

    Raises:
        UnknownClient, AmbiguousClient; ForgettingUnfinished: somebody is reading.
    """
    from clientlens.cli.naming import client_or_asker
    from clientlens.errors import UnknownClient
    from clientlens.workspace.forgetting import foresee
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        zone, client_id, told = workspace.timezone, None, None
        entries = history(workspace)
        try:
            client_id = client_or_asker(workspace.facts(), entries, client)
        except UnknownClient:
            if not _was_forgotten(workspace, client):
                raise
        if client_id is not None and not really:
            told = foresee(workspace.path, workspace.state, entries, [client_id])
    if told is not None:
        notes = ["nothing was changed: --yes forgets the client, and that cannot be undone", *_notes(told)]
    elif client_id is None:
        _end_erasing(run, lock_timeout)
        notes = ["was forgotten before: nothing is held"]
    else:
        told = _forget(run, [client_id], "forget", lock_timeout)
        notes = ["there is no earlier state to go back to; an import of old files leaves the client out"]
        notes += [*_notes(told), *_bundle_again(run, told.campaigns, lock_timeout)]
    frame = frame_of(FORGET_FIELDS, _rows(told, erased=client_id is not None and really))
    title = "What is held" if told is not None and not really else "Forgotten"
    run.answer(Answer("privacy_forget", FORGET_FIELDS, frame, zone, title=title, notes=tuple(notes)))


def _forget(
    run: Run, client_ids: Sequence[str], command: str, lock_timeout: float, *, retention: Event | None = None
) -> Forgetting:
    from clientlens.errors import ForgettingUnfinished
    from clientlens.workspace.forgetting import forget

    done = forget(
        run.existing_workspace(),
        client_ids,
        at=run.clock(),
        command=f"clientlens privacy {command}",
        # Nobody objected whom a rule forgets.
        suppress=retention is None,
        also=[] if retention is None else [retention],
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    if not done.erased:
        raise ForgettingUnfinished
    return done


def _was_forgotten(workspace: Workspace, client: str) -> bool:
    """Whether it is the e-mail or the client id of somebody who was forgotten."""
    from clientlens.model.fingerprints import FORGOTTEN, SECRET, Fingerprints, client_text
    from clientlens.workspace.ledger import history

    entries = history(workspace, kinds={FORGOTTEN, SECRET})
    prints = {one for entry in entries if entry.kind == FORGOTTEN for one in entry.body["ids"]}
    secrets = [entry.body["secret"] for entry in entries if entry.kind == SECRET]
    return bool(secrets) and Fingerprints(secrets[0]).of(client_text(client)) in prints


def _end_erasing(run: Run, lock_timeout: float) -> None:
    """End what a broken-off run has left to erase.

    Raises:
        ForgettingUnfinished: somebody is reading.
    """
    from clientlens.errors import ForgettingUnfinished
    from clientlens.workspace import erasing
    from clientlens.workspace.writing import hold

    path = run.existing_workspace()
    with hold(path, timezone=None, command="clientlens privacy forget", lock_timeout=lock_timeout) as writer:
        if not erasing.finish(path, writer.connection, timeout=lock_timeout):
            raise ForgettingUnfinished


def _rows(told: Forgetting | None, *, erased: bool) -> list[tuple[Any, ...]]:
    if told is None:
        return []
    counts = {_NAMES.get(name, name).replace("_", " "): count for name, count in sorted(told.rows.items())}
    counts |= {"ledger entries": told.entries, "entries that name them": told.blanked}
    counts |= {"drafts": told.drafts, "letters": told.letters}
    return [(name, count, erased) for name, count in counts.items() if count]


def _notes(told: Forgetting) -> list[str]:
    """What is not erased, and must be seen to by hand."""
    from clientlens.analysis.wording import counted_noun

    notes = []
    if told.named:
        notes.append(
            f"{counted_noun(told.named, 'note')} or other text about others holds the client's name, which somebody else may "
            "bear: see 'clientlens workspace history'"
        )
    if told.doubtful:
        notes.append(
            f"{counted_noun(told.doubtful, 'other client')} holds a sale that is one of these, and more: look whether it is "
            "the same person"
        )
    return notes


def _bundle_again(run: Run, campaigns: Sequence[str], lock_timeout: float) -> list[str]:
    """Make the merged files of these campaigns anew, without the letters that are gone; what could not be made is told."""
    import polars as pl

    from clientlens.analysis.letter_history import KINDS, assigned_of
    from clientlens.campaigns.bundles import write_missing
    from clientlens.errors import ClientlensError
    from clientlens.workspace.ledger import history
    from clientlens.workspace.workspace import Workspace
    from clientlens.workspace.writing import hold

    path, notes = run.existing_workspace(), []
    shop = run.settings.optional_text("sender.shop") or run.settings.optional_text("sender.name") or ""
    for name in campaigns:
        with hold(path, timezone=None, command="clientlens privacy forget", lock_timeout=lock_timeout):
            with Workspace.open(path) as workspace:
                letters = [
                    one for one in assigned_of(history(workspace, kinds=KINDS)) if one.campaign == name
                ]
                keys = pl.col("person_key").is_in([one.person_key for one in letters])
                # Those whose letters have been made.
                owners = dict(workspace.facts().identities.filter(keys).collect().iter_rows())
            languages = [one.language for one in letters]
            try:
                write_missing(path, name, letters, owners, _merging(name, shop, languages))
            except ClientlensError as error:
                notes.append(
                    f"campaign {name}: its merged files were deleted, and 'campaigns run' makes them anew: {error.message}"
                )
    return notes


def _merging(campaign: str, shop: str, languages: Sequence[str]) -> Callable[[Iterable[bytes], str], bytes]:
    def merge(pdfs: Iterable[bytes], name: str) -> bytes:
        from clientlens.letters.pdf import merged

        return b"".join(merged(pdfs, f"{campaign} {name}", shop, next(iter(languages), "en")))

    return merge


def carry_out_retention(run: Run, years: int | None, *, really: bool, lock_timeout: float) -> None:
    """List the clients of whom nothing has been heard for so many years, or forget them.

    Raises:
        BadCombination: they are to be forgotten as of another day. ForgettingUnfinished: somebody is reading.
    """
    import polars as pl

    from clientlens.analysis.retention import RECEIVED, asked_of, last_heard_of
    from clientlens.analysis.wording import counted_noun
    from clientlens.errors import BadCombination
    from clientlens.model.entries import Event
    from clientlens.model.fingerprints import RETENTION
    from clientlens.model.timeframes import parse_window
    from clientlens.workspace.ledger import history

    if really and run.flags.as_of is not None:
        raise BadCombination("--apply", "--as-of")
    years = years or run.settings.number("privacy.retention_years")
    with run.open() as workspace:
        zone = workspace.timezone
        since = parse_window(f"{years}y").days(run.as_of(zone))[0]
        assert since is not None  # noqa: S101 - only that of all time has no first day
        asked = asked_of(history(workspace, kinds={RECEIVED}), zone)
        old, undated = last_heard_of(workspace.facts(), since, asked)
    notes = [f"nothing known of them is from {since} or later: {counted_noun(years, 'year')}"]
    if undated:
        notes.append(f"{counted_noun(undated, 'client')} without any date left out")
    if really and not old.is_empty():
        event = Event(RETENTION, {"years": years, "clients": old.height})
        done = _forget(run, old["client_id"].to_list(), "retention", lock_timeout, retention=event)
        notes += [*_notes(done), *_bundle_again(run, done.campaigns, lock_timeout)]
    elif not old.is_empty():
        notes.append("nothing was changed: --apply forgets them, and that cannot be undone")
    rows = old.with_columns(erased=pl.lit(really)).select(field.name for field in RETENTION_FIELDS)
    title = "Forgotten" if really else "Clients of whom nothing was heard"
    run.answer(Answer("privacy_retention", RETENTION_FIELDS, rows, zone, title=title, notes=tuple(notes)))
