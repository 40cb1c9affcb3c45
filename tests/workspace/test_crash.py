from __future__ import annotations

import importlib.util
import shutil
import signal
import sys
from pathlib import Path

import pytest

from clientlens.errors import WorkspaceMissing
from clientlens.workspace import upkeep

TESTS = Path(__file__).resolve().parents[1]
DRIVER = TESTS / "workspace" / "crash_driver.py"


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


crash = _load("clientlens_tests_crash", TESTS / "tools" / "crash.py")


@pytest.fixture(scope="module")
def driver():
    before = list(sys.path), sys.modules.get("conftest")
    try:
        return _load("clientlens_tests_crash_driver", DRIVER)
    finally:
        sys.path[:] = before[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc to build the shim that breaks file calls")
    if sys.platform != "linux":
        pytest.skip("the shim that breaks file calls is for Linux")
    running = crash.Server(crash.build(tmp_path_factory.mktemp("shim")), DRIVER)
    yield running
    running.close()


def _found(make, path):
    """What a reader finds: no workspace yet, or the rows and hashes of a state in which every byte is right."""
    try:
        assert upkeep.check(path).damage == ()
    except WorkspaceMissing:
        return "missing"
    return make.content(path)


class Case:
    """An import that is to be broken: into no workspace (`first`) or into one that has data (`second`)."""

    def __init__(self, which, server, driver, make, folder):
        self.which, self.server, self.make, self.folder = which, server, make, folder
        self.load = getattr(driver, which)
        self.template = folder / "template"
        self.template.mkdir()
        if which == "second":
            make.add(self.template / "ws", driver.first())
        self.before = _found(make, self.template / "ws")
        done = self.fresh("done")
        self.log = folder / "log"
        self.start = crash.Disk(done)
        status, self.calls = server.run(which, str(done / "ws"), root=done, record=self.log)
        assert status == 0
        self.after = _found(make, done / "ws")
        assert self.before != self.after

    def fresh(self, name):
        root = self.folder / name
        shutil.copytree(self.template, root)
        return root

    def look(self, workspace, *, acknowledged):
        """The state is the one before or the one after; importing again completes it."""
        found = _found(self.make, workspace)
        assert found == self.after or (found == self.before and not acknowledged)
        self.make.add(workspace, self.load())
        assert _found(self.make, workspace) == self.after
        left = [p.name for p in (workspace / "facts").iterdir() if p.suffix == ".tmp"]
        assert left == []

    def broken_at(self, number, mode):
        root = self.fresh(f"{mode}-{number}")
        status, _ = self.server.run(self.which, str(root / "ws"), root=root, at=number, mode=mode)
        assert status in ({0, 4} if mode[0] == "E" else {0, -signal.SIGKILL})
        self.look(root / "ws", acknowledged=status == 0)
        shutil.rmtree(root)
        return status

    def power_cuts(self, every, *, names_last):
        calls = crash.recorded(self.log)
        cuts = 0
        for number, call in enumerate(calls, 1):
            self.start.apply(call)
            if number % every and number != len(calls):
                continue
            root = self.folder / f"power-{number}"
            self.start.cut(root, names_last=names_last)
            if not (root / "ws").exists():
                assert number < len(calls)
            else:
                self.look(root / "ws", acknowledged=number == len(calls))
            shutil.rmtree(root, ignore_errors=True)
            cuts += 1
        return cuts


@pytest.fixture
def case(request, server, driver, make, tmp_path):
    return Case(request.param, server, driver, make, tmp_path)


both = pytest.mark.parametrize("case", ["first", "second"], indirect=True)


@both
def test_a_kill_at_every_third_call_leaves_the_state_before_or_after(case):
    assert case.calls > 40
    statuses = [case.broken_at(number, "kill") for number in range(1, case.calls + 1, 3)]
    assert -signal.SIGKILL in statuses


@pytest.mark.parametrize("case", ["second"], indirect=True)
@pytest.mark.parametrize("names_last", [True, False])
def test_a_power_cut_leaves_the_state_before_or_after(case, names_last):
    assert case.power_cuts(6, names_last=names_last) > 10


@pytest.mark.parametrize("case", ["second"], indirect=True)
def test_a_full_disk_is_an_error_that_changes_nothing(case):
    statuses = [case.broken_at(number, "ENOSPC+") for number in range(2, case.calls + 1, 9)]
    assert 4 in statuses


@pytest.mark.slow
@both
@pytest.mark.parametrize("mode", ["kill", "killafter", "short", "ENOSPC", "ENOSPC+", "EIO"])
def test_every_call_can_fail(case, mode):
    for number in range(1, case.calls + 1):
        case.broken_at(number, mode)


@pytest.mark.slow
@both
@pytest.mark.parametrize("names_last", [True, False])
def test_the_power_can_be_cut_after_every_call(case, names_last):
    case.power_cuts(1, names_last=names_last)
