"""People correct who is one client; the rules' joins around it stay what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.errors import NothingToSplit, SameClient, UnknownClient
from clientlens.model.identity import Corrections, client_id_of, resolve
from clientlens.model.tables import PEOPLE
from clientlens.workspace import correcting, ledger, upkeep
from clientlens.workspace import corrections as said
from clientlens.workspace.events import Entry
from clientlens.workspace.workspace import Workspace

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANNA, BOB, CORA = (f"e:{who}@example.com" for who in ("anna", "bob", "cora"))


def record(make, email=None, **keys):
    """One record under the strongest of its keys."""
    known = {f"{name}_key": f"{name[0]}:{value}" for name, value in keys.items()}
    if email is None:
        return {
            **make.person(""),
            "email_key": None,
            "email": None,
            "person_key": min(known.values()),
            **known,
        }
    return {**make.person(f"{email}@example.com"), **known}


@pytest.fixture
def people(ws, make):
    """Store records of people, one import each call."""

    def add(*records, name="people"):
        make.add(ws, make.batch(people=records, people_rows=len(records), name=name))
        return ws

    return add


@pytest.fixture
def three(people, make):
    """Anna, Bob and Cora, each with an e-mail alone."""
    return people(*(record(make, who) for who in ("anna", "bob", "cora")))


def merge(path, one, other):
    """Of two keys' clients."""
    named = client_id_of(one), client_id_of(other)
    return correcting.merge(path, *named, at=AT, actor="ada", command="clients merge")


def split(path, client, key):
    """A key from the client of another."""
    return correcting.split(path, client_id_of(client), key, at=AT, actor="ada", command="clients split")


def groups(path):
    """The keys of each client, and that the clients' table has exactly these clients."""
    with Workspace.open(path) as workspace:
        facts = workspace.facts()
        identities, clients = facts.identities.collect(), facts.clients.collect()
    assert set(identities["client_id"]) == set(clients["client_id"])
    found = identities.group_by("client_id").agg(pl.col("person_key").sort())
    assert all(client_id_of(keys[0]) == client for client, keys in found.iter_rows())
    return sorted(found["person_key"].to_list())


def stored(path):
    """Hashes of the files of identities and clients."""
    with Workspace.open(path) as workspace:
        return [
            (live.file.table, live.file.sha256)
            for live in workspace.state.live("current")
            if live.file.table in {"identities", "clients"}
        ]


def corrections(path):
    with Workspace.open(path) as workspace:
        return workspace.state.corrections


def test_two_clients_are_merged_and_the_stronger_key_gives_the_id(three):
    done = merge(three, BOB, ANNA)
    assert groups(three) == [[ANNA, BOB], [CORA]]
    assert done.became == tuple((client_id_of(key), client_id_of(ANNA)) for key in (BOB, ANNA))
    assert done.before["email"].to_list() != done.after["email"].to_list() == ["anna@example.com"]
    assert upkeep.check(three).damage == ()


def test_the_ledger_says_who_merged_whom_and_when(three):
    merge(three, ANNA, BOB)
    with Workspace.open(three) as workspace:
        entry = ledger.history(workspace)[-1]
        assert entry.snapshot == workspace.state.snapshot == 2
    assert (entry.kind, entry.actor, entry.at, entry.person_key) == ("clients_merged", "ada", AT, ANNA)
    assert entry.body == {"keys": [ANNA, BOB], "lifted": []}


def test_a_split_takes_a_merge_back_to_the_byte_and_a_merge_the_split(three):
    alone = stored(three)
    merge(three, ANNA, BOB)
    together = stored(three)
    done = split(three, ANNA, BOB)
    assert stored(three) == alone
    assert corrections(three) == Corrections()
    assert done.became == ((client_id_of(ANNA), client_id_of(BOB)), (client_id_of(ANNA), client_id_of(ANNA)))
    merge(three, BOB, ANNA)
    assert stored(three) == together


def test_a_merge_takes_a_split_back_to_the_byte(people, make):
    path = people(record(make, "anna", number="main:7"), record(make, "bob", number="main:7"))
    together = stored(path)
    split(path, ANNA, BOB)
    assert groups(path) == [[ANNA, "n:main:7"], [BOB]]
    assert corrections(path) == Corrections(apart=frozenset({BOB}))
    merge(path, ANNA, BOB)
    assert stored(path) == together
    assert corrections(path) == Corrections()


