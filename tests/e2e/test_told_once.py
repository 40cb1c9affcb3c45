"""What is told beside an import: once, in one grammar, and of a draft that nobody needs."""

from __future__ import annotations

import tomllib
from pathlib import Path

BILLBEE = Path(__file__).resolve().parents[2] / "data" / "sample" / "billbee"
HEAD = "order_id,placed_at,order_total,currency,status\n"


def notes(done):
    return [line.removeprefix("note: ") for line in done.stderr.splitlines() if line.startswith("note: ")]


def test_offers_of_two_sources_are_added_up(clientlens):
    done = clientlens("import", *sorted(BILLBEE.iterdir()), "--timezone", "Europe/Berlin")
    assert done.code == 0
    # One in bestellungen.csv, one on orders-page1.json.
    assert [note for note in notes(done) if "left out" in note] == ["2 offers left out: no sales"]


def test_a_note_of_several_files_speaks_of_several(clientlens, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text(f"{HEAD}{number},2026-03-01,5.00,EUR,completed\n")
    done = clientlens("import", "0.csv", "1.csv", "2.csv", "--timezone", "UTC")
    assert (
        "3 files: their times carry no time zone; they were read as UTC time (--timezone to say otherwise)"
        in notes(done)
    )


def test_a_draft_that_is_not_needed_says_so(clientlens, tmp_path):
    (tmp_path / "own.csv").write_text(f"{HEAD}1,2026-03-01,5.00,EUR,completed\n")
    done = clientlens("template", "mapping", "--from", "own.csv")
    assert (done.code, notes(done)) == (0, ["own.csv is recognised as plain_csv and needs no mapping"])
    assert done.lines[0] == "# Needs no mapping: 'clientlens import' recognises this file as plain_csv."
    tomllib.loads(done.text)
    (tmp_path / "own.csv").write_text("Receipt,Date,Amount\n1,2026-03-01,5.00\n")
    assert notes(clientlens("template", "mapping", "--from", "own.csv")) == []


def test_json_is_refused_as_the_source_of_a_draft(clientlens, tmp_path):
    (tmp_path / "own.json").write_text('[{"order_id": "1"}]')
    done = clientlens("template", "mapping", "--from", "own.json")
    assert (done.code, done.stdout) == (3, b"")
    assert "own.json:1: this is JSON" in done.stderr
