"""What the crash tests break: one import into the workspace that is named. Every kind of file is written by it."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

import conftest as make  # noqa: E402 - found through the path above
import crash  # noqa: E402

from clientlens.errors import ClientlensError  # noqa: E402


def first():
    return make.batch(make.order("1"), make.order("2", email="bob@example.com"), name="first")


def second():
    """Updates one month, adds another, and brings a checkout and a client."""
    return make.batch(
        make.order("1", refunded=5),
        make.order("3", "2026-02-02", email="cora@example.com"),
        checkouts=[make.checkout()],
        name="second",
    )


def main(which, path):
    """0, an error's own exit status, or 99 for what would be a traceback."""
    try:
        make.add(Path(path), {"first": first, "second": second}[which]())
    except ClientlensError as error:
        return int(error.exit_code)
    except Exception:  # noqa: BLE001 - any other one would be a traceback
        return 99
    return 0


if __name__ == "__main__":
    crash.serve(main)
