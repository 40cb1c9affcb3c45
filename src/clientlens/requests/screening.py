"""Screening: what the rules say of each incoming order, and who it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.identity import KEY_COLUMNS
from clientlens.requests.bypasses import Candidate, bypasses
from clientlens.requests.checklist import missing
from clientlens.requests.gate import REASONS, gated, on_by_order, switched
from clientlens.requests.known import clients_behind, first_completions, is_new
from clientlens.requests.rules import folded
from clientlens.requests.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.requests.incoming import Incoming
    from clientlens.requests.rules import Rules
    from clientlens.requests.states import Key, Request

REQUEST, ACCEPT, BYPASS = "request", "accept", "bypass"
DECISIONS = (REQUEST, ACCEPT, BYPASS)
_KEY = ["store", "request_id"]

FIELDS = (
    Field("request_id", Kind.TEXT, "id of the request; of an order 'order:' and its number", nullable=False),
    Field("store", Kind.TEXT, "store it came in", nullable=False, priority=4),
    Field(
        "decision",
        Kind.TEXT,
        "request: held until you decide; accept: passes; bypass: it takes an open offer",
        nullable=False,
        values=DECISIONS,
    ),
    Field("reasons", Kind.TEXTS, "every reason, as codes", priority=None),
    Field("why", Kind.TEXTS, "the same in words", wide=True, fold=True),
    Field("at", Kind.INSTANT, "when it was placed or asked for", nullable=False, priority=1),
    Field("new", Kind.BOOLEAN, "the client had no completed order with you then", nullable=False, priority=3),
    Field("client_id", Kind.TEXT, "the client; null: not known here yet", priority=None),
    Field("name", Kind.TEXT, "who orders", wide=True, title="client", priority=2),
    Field("email", Kind.TEXT, "e-mail", wide=True, priority=5),
    Field("service", Kind.TEXT, "service asked for; of several the first", wide=True, priority=2),
    Field("package", Kind.TEXT, "package of it", wide=True, priority=6),
    Field("amount", Kind.MONEY, "price asked, or total of the order", priority=6),
    Field("currency", Kind.TEXT, "ISO 4217 code of the amount", priority=6),
    Field("start_date", Kind.DATE, "start that the client wishes", priority=7),
    Field("missing", Kind.TEXTS, "what the checklist asks and the text leaves open", wide=True, priority=3),
    Field("offer_of", Kind.TEXT, "of a bypass: the request whose offer it takes", priority=3),
    Field(
        "recorded",
        Kind.TEXT,
        "with --record: new, already or anonymous",
        values=("new", "already", "anonymous"),
        priority=1,
    ),
)


@dataclass(frozen=True, slots=True)
class Screened:
    """The gate's word on each incoming order.

    rows: `incoming.rows`, and new, hold (Boolean), reasons, missing (List of String), client_id, name, email, phone,
        language.
    candidates: the same as what may take an offer.
    """

    rows: pl.DataFrame
    candidates: tuple[Candidate, ...]


def screen(
    incoming: Incoming, rules: Rules, facts: Facts, *, as_of: AsOf, completed_when: str, timezone: str
) -> Screened:
    """Let the rules look at incoming orders, each at its own moment.

    Args:
        as_of: what is known of earlier orders. timezone: of the rules' hours.
    """
    behind = clients_behind(facts, incoming.people)
    since = behind.lazy().join(
        first_completions(facts, as_of=as_of, completed_when=completed_when), on="client_id", how="left"
    )
    # A record that two clients' keys lead to is known when either is; the id shown is the smaller one.
    of_person = since.group_by("person_key").agg(
        pl.col("client_id").min(), pl.col("first_completed_at").min()
    )
    names = incoming.people.group_by("person_key").agg(
        pl.col(name).drop_nulls().first() for name in ("name", "email", "phone", "language")
    )
    stored = facts.clients.select("client_id", shown_name(), "email", "phone", "anonymous")
    on = on_by_order(switched(incoming.lines, rules), _KEY)
    rows = (
        incoming.rows.lazy()
        .join(of_person, on="person_key", how="left", maintain_order="left")
        .join(names.lazy(), on="person_key", how="left", maintain_order="left")
        .join(stored, on="client_id", how="left", suffix="_stored", maintain_order="left")
        .with_columns(
            # An anonymous client's made-up name is none.
            name=pl.coalesce("name", pl.when(~pl.col("anonymous")).then("name_stored")),
            email=pl.coalesce("email", "email_stored"),
            phone=pl.coalesce("phone", "phone_stored"),
        )
        .join(on, on=_KEY, how="left", maintain_order="left")
        .with_columns(new=is_new(pl.col("at")))
    )
    found = gated(rows, rules, timezone=timezone).collect()
    found = _with_checklist(found, rules)
    return Screened(found, _candidates(found, incoming, behind))


def _with_checklist(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Rows with `missing`; what leaves something open is held wherever its service is on."""
    open_ = [
        missing(rules.wanted_of(service), text) if judged else []
        for service, text, judged in rows.select("service", "requirements", "judged").iter_rows()
    ]
    rows = rows.with_columns(missing=pl.Series(open_, dtype=pl.List(pl.String)))
    due = (pl.col("missing").list.len() > 0) & pl.col("service_on") & pl.col("package_on") & rules.enabled
    told = pl.concat_list(pl.lit("requirements_missing"))
    return rows.with_columns(
        hold=pl.col("hold") | due,
        reasons=pl.when(due & pl.col("hold"))
        .then(pl.concat_list("reasons", told))
        .when(due)
        .then(told)
        .otherwise("reasons"),
    )


