"""The client card: everything that is known about one client, as one object and as a page.

Each figure comes from the analysis whose command shows it too, asked for this client alone; here they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis import card_figures as own
from clientlens.analysis import groups, notes, points
from clientlens.analysis.card_fields import CHECKOUT_FIELDS, FIELDS, FIELDS_WITH_LINES, HISTORY_SHOWN
from clientlens.analysis.card_page import page
from clientlens.analysis.checkouts import checkouts
from clientlens.analysis.client_facts import facts_about
from clientlens.analysis.client_names import shown_name
from clientlens.analysis.insights import PLATFORM, WITH_YOU, Thresholds, insights
from clientlens.analysis.message_history import messages_of
from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.order_history import order_history
from clientlens.analysis.recoveries import MATCH_WINDOW_DAYS, MINIMUM_AGE_MINUTES
from clientlens.analysis.rfm import COLUMNS as SCORES
from clientlens.analysis.suggested_message import suggestion
from clientlens.model.answer import Answer, frame_of
from clientlens.model.tables import INSTANT
from clientlens.model.timeframes import parse_window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

__all__ = ["FIELDS", "FIELDS_WITH_LINES", "CardRules", "client_card"]

_WINDOWS = ("all", "60d")


@dataclass(frozen=True, slots=True)
class CardRules:
    """The settings that the figures of a card depend on; see the analyses that take them."""

    completed_when: str
    home_currency: str | None
    ignore: Sequence[str] = ()
    novice_below: int = 3
    thresholds: Thresholds = field(default_factory=Thresholds)
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES
    match_window_days: int = MATCH_WINDOW_DAYS
    cooldown_days: int = 30

    @property
    def checkouts(self) -> dict[str, Any]:
        """What `recoveries` takes."""
        return {
            "completed_when": self.completed_when,
            "minimum_age_minutes": self.minimum_age_minutes,
            "match_window_days": self.match_window_days,
        }

    @property
    def metrics(self) -> dict[str, Any]:
        """What `client_metrics` takes."""
        return {
            **self.checkouts,
            "home_currency": self.home_currency,
            "ignore": self.ignore,
            "novice_below": self.novice_below,
        }


def client_card(
    facts: Facts,
    client_id: str,
    *,
    as_of: AsOf,
    entries: Sequence[Entry],
    rules: CardRules,
    requests: pl.DataFrame | None = None,
    suppressed_since: datetime | None = None,
    everything: bool = False,
    lines: bool = False,
    hints: bool = True,
) -> Answer:
    """The card of one client.

    Args:
        facts: a workspace's facts.
        client_id: of a client in `facts.clients`.
        as_of: nothing after it counts.
        entries: of the ledger, by number: those about this client, and all about groups' rules.
        requests: the client's order requests with their states, rows of `card_fields.REQUEST_FIELDS`, newest first;
            None: as they were imported, without states.
        suppressed_since: when they objected to being written to; None: they did not.
        everything: the whole history, and the whole of every list beside it, instead of what a page takes.
        lines: with the lines of each order.
        hints: in a table, say what to do with a figure.

    Returns:
        One object of `FIELDS`, or of `FIELDS_WITH_LINES`.
    """
    narrow = facts_about(facts, [client_id])
    card = _Card(facts, narrow, client_id, as_of, list(entries), rules, suppressed_since)
    panels, seen = card.insights(hints=hints)
    history = order_history(
        narrow, client_id=client_id, as_of=as_of, lines=lines, limit=None, **rules.checkouts
    )
    shown = history.rows if everything else history.rows.head(HISTORY_SHOWN)
    parts: dict[str, pl.DataFrame | None] = {
        **card.of_person(),
        **card.of_purchases(),
        "insights": seen,
        "orders": shown,
        **card.of_others(),
        **({} if requests is None else {"requests": requests}),
    }
    who = card.who().with_columns(
        as_of=pl.lit(as_of.day), history_length=pl.lit(history.rows.height, dtype=pl.Int64)
    )
    objects = {"figures": card.figures(), "suggested_message": card.suggested()}
    fields = FIELDS_WITH_LINES if lines else FIELDS
    row = pl.concat([who, *_objects(objects), *_lists(parts, fields)], how="horizontal")
    answer = Answer(
        name="client --lines" if lines else "client",
        fields=fields,
        rows=row.select(one.name for one in fields),
        timezone=facts.timezone,
        single=True,
        title=f"Client card as of {as_of.day}",
    )
    return page(answer, insight_panels=panels, as_of=as_of, whole=everything, hints=hints)


def _objects(frames: Mapping[str, pl.DataFrame]) -> list[pl.DataFrame]:
    return [frame.select(pl.struct(pl.all()).alias(name)) for name, frame in frames.items()]


def _lists(frames: Mapping[str, pl.DataFrame | None], fields: Sequence[Any]) -> list[pl.DataFrame]:
    """Each frame as one row with the list of its rows; what is not available, as null."""
    by_name = {one.name: one for one in fields}
    made = []
    for name, frame in frames.items():
        inner = by_name[name].fields
        rows = frame_of(inner, []) if frame is None else frame.select(one.name for one in inner)
        listed = rows.select(pl.struct(pl.all()).implode().alias(name))
        made.append(
            listed if frame is not None else listed.select(pl.lit(None, listed.schema[name]).alias(name))
        )
    return made


@dataclass(frozen=True, slots=True)
class _Card:
    """One client, and what is asked about them. `narrow`: see `facts_about`."""

    facts: Facts
    narrow: Facts
    client_id: str
    as_of: AsOf
    entries: list[Entry]
    rules: CardRules
    suppressed_since: datetime | None

    @property
    def keys(self) -> list[str]:
        mine = self.narrow.identities.filter(pl.col("client_id") == self.client_id).collect()
        return mine["person_key"].sort().to_list()

    def who(self) -> pl.DataFrame:
        """One row: the client's details under the names of the card."""
        return self.narrow.clients.select(
            "client_id",
            pl.coalesce("nickname", shown_name()).alias("name"),
            "nickname",
            "email",
            "phone",
            "company",
            "language",
            "birthday",
            "anonymous",
            "accepts_email",
            pl.lit(self.suppressed_since, INSTANT).alias("suppressed_since"),
            "joined_at",
            full_name="name",
            stores=pl.col("stores").str.split(", ").fill_null([]),
            sources=pl.col("sources").str.split(", ").fill_null([]),
            points=pl.lit(points.balance_of(self._until(), self.keys), dtype=pl.Int64),
        ).collect()

    def _until(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.at <= self.as_of.instant]

    def of_person(self) -> dict[str, pl.DataFrame]:
        """Addresses, groups, entries of points, notes and messages."""
        mine = pl.col("client_id") == self.client_id
        people = self.narrow.people.collect()
        told = points.history_answer(self.narrow, self.entries, as_of=self.as_of, client_id=self.client_id)
        written = messages_of(self.entries, person_keys=self.keys, until=self.as_of.instant)
        rows = [(w.drafted_at, w.template, w.language, w.state, w.state_at) for w in reversed(written)]
        by_name = {one.name: one.fields for one in FIELDS}
        return {
            "addresses": own.addresses(self.narrow.clients.collect(), people),
            "groups": self._memberships().filter(mine).with_columns(pl.col("by").str.split(", ")),
            "points_entries": told.rows.reverse(),
            "notes": notes.notes_of(self._until(), self.keys).reverse(),
            "messages": frame_of(by_name["messages"], rows),
            "letters": frame_of(by_name["letters"], []),
        }

    def _memberships(self) -> pl.DataFrame:
        # What a rule says of a client may depend on all others.
        ruled = groups.rules_of(self.entries, self.facts.timezone)
        # Of the others the entries say nothing, and whether they are in a group is not asked.
        extra = points.as_column(lambda: points.balances(self.entries, self.narrow.identities, self.as_of))
        asked = groups.Asked(self.as_of, self.rules.metrics, extra)
        return groups.memberships(self.facts if ruled else self.narrow, self.entries, asked)

    def of_purchases(self) -> dict[str, pl.DataFrame]:
        """What was bought, by currency, month and product."""
        orders = (
            order_facts(
                self.narrow.orders,
                self.narrow.identities,
                as_of=self.as_of,
                completed_when=self.rules.completed_when,
            )
            .filter(pl.col("client_id") == self.client_id)
            .collect()
        )
        return {
            "spending": own.spending(orders),
            "months": own.months(orders, self.as_of.day),
            "products": own.products(orders, self.narrow.order_lines, self.rules.ignore),
        }

    def of_others(self) -> dict[str, pl.DataFrame | None]:
        """Checkouts, reviews, events and requests, the newest first."""
        known = self.narrow.clients.select(pl.col("sources").str.contains("shopify_", literal=True))
        in_shopify = bool(known.collect().item())
        begun = checkouts(self.narrow, as_of=self.as_of, **self.rules.checkouts).rows
        begun = begun.filter(pl.col("client_id") == self.client_id)
        return {
            "checkouts": begun.select(one.name for one in CHECKOUT_FIELDS) if in_shopify else None,
            "reviews": self._newest("reviews", "reviewed_at", rating="rating_milli"),
            "events": self._newest("events", "happened_at", at="happened_at"),
            "requests": self._newest("requests", "requested_at", request_id="request_key").with_columns(
                status=pl.lit(None, pl.String)
            ),
        }

    def _newest(self, table: str, instant: str, **names: str) -> pl.DataFrame:
        frame: pl.LazyFrame = getattr(self.narrow, table)
        return (
            frame.filter(pl.col("person_key").is_in(self.keys), pl.col(instant) <= self.as_of.instant)
            .with_columns(**{name: pl.col(column) for name, column in names.items()})
            .sort(instant, f"{table.removesuffix('s')}_key", descending=[True, False])
            .collect()
        )

    def figures(self) -> pl.DataFrame:
        """One row of metrics; the scores are those among all clients."""
        # Who joined after the instant has no row there, but was asked for here: counts are 0 then.
        undated = self.narrow.clients.with_columns(joined_at=pl.lit(None, INSTANT))
        alone = client_metrics(replace(self.narrow, clients=undated), as_of=self.as_of, **self.rules.metrics)
        ranked = own.scores(
            self.facts,
            as_of=self.as_of,
            completed_when=self.rules.completed_when,
            home_currency=self.rules.home_currency,
        )
        mine = ranked.filter(pl.col("client_id") == self.client_id)
        figures = alone.drop(SCORES).join(mine, on="client_id", how="left")
        names = next(one.fields for one in FIELDS if one.name == "figures")
        return figures.select(one.name for one in names)

    def insights(self, *, hints: bool) -> tuple[list[Answer], pl.DataFrame]:
        """The panels and the rows of `insights`, scope by scope: who is similar is asked of all facts, the rest not."""
        rules = self.rules
        found = [
            insights(
                some,
                windows=[parse_window(text) for text in _WINDOWS],
                as_of=self.as_of,
                scopes=(scope,),
                clients=[self.client_id],
                hints=hints,
                completed_when=rules.completed_when,
                novice_below=rules.novice_below,
                thresholds=rules.thresholds,
                ignore=rules.ignore,
                home_currency=rules.home_currency,
            )
            for scope, some in ((WITH_YOU, self.narrow), (PLATFORM, self.facts))
        ]
        return [part for one in found for part in one.parts], pl.concat(one.rows for one in found)

    def suggested(self) -> pl.DataFrame:
        """One row: what to write next."""
        found = suggestion(
            self.narrow,
            self.client_id,
            self.entries,
            as_of=self.as_of,
            completed_when=self.rules.completed_when,
            cooldown_days=self.rules.cooldown_days,
            suppressed=self.suppressed_since is not None,
        )
        ground = " --lawful-basis TEXT" if found.needs_ground else ""
        command = None if found.template is None else f"clientlens message {self.client_id}{ground}"
        fields = next(one.fields for one in FIELDS if one.name == "suggested_message")
        return frame_of(fields, [(found.template, found.reason, command)])
