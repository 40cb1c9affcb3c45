"""What commands say that write something down, and those that tell it: each held to its schema, one after the other."""

from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import jsonschema
import pytest

CLIENT = "theodelaroche-vernet@mail.example"
OTHER = "noemi@inbox.example.com"
PROJECT = Path(__file__).resolve().parents[2]
STUDIO = PROJECT / "data" / "sample" / "studio"
EXAMPLE_CAMPAIGNS = runpy.run_path(str(PROJECT / "tools" / "example_campaigns.py"))["record"]
INCOMING = b'{"order_id": "i1", "placed_at": "2026-10-30T10:00:00Z", "email": "new@example.org", "service": "Logo"}\n'

WIN_BACK = str(Path(__file__).resolve().parents[2] / "examples" / "campaigns" / "win-back.toml")

STEPS = [
    ("points add", ("points", "add", CLIENT, "25", "--reason", "a gift")),
    ("points add-all", ("points", "add-all", "5", "--where", "completed_orders > 1", "--key", "spring")),
    ("points subtract", ("points", "subtract", CLIENT, "5")),
    ("points earn", ("points", "earn")),
    ("points balance", ("points", "balance")),
    ("points history", ("points", "history", CLIENT)),
    ("points statement", ("points", "statement", CLIENT)),
    ("points report", ("points", "report")),
    ("groups add", ("groups", "add", "regulars", CLIENT, OTHER)),
    ("groups rule", ("groups", "rule", "lapsed", "recency_days > 180")),
    ("groups", ("groups",)),
    ("groups show", ("groups", "show", "regulars")),
    ("groups remove", ("groups", "remove", "regulars", OTHER)),
    ("groups delete", ("groups", "delete", "lapsed")),
    ("clients note", ("clients", "note", CLIENT, "likes lavender")),
    ("clients nickname", ("clients", "nickname", CLIENT, "Theo")),
    ("clients edit", ("clients", "edit", CLIENT, "--city", "Lyon")),
    ("clients fields", ("clients", "fields", CLIENT)),
    ("clients history", ("clients", "history", CLIENT)),
    ("clients", ("clients", "--group", "regulars")),
    ("client", ("client", CLIENT)),
    ("client --lines", ("client", CLIENT, "--lines")),
    ("requests rules check", ("requests", "rules", "check")),
    ("requests rules show", ("requests", "rules", "show")),
    ("requests screen", ("requests", "screen", "-", "--record")),
    ("requests", ("requests",)),
    ("requests show", ("requests", "show", "Q-01")),
    ("requests approve", ("requests", "approve", "Q-01", "--price", "120.00", "--no-expiry")),
    ("requests accept", ("requests", "accept", "Q-01")),
    ("requests decline", ("requests", "decline", "Q-02", "--reason", "booked")),
    ("requests withdraw", ("requests", "withdraw", "Q-03")),
    ("requests report", ("requests", "report")),
    ("requests replay", ("requests", "replay")),
    ("message", ("message", OTHER, "--lawful-basis", "a contract")),
    ("message --list", ("message", "--list")),
    ("privacy suppress", ("privacy", "suppress", CLIENT, "--reason", "asked for it")),
    ("privacy", ("privacy",)),
    ("privacy forget", ("privacy", "forget", CLIENT)),
    ("privacy retention", ("privacy", "retention", "--years", "1")),
    ("privacy audit", ("privacy", "audit")),
    ("privacy unsuppress", ("privacy", "unsuppress", CLIENT, "--reason", "asked for it")),
    ("campaigns plan", ("campaigns", "plan", WIN_BACK)),
    ("campaigns run", ("campaigns", "run", WIN_BACK, "--accept-rejects", "9")),
    ("campaigns", ("campaigns",)),
    ("letters", ("letters",)),
    ("letters mark", ("letters", "mark", "--campaign", "win-back", "handed_over")),
    ("letters reprint", ("letters", "reprint", "LETTER", "--reason", "torn")),
    ("letters show", ("letters", "show", "LETTER")),
    ("letters scans", ("letters", "scans", "scans.csv")),
    ("campaigns results", ("campaigns", "results", "advent")),
    ("workspace history", ("workspace", "history")),
]
"""Name of the schema, and what is asked; in an order in which each has something to say."""


@pytest.fixture(scope="module")
def said(program, sample, tmp_path_factory):
    """Name of the schema -> what the command printed; all in one workspace."""
    path = tmp_path_factory.mktemp("changing") / ".clientlens"
    shutil.copytree(sample, path)
    (path / "clientlens.toml").write_text(
        "[sender]\nemail = 'shop@example.org'\nshop = 'Lantern'\n"
        "address = 'Hafenstr. 1, 20457 Hamburg'\ncountry = 'DE'\n"
    )

    (path.parent / "scans.csv").write_text("code,scanned_at\nABCDEFGHJKMNPQRS,2026-10-31T10:00:00Z\n")

    def call(*args, stdin=b""):
        if "LETTER" in args:
            args = [
                json.loads(call("letters", "--json").stdout)[0]["letter_id"] if a == "LETTER" else a
                for a in args
            ]
        return program("-w", path, *args, folder=path.parent, stdin=stdin)

    assert call("import", "--store", "studio", STUDIO / "requests.csv", STUDIO / "clients.csv").code == 0
    assert call("requests", "rules", "init").code == 0
    EXAMPLE_CAMPAIGNS(path)
    return {name: call(*args, "--json", stdin=INCOMING) for name, args in STEPS}


@pytest.mark.parametrize("name", [name for name, _ in STEPS])
def test_what_is_printed_keeps_to_its_schema(said, clientlens, name):
    answered = said[name]
    assert answered.code == 0, answered.stderr
    schema = json.loads(clientlens("schema", *name.split()).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(answered.stdout)
    # Rules without a fault: a list of none.
    assert found or name == "requests rules check"
    jsonschema.validate(found, schema)
    promised = list((schema if isinstance(found, dict) else schema["items"])["properties"])
    for row in [found] if isinstance(found, dict) else found:
        assert list(row) == promised
