"""Groups of clients: put together by hand, by a rule, or by the files that were imported. One name may be all three.

Entries of the ledger: `group_joined` (body: `since`, a local day) and `group_left` about a person, `subject` the
group; `group_rule` (body: `expression`, null takes the rule away) and `group_deleted`, which ends the rule and
everybody's membership by hand. Who is in by hand holds from its day on, and until the instant it ended; a rule is
today's, evaluated at `as_of`; what files say has no day.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.client_lookup import folded
from clientlens.analysis.client_names import shown_name
from clientlens.analysis.expression_values import Refused
from clientlens.analysis.expressions import Asked as ExpressionAsked
from clientlens.analysis.selection import Extra, clients_where
from clientlens.errors import BadGroupName, CircularRule, UnknownGroup
from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.text import safe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

JOINED, LEFT, RULE, DELETED = "group_joined", "group_left", "group_rule", "group_deleted"
KINDS = (JOINED, LEFT, RULE, DELETED)
HAND, BY_RULE, FILES = "hand", "rule", "files"
LONGEST = 100

_MEMBERS = {"client_id": pl.String, "group": pl.String, "since": pl.Date, "by": pl.String}

GROUP_FIELDS = (
    Field("group", Kind.TEXT, "its name", nullable=False, wide=True),
    Field("members", Kind.INTEGER, "clients in it", nullable=False),
    Field("by", Kind.TEXTS, "what puts clients there: hand, rule, files", nullable=False),
    Field("since", Kind.DATE, "day of the first membership by hand or of the rule", priority=1),
    Field("rule", Kind.TEXT, "the expression", wide=True, fold=True, priority=2),
)
MEMBER_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=1),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", wide=True),
    Field("email", Kind.TEXT, "e-mail", wide=True, priority=2),
    Field("phone", Kind.TEXT, "phone", priority=None),
    Field("since", Kind.DATE, "first day of membership; null: a file says so, which has none"),
    Field("by", Kind.TEXTS, "what puts the client there: hand, rule, files", nullable=False),
    Field(
        "suppressed",
        Kind.BOOLEAN,
        "objected to being written to, see `privacy`",
        nullable=False,
        priority=None,
    ),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A group's rule, and when (local day) it was said."""

    expression: str
    since: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What evaluating a rule takes.

    rules: completed_when, home_currency and ignore, as for `selection.select`. extra: what it may ask besides.
    """

    as_of: AsOf
    rules: Mapping[str, Any]
    extra: Extra = field(default_factory=Extra)


def group_name(text: str) -> str:
    """A group's name as it is stored: NFC, trimmed, blanks collapsed.

    Raises:
        BadGroupName
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    # Files join names with commas.
    if not name or safe(name) != name or len(name) > LONGEST or "," in name:
        raise BadGroupName(text[:LONGEST])
    return name


def same_group(text: str, known: Iterable[str]) -> str | None:
    """The known group of that name, else the one that differs from it in case alone; None: there is none."""
    names = sorted(known)
    if text in names:
        return text
    return next((name for name in names if name.casefold() == text.casefold()), None)


def named_group(text: str, known: Iterable[str]) -> str:
    """The same.

    Raises:
        UnknownGroup
    """
    names = sorted(known)
    found = same_group(unicodedata.normalize("NFC", text).strip(), names)
    if found is None:
        raise UnknownGroup(text, names)
    return found


def rules_of(entries: Sequence[Entry], timezone: str) -> dict[str, Rule]:
    """Group -> the rule that holds today."""
    zone = ZoneInfo(timezone)
    found: dict[str, Rule] = {}
    for entry in entries:
        group = str(entry.subject)
        if entry.kind == RULE and entry.body["expression"] is not None:
            found[group] = Rule(entry.body["expression"], entry.at.astimezone(zone).date())
        elif entry.kind in {RULE, DELETED}:
            found.pop(group, None)
    return found


