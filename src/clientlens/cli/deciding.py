"""The bodies of `requests list`, `show`, `approve`, `decline`, `accept` and `withdraw`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.cli.order_requests import decide, load_rules, moment, request_entries
from clientlens.errors import AnonymousRequester, RulesMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import polars as pl

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.model.facts import Facts
    from clientlens.requests.deciding import Decision
    from clientlens.requests.listing import Who
    from clientlens.requests.offers import Said
    from clientlens.requests.states import Request

_TITLES = {True: "Request {id} is {status} now", False: "Nothing changed: request {id} is {status} already"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which request a decision is about, and when it was made, as typed."""

    request_id: str
    store: str | None
    at: str | None
    lock_timeout: float


def tell_list(run: Run, status: str | None, store: str | None) -> None:
    """List requests."""
    from clientlens.analysis.wording import counted_noun
    from clientlens.requests.listing import People, list_answer
    from clientlens.requests.states import fold

    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        as_of = run.as_of(zone)
        requests = facts.requests.collect()
        known = fold(requests, request_entries(workspace), at=as_of.instant).values()
        chosen = [one for one in known if store in (None, one.store)]
        run.answer(list_answer(chosen, People(facts, chosen), status=status, as_of=as_of, timezone=zone))
        ahead = sum(at > as_of.instant for at in requests["requested_at"])
        if ahead and not as_of.explicit:
            run.console.note(
                f"note: {counted_noun(ahead, 'request')} not shown: asked at a time still to come (see import --timezone)"
            )


def tell_one(run: Run, request_id: str, store: str | None) -> None:
    """Show one request with its history."""
    from clientlens.requests.deciding import find
    from clientlens.requests.listing import People, show_answer
    from clientlens.requests.states import fold

    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        at = run.as_of(zone).instant
        one = find(fold(facts.requests.collect(), request_entries(workspace), at=at), request_id, store)
        people = People(facts, [one])
        text, _ = _offer_text(run, one, people.of(one), zone)
        run.answer(show_answer(one, people, timezone=zone, text=text))


def approve(run: Run, asked: Asked, said: Said, rules: str | None) -> None:
    """Make an offer."""
    from clientlens.analysis.rates import home_currency
    from clientlens.requests.offers import offered
    from clientlens.requests.rules import OfferDefaults

    def make(one: Request, facts: Facts, zone: str, at: datetime) -> Decision:
        try:
            defaults = load_rules(run, rules, zone).offers
        except RulesMissing:
            if rules is not None:
                raise
            defaults = OfferDefaults()
        completed_when = run.settings.text("orders.completed_when")
        home = run.settings.home_currency or home_currency(facts.orders, completed_when=completed_when)
        return offered(one, said, defaults, at=at, timezone=zone, home_currency=home)

    _change(run, asked, make, "clientlens requests approve", registered=True)


def change(run: Run, kind: str, asked: Asked, reason: str | None) -> None:
    """Decline, accept or withdraw; `kind`: of the entry."""
    from clientlens.requests.deciding import Decision
    from clientlens.requests.states import ACCEPTED

    body = {"reason": reason.strip()} if reason and reason.strip() else {}
    command = f"clientlens requests {kind.removeprefix('request_')}"
    _change(run, asked, lambda *_: Decision(kind, {}, body), command, registered=kind == ACCEPTED)


def _change(
    run: Run,
    asked: Asked,
    make: Callable[[Request, Facts, str, datetime], Decision],
    command: str,
    *,
    registered: bool,
) -> None:
    """Carry a decision out with the lock held, and tell what the request is now.

    Args:
        registered: the client must be known by name, e-mail or phone.
    """
    from clientlens.requests.deciding import event_for, find
    from clientlens.requests.listing import People, show_answer
    from clientlens.requests.states import OFFERED, fold

    with run.open() as workspace:
        facts, zone = workspace.facts(), workspace.timezone
        said = _said_at(run, asked, zone)
        requests: pl.DataFrame = facts.requests.collect()
        one = find(fold(requests, request_entries(workspace), at=run.clock()), asked.request_id, asked.store)
        people = People(facts, [one])
        decision = replace(make(one, facts, zone, said or run.clock()), at=said)
    who = people.of(one)
    if registered and who.anonymous:
        raise AnonymousRequester(one.request_id)
    changed = False

    def decided(entries: Sequence[Entry]) -> Sequence[Event]:
        nonlocal changed
        # What another process wrote meanwhile counts, though its time lies behind ours.
        known = fold(requests, entries, at=moment(run, entries), expired_by=said)
        event = event_for(known[one.key], decision)
        changed = event is not None
        return [] if event is None else [event]

    decide(run, decided, command, asked.lock_timeout)
    with run.open() as workspace:
        entries = request_entries(workspace)
    new = fold(requests, entries, at=moment(run, entries))[one.key]
    text, _ = _offer_text(run, new, who, zone)
    draft = _draft(run, new, who, zone, command, asked.lock_timeout) if decision.kind == OFFERED else None
    title = _TITLES[changed].format(id=new.request_id, status=new.shown_status)
    run.answer(show_answer(new, people, timezone=zone, title=title, changed=changed, text=text, draft=draft))


def _said_at(run: Run, asked: Asked, timezone: str) -> datetime | None:
    """When the decision was made; None: now.

    Raises:
        BadInstant, IllegalMoment
    """
    from clientlens.errors import IllegalMoment
    from clientlens.model.timeframes import parse_instant

    if asked.at is None:
        return None
    at = parse_instant(asked.at, timezone)
    if at > run.clock():
        raise IllegalMoment(asked.at, "that is still to come")
    return at


def _offer_text(run: Run, one: Request, who: Who, timezone: str) -> tuple[str | None, str]:
    """The offer as the client reads it, and its language; no text: there is no offer."""
    from clientlens.requests.offer_text import language_for, offer_text

    language = language_for([who.language, run.settings.text("messages.language")])
    if one.offer is None:
        return None, language
    return offer_text(one, one.offer, name=who.name, timezone=timezone, language=language), language


def _draft(run: Run, one: Request, who: Who, timezone: str, command: str, lock_timeout: float) -> str | None:
    """Where the offer lies as a draft; None, with a note: the client has no e-mail, or nothing says who writes."""
    from clientlens.errors import BadAddress, SettingNeeded
    from clientlens.messages.composing import sender_of
    from clientlens.messages.eml import Party
    from clientlens.requests.drafts import offer_mail, put_draft

    text, language = _offer_text(run, one, who, timezone)
    if one.offer is None or text is None:
        return None
    if who.email is None:
        run.console.note("note: no draft of an e-mail: the client's address is not known")
        return None
    try:
        to, sender = Party(who.email, who.name), sender_of(run.settings)
        at = one.offer.made_at.astimezone(ZoneInfo(timezone))
        mail = offer_mail(one, text, to=to, sender=sender, at=at, language=language)
        path = put_draft(
            run.existing_workspace(), mail, command=command, actor=run.actor, lock_timeout=lock_timeout
        )
    except (SettingNeeded, BadAddress) as error:
        run.console.note(f"note: no draft of an e-mail: {error.message}")
        return None
    return str(path)
