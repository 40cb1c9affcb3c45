"""Shops, campaigns and ledgers for the tests of who gets a letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from runpy import run_path

from clientlens.analysis.groups import Asked, Groups
from clientlens.analysis.letter_history import HELD, KINDS, MAILED, assigned_of
from clientlens.campaigns.assigning import assignment_events, wave_name
from clientlens.campaigns.audience import Market
from clientlens.campaigns.planning import plan
from clientlens.campaigns.recipients import Question, Rest
from clientlens.campaigns.spec import Audience, Spec
from clientlens.letters.letter import Letter
from clientlens.model.entries import Entry
from clientlens.model.timeframes import AsOf

SHOP = run_path(str(Path(__file__).resolve().parents[1] / "analysis" / "conftest.py"))
order = SHOP["order"]
SECRET = "ab" * 32
TODAY = date(2026, 11, 26)
RULES = {"completed_when": "paid", "home_currency": "EUR", "ignore": ()}


def home(street, **other):
    """Details of a client in a street of Bozen."""
    return {"street": street, "postcode": "39100", "city": "Bozen", "country": "IT", **other}


def shop_of(clients, orders=None):
    """Facts: details by client; each with one order over 10.00 EUR unless `orders` are given."""
    placed = [order(name, name) for name in clients] if orders is None else orders
    return SHOP["facts_of"](placed, clients=clients)


def campaign(**other):
    """A campaign to everybody without holdout."""
    given = {"audience": Audience(everyone=True), "template": "t", "language": "en", "layout": "din5008-b"}
    return Spec(
        **{"name": "spring", "file": "s.toml", "folder": Path(), "sha256": "0" * 64, **given, **other}
    )


def as_of(day):
    """Noon of a day, in Rome."""
    return AsOf(datetime(day.year, day.month, day.day, 11, tzinfo=UTC), day, explicit=False)


def letter(client_id):
    return Letter(client_id, "en", "t", "a", (client_id,), "", (), "", ())


def letters(client_ids):
    """A maker that can make every letter."""
    return [letter(one) for one in client_ids]


def whole(clients):
    """An address check that asks for a street and a town."""
    missing = clients.with_columns(missing=None).to_dicts()
    import polars as pl

    told = [next((part for part in ("name", "street", "city") if not row[part]), None) for row in missing]
    return pl.Series("missing", told, dtype=pl.String)


def asked(facts, *, entries=(), day=TODAY, groups=(), **other):
    """What planning takes."""
    market = other.pop("market", None) or Market(
        facts,
        lambda at: Groups(facts, groups, Asked(at, RULES)),
        RULES,
        other.pop("suppressed", ()),
    )
    told = {
        "market": market,
        "assigned": assigned_of(entries),
        "rest": other.pop("rest", Rest()),
        "as_of": as_of(day),
        "today": day,
        "make": letters,
        "incomplete": whole,
        "secret": SECRET,
    }
    return Question(**{**told, **other})


def planned(facts, spec=None, **other):
    return plan(spec or campaign(), asked(facts, **other))


def why(found):
    """client_id -> mailed, held, or the reason."""
    told = {one.client_id: MAILED for one in found.mailed} | {one.client_id: HELD for one in found.held}
    assert not told.keys() & {one.client_id for one in found.left_out}
    told |= {one.client_id: str(one.reason) for one in found.left_out}
    assert len(told) == found.audience
    return told


class Ledger:
    """Entries as a run would have written them."""

    def __init__(self):
        self.entries = []

    def run(self, facts, spec=None, *, day=TODAY, **other):
        """Plan and write down; gives back the plan."""
        found = planned(facts, spec, entries=self.entries, day=day, **other)
        name = wave_name(assigned_of(self.entries), found.spec.name, day)
        numbers = iter(range(len(self.entries), 10**9))
        tokens = lambda: (f"L{next(numbers)}", f"c{len(self.entries)}")
        for event in assignment_events(found, name, tokens, assigned_on=day):
            self.write(
                event.kind, event.subject, event.body, day=day, person_key=event.person_key, key=event.key
            )
        return found

    def write(self, kind, subject, body, *, day=TODAY, person_key=None, key=None):
        assert key is None or key not in {one.key for one in self.entries}
        seq = len(self.entries) + 1
        self.entries.append(
            Entry(seq, as_of(day).instant, "ada", kind, person_key, subject, dict(body), key, 1)
        )

    def mark(self, status, day=TODAY, *, client=None, made=True):
        """Bring all letters, or those of one client, to a status; made: after their PDFs were made."""
        for one in assigned_of(self.entries):
            if one.letter_id and (client is None or one.person_key.startswith(f"e:{client}@")):
                if made and one.pdf is None:
                    pdf = {"pdf": "x.pdf", "sha256": "0" * 64, "pages": 1, "on": day.isoformat()}
                    self.write("letter_rendered", one.letter_id, pdf, day=day)
                body = {"status": status, "on": day.isoformat()}
                self.write("letter_status", one.letter_id, body, day=day)


def without(facts, client):
    """The facts when that client's key belongs to nobody."""
    import polars as pl

    kept = facts.identities.filter(pl.col("client_id") != client)
    return replace(facts, identities=kept, clients=facts.clients.filter(pl.col("client_id") != client))


assert KINDS
