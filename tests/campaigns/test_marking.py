"""What became of letters, told by hand and by print services' lists, and who scanned them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from clientlens.campaigns.reprinting import reprint
from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
from clientlens.errors import CannotReprint

PRESS = SimpleNamespace(**run_path(str(Path(__file__).with_name("press.py"))))
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


@pytest.fixture
def ask(tmp_path):
    """A command line over a shop with four letters of 2026-05-04; the last answer's letters by name are `ask.letters`."""
    path = PRESS.shop(tmp_path / "ws")
    done = PRESS.print_letters(path, cannot=("Dora",))

    def call(*arguments):
        out, err = io.BytesIO(), io.StringIO()
        run = Run(Console(out, err), {}, tmp_path, lambda: NOW, user="ada")
        code = int(execute(["-w", str(path), *map(str, arguments)], run))
        text = out.getvalue()
        return SimpleNamespace(
            code=code,
            text=text,
            told=err.getvalue(),
            json=json.loads(text) if text[:1] in {b"[", b"{"} else None,
        )

    call.letters = dict(zip(("anna", "bob", "cora"), [one.letter_id for one in done.made], strict=True))
    call.codes = dict(zip(("anna", "bob", "cora"), [one.code for one in done.made], strict=True))
    call.letters["dora"] = done.refused[0].letter_id
    call.folder = tmp_path
    return call


def statuses(ask):
    found = {one["letter_id"]: one["status"] for one in ask("letters", "--json").json}
    return {name: found[letter] for name, letter in ask.letters.items()}


def test_a_letter_goes_forward_and_the_same_again_is_nothing(ask):
    anna, bob, dora = (ask.letters[name] for name in ("anna", "bob", "dora"))
    done = ask("letters", "mark", anna, bob, "printed", "--on", "2026-05-05", "--json")
    assert (done.code, done.json["letters_changed"]) == (0, 2)
    assert ask("letters", "mark", anna, bob, "printed", "--json").json["letters_changed"] == 0
    back = ask("letters", "mark", bob, anna, "handed_over")
    assert (back.code, back.told.splitlines()[0]) == (
        2,
        f"clientlens: error: letter {bob} is printed, and cannot become handed_over",
    )
    early = ask("letters", "mark", anna, "delivered", "--on", "2026-05-03")
    assert (early.code, "was made on 2026-05-04" in early.told) == (2, True)
    # All or none: Anna's could be, Dora's has no PDF yet.
    assert ask("letters", "mark", anna, dora, "delivered").code == 2
    assert statuses(ask) == {"anna": "printed", "bob": "printed", "cora": "rendered", "dora": "assigned"}
    ask("letters", "mark", anna, "failed", "--reason", "moved")
    shown = ask("letters", "show", anna, "--json").json
    assert [(one["status"], one["on"], one["reason"]) for one in shown["history"]] == [
        ("rendered", "2026-05-04", None),
        ("printed", "2026-05-05", None),
        ("failed", "2026-05-20", "moved"),
    ]
    assert shown["address"] == ["Anna", "Via Anna 1", "39100 BOZEN BZ"]
    assert ask("letters", "mark", anna, "delivered").code == 2
    ended = ask("letters", "mark", dora, "failed", "--reason", "no such character")
    assert (ended.code, statuses(ask)["dora"]) == (0, "failed")


def test_all_letters_of_a_run_are_handed_over_at_once(ask):
    ask("letters", "mark", ask.letters["anna"], "printed")
    done = ask("letters", "mark", "--campaign", "spring", "--run", "2026-05-04", "handed_over", "--json").json
    assert (done["letters_changed"], statuses(ask)["anna"], statuses(ask)["dora"]) == (
        2,
        "printed",
        "assigned",
    )
    listed = ask("campaigns", "--json").json
    assert [(one["campaign"], one["mailed"], one["handed_over"], one["printed"]) for one in listed] == [
        ("spring", 4, 2, 1)
    ]