def test_a_number_of_two_people_is_split_off_and_both_stand_alone(people, make):
    path = people(record(make, "anna", number="main:7"), record(make, "bob", number="main:7"))
    together = stored(path)
    done = split(path, ANNA, "n:main:7")
    assert groups(path) == [[ANNA], [BOB]]
    assert [after for _, after in done.became] == [client_id_of(ANNA), client_id_of(BOB)]
    merge(path, BOB, ANNA)
    assert stored(path) == together
    assert corrections(path) == Corrections()


def test_merging_one_of_three_pieces_joins_no_more_than_was_asked(people, make):
    numbers = ["main:7", "main:8"]
    path = people(
        *(record(make, who, number=n) for who, n in zip(["anna", "bob"], numbers, strict=True)),
        record(make, "bob", number="main:7"),
        record(make, "cora", number="main:8"),
        record(make, number="main:7"),
        record(make, number="main:8"),
    )
    together = stored(path)
    assert groups(path) == [[ANNA, BOB, CORA, "n:main:7", "n:main:8"]]
    split(path, ANNA, "n:main:8")
    assert groups(path) == [[ANNA, BOB, "n:main:7"], [CORA], ["n:main:8"]]
    merge(path, ANNA, "n:main:8")
    assert groups(path) == [[ANNA, BOB, "n:main:7", "n:main:8"], [CORA]]
    merge(path, ANNA, CORA)
    assert stored(path) == together


def test_what_people_and_later_a_rule_joined_is_split_all_the_same(people, make):
    path = people(record(make, "anna"), record(make, "bob"), name="first")
    merge(path, ANNA, BOB)
    people(*(record(make, who, number="main:7") for who in ("anna", "bob")), name="second")
    together = stored(path)
    split(path, ANNA, BOB)
    assert groups(path) == [[ANNA, "n:main:7"], [BOB]]
    merge(path, ANNA, BOB)
    assert stored(path) == together


def test_a_phone_order_is_split_off_and_goes_to_nobody_else(people, make):
    path = people(record(make, "anna", phone="+4930"), record(make, phone="+4930"))
    assert groups(path) == [[ANNA, "p:+4930"]]
    split(path, ANNA, "p:+4930")
    assert groups(path) == [[ANNA], ["p:+4930"]]
    people(record(make, "anna", phone="+4930", residence="anna|road"), name="again")
    assert groups(path) == [[ANNA], ["p:+4930"]]


def test_when_one_leaves_a_client_joined_by_hand_the_others_stay_one(three):
    merge(three, ANNA, BOB)
    merge(three, ANNA, CORA)  # recorded as Anna and Cora, though Bob was one of them
    split(three, ANNA, ANNA)
    assert groups(three) == [[ANNA], [BOB, CORA]]
    split(three, BOB, CORA)
    assert groups(three) == [[ANNA], [BOB], [CORA]]


def test_an_id_leads_to_the_side_that_holds_its_key(three):
    merge(three, BOB, CORA)
    merge(three, ANNA, CORA)
    split(three, CORA, ANNA)  # Cora's old id
    assert groups(three) == [[ANNA], [BOB, CORA]]
    merge(three, CORA, ANNA)
    assert groups(three) == [[ANNA, BOB, CORA]]


def test_a_merge_sleeps_while_its_client_is_gone_and_comes_back_with_it(people, make):
    path = people(record(make, "anna"), name="first")
    people(record(make, "bob"), name="second")
    merge(path, ANNA, BOB)
    together = stored(path)
    upkeep.undo(path, 2, at=make.at, command="undo")
    assert groups(path) == [[ANNA]]
    people(record(make, "bob"), name="second")
    assert stored(path) == together


def test_a_later_import_and_a_repair_keep_to_the_corrections(people, make):
    path = people(record(make, "anna", number="main:7"), record(make, "bob", number="main:7"))
    split(path, ANNA, BOB)
    people(record(make, "cora"), record(make, "bob", number="main:7", phone="+4930"), name="later")
    merge(path, BOB, CORA)
    expected = [[ANNA, "n:main:7"], [BOB, CORA]]
    assert groups(path) == expected
    whole = stored(path)
    with Workspace.open(path) as workspace:
        (path / next(f.file.path for f in workspace.state.live("current", "identities"))).unlink()
    upkeep.rebuild(path, at=make.at, command="repair")
    assert groups(path) == expected
    assert stored(path) == whole


def test_the_order_of_imports_and_corrections_does_not_matter(people, make, tmp_path):
    records = [
        record(make, "anna", number="main:7"),
        record(make, "bob", number="main:7"),
        record(make, "cora"),
    ]
    path = people(*records)
    split(path, ANNA, BOB)
    merge(path, BOB, CORA)
    other = tmp_path / "other"
    for number, one in enumerate(reversed(records)):
        make.add(other, make.batch(people=[one], people_rows=1, name=str(number)))
    merge(other, BOB, CORA)
    split(other, CORA, CORA)
    split(other, BOB, BOB)
    merge(other, CORA, BOB)
    assert stored(other) == stored(path)


