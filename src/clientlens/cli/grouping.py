"""The bodies of `groups add`, `remove`, `rule` and `delete`, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.naming import clients_of_lines, lines_of
from clientlens.cli.recording import record
from clientlens.cli.selecting import chosen_clients, groups_of
from clientlens.errors import ExitCode
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from clientlens.analysis.groups import Groups
    from clientlens.cli.context import Run
    from clientlens.model.entries import Event
    from clientlens.model.facts import Facts
    from clientlens.workspace.workspace import Workspace

CHANGED_FIELDS = (
    Field("group", Kind.TEXT, "the group", nullable=False, wide=True),
    Field("changed", Kind.INTEGER, "clients who came in, or left", nullable=False),
    Field("unchanged", Kind.INTEGER, "clients named who were there, or were not, before", nullable=False),
    Field("not_found", Kind.INTEGER, "lines that name no client, or several", nullable=False),
    Field("members", Kind.INTEGER, "clients in the group now", nullable=False),
)
RULE_FIELDS = (
    Field("group", Kind.TEXT, "the group", nullable=False, wide=True),
    Field("rule", Kind.TEXT, "its rule; null: none any more", wide=True, fold=True),
    Field("before", Kind.TEXT, "its rule before", wide=True, fold=True),
    Field("members", Kind.INTEGER, "clients in the group now", nullable=False),
)


def change_members(
    run: Run,
    group: str,
    named: Sequence[str],
    *,
    come: bool,
    where: str | None,
    file: str | None,
    since: str | None,
    lock_timeout: float,
) -> None:
    """Put clients into a group, or take them out, and say how many."""
    from clientlens.errors import NobodyNamed

    word = "add" if come else "remove"
    if "-" in named:
        named, file = [one for one in named if one != "-"], "-"
    if not named and where is None and file is None:
        raise NobodyNamed(f"clientlens groups {word}")
    lines = [] if file is None else lines_of(run, file)
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        facts = workspace.facts()
        wanted, unknown = _clients(run, facts, workspace, named, where, lines)
        known = groups_of(run, workspace, facts, as_of=run.as_of(workspace.timezone))
        change = _Change(known, group, since)
        events, told["notes"] = change.coming(wanted) if come else change.going(wanted)
        told.update(zone=workspace.timezone, group=change.group, unknown=unknown, named=wanted)
        told["changed"] = change.changed
        return events

    record(run, decide, command=f"clientlens groups {word}", lock_timeout=lock_timeout)
    for text in told["unknown"]:
        run.console.warn(text)
    if told["unknown"]:
        run.exit_code = ExitCode.SET_ASIDE
    members, named = _members(run, told["group"]), told["named"]
    stay = 0 if come else len(members.intersection(named))
    if stay:
        clients = "1 of these stays" if stay == 1 else f"{stay:,} of these stay"
        told["notes"].append(f"{clients} in the group: its rule, or an imported file, says so")
    row = (
        told["group"],
        told["changed"],
        len(named) - told["changed"],
        len(told["unknown"]),
        len(members),
    )
    run.answer(
        Answer(
            f"groups_{word}",
            CHANGED_FIELDS,
            frame_of(CHANGED_FIELDS, [row]),
            told["zone"],
            single=True,
            title=f"Group {told['group']}",
            notes=tuple(told["notes"]),
        )
    )


def _clients(
    run: Run,
    facts: Facts,
    workspace: Workspace,
    named: Sequence[str],
    where: str | None,
    lines: Sequence[tuple[str, str]],
) -> tuple[list[str], list[str]]:
    """The client_ids that are meant, and what is to be said of lines that mean nobody."""
    from clientlens.analysis.client_lookup import find_one

    found = [find_one(facts, query) for query in named]
    if where is not None:
        as_of = run.as_of(workspace.timezone)
        found += chosen_clients(run, facts, as_of=as_of, where=where, workspace=workspace) or []
    of_lines, unknown = clients_of_lines(facts, lines)
    return list(dict.fromkeys([*found, *of_lines])), unknown


class _Change:
    """A change of who is in a group by hand."""

    def __init__(self, known: Groups, group: str, since: str | None) -> None:
        from clientlens.analysis.groups import by_hand, group_name, same_group
        from clientlens.model.timeframes import parse_date

        self.known, self.facts, self.changed = known, known.facts, 0
        name = group_name(group)
        self.group = same_group(name, known.names) or name
        self.since = None if since is None else parse_date(since).isoformat()
        inside = by_hand(known.entries, known.facts.timezone)
        self.inside = {key for of_group, key in inside if of_group == self.group}

    def coming(self, wanted: Sequence[str]) -> tuple[list[Event], list[str]]:
        """Entries for those of the clients who are not in by hand.

        Raises:
            NotRegistered: one client is named, and is anonymous. Of several such ones are left out and counted.
        """
        from clientlens.analysis.groups import JOINED
        from clientlens.errors import NotRegistered
        from clientlens.model.entries import Event

        keys = self._keys(wanted)
        anonymous = set(keys.filter("anonymous")["client_id"])
        if len(wanted) == 1 and anonymous:
            raise NotRegistered(wanted[0], "groups")
        body = {"since": self.since} if self.since else {}
        events = [
            Event(JOINED, body, person_key=mine[0], subject=self.group)
            for mine in keys.filter(~keys["anonymous"])["keys"].to_list()
            if not self.inside & set(mine)
        ]
        self.changed = len(events)
        left_out = len(anonymous)
        one = "1 anonymous client" if left_out == 1 else f"{left_out:,} anonymous clients"
        return events, [f"{one} left out: groups need registered clients"] if left_out else []

    def going(self, wanted: Sequence[str]) -> tuple[list[Event], list[str]]:
        """Entries for every key by which the clients are in by hand.

        Raises:
            UnknownGroup
        """
        from clientlens.analysis.groups import LEFT
        from clientlens.model.entries import Event

        self.known.named(self.group)
        events = []
        for mine in self._keys(wanted)["keys"].to_list():
            inside = sorted(self.inside & set(mine))
            self.changed += bool(inside)
            events += [Event(LEFT, person_key=key, subject=self.group) for key in inside]
        return events, []

    def _keys(self, wanted: Sequence[str]) -> pl.DataFrame:
        """client_id, anonymous, keys (the smallest first) of the clients, in their order."""
        import polars as pl

        frame = pl.LazyFrame({"client_id": wanted}, schema={"client_id": pl.String})
        keys = self.facts.identities.group_by("client_id").agg(keys=pl.col("person_key").sort())
        registered = self.facts.clients.select("client_id", "anonymous")
        return (
            frame.join(keys, on="client_id", how="left", maintain_order="left")
            .join(registered, on="client_id", how="left", maintain_order="left")
            .collect()
        )


def _members(run: Run, group: str) -> frozenset[str]:
    """The client_ids of a group, whatever puts them there."""
    with run.open() as workspace:
        known = groups_of(run, workspace, workspace.facts(), as_of=run.as_of(workspace.timezone))
        return frozenset(known.members(group)["client_id"])


def set_rule(run: Run, group: str, expression: str | None, lock_timeout: float) -> None:
    """Give a group a rule (None: take it away), and say who that makes its members."""
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis import groups
        from clientlens.model.entries import Event

        known = groups_of(run, workspace, workspace.facts(), as_of=run.as_of(workspace.timezone))
        if expression is None:
            name = groups.named_group(group, known.rules)
        else:
            wanted = groups.group_name(group)
            name = groups.same_group(wanted, known.names) or wanted
            known.try_rule(name, expression)
        before = known.rules[name].expression if name in known.rules else None
        told.update(zone=workspace.timezone, group=name, before=before)
        same = before == expression
        return [] if same else [Event(groups.RULE, {"expression": expression}, subject=name)]

    record(run, decide, command="clientlens groups rule", lock_timeout=lock_timeout)
    _tell_rule(run, told, expression, "groups_rule")


def delete(run: Run, group: str, lock_timeout: float) -> None:
    """End a group's rule and everybody's membership by hand; what files say stays."""
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis import groups
        from clientlens.errors import NothingByHand
        from clientlens.model.entries import Event

        known = groups_of(run, workspace, workspace.facts(), as_of=run.as_of(workspace.timezone))
        name = known.named(group)
        if name not in groups.made_by_hand(known.entries):
            raise NothingByHand(name)
        told.update(zone=workspace.timezone, group=name)
        told["before"] = known.rules[name].expression if name in known.rules else None
        return [Event(groups.DELETED, subject=name)]

    record(run, decide, command="clientlens groups delete", lock_timeout=lock_timeout)
    _tell_rule(run, told, None, "groups_delete")


def _tell_rule(run: Run, told: dict[str, Any], expression: str | None, name: str) -> None:
    members = len(_members(run, told["group"]))
    row = (told["group"], expression, told["before"], members)
    stay = name == "groups_delete" and members
    notes = (f"{members:,} stay in it: imported files name it",) if stay else ()
    title = f"Group {told['group']}" + (" is deleted" if name == "groups_delete" and not members else "")
    run.answer(
        Answer(
            name,
            RULE_FIELDS,
            frame_of(RULE_FIELDS, [row]),
            told["zone"],
            single=True,
            title=title,
            notes=notes,
        )
    )
