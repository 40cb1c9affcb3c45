"""Making letters: each once, whole or not at all, and what follows when files go."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from clientlens.analysis.letter_history import KINDS, assigned_of
from clientlens.campaigns.running import SUPPRESSED
from clientlens.campaigns.spec import Holdout
from clientlens.errors import CampaignChanged, DiskFailed, LetterDamaged
from clientlens.workspace import ledger, upkeep
from clientlens.workspace.workspace import Workspace

PRESS = SimpleNamespace(**run_path(str(Path(__file__).with_name("press.py"))))
AT, LATER = PRESS.AT, PRESS.AT + timedelta(days=1)
SPRING = PRESS.DESK.campaign()


@pytest.fixture
def shop(tmp_path):
    return PRESS.shop(tmp_path / "ws")


def assigned(path):
    with Workspace.open(path) as workspace:
        return assigned_of(ledger.history(workspace, kinds=KINDS))


def files(path):
    """What lies in the campaign's folder, and its content."""
    folder = path / "campaigns" / "spring"
    return {
        one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def test_a_run_makes_every_letter_and_the_next_one_none(shop):
    done = PRESS.print_letters(shop)
    letters = assigned(shop)
    assert [one.status for one in letters] == ["rendered"] * 4
    assert done.made == letters
    found = files(shop)
    for one in letters:
        assert hashlib.sha256(found[f"{one.letter_id}.pdf"]).hexdigest() == one.sha256
        assert len(one.code) == 16
    folder = [done.bundles[0]]
    assert [(one.run, one.letters, one.pages) for one in folder] == [("2026-05-04", 4, 4)]
    # The merged file holds the letters in the order of the manifest, which names them, their pages and their addresses.
    rows = json.loads(found["2026-05-04/manifest.json"])
    merged = b"\n".join(found[row["file"].removeprefix("../")] for row in rows)
    assert found["2026-05-04/letters.pdf"] == merged
    assert [(row["position"], row["first_page"], row["pages"]) for row in rows] == [
        (n, n, 1) for n in (1, 2, 3, 4)
    ]
    assert rows[0]["address"] == ["Anna", "Via Anna 1", "39100 BOZEN BZ"]
    table = list(csv.DictReader(found["2026-05-04/manifest.csv"].decode().splitlines()))
    assert [(row["letter_id"], row["address_3"], row["address_6"]) for row in table] == [
        (row["letter_id"], "39100 BOZEN BZ", "") for row in rows
    ]
    again = PRESS.print_letters(shop, at=LATER)
    assert (again.anything, files(shop), assigned(shop)) == (False, found, letters)
    assert upkeep.check(shop).damage == ()


def test_derived_files_are_made_again_and_a_letter_is_not(shop):
    PRESS.print_letters(shop)
    found = files(shop)
    for name in ("letters.pdf", "manifest.csv"):
        (shop / "campaigns" / "spring" / "2026-05-04" / name).unlink()
    PRESS.print_letters(shop, at=LATER)
    assert files(shop) == found
    one = assigned(shop)[1]
    path = shop / one.pdf
    path.write_bytes(b"%PDF something else".ljust(one.size))
    (shop / "campaigns" / "spring" / "2026-05-04" / "letters.pdf").unlink()
    with pytest.raises(LetterDamaged, match="content has changed"):
        PRESS.print_letters(shop, at=LATER)
    path.unlink()
    with pytest.raises(LetterDamaged, match="is missing"):
        PRESS.print_letters(shop, at=LATER)
    assert [(damage.file, damage.letter) for damage in upkeep.check(shop).damage] == [(str(path), True)]


def test_what_a_killed_run_left_is_made_and_what_it_did_not_record_goes(shop, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("clientlens.campaigns.running.sync_folder", killed)
        with pytest.raises(Killed):
            PRESS.print_letters(shop)
    before = assigned(shop)
    assert [one.status for one in before] == ["assigned"] * 4
    assert len(upkeep.check(shop).orphans) == 4
    drawn = []
    PRESS.print_letters(shop, seed=100, drawn=drawn)
    after = assigned(shop)
    assert drawn == [one.letter_id for one in before]
    assert [(one.letter_id, one.code, one.status, one.run) for one in after] == [
        (one.letter_id, one.code, "rendered", "2026-05-04") for one in before
    ]
    assert upkeep.check(shop).orphans == ()


def test_a_full_disk_says_what_stands_and_the_next_run_goes_on(shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("clientlens.campaigns.running.put_letter", full)
        with pytest.raises(DiskFailed) as caught:
            PRESS.print_letters(shop)
    assert caught.value.message == "x.pdf: No space left on device"
    assert caught.value.hint.startswith("what was recorded stands, and the next run goes on; free some space")
    assert len(PRESS.print_letters(shop).made) == len(assigned(shop)) == 4


def full(*_):
    raise DiskFailed("x.pdf", "No space left on device")


def test_letters_wait_beyond_the_number_asked_for_and_both_arms_with_them(shop):
    spec = PRESS.DESK.campaign(holdout=Holdout(Fraction(1, 2), "s"))
    arms = {}
    for day in range(3):
        done = PRESS.print_letters(shop, spec, at=AT + timedelta(days=day), seed=day * 50, max_letters=1)
        assert len(done.made) <= 1
        arms |= {one.person_key: one.arm for one in assigned(shop)}
    assert {one.arm for one in assigned(shop)} == {"mailed", "held"}
    waves = [one.wave for one in assigned(shop) if one.arm == "mailed"]
    assert len(waves) == len(set(waves))
    assert len(arms) == len(assigned(shop)) == 4


def test_who_objects_after_being_assigned_gets_nothing(shop, monkeypatch):
    refused = PRESS.print_letters(shop, cannot=("Bob", "Cora"))
    assert [one.reason for one in refused.refused] == ["a character that no font has"] * 2
    assert len(refused.made) == 2
    later = PRESS.print_letters(shop, at=LATER, cannot=("Cora",), suppressed=("Bob",))
    assert (len(later.made), len(later.withdrawn), len(later.refused)) == (0, 1, 1)
    bob = assigned(shop)[1]
    assert (bob.status, bob.steps[-1].reason, bob.pdf, bob.came_back) == ("failed", SUPPRESSED, None, False)
    # Corrected since: the letter that could not be made is, under its own code, in files of its own.
    last = PRESS.print_letters(shop, at=LATER)
    assert [(one.run, one.letters) for one in last.bundles] == [("2026-05-05", 1)]
    assert [one.status for one in assigned(shop)] == ["rendered", "failed", "rendered", "rendered"]


def test_what_the_effect_hangs_on_may_not_change(shop):
    PRESS.print_letters(shop)
    with pytest.raises(CampaignChanged, match=r"began with a holdout of 0, and the file now says 1/5"):
        PRESS.print_letters(shop, replace(SPRING, holdout=Holdout(Fraction(1, 5), "")))
    with pytest.raises(CampaignChanged, match="repeat none"):
        PRESS.print_letters(shop, replace(SPRING, repeat="month"))
    noted = PRESS.print_letters(shop, replace(SPRING, sha256="1" * 64))
    assert noted.notes == ["s.toml is not what the campaign's last wave, 2026-05-04, was made by"]


def test_two_runs_at_once_make_one_set(shop):
    begin = [sys.executable, str(Path(__file__).with_name("press.py")), str(shop)]
    both = [
        subprocess.Popen([*begin, seed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for seed in ("0", "100")
    ]
    assert [one.stdout.readline() for one in both] == ["ready\n"] * 2
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    made = [one.communicate(timeout=60)[0] for one in both]
    assert sorted(made) == ["0\n", "4\n"]
    letters = assigned(shop)
    assert len({one.person_key for one in letters}) == len(letters) == 4
    pdfs = [name for name in files(shop) if "/" not in name]
    assert sorted(pdfs) == sorted(f"{one.letter_id}.pdf" for one in letters)