def test_what_is_one_client_already_is_not_merged(three):
    merge(three, ANNA, BOB)
    with pytest.raises(SameClient, match=f"are one client already: {client_id_of(ANNA)}"):
        merge(three, ANNA, BOB)
    with pytest.raises(UnknownClient):
        merge(three, ANNA, "e:nobody@example.com")


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("n:main:7", "no record is known by it alone"),
        (ANNA, "no other record would be left"),
        ("p:+4930", "it is known, but joins nothing to this client"),
    ],
)
def test_what_would_change_nothing_is_told(people, make, key, reason):
    path = people(record(make, "anna", number="main:7", phone="+4930"))
    before = stored(path)
    with pytest.raises(NothingToSplit, match=reason):
        split(path, ANNA, key)
    assert stored(path) == before
    assert corrections(path) == Corrections()


def test_a_state_that_is_open_does_not_see_a_later_merge(three):
    with Workspace.open(three) as workspace:
        merge(three, ANNA, BOB)
        assert workspace.state.corrections == Corrections()
        assert workspace.facts().clients.collect().height == 3


FEW = st.sampled_from(["1", "2", "3"])
RECORD = st.fixed_dictionaries(
    {},
    optional={
        f"{kind}_key": FEW.map(f"{kind[0]}:{{}}".format) for kind in ("email", "number", "phone", "residence")
    },
).filter(bool)


class People:
    """Records and what was said about them, without a disk: each step is folded into a ledger and held against it."""

    def __init__(self, records):
        rows = [
            {"person_key": min(one.values()), "source": "s", "store": "main", "is_profile": False, **one}
            for one in records
        ]
        frame = pl.DataFrame(rows, schema_overrides=PEOPLE.schema, infer_schema_length=None)
        self.people, self.said, self.ledger = PEOPLE.conform(frame), Corrections(), []

    @property
    def known(self):
        return correcting._Known(self.people, resolve(self.people, self.said).identities, self.said)

    def clients(self):
        found = self.known.identities.group_by("client_id").agg(pl.col("person_key").sort())
        return dict(found.iter_rows())

    def _write(self, event, new):
        self.ledger.append(
            Entry(
                len(self.ledger) + 1, AT, None, event.kind, event.person_key, None, event.body, event.key, 1
            )
        )
        self.said = said.standing(self.ledger).corrections
        assert (set(self.said.joined), self.said.apart) == (set(new.joined), new.apart)

    def merge(self, one, other):
        keys = said.pair(self.known.keys_of(one)[0], self.known.keys_of(other)[0])
        lifted, new = correcting._merged(self.known, (one, other), keys)
        self._write(said.merged(keys, lifted=lifted, after=len(self.ledger)), new)

    def split(self, client, key):
        event, new, parts = correcting._split(self.known, client, key, len(self.ledger))
        self._write(event, new)
        return [client_id_of(part) for part in parts]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(RECORD, min_size=2, max_size=9), st.data())
def test_whatever_is_merged_and_split_each_step_does_what_it_says_and_can_be_taken_back(records, data):
    one = People(records)
    for _ in range(data.draw(st.integers(1, 5))):
        clients = one.clients()
        before = one.known.identities
        if len(clients) > 1 and data.draw(st.booleans()):
            a, b = data.draw(st.permutations(sorted(clients)))[:2]
            one.merge(a, b)
            merged = sorted(clients.pop(a) + clients.pop(b))
            found = one.clients()
            assert [keys for keys in found.values() if set(keys) >= set(merged)]
            assert {k: v for k, v in found.items() if k in clients} == clients
            continue
        client = data.draw(st.sampled_from(sorted(clients)))
        key = data.draw(st.sampled_from(clients[client]))
        try:
            parts = one.split(client, key)
        except NothingToSplit:
            assert one.known.identities.equals(before)
            continue
        found = one.clients()
        assert len(parts) > 1
        assert sum(key in keys for keys in found.values()) <= 1
        assert {k: v for k, v in found.items() if k not in parts} == {
            k: v for k, v in clients.items() if k != client
        }
        if data.draw(st.booleans()):
            whole = parts[0]
            for part in parts[1:]:
                one.merge(whole, part)
                whole = next(k for k, v in one.clients().items() if found[parts[0]][0] in v)
            records_of = before.join(one.people, on="person_key", how="semi")
            assert one.known.identities.join(one.people, on="person_key", how="semi").equals(records_of)
