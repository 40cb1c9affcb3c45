"""Every operation broken at its file calls: killed, its power cut, its disk full or failing.

What is left must be the state before or the state after, whole to the byte, and the operation can be done again.
Each test counts its trials and failures for docs/reliability.md (`tools/reliability.py`).
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import sys
from pathlib import Path

import pytest

from clientlens.workspace import upkeep

TESTS = Path(__file__).resolve().parents[1]
DRIVER = TESTS / "workspace" / "crash_driver.py"


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


crash = _load("clientlens_tests_crash", TESTS / "tools" / "crash.py")
_path, _conftest = list(sys.path), sys.modules.get("conftest")
driver = _load("clientlens_tests_crash_driver", DRIVER)
sys.path[:] = _path
if _conftest is not None:
    sys.modules["conftest"] = _conftest
OPERATIONS = list(driver.OPERATIONS)
OWN_FILES = (
    "import into nothing",
    "import",
    "undo",
    "vacuum",
    "repair",
    "ledger append",
    "merge",
    "draft",
    "campaign run",
)
"""Operations whose order of file calls is their own; all others write by the same few lines as one of these."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc to build the shim that breaks file calls")
    if sys.platform != "linux":
        pytest.skip("the shim that breaks file calls is for Linux")
    running = crash.Server(crash.build(tmp_path_factory.mktemp("shim")), DRIVER)
    yield running
    running.close()


class Trials:
    """Counts what was tried, and lets a failure be told only after all was tried."""

    def __init__(self):
        self.count, self.failures = 0, []

    def run(self, name, call, *args, **kwargs):
        self.count += 1
        try:
            return call(*args, **kwargs)
        except AssertionError as error:
            self.failures.append(f"{name}: {str(error)[:300]}")
            return None

    def report(self, record_property, operation, way):
        record_property("operation", operation)
        record_property("way", way)
        record_property("trials", self.count)
        record_property("failures", len(self.failures))
        assert self.failures == []


class Case:
    """One operation to be broken."""

    def __init__(self, which, server, folder):
        self.which, self.server, self.folder = which, server, folder
        self.operation = driver.OPERATIONS[which]
        self.template = folder / "template"
        self.template.mkdir()
        self.operation.prepare(self.template / "ws")
        self.before = driver.found(self.template / "ws")
        done = self.fresh("done")
        self.log = folder / "log"
        self.start = crash.Disk(done)
        status, self.calls = server.run(which, str(done / "ws"), root=done, record=self.log)
        assert status == 0
        self.after = driver.found(done / "ws")
        assert (self.before != self.after) == (which != "vacuum")

    def fresh(self, name):
        root = self.folder / name
        shutil.copytree(self.template, root)
        return root

    def look(self, workspace, *, acknowledged):
        """The state is the one before or the one after; doing it again completes it; nothing else is left."""
        found = driver.found(workspace)
        assert found == self.after or (self.is_begun(found) and not acknowledged), found
        if self.operation.again or found == self.before:
            self.operation.act(workspace)
        assert driver.found(workspace) == self.after
        upkeep.vacuum(workspace, at=driver.make.AT, command="vacuum")
        checked = upkeep.check(workspace)
        assert (checked.orphans, checked.unerased) == ((), False)
        assert [path.name for path in (workspace / "facts").iterdir() if path.suffix != ".parquet"] == []

    def is_begun(self, found):
        """Whether it is the state before, or one of those that lie between it and the one after."""
        if not self.operation.steps:
            return found == self.before
        return found[0] == self.before[0] and found[1] == self.after[1][: len(found[1])]

    def broken_at(self, number, mode):
        root = self.fresh(f"{mode}-{number}")
        status, _ = self.server.run(self.which, str(root / "ws"), root=root, at=number, mode=mode)
        assert status in ({0, 4} if mode[0] == "E" else {0, -signal.SIGKILL}), status
        self.look(root / "ws", acknowledged=status == 0)
        shutil.rmtree(root)
        return status

    def sweep(self, mode, every, trials, start=1):
        return [
            trials.run(f"{mode} at call {number}", self.broken_at, number, mode)
            for number in range(start, self.calls + 1, every)
        ]

    def power_cuts(self, every, trials, *, names_last):
        calls = crash.recorded(self.log)
        for number, call in enumerate(calls, 1):
            self.start.apply(call)
            if number % every == 0 or number == len(calls):
                trials.run(f"power cut after call {number}", self._cut, number, len(calls), names_last)

    def _cut(self, number, last, names_last):
        root = self.folder / f"power-{number}"
        self.start.cut(root, names_last=names_last)
        if not (root / "ws").exists():
            assert number < last
        else:
            self.look(root / "ws", acknowledged=number == last)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def case(request, server, tmp_path):
    return Case(request.param, server, tmp_path)


@pytest.fixture
def trials():
    return Trials()


every_operation = pytest.mark.parametrize("case", OPERATIONS, indirect=True)