def _candidates(rows: pl.DataFrame, incoming: Incoming, behind: pl.DataFrame) -> tuple[Candidate, ...]:
    who: dict[str, set[str]] = {}
    for key, client_id in behind.iter_rows():
        who.setdefault(key, {key}).add(client_id)
    for key, *others in incoming.people.select("person_key", *KEY_COLUMNS[:2]).iter_rows():
        who.setdefault(key, {key}).update(one for one in others if one is not None)
    services: dict[Key, set[str]] = {}
    for store, request_id, service in incoming.lines.select(*_KEY, "service").drop_nulls().iter_rows():
        services.setdefault((store, request_id), set()).add(folded(service))
    return tuple(
        Candidate(
            (store, request_id),
            frozenset(who.get(person, ())),
            at,
            frozenset(services.get((store, request_id), ())),
        )
        for store, request_id, person, at in rows.select(*_KEY, "person_key", "at").iter_rows()
    )


def decided(
    screened: Screened, requests: Iterable[Request], client_of: Mapping[str, str]
) -> tuple[pl.DataFrame, dict[Key, Key]]:
    """Rows with `decision`, and the offers that orders take: order -> request.

    What was held, offered and accepted passes when it comes again, as shops tell an order more than once.

    Args:
        requests: as they stand. client_of: person_key -> client_id.
    """
    requests = list(requests)
    taken = bypasses(screened.candidates, requests, client_of)
    agreed = [one.key for one in requests if one.status is Status.ACCEPTED and one.order is None]
    settled = pl.DataFrame(agreed, schema=dict.fromkeys(_KEY, pl.String), orient="row")
    pairs = [(*order, offer[1]) for order, offer in taken.items()]
    offers = pl.DataFrame(
        pairs, schema={"store": pl.String, "request_id": pl.String, "offer_of": pl.String}, orient="row"
    )
    rows = screened.rows.join(offers, on=_KEY, how="left", maintain_order="left").join(
        settled.with_columns(settled=pl.lit(value=True)), on=_KEY, how="left", maintain_order="left"
    )
    bypass, done = pl.col("offer_of").is_not_null(), pl.col("settled").fill_null(value=False)
    held = pl.when(pl.col("hold") & ~done).then(pl.lit(REQUEST)).otherwise(pl.lit(ACCEPT))
    return (
        rows.with_columns(
            decision=pl.when(bypass).then(pl.lit(BYPASS)).otherwise(held),
            reasons=pl.when(bypass)
            .then(pl.concat_list(pl.lit("open_offer")))
            .when(done & pl.col("hold"))
            .then(pl.concat_list(pl.lit("agreed")))
            .otherwise("reasons"),
        ).drop("settled"),
        taken,
    )


def answer(rows: pl.DataFrame, *, timezone: str, rules: str, notes: tuple[str, ...] = ()) -> Answer:
    """What is told of incoming orders.

    Args:
        rows: of `decided`, with `recorded`. timezone: in which times are written. rules: name of their file.
    """
    words = pl.element().replace_strict(list(REASONS), list(REASONS.values()), return_dtype=pl.String)
    counts = ", ".join(
        f"{rows.filter(pl.col('decision') == one).height:,} {word}"
        for one, word in ((REQUEST, "held"), (ACCEPT, "let through"), (BYPASS, "by an open offer"))
    )
    told = rows.with_columns(why=pl.col("reasons").list.eval(words))
    return Answer(
        name="request_screen",
        fields=FIELDS,
        rows=told.select(field.name for field in FIELDS),
        timezone=timezone,
        title=f"Screened by {rules}: {counts}",
        notes=notes,
    )