def test_a_print_services_list_is_taken_row_by_row(ask):
    anna, bob, cora = (ask.letters[name] for name in ("anna", "bob", "cora"))
    rows = [
        "Datei;Status;Zustelldatum;Grund",
        f"out/{anna}.pdf;zugestellt;12.05.26 08:00;",
        f"{ask.codes['bob']};gedruckt;2026-05-06;",
        f"{bob};Unzustellbar;2026-05-09;verzogen",
        f"{cora};halb fertig;2026-05-06;",
        "zzzzzzzz;gedruckt;2026-05-06;",
        f"{cora};gedruckt;2026-06-06;",
        f"{anna};gedruckt;2026-05-06;",
        f"{bob};zugestellt;2026-05-10;",
    ]
    (ask.folder / "report.csv").write_text("".join(f"{row};Straße\n" for row in rows), "cp1252")
    assert ask("letters", "mark", "--from", "report.csv").code == 3
    done = ask("letters", "mark", "--from", "report.csv", "--encoding", "cp1252", "--json")
    assert (done.code, done.json["letters_changed"], done.json["rows_set_aside"]) == (1, 2, 4)
    assert [(one["line"], one["message"][:30]) for one in done.json["problems"]] == [
        (5, "not a status: 'halb fertig'; k"),
        (6, "there is no letter 'zzzzzzzz'"),
        (7, "2026-06-06 is still to come"),
        (9, f"letter {bob} is failed, and"[:30]),
    ]
    assert statuses(ask) == {"anna": "delivered", "bob": "failed", "cora": "rendered", "dora": "assigned"}
    again = ask(
        "letters", "mark", "--from", "report.csv", "--encoding", "cp1252", "--json", "--accept-rejects", "4"
    )
    assert (again.code, again.json["letters_changed"]) == (0, 0)
    assert again.told.startswith("note: report.csv: columns not looked at: 'Straße'\n")
    history = ask("letters", "show", anna, "--json").json["history"]
    assert [(one["status"], one["on"]) for one in history] == [
        ("rendered", "2026-05-04"),
        ("delivered", "2026-05-12"),
    ]
    # By position in the manifest of one run; the file says nothing else of its letters.
    (ask.folder / "list.csv").write_text("position,status\n3,sent\n4,sent\n")
    done = ask(
        "letters", "mark", "--from", "list.csv", "--campaign", "spring", "--run", "2026-05-04", "--json"
    )
    assert (done.code, done.json["letters_changed"], done.json["problems"][0]["message"]) == (
        1,
        1,
        "there is no position '4' in that run, it has 3",
    )
    assert statuses(ask)["cora"] == "printed"


def test_scans_are_told_letter_by_letter_and_unknown_codes_too(ask):
    anna, bob = ask.codes["anna"], ask.codes["bob"]
    phone, robot = "Mozilla/5.0 (iPhone)", "WhatsApp/2.23"
    rows = [(anna, "08:00", phone), (anna, "08:00", robot), (anna, "18:00", phone), (bob.lower(), "09:00", phone),
            ("ABCDEFGHJKMNPQRS", "07:00", phone)]  # fmt: skip
    (ask.folder / "scans.csv").write_text(
        "code,scanned_at,user_agent\n"
        + "".join(f"{code},2026-05-10T{at}:00+02:00,{agent}\n" for code, at, agent in rows)
    )
    for _ in range(2):  # the same file again adds nothing
        done = ask("letters", "scans", "scans.csv", "--json")
        assert [(one["name"], one["first_scan_at"], one["scans"]) for one in done.json] == [
            ("Bob", "2026-05-10T09:00:00+02:00", 1),
            ("Anna", "2026-05-10T08:00:00+02:00", 2),
            (None, "2026-05-10T07:00:00+02:00", 1),
        ]
    assert "0 new scans; 5 known already" in done.told
    assert "1 code of no letter" in done.told
    assert "later than the time" not in done.told
    before = ask("letters", "scans", "--as-of", "2026-05-09").text.decode()
    assert "5 scans later than the time of this answer left out" in before
    shown = ask("letters", "list", "--client", "anna@example.com", "--json").json
    assert [(one["scans"], one["first_scan_at"]) for one in shown] == [(2, "2026-05-10T08:00:00+02:00")]
    (ask.folder / "orders.csv").write_text("order_id,placed_at,order_total,currency\n1,2026-05-01,5.00,EUR\n")
    assert ask("letters", "scans", "orders.csv").code == 3


def test_the_card_tells_of_letters_and_of_the_order_that_followed(ask):
    anna = ask.letters["anna"]
    ask("letters", "mark", anna, "printed", "--on", "2026-05-06")
    # One of the day it was sent on, one that was cancelled, one that came.
    (ask.folder / "orders.csv").write_text(
        "order_id,placed_at,order_total,currency,email,status\n"
        "91,2026-05-06T20:00:00+02:00,5.00,EUR,anna@example.com,completed\n"
        "92,2026-05-07T10:00:00+02:00,5.00,EUR,anna@example.com,cancelled\n"
        "93,2026-05-09T10:00:00+02:00,5.00,EUR,anna@example.com,pending\n"
    )
    assert ask("import", "orders.csv").code == 0
    letters = ask("client", "anna@example.com", "--json").json["letters"]
    assert [(one["letter_id"], one["status"], one["status_on"], one["days_to_order"]) for one in letters] == [
        (anna, "printed", "2026-05-06", 3)
    ]
    assert letters[0]["pdf"] == f"campaigns/spring/{anna}.pdf"
    before = ask("client", "anna@example.com", "--json", "--as-of", "2026-05-05").json["letters"]
    assert [(one["status"], one["days_to_order"]) for one in before] == [("rendered", None)]


