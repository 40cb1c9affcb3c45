"""The script that cron calls, run as it stands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CRON = Path(__file__).resolve().parents[2] / "examples" / "cron"
CAMPAIGNS = CRON.with_name("campaigns")
SETTINGS = """
[sender]
shop = "Lantern Candles"
address = "Hafenstr. 1, 20457 Hamburg"
country = "DE"
"""
ORDERS = """order_id,placed_at,order_total,currency,status,email,name,street,postcode,city,country
1,2026-01-05,10.00,EUR,completed,ada@example.org,Ada Berg,Ring 1,10115,Berlin,DE
2,2026-02-05,10.00,EUR,completed,ada@example.org,Ada Berg,Ring 1,10115,Berlin,DE
"""


@pytest.fixture
def cron(tmp_path):
    """Calls the script as cron does: a bare environment, and a `sendmail` that keeps what it is given."""
    if shutil.which("flock") is None:
        pytest.skip("needs flock")
    programs, shop = tmp_path / "bin", tmp_path / "shop"
    programs.mkdir()
    (programs / "sendmail").write_text(f'#!/bin/sh\ncat >"{tmp_path}/mail"\n')
    (programs / "sendmail").chmod(0o755)
    shop.mkdir()

    def call(*campaigns, **environment):
        return subprocess.run(
            [CRON / "letters.sh", *campaigns],
            capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path,
            env={
                "HOME": str(tmp_path), "PATH": f"{programs}:/usr/bin:/bin", "CLIENTLENS_WORKSPACE": str(shop / ".clientlens"),
                "CLIENTLENS": str(Path(sys.executable).with_name("clientlens")), "LETTERS_LOG": str(tmp_path / "log"),
                "LETTERS_MAIL_TO": "ada@example.org", **environment,
            },
        )  # fmt: skip

    return call


def test_letters_come_by_themselves_and_mail_tells_of_new_ones_and_of_what_is_wrong(cron, tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "orders.csv").write_text(ORDERS)
    workspace = tmp_path / "shop" / ".clientlens"
    workspace.mkdir()
    (workspace / "clientlens.toml").write_text(SETTINGS)
    told = {"LETTERS_IMPORT": "exports", "LETTERS_TELL": "1"}
    done = cron(CAMPAIGNS / "points-statement.toml", CAMPAIGNS / "win-back.toml", **told)
    log = (tmp_path / "log").read_text()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), log
    assert re.findall(r"^\S+ (.*)$", log, re.MULTILINE)[:3] == [
        "import: exit 0",
        "points-statement: exit 0",
        "win-back: exit 0",
    ]
    assert "win-back: 1 letter of win-back made" in log
    assert len(list(workspace.glob("campaigns/win-back/*.pdf"))) == 1
    mail = (tmp_path / "mail").read_text()
    assert mail.startswith("To: ada@example.org\nSubject: New letters to be printed\n")
    assert re.search(r"win-back: merged .*/letters\.pdf", mail)
    (tmp_path / "mail").unlink()
    # Nothing lies in the folder, one file has a slip, and the other makes nothing new.
    (tmp_path / "exports" / "orders.csv").unlink()
    (tmp_path / "slip.toml").write_text("limitt = 3\n")
    wrong = cron("slip.toml", CAMPAIGNS / "win-back.toml", LETTERS_IMPORT="exports")
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, "", "")
    mail = (tmp_path / "mail").read_text()
    assert mail.startswith("To: ada@example.org\nSubject: Letters need a look (exit 2 on ")
    assert "\n\nslip: clientlens: error: slip.toml: nobody is meant" in mail
    assert "win-back: " not in mail
    assert (tmp_path / "log").read_text().count("1 letter of win-back made") == 1


def test_a_second_one_at_once_does_nothing(cron, tmp_path):
    holding = ["flock", tmp_path / "log.lock", "sh", "-c", "echo held; cat"]
    with subprocess.Popen(holding, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        done = cron("any.toml", CLIENTLENS="/bin/false")
        other.stdin.close()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "log").read_text().endswith("not run: another run is still at work\n")


def test_the_crontab_names_files_that_are_there():
    named = re.findall(r"/campaigns/(\S+)", (CRON / "crontab").read_text())
    assert len(named) == 4
    assert all((CAMPAIGNS / one).is_file() for one in named)