def by_hand(
    entries: Sequence[Entry], timezone: str, as_of: AsOf | None = None
) -> dict[tuple[str, str], date]:
    """(group, person_key) -> since when (local day), of those who are in by hand.

    Args:
        as_of: who joined after its day or left up to its instant; None: as the last entry leaves it.
    """
    zone = ZoneInfo(timezone)
    found: dict[tuple[str, str], date] = {}
    for entry in entries:
        group = str(entry.subject)
        over = as_of is not None and entry.at > as_of.instant
        if entry.kind == JOINED:
            told = entry.body.get("since")
            since = date.fromisoformat(told) if told else entry.at.astimezone(zone).date()
            if as_of is None or since <= as_of.day:
                found.setdefault((group, str(entry.person_key)), since)
        elif entry.kind == LEFT and not over:
            found.pop((group, str(entry.person_key)), None)
        elif entry.kind == DELETED and not over:
            for member in [one for one in found if one[0] == group]:
                del found[member]
    return found


def made_by_hand(entries: Sequence[Entry]) -> set[str]:
    """Groups that somebody was put into by hand, or that got a rule, and that were not deleted since."""
    found: set[str] = set()
    for entry in entries:
        if entry.kind in {JOINED, RULE}:
            found.add(str(entry.subject))
        elif entry.kind == DELETED:
            found.discard(str(entry.subject))
    return found


def group_names(facts: Facts, entries: Sequence[Entry]) -> set[str]:
    """Every group there is today: made by hand, also where nobody is in it by now, or named by a file."""
    return made_by_hand(entries) | set(_from_files(facts)["group"])


def memberships(facts: Facts, entries: Sequence[Entry], asked: Asked) -> pl.DataFrame:
    """Who is in which group: `Groups.everybody`."""
    return Groups(facts, entries, asked).everybody()


