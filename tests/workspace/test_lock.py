from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clientlens.errors import WorkspaceLocked
from clientlens.workspace.folder import READ_LOCK, WRITE_LOCK
from clientlens.workspace.lock import reading, without_readers, writing
from clientlens.workspace.workspace import Workspace

_HOLD = """
import sys
from pathlib import Path
from clientlens.workspace.lock import writing
with writing(Path(sys.argv[1]), "import march.csv", 0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path, holder):
    with pytest.raises(WorkspaceLocked) as caught, writing(tmp_path, "import april.csv", 0.1):
        pass
    assert caught.value.exit_code == 4
    expected = f"the workspace is locked by process {holder.pid} (import march.csv) (waited 0.1 s)"
    assert caught.value.message == expected


def test_a_killed_writer_leaves_nothing_stale(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with writing(tmp_path, "import april.csv", 0):
        assert (tmp_path / WRITE_LOCK).read_text() == f"{os.getpid()}\nimport april.csv"
    assert (tmp_path / WRITE_LOCK).read_text() == ""


def test_a_second_writer_waits_for_the_first_to_end(tmp_path, holder):
    holder.stdin.close()  # the holder ends as soon as it is scheduled
    with writing(tmp_path, "import april.csv", 30):
        pass


def test_readers_do_not_wait_for_a_writer(ws, make):
    make.add(ws, make.batch(make.order()))
    with writing(ws, "import april.csv", 0), Workspace.open(ws) as workspace:
        assert workspace.facts().orders.collect().height == 1


def test_files_are_deleted_only_when_nobody_reads(tmp_path):
    (tmp_path / READ_LOCK).touch()
    with reading(tmp_path), reading(tmp_path), without_readers(tmp_path) as alone:
        assert not alone
    with without_readers(tmp_path) as alone:
        assert alone


def test_a_command_with_odd_characters_stays_short(tmp_path):
    with writing(tmp_path, "import " + "ü" * 900, 0):
        assert (tmp_path / WRITE_LOCK).stat().st_size == 400


def _add_one(make, path, number):
    make.add(path, make.batch(make.order(str(number)), name=str(number)))


def test_two_processes_at_once_give_what_one_after_the_other_gives(ws, tmp_path, make):
    script = (
        "import sys; sys.path.insert(0, {folder!r}); import conftest as c; from pathlib import Path; "
        "[c.add(Path({ws!r}), c.batch(c.order(str(n)), name=str(n))) for n in range({a}, {b})]"
    )
    folder = str(Path(__file__).parent)
    runs = [
        subprocess.Popen([sys.executable, "-c", script.format(folder=folder, ws=str(ws), a=a, b=a + 3)])
        for a in (1, 4)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    for number in range(1, 7):
        _add_one(make, tmp_path / "alone", number)
    assert make.content(ws) == make.content(tmp_path / "alone")
