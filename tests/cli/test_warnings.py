"""What libraries warn programmers of is not told to those who ask for an answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

WARNING = """
import sys, warnings
from clientlens.cli import main
def execute(arguments, run):
    warnings.warn("512 threads, this may indicate a deadlock")
    return 0
main.execute = execute
sys.argv = ["clientlens", "sources"]
main.main()
"""


@pytest.mark.parametrize(("options", "told"), [((), False), (("-W", "default"), True)])
def test_warnings_of_libraries_are_not_shown_unless_python_is_asked_for_them(options, told):
    done = subprocess.run(
        [sys.executable, *options, "-c", WARNING], capture_output=True, text=True, check=True
    )
    assert ("deadlock" in done.stderr) is told
    assert told or not done.stderr