class Groups:
    """The groups at an instant; each rule is evaluated once, after those of the groups that it names.

    extra: what `asked.extra` has, and in_group('NAME') for expressions.
    """

    def __init__(self, facts: Facts, entries: Sequence[Entry], asked: Asked) -> None:
        """Take what is known.

        Args:
            facts: a workspace's facts.
            entries: of the ledger, by number; only `KINDS` count.
            asked: what evaluating rules takes.
        """
        self.facts, self.entries, self.asked = facts, entries, asked
        self.rules = rules_of(entries, facts.timezone)
        function = ExpressionAsked("in_group", "is in the group of that name", self._in_group)
        self.extra = replace(asked.extra, asked=(*asked.extra.asked, function))
        self._ruled: dict[str, pl.DataFrame] = {}
        self._above: list[str] = []

    @cached_property
    def names(self) -> set[str]:
        """Every group there is."""
        return group_names(self.facts, self.entries) | set(self.rules)

    def named(self, text: str) -> str:
        """The group that somebody means.

        Raises:
            UnknownGroup
        """
        return named_group(text, self.names)

    def members(self, group: str) -> pl.DataFrame:
        """Rows of `everybody` of one group. Other groups' rules are evaluated only where its rule names them.

        Raises:
            BadExpression, CircularRule: of a rule that holds what is no longer there.
        """
        return self._joined([self._plain.filter(pl.col("group") == group), *self._by_rule(group)])

    def everybody(self) -> pl.DataFrame:
        """Who is in which group.

        Returns:
            client_id, group (String), since (Date; null where a file alone says so), by (String: hand, rule, files,
            joined with a comma and a blank). By group, then client_id.

        Raises:
            BadExpression, CircularRule: as `members`.
        """
        ruled = [part for name in sorted(self.rules) for part in self._by_rule(name)]
        return self._joined([self._plain, *ruled])

    def try_rule(self, group: str, expression: str) -> None:
        """See that an expression could be the rule of a group.

        Raises:
            BadExpression: it is none. CircularRule: it leads back to the group.
        """
        rules = {**self.rules, group: Rule(expression, self.asked.as_of.day)}
        tried = Groups(self.facts, self.entries, self.asked)
        tried.rules = rules
        tried.members(group)

    @staticmethod
    def _joined(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        return (
            pl.concat(parts)
            .group_by("client_id", "group")
            .agg(pl.col("since").min(), pl.col("by").unique().sort().str.join(", "))
            .sort("group", "client_id")
        )

    @cached_property
    def _plain(self) -> pl.DataFrame:
        """Who is in by hand or by a file."""
        return pl.concat([_joined(self.facts, self.entries, self.asked.as_of), _from_files(self.facts)])

    def _by_rule(self, name: str) -> list[pl.DataFrame]:
        """Who is in by the group's rule; nothing where it has none."""
        if name not in self.rules:
            return []
        if name not in self._ruled:
            if name in self._above:
                raise CircularRule([*self._above[self._above.index(name) :], name])
            rule = self.rules[name]
            self._above.append(name)
            try:
                found = clients_where(
                    self.facts, rule.expression, as_of=self.asked.as_of, extra=self.extra, **self.asked.rules
                )
            finally:
                self._above.pop()
            self._ruled[name] = pl.DataFrame({"client_id": found}, schema={"client_id": pl.String}).select(
                "client_id", group=pl.lit(name), since=pl.lit(rule.since, dtype=pl.Date), by=pl.lit(BY_RULE)
            )
        return [self._ruled[name]]

    def _in_group(self, text: str) -> list[str]:
        """The client_ids of a group that an expression names."""
        try:
            name = self.named(text)
        except UnknownGroup as error:
            raise Refused(error.message, str(error.hint)) from None
        return self.members(name)["client_id"].to_list()


def _joined(facts: Facts, entries: Sequence[Entry], as_of: AsOf) -> pl.DataFrame:
    rows = [(key, group, since) for (group, key), since in by_hand(entries, facts.timezone, as_of).items()]
    schema = {"person_key": pl.String, "group": pl.String, "since": pl.Date}
    members = pl.LazyFrame(rows, schema=schema, orient="row")
    owned = members.join(facts.identities, on="person_key").with_columns(by=pl.lit(HAND))
    return owned.select(*_MEMBERS).collect()


def _from_files(facts: Facts) -> pl.DataFrame:
    return (
        facts.clients.select("client_id", group=pl.col("groups").str.split(", "))
        .drop_nulls()
        .explode("group")
        .with_columns(since=pl.lit(None, dtype=pl.Date), by=pl.lit(FILES))
        .select(*_MEMBERS)
        .collect()
    )


def groups_answer(groups: Groups) -> Answer:
    """Every group; rows of `GROUP_FIELDS`, by name without case."""
    members = groups.everybody()
    names = pl.DataFrame({"group": sorted(groups.names)}, schema={"group": pl.String})
    said = pl.DataFrame(
        [(name, rule.expression, rule.since) for name, rule in groups.rules.items()],
        schema={"group": pl.String, "rule": pl.String, "ruled_since": pl.Date},
        orient="row",
    )
    counted = members.group_by("group").agg(
        members=pl.len().cast(pl.Int64),
        since=pl.col("since").min(),
        by=pl.col("by").str.split(", ").explode().unique().sort(),
    )
    ruled = (
        pl.when(pl.col("rule").is_not_null())
        .then(pl.lit([BY_RULE]))
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    rows = (
        names.join(counted, on="group", how="left")
        .join(said, on="group", how="left")
        .with_columns(
            pl.col("members").fill_null(0),
            since=pl.min_horizontal("since", "ruled_since"),
            # A rule that nobody fits at the moment is one for all that.
            by=pl.concat_list(pl.col("by").fill_null([]), ruled).list.unique().list.sort(),
        )
        .sort(folded(pl.col("group")), "group")
        .select(field.name for field in GROUP_FIELDS)
    )
    day = groups.asked.as_of.day
    return Answer("groups", GROUP_FIELDS, rows, groups.facts.timezone, title=f"Groups as of {day}")


def members_answer(groups: Groups, group: str, suppressed: Collection[str] = ()) -> Answer:
    """Who is in a group; rows of `MEMBER_FIELDS`, by name without case and accents, then client_id.

    Args:
        suppressed: the client_ids of those who objected to being written to.
    """
    rows = (
        groups.facts.clients.select("client_id", shown_name(), "email", "phone")
        .join(groups.members(group).lazy(), on="client_id")
        .with_columns(pl.col("by").str.split(", "), suppressed=pl.col("client_id").is_in(sorted(suppressed)))
        .sort(folded(pl.col("name")), "client_id", nulls_last=True)
        .select(field.name for field in MEMBER_FIELDS)
        .collect()
    )
    rule = groups.rules.get(group)
    notes = () if rule is None else (f"rule: {rule.expression}",)
    title = f"Group {group} as of {groups.asked.as_of.day}"
    return Answer("groups_show", MEMBER_FIELDS, rows, groups.facts.timezone, title=title, notes=notes)