@pytest.mark.parametrize("case", OWN_FILES, indirect=True)
def test_a_kill_at_every_third_call_leaves_the_state_before_or_after(case, trials, record_property):
    statuses = case.sweep("kill", 3, trials)
    trials.report(record_property, case.which, "kill at every third call")
    assert -signal.SIGKILL in statuses


@pytest.mark.parametrize("case", [one for one in OPERATIONS if one not in OWN_FILES], indirect=True)
def test_a_kill_of_what_writes_like_others_leaves_the_state_before_or_after(case, trials, record_property):
    # Each begins at another call, so that together they are as close as one that is killed at every call.
    statuses = case.sweep("kill", 9, trials, start=1 + OPERATIONS.index(case.which) % 9)
    trials.report(record_property, case.which, "kill at every ninth call")
    assert -signal.SIGKILL in statuses


@pytest.mark.parametrize("names_last", [True, False])
@pytest.mark.parametrize("case", ["import", "ledger append", "merge", "points earned"], indirect=True)
def test_a_power_cut_leaves_the_state_before_or_after(case, trials, names_last, record_property):
    case.power_cuts(5, trials, names_last=names_last)
    trials.report(record_property, case.which, "power cut after every fifth call")
    assert trials.count >= 3


@pytest.mark.parametrize("case", ["import", "merge"], indirect=True)
def test_a_full_disk_is_an_error_that_changes_nothing(case, trials, record_property):
    statuses = case.sweep("ENOSPC+", 9, trials, start=2)
    trials.report(record_property, case.which, "disk full from every ninth call on")
    assert 4 in statuses


class Program(Case):
    """The command line itself: what it says, how it ends, and what it leaves."""

    def __init__(self, server, folder):
        self.which, self.server, self.folder = "cli", server, folder
        self.template = folder / "template"
        self.template.mkdir()
        path = self.template / "ws"
        arguments = ("import", "--timezone", "Europe/Rome", str(driver.HANDMADE / "orders_2.csv"))
        (self.template / "arguments").write_text("\n".join(arguments))
        driver.make.add(path, driver.first())
        self.operation = driver.Operation(None, lambda path: server.run("cli", str(path), root=path.parent))
        self.before = driver.found(path)[0]
        done = self.fresh("done")
        status, self.calls = server.run("cli", str(done / "ws"), root=done)
        assert status == 0, (folder / "done.stderr").read_text()
        self.after = driver.found(done / "ws")[0]
        assert self.before != self.after

    def broken_at(self, number, mode):
        """One line of error and one of help, or the one line of an interrupted run; never a traceback."""
        root = self.fresh(f"{mode}-{number}")
        status, _ = self.server.run("cli", str(root / "ws"), root=root, at=number, mode=mode)
        told = (self.folder / f"{root.name}.stderr").read_text().splitlines()
        if mode[:3] == "SIG":
            name, code = {"SIGTERM": ("terminated", 143), "SIGINT": ("interrupted", 130)}[mode]
            assert status in {0, code}, (status, told)
            assert status == 0 or told == [f"clientlens: {name}; nothing is half done"]
        else:
            assert status in ({0, -signal.SIGKILL} if mode == "kill" else {0, 4}), (status, told)
            assert status != 4 or (len(told), told[0][:18]) == (2, "clientlens: error:"), told
        found = driver.found(root / "ws")[0]
        assert found == self.after or (found == self.before and status != 0)
        assert self.server.run("cli", str(root / "ws"), root=root)[0] == 0
        assert driver.found(root / "ws")[0] == self.after
        shutil.rmtree(root)
        return status


@pytest.mark.parametrize(("mode", "code"), [("ENOSPC+", 4), ("EIO", 4), ("SIGTERM", 143), ("SIGINT", 130)])
def test_the_program_says_in_one_line_what_stopped_it(server, tmp_path, trials, mode, code, record_property):
    program = Program(server, tmp_path)
    statuses = program.sweep(mode, 89, trials, start=5)
    trials.report(record_property, "the program's import", f"{mode} at every 89th call")
    assert code in statuses


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["kill", "ENOSPC+", "EIO", "SIGTERM", "SIGINT"])
def test_the_program_can_be_stopped_anywhere(server, tmp_path, trials, mode, record_property):
    """The operations below it are broken at every call; here it is what the program says and how it ends."""
    Program(server, tmp_path).sweep(mode, 11, trials)
    trials.report(record_property, "the program's import", f"{mode} at calls all along")


@pytest.mark.slow
@every_operation
@pytest.mark.parametrize("mode", ["kill", "killafter", "short", "ENOSPC", "ENOSPC+", "EIO"])
def test_every_call_can_fail(case, mode, trials, record_property):
    case.sweep(mode, 1, trials)
    trials.report(record_property, case.which, mode)


@pytest.mark.slow
@every_operation
@pytest.mark.parametrize("names_last", [True, False])
def test_the_power_can_be_cut_after_every_call(case, names_last, trials, record_property):
    case.power_cuts(1, trials, names_last=names_last)
    way = "names" if names_last else "nothing"
    trials.report(record_property, case.which, f"power cut, {way} kept without a sync")
