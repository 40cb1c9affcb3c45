"""Forgetting somebody: every byte of the workspace is read, and nothing tells of them; old exports do not bring them back."""

from __future__ import annotations

import email
import email.policy
import io
import json
import quopri
import shutil
import sqlite3
import stat
import zipfile
from base64 import b64decode
from contextlib import closing, suppress
from datetime import UTC, datetime

import jsonschema
import polars as pl
import pytest

from clientlens.analysis.letter_history import ASSIGNED, RENDERED
from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
from clientlens.letters.drawing import Drawer
from clientlens.letters.layoutfiles import geometry_named
from clientlens.letters.letter import Letter, Paragraph, Span
from clientlens.letters.pdf import merged
from clientlens.model.tables import TABLES
from clientlens.workspace import catalogue, erasing, forgetting, ledger, upkeep, writing
from clientlens.workspace.events import Event
from clientlens.workspace.lock import reading
from clientlens.workspace.workspace import Workspace

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ZITA, BOB = "zita.zwettler@example.org", "bob@example.org"
ORDERS = "order_id,placed_at,order_total,currency,email,name,street,postcode,city,phone,client_ref"
ZITAS = f"{ZITA},Zita Zwettler,Lerchengasse 77,1010,Wien,+4366012345678,z-4711"
FIRST = (
    f"1,2026-03-01T10:00:00Z,25.00,EUR,{ZITAS}",
    f"2,2026-03-02T10:00:00Z,10.00,EUR,{BOB},Bob Fels,Ring 2,10115,Berlin,,",
)
SECOND = (
    f"2,2026-03-02T10:00:00Z,10.00,EUR,{BOB},Bob Fels,Ring 2,10115,Berlin,,",
    f"3,2026-04-01T10:00:00Z,30.00,EUR,{ZITAS}",
    "4,2026-04-02T10:00:00Z,40.00,EUR,,Zita Zwettler,Lerchengasse 77,1010,Wien,,",
)
CLIENTS = (
    "client_ref,email,name,birthday,phone,company,accepts_email,group",
    f"z-4711,{ZITA},Zita Zwettler,1977-03-09,+4366012345678,Zwettlerbau,yes,lerchenclub",
    f"b-1,{BOB},Bob Fels,,,,yes,",
)
OTHERS = {
    "reviews.csv": ("review_id,seller,client_ref,service,rating,reviewed_at", "rv1,Wax,z-4711,Lerchenlampe,5,2026-03-05T10:00:00Z"),
    "events.csv": ("client_ref,event,at", "z-4711,follow,2026-02-01T10:00:00Z"),
    "requests.csv": (
        "request_id,requested_at,email,service,requirements",
        f"q1,2026-03-06T10:00:00Z,{ZITA},Logo,allergic to jasmine",
    ),
    "scans.csv": ("code,scanned_at", "zitascode2345678,2026-03-20T10:00:00Z"),
}  # fmt: skip
WORDS = (
    "zwettler",
    "zita",
    "lerchen",
    "4366012345678",
    "66012345678",
    "45 678",
    "1977-03-09",
    "z-4711",
    "jasmine",
    "mondays",
)
SENDER = "[sender]\nemail = 'shop@example.org'\nshop = 'Lantern'\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A workspace in which everything that can be known of Zita is known of her, and Bob; and the exports, by name."""
    folder = tmp_path_factory.mktemp("built")
    written = {"one.csv": (ORDERS, *FIRST), "two.csv": (ORDERS, *SECOND), "clients.csv": CLIENTS, **OTHERS}
    for name, lines in written.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    files = {name: folder / name for name in written}
    path = folder / "ws"

    def do(*args):
        stderr = io.StringIO()
        run = Run(Console(io.BytesIO(), stderr), {}, folder, lambda: NOON, user="ada")
        assert execute(["-w", str(path), *(str(arg) for arg in args)], run) == 0, stderr.getvalue()

    do("import", files["one.csv"], "--timezone", "Europe/Vienna")
    (path / "clientlens.toml").write_text(SENDER)
    do("import", files["two.csv"])
    do("import", files["clients.csv"])
    do("import", *(files[name] for name in OTHERS))
    do("workspace", "undo", "3")
    do("import", files["clients.csv"])
    do("clients", "note", ZITA, "calls on Mondays")
    do("clients", "note", BOB, f"knows {ZITA}, phone +4366012345678, at home 0660 / 123 45 678")
    do("clients", "nickname", ZITA, "Lerchenzita")
    do("clients", "edit", ZITA, "--street", "Lerchenweg 5", "--postcode", "1020", "--city", "Wien")
    do("groups", "add", "vip", ZITA, BOB)
    do("groups", "rule", "friends", f"email = '{ZITA}' or completed_orders > 0")
    do("points", "add", ZITA, "5", "--reason", "a jasmine gift", "--key", f"gift {ZITA}")
    do("clients", "merge", ZITA, BOB)
    do("clients", "split", BOB, BOB)
    do("message", ZITA, "--lawful-basis", "Zwettler agreed")
    do("message", BOB)
    do("clients", "edit", ZITA, "--email", "zita.neu@example.org")
    do("requests", "approve", "q1", "--price", "90", "--currency", "EUR")
    do("privacy", "suppress", ZITA, "--reason", "Zwettler called")
    _letters(path)
    return path, files