def test_a_letter_is_printed_again_for_a_reason_and_under_its_code(ask):
    anna, dora = ask.letters["anna"], ask.letters["dora"]
    assert (
        ask("letters", "reprint", anna).told.splitlines()[0] == "clientlens: error: a reprint needs a reason"
    )
    unmade = ask("letters", "reprint", dora, "--reason", "torn")
    assert (unmade.code, unmade.told.splitlines()[0]) == (
        2,
        f"clientlens: error: there is no PDF of letter {dora} yet",
    )
    first = ask("letters", "show", anna, "--json").json
    ask("letters", "mark", anna, "failed", "--reason", "torn by a machine")
    again = ask("letters", "reprint", anna, "--reason", "torn", "--json").json
    assert [one["status"] for one in again["history"]] == ["rendered", "failed", "rendered"]
    assert (again["history"][2]["reason"], again["code"], again["pdf"]) == (
        "torn",
        first["code"],
        first["pdf"],
    )
    (ask.folder / "old.csv").write_text(f"letter_id,status,date\n{anna},returned,2026-05-06\n")
    assert ask("letters", "mark", "--from", "old.csv", "--json").json["letters_changed"] == 0
    # Gone from the disk: as it was it cannot be printed, and anew only of what is known today.
    pdf = ask.folder / "ws" / first["pdf"]
    pdf.unlink()
    lost = ask("letters", "reprint", anna, "--reason", "lost")
    assert (lost.code, "is missing" in lost.told) == (4, True)
    checked = ask("workspace", "check")
    assert (checked.code, "letters reprint ID --anew FILE" in checked.told) == (4, True)

    def anew(**other):
        making = PRESS.making(PRESS.DESK.campaign(), **other)
        reprint(
            ask.folder / "ws",
            anna,
            "lost",
            lambda _: making,
            suppressed=lambda *_: bool(other.get("suppressed")),
            at=NOW,
        )

    for other in ({"cannot": ("Anna",)}, {"suppressed": ("Anna",)}):
        with pytest.raises(CannotReprint):
            anew(**other)
    anew()
    # What is lost is replaced, so nothing is damaged any more.
    assert ask("workspace", "check").code == 0
    shown = ask("letters", "show", anna, "--json").json
    assert (shown["pdf"], shown["code"], shown["status"]) == (
        f"campaigns/spring/{anna}-3.pdf",
        first["code"],
        "rendered",
    )
    assert ask("letters", "show", anna, "-o", "copy.pdf").code == 0
    assert (ask.folder / "copy.pdf").read_bytes() == (ask.folder / "ws" / shown["pdf"]).read_bytes()


def test_what_was_sent_stays_beside_what_is_drawn_anew(ask):
    bob = ask.letters["bob"]
    folder = ask.folder / "ws" / "campaigns" / "spring"
    merged = folder / "2026-05-04" / "letters.pdf"
    sent, together = (folder / f"{bob}.pdf").read_bytes(), merged.read_bytes()
    making = PRESS.making(PRESS.DESK.campaign())
    reprint(ask.folder / "ws", bob, "moved", lambda _: making, suppressed=lambda *_: False, at=NOW)
    merged.unlink()
    PRESS.print_letters(ask.folder / "ws", at=NOW, cannot=("Dora",))
    assert (folder / f"{bob}.pdf").read_bytes() == sent
    assert (folder / f"{bob}-2.pdf").is_file()
    assert merged.read_bytes() == together
    assert ask("workspace", "check").code == 0


def test_a_letter_is_drawn_anew_by_its_own_campaign_alone(ask):
    spec = (Path(__file__).parents[2] / "examples" / "campaigns" / "win-back.toml").read_text("utf-8")
    (ask.folder / "other.toml").write_text(spec, "utf-8")
    done = ask("letters", "reprint", ask.letters["anna"], "--reason", "lost", "--anew", "other.toml")
    assert (done.code, "is one of spring, and other.toml is the campaign win-back" in done.told) == (2, True)
