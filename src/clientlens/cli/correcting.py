"""The bodies of `clients merge`, `split`, `explain` and `suggest-merges`, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from clientlens.analysis.client_explain import ByHand
    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts
    from clientlens.workspace.correcting import Corrected
    from clientlens.workspace.corrections import Standing
    from clientlens.workspace.events import Entry
    from clientlens.workspace.workspace import Workspace

    Who = tuple[str | None, str | None]

FIELDS = (
    Field("client_id_before", Kind.TEXT, "the client as it was", nullable=False, title="before"),
    Field("name_before", Kind.TEXT, "its name then", title="name before", wide=True, priority=1),
    Field("client_id", Kind.TEXT, "the client that it became, or one of those", nullable=False, title="now"),
    Field("name", Kind.TEXT, "its name now", wide=True),
    Field("email", Kind.TEXT, "its e-mail now", wide=True, priority=2),
)


def carry_out_merge(run: Run, one: str, other: str, lock_timeout: float) -> None:
    """Make two clients one, and say which."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.errors import SameClient
    from clientlens.workspace.correcting import merge

    with run.open() as workspace:
        facts, timezone = workspace.facts(), workspace.timezone
        found = find_one(facts, one), find_one(facts, other)
        before = _shown(facts, found)
    if found[0] == found[1]:
        raise SameClient(one, other, found[0])
    done = merge(
        run.existing_workspace(),
        *found,
        at=run.clock(),
        command="clientlens clients merge",
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    _tell(run, "client_merge", done, before, timezone, "Two clients are one now")


def carry_out_split(run: Run, client: str, key: str, lock_timeout: float) -> None:
    """Take a key out of a client, and say what that left."""
    from clientlens.analysis.client_lookup import find_key, find_one
    from clientlens.workspace.correcting import split

    with run.open() as workspace:
        facts, timezone = workspace.facts(), workspace.timezone
        found = find_one(facts, client)
        stored, before = find_key(facts, found, key), _shown(facts, [found])
    done = split(
        run.existing_workspace(),
        found,
        stored,
        at=run.clock(),
        command="clientlens clients split",
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    _tell(run, "client_split", done, before, timezone, f"One client is {len(done.became)} now")


def _tell(
    run: Run, name: str, done: Corrected, shown_before: Mapping[str, Who], timezone: str, title: str
) -> None:
    """Say what became of whom: by corrected names where people gave them, as everywhere."""
    with run.open() as workspace:
        shown_now = _shown(workspace.facts(), [other for _, other in done.became])
    # Another process may have changed who is who meanwhile; what files say of these is known for sure.
    before, after = {**_named(done.before), **shown_before}, {**_named(done.after), **shown_now}
    rows = [(one, before[one][0], other, *after[other]) for one, other in done.became]
    run.answer(Answer(name, FIELDS, frame_of(FIELDS, rows), timezone, title=title))


def _shown(facts: Facts, client_ids: Sequence[str]) -> dict[str, Who]:
    """client_id -> name and e-mail, corrections included."""
    import polars as pl

    return _named(facts.clients.filter(pl.col("client_id").is_in(client_ids)).collect())


def _named(clients: pl.DataFrame) -> dict[str, Who]:
    from clientlens.analysis.client_names import shown_name

    return {
        one: (name, email) for one, name, email in clients.select("client_id", shown_name(), "email").rows()
    }


def tell_why(run: Run, client: str) -> None:
    """Say why records count as one client."""
    from clientlens.analysis.client_explain import explain
    from clientlens.analysis.client_lookup import find_one

    with run.open() as workspace:
        facts = workspace.facts()
        run.answer(explain(facts, find_one(facts, client), _by_hand(workspace)))


def tell_suggestions(run: Run) -> None:
    """List pairs of clients that may be one person."""
    from clientlens.analysis.merge_suggestions import suggest_merges

    with run.open() as workspace:
        run.answer(suggest_merges(workspace.facts(), _standing(workspace).split))


def told(entry: Entry) -> str:
    """A correction for people to read, in `workspace history`."""
    from clientlens.model.identity import shown_key

    body = entry.body
    if entry.kind == "clients_merged":
        return "merged the clients of " + " and ".join(map(shown_key, body["keys"]))
    how = "keeps it apart" if body["apart"] else "takes back a merge"
    return f"split {shown_key(str(entry.person_key))} off its client ({how})"


def _by_hand(workspace: Workspace) -> ByHand:
    from zoneinfo import ZoneInfo

    from clientlens.analysis.client_explain import ByHand

    zone = ZoneInfo(workspace.timezone)

    def when(entry: Entry) -> str:
        by = f" by {entry.actor}" if entry.actor else ""
        return f"on {entry.at.astimezone(zone).date()}{by}"

    held = _standing(workspace)
    return ByHand(
        {pair: when(entry) for pair, entry in held.joined.items()},
        {key: when(entry) for key, entry in held.apart.items()},
    )


def _standing(workspace: Workspace) -> Standing:
    from clientlens.workspace.corrections import KINDS, standing
    from clientlens.workspace.ledger import history

    return standing(history(workspace, kinds=KINDS))