@pytest.fixture
def files(built):
    return built[1]


@pytest.fixture
def shop(built, tmp_path):
    """A copy of the workspace, the test's own."""
    path = tmp_path / "ws"
    shutil.copytree(built[0], path)
    return path


def _letters(path):
    """A letter to each, made as a campaign makes them, with what was made of both together."""
    drawer = Drawer(geometry_named("din5008-b", ""))

    def page(name, street):
        blocks = (Paragraph((Span(f"Hello {name},"),)),)
        address = (name, street, "10115 Berlin")
        return drawer.draw(Letter("x", "de", "A letter", "Lantern", address, "", (), "", blocks)).data

    run = path / "campaigns" / "spring" / "2026-03-10"
    run.mkdir(parents=True)
    entries, drawn = [], []
    for who, name, letter, code in (
        (ZITA, "Zita Zwettler", "aaaa", "zitascode2345678"),
        (BOB, "Bob Fels", "bbbb", "bobscode23456789"),
    ):
        pdf = f"campaigns/spring/{letter}.pdf"
        data = page(name, "Lerchengasse 77" if who == ZITA else "Ring 2")
        (path / pdf).write_bytes(data)
        drawn.append(data)
        assigned = {
            "period": "", "wave": "2026-03-10", "arm": "mailed", "household": "h", "residence": "r", "in_home_on": "2026-03-12",
            "cost_minor": 80, "currency": "EUR", "letter_id": letter, "code": code, "language": "de", "template": "t",
        }  # fmt: skip
        rendered = {
            "pdf": pdf, "sha256": forgetting.facts.hashlib.sha256(data).hexdigest(), "bytes": len(data), "pages": 1,
            "address": [name, "Lerchengasse 77" if who == ZITA else "Ring 2"], "on": "2026-03-10", "run": "2026-03-10",
        }  # fmt: skip
        entries += [
            Event(ASSIGNED, assigned, person_key=f"e:{who}", subject="spring"),
            Event(RENDERED, rendered, person_key=f"e:{who}", subject=letter),
        ]
    (run / "letters.pdf").write_bytes(b"".join(merged(drawn, "spring", "Lantern", "de")))
    (run / "manifest.csv").write_text("letter,address\naaaa,Zita Zwettler\nbbbb,Bob Fels\n")
    (run / "manifest.json").write_text('[{"address": ["Zita Zwettler"]}]')
    with Workspace.open(path) as workspace:
        at = ledger.history(workspace)[-1].at
    ledger.append(path, entries, at=at, actor="ada", command="campaigns run")


