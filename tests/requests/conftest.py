"""A shop of a few clients and requests, and commands on a copy of its workspace."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
from clientlens.workspace.ledger import history
from clientlens.workspace.workspace import Workspace

ORDERS = """order_id,placed_at,order_total,currency,status,completed_at,client_ref,email,name,service,package
1,2026-01-10 10:00,100.00,EUR,completed,2026-01-12 09:00,,ada@example.org,Ada,Logo,basic
2,2026-01-11 10:00,100.00,EUR,cancelled,,,bea@example.org,Bea,Logo,basic
"""
REQUESTS = """request_id,requested_at,client_ref,email,service,package,requirements,start_date,price,currency
Q-1,2026-03-02 10:00,,ada@example.org,Logo,basic,Brand name: ACME,2026-12-10,120.00,EUR
Q-2,2026-03-03 22:30,,bea@example.org,Website,,,,,
Q-3,2026-03-04 09:00,visitor_9,,Logo,,,,80.00,EUR
Q-4,2026-03-05 09:00,,cleo@example.org,Logo,premium,,2026-03-20,200.00,EUR
"""
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Shop:
    """Commands in a folder of its own, at a time that a test sets."""

    def __init__(self, folder):
        self.folder, self.now = folder, NOON
        self.workspace = folder / ".clientlens"

    def __call__(self, *args, stdin=b""):
        stdout, stderr = io.BytesIO(), io.StringIO()
        run = Run(
            Console(stdout, stderr),
            {},
            self.folder,
            lambda: self.now,
            stdin=io.BytesIO(stdin),
            user="ada",
        )
        code = int(execute([str(arg) for arg in args], run))
        return SimpleNamespace(stdout=stdout.getvalue().decode(), stderr=stderr.getvalue(), code=code)

    def json(self, *args, **kwargs):
        """The answer of `requests ...`, amounts as text; it must have worked."""
        done = self("requests", *args, "--json", **kwargs)
        assert done.code == 0, done.stderr
        return json.loads(done.stdout, parse_float=str)

    def screen(self, *records, rules="", options=()):
        """Screen records by rules; the rows."""
        (self.folder / "rules.toml").write_text(rules)
        lines = "\n".join(json.dumps(record) for record in records).encode()
        return self.json("screen", "-", "--rules", "rules.toml", *options, stdin=lines)

    def entries(self):
        """What the ledger has about requests."""
        with Workspace.open(self.workspace) as workspace:
            return [one for one in history(workspace) if one.kind.startswith("request_")]


@pytest.fixture(scope="session")
def _made(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    for name, text in (("orders", ORDERS), ("requests", REQUESTS)):
        (shop.folder / f"{name}.csv").write_text(text)
    done = shop("import", "orders.csv", "requests.csv", "--timezone", "Europe/Rome")
    assert done.code == 0, done.stderr
    return shop.folder


@pytest.fixture
def shop(_made, tmp_path):
    """A copy of the shop that a test may change."""
    folder = Path(shutil.copytree(_made, tmp_path / "shop"))
    return Shop(folder)