def readings(path):
    """A file as text, in every way in which it may say something."""
    data = path.read_bytes()
    found = [
        data.decode("utf-8", "replace"),
        data.decode("utf-16-le", "replace"),
        data[1:].decode("utf-16-le", "replace"),
    ]
    if path.suffix == ".parquet":
        found.append(repr(pl.read_parquet(path).rows()))
    if path.suffix == ".pdf":
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        found += [one.get_textpage().get_text_range() for one in document]
        document.close()
    if path.suffix == ".eml":
        mail = email.message_from_bytes(data, policy=email.policy.default)
        found += [
            str(mail["To"]),
            str(mail["Subject"]),
            mail.get_body().get_content(),
            quopri.decodestring(data).decode("utf-8", "replace"),
        ]
        with suppress(ValueError):
            found.append(b64decode(mail.get_payload()).decode("utf-8", "replace"))
    if path.name == "catalogue.sqlite":
        with closing(sqlite3.connect(path)) as connection:
            found += list(connection.iterdump())
    return [text.casefold() for text in found]


def leftovers(path):
    """Files of the workspace that say anything of Zita, and what."""
    return [
        (file.relative_to(path).as_posix(), word)
        for file in sorted(path.rglob("*"))
        if file.is_file()
        for said in readings(file)
        for word in WORDS
        if word in said
    ]


def test_nothing_that_the_workspace_holds_tells_of_who_was_forgotten(call, shop):
    told = {file for file, _ in leftovers(shop)}
    assert {file.partition("/")[0] for file in told} == {"facts", "outbox", "campaigns", "catalogue.sqlite"}
    assert {"campaigns/spring/aaaa.pdf", "campaigns/spring/2026-03-10/letters.pdf"} <= told
    counted = call("privacy", "forget", ZITA, "--json", ws=shop)
    assert (counted.code, leftovers(shop) != []) == (0, True)
    done = call("privacy", "forget", ZITA, "--yes", "--json", ws=shop)
    assert done.code == 0, done.stderr
    assert leftovers(shop) == []
    assert {row["what"] for row in done.json} >= {
        "orders",
        "records",
        "reviews",
        "events",
        "requests",
        "scans",
        "ledger entries",
    }
    held = [{**row, "erased": False} for row in done.json]
    assert held == counted.json
    assert {row["what"]: row["held"] for row in done.json}["drafts"] == 2
    # Of Bob everything is there.
    with Workspace.open(shop) as workspace:
        letters = ledger.history(workspace, kinds={ASSIGNED, RENDERED})
    assert [(entry.kind, entry.person_key) for entry in letters] == [
        (ASSIGNED, f"e:{BOB}"),
        (RENDERED, f"e:{BOB}"),
    ]
    assert [row["name"] for row in call("clients", "--json", ws=shop).json] == ["Bob Fels"]
    assert (
        call("clients", "note", BOB, "--list", "--json", ws=shop).json[0]["text"]
        == "knows [forgotten], phone [forgotten], at home [forgotten]"
    )
    spring = shop / "campaigns" / "spring"
    assert {path.name for path in spring.iterdir()} == {"bbbb.pdf", "2026-03-10"}
    # The merged file and its manifests were made anew, of what is left.
    assert [
        one["letter_id"] for one in json.loads((spring / "2026-03-10" / "manifest.json").read_bytes())
    ] == ["bbbb"]
    assert "bob fels" in " ".join(readings(spring / "2026-03-10" / "letters.pdf"))
    assert len(list((shop / "outbox").iterdir())) == 1
    assert upkeep.check(shop).damage == ()
    assert upkeep.rebuild(shop, at=done_at(shop), command="repair").files == 0


def done_at(shop):
    with Workspace.open(shop) as workspace:
        return ledger.history(workspace)[-1].at


@pytest.mark.parametrize(
    ("module", "step", "left"),
    [
        (forgetting.Plan, "batches", "facts"),
        (forgetting.Plan, "derive", "facts"),
        (catalogue, "drop_files", "facts"),
        (erasing, "erase_facts", "facts"),
        (erasing, "erase_drafts", "outbox"),
        (erasing, "erase_letters", "campaigns"),
        (erasing, "erase_bundles", "campaigns"),
        (forgetting, "rewrite", "catalogue.sqlite"),
        (erasing, "rewrite_catalogue", "catalogue.sqlite"),
    ],
)
def test_that_reading_finds_what_one_step_would_leave(call, shop, monkeypatch, module, step, left):
    """Each step is needed: without it something of her is found."""
    # Pages that were freed long ago, more of them than are filled again.
    with closing(sqlite3.connect(shop / "catalogue.sqlite")) as connection:
        connection.execute("PRAGMA secure_delete = off")
        connection.executescript(
            "CREATE TABLE old (t TEXT);"
            "INSERT INTO old VALUES (replace(hex(zeroblob(50000)), '0000000000', 'zwettler ')); DROP TABLE old"
        )
    instead = (lambda *args: {}) if step == "batches" else (lambda *args: True)
    monkeypatch.setattr(module, step, instead)
    if step in {"erase_facts", "erase_letters"}:
        monkeypatch.setattr(writing, "tidy", instead)  # which deletes them too, where nobody reads
    call("privacy", "forget", ZITA, "--yes", ws=shop)
    assert left in {file.partition("/")[0] for file, _ in leftovers(shop)}


def test_an_import_of_old_files_does_not_bring_them_back_and_later_orders_are_a_new_client(
    call, files, shop, tmp_path
):
    call("privacy", "unsuppress", ZITA, "--reason", "x", ws=shop)
    assert call("privacy", "forget", ZITA, "--yes", ws=shop).code == 0
    for number in range(5, 0, -1):
        call("workspace", "undo", str(number), ws=shop)
    said = call("import", *(one for name, one in files.items() if name != "clients.csv"), "--json", ws=shop)
    assert said.code == 0, said.stderr
    rows = sum(one["rows"] for one in said.json["files"])
    # Zita's: orders 1 and 3, and 4 by her address alone; a review, an event, a request, a scan.
    assert (rows, said.json["rows_stored"], said.json["rows_duplicate"], said.json["rows_skipped"]) == (
        9,
        1,
        1,
        7,
    )
    assert "rows of forgotten people left out" in said.stderr
    listed = call("import", files["clients.csv"], "--json", ws=shop)
    assert (listed.json["rows_stored"], listed.json["rows_skipped"]) == (1, 1)
    assert leftovers(shop) == []
    (tmp_path / "new.csv").write_text(
        f"{ORDERS}\n1,2026-03-01T10:00:00Z,25.00,EUR,{ZITAS}\n9,2027-01-01T10:00:00Z,9.00,EUR,{ZITAS}\n"
    )
    again = call("import", tmp_path / "new.csv", "--json", ws=shop)
    assert (again.json["rows_stored"], again.json["rows_skipped"]) == (1, 1)
    rows = call("clients", ZITA, "--as-of", "2027-02-01", "--json", ws=shop).json
    assert [(row["completed_orders"], row["joined_at"][:10]) for row in rows] == [(1, "2027-01-01")]
    known = call("privacy", "--json", ws=shop).json
    assert [(row["reason"], row["email"]) for row in known] == [("forgotten", ZITA)]


def test_an_export_holds_everything_and_forgetting_leaves_nothing_to_export(call, shop, tmp_path):
    done = call("privacy", "export", ZITA, "-o", "zita.zip", "--json", ws=shop)
    assert done.code == 0, done.stderr
    jsonschema.validate(done.json, json.loads(call("schema", "privacy", "export").text))
    with zipfile.ZipFile(tmp_path / "zita.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert [row["file"] for row in done.json] == list(held)
    assert {name for name in held if "/" not in name} == {
        "index.txt",
        "card.json",
        "ledger.json",
        "objections.json",
    }
    tables = {table.name for table in TABLES} - {
        "checkouts",
        "checkout_lines",
        "order_lines",
    }  # she has none of these
    assert {name.split("/")[1] for name in held if name.startswith("tables/")} == {
        f"{name}.json" for name in tables
    }
    assert held["letters/aaaa.pdf"] == (shop / "campaigns" / "spring" / "aaaa.pdf").read_bytes()
    assert sum(name.startswith("drafts/") for name in held) == 2
    said = b"".join(held.values()).decode("utf-8", "replace").casefold()
    assert [word for word in WORDS if word not in said] == ["45 678"]  # as Bob's note spells it
    assert "bob@" not in said
    assert "fingerprint" not in said
    orders = json.loads(held["tables/orders.json"])
    assert [(one["number"], one["order_total"]) for one in orders] == [("1", 25.0), ("3", 30.0), ("4", 40.0)]
    kinds = {one["kind"] for one in json.loads(held["ledger.json"])}
    assert kinds >= {
        "note_added",
        "client_edited",
        "group_joined",
        "points_added",
        "message_drafted",
        ASSIGNED,
        RENDERED,
    }
    refused = call("privacy", "export", ZITA, "-o", "zita.zip", ws=shop)
    assert (refused.code, refused.text) == (2, "")
    assert call("privacy", "export", ZITA, "-o", "folder", ws=shop).code == 0
    for name, data in held.items():
        if name not in {"index.txt", "card.json"}:
            assert (tmp_path / "folder" / name).read_bytes() == data
        assert stat.S_IMODE((tmp_path / "folder" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    call("privacy", "forget", ZITA, "--yes", ws=shop)
    assert call("privacy", "export", ZITA, "-o", "after.zip", ws=shop).code == 2


def test_somebody_whom_the_ledger_alone_knows_can_be_exported_and_forgotten(call, shop, tmp_path):
    """Who asked for an order that the rules held back stands in no file."""
    (shop / "requests.toml").write_text('audience = "all"\n')
    asked = {
        "order_id": "50",
        "placed_at": "2026-10-30T10:00:00Z",
        "email": "dora@example.org",
        "name": "Dora Jasmund",
        "service": "Logo",
    }
    (tmp_path / "asked.jsonl").write_text(json.dumps(asked))
    assert call("requests", "screen", tmp_path / "asked.jsonl", "--record", ws=shop).code == 0
    done = call("privacy", "export", "dora@example.org", "-o", "dora", ws=shop)
    assert done.code == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "dora").iterdir()) == ["index.txt", "ledger.json"]
    assert "Dora Jasmund" in (tmp_path / "dora" / "ledger.json").read_text()
    assert call("privacy", "forget", "dora@example.org", "--yes", ws=shop).code == 0
    assert not [file for file in shop.rglob("*") if file.is_file() and b"Jasmund" in file.read_bytes()]
    assert len(leftovers(shop)) > 0  # Zita's


def test_the_audit_says_what_was_done_and_names_nobody(call, shop):
    assert call("privacy", "export", BOB, "-o", "bob.zip", ws=shop).code == 0
    assert call("privacy", "forget", ZITA, "--yes", ws=shop).code == 0
    told = call("privacy", "audit", "--json", ws=shop)
    assert [(row["what"], row["finished"]) for row in told.json] == [
        ("objection_noted", True),
        ("exported", True),
        ("forgotten", True),
    ]
    assert "1 forgotten client had 3 orders of EUR 95.00" in told.stderr
    assert not [word for word in WORDS if word in (told.text + told.stderr).casefold()]


def test_retention_lists_whom_nothing_was_heard_of_and_forgets_only_when_it_is_told_to(call, shop, tmp_path):
    (tmp_path / "old.csv").write_text(
        f"{ORDERS}\n"
        "90,2016-10-31T10:00:00Z,9.00,EUR,old@example.org,Old One,,,,,\n"
        "91,2016-11-02T10:00:00Z,9.00,EUR,edge@example.org,Edge One,,,,,\n"
    )
    assert call("import", tmp_path / "old.csv", ws=shop).code == 0
    # Today is 1 November 2026, so what is from 2 November 2016 on is recent enough.
    listed = call("privacy", "retention", "--json", ws=shop)
    assert [(row["email"], row["last_on"], row["last"], row["erased"]) for row in listed.json] == [
        ("old@example.org", "2016-10-31", "order", False)
    ]
    assert (
        call("privacy", "retention", "--years", "9", "--json", ws=shop).json[1]["email"] == "edge@example.org"
    )
    assert call("privacy", "retention", "--apply", "--as-of", "2030-01-01", ws=shop).code == 2
    assert len(call("clients", "--json", ws=shop).json) == 4
    done = call("privacy", "retention", "--apply", "--json", ws=shop)
    assert [row["erased"] for row in done.json] == [True]
    assert len(call("clients", "--json", ws=shop).json) == 3
    # Nobody objected: whoever comes back may be written to.
    assert [row["number"] for row in call("privacy", "--json", ws=shop).json] == [1]
    assert call("privacy", "retention", "--apply", "--json", ws=shop).json == []


def test_retention_knows_of_orders_that_were_held_and_stand_in_no_file(call, shop, tmp_path):
    (tmp_path / "old.csv").write_text(
        f"{ORDERS}\n90,2016-10-31T10:00:00Z,9.00,EUR,old@example.org,Old One,,,,,\n"
    )
    assert call("import", tmp_path / "old.csv", ws=shop).code == 0
    (shop / "requests.toml").write_text('audience = "all"\n')
    asked = [
        {
            "order_id": "50",
            "placed_at": "2026-10-30T10:00:00Z",
            "email": "old@example.org",
            "service": "Logo",
        },
        {
            "order_id": "51",
            "placed_at": "2014-10-30T10:00:00Z",
            "email": "dora@example.org",
            "service": "Logo",
        },
    ]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, asked)))
    assert call("requests", "screen", tmp_path / "asked.jsonl", "--record", ws=shop).code == 0
    done = call("privacy", "retention", "--apply", "--json", ws=shop).json
    assert [(row["email"], row["last_on"], row["last"]) for row in done] == [
        ("dora@example.org", "2014-10-30", "request")
    ]
    assert not [file for file in shop.rglob("*") if file.is_file() and b"dora@" in file.read_bytes()]


def test_who_objected_before_is_still_known_to_and_sums_are_kept(call, shop):
    for who in (ZITA, BOB):
        assert call("privacy", "forget", who, "--yes", ws=shop).code == 0
    rows = call("privacy", "--json", ws=shop).json
    assert [(row["number"], row["reason"], row["client_id"]) for row in rows] == [
        (1, None, None),
        (2, "forgotten", None),
    ]
    with Workspace.open(shop) as workspace:
        sums = [entry.body for entry in ledger.history(workspace, kinds={"forgotten_sums"})]
    # 25 + 30 + 40 of Zita and 10 of Bob.
    orders = [
        {"store": "main", "currency": "EUR", "year": 2026, "orders": 4, "order_total": 10500, "refunded": 0}
    ]
    letters = [{"campaign": "spring", "wave": "2026-03-10", "arm": "mailed", "clients": 2, "cost_minor": 160}]
    assert sums == [{"clients": 2, "orders": orders, "letters": letters}]
    again = call("privacy", "forget", ZITA, "--yes", ws=shop)
    assert "was forgotten before" in again.text
    assert call("privacy", "forget", "nobody@example.org", "--yes", ws=shop).code == 2


def test_what_a_reader_holds_is_erased_when_the_reader_is_done(call, shop):
    with reading(shop):
        waiting = call("privacy", "forget", ZITA, "--yes", "--lock-timeout", "0", ws=shop)
    assert (waiting.code, waiting.text) == (4, "")
    assert "not everything is erased yet" in waiting.stderr
    assert leftovers(shop) != []
    assert "forgetting" in call("workspace", "check", ws=shop).stderr
    assert call("groups", "add", "vip", BOB, ws=shop).code == 0
    assert leftovers(shop) == []
    assert call("workspace", "check", ws=shop).stderr == ""


def test_an_objection_names_the_letters_that_are_not_to_go_out(call, shop):
    said = call("privacy", "suppress", BOB, ws=shop)
    assert (
        "1 letter to them not handed over yet (bbbb): take out of the merged file" in said.stderr + said.text
    )
