"""What the crash tests break: one operation on the workspace that is named.

An operation has a `prepare` (what stands before it), an `act`, and says whether `act` may simply be done again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import runpy
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

import conftest as make  # noqa: E402 - found through the path above
import crash  # noqa: E402

from clientlens.analysis import suppression  # noqa: E402
from clientlens.cli.context import Run  # noqa: E402
from clientlens.cli.main import execute  # noqa: E402
from clientlens.cli.main import main as program  # noqa: E402
from clientlens.console import Console  # noqa: E402
from clientlens.errors import ClientlensError, WorkspaceMissing  # noqa: E402
from clientlens.messages.composing import Message, Sender  # noqa: E402
from clientlens.messages.drafting import draft  # noqa: E402
from clientlens.messages.eml import Party  # noqa: E402
from clientlens.model.identity import client_id_of  # noqa: E402
from clientlens.workspace import correcting, forgetting, ledger, upkeep  # noqa: E402
from clientlens.workspace.events import Event  # noqa: E402
from clientlens.workspace.lock import reading  # noqa: E402
from clientlens.workspace.workspace import Workspace  # noqa: E402

suppression.new_secret = forgetting.new_secret = lambda: "5e" * 32  # so that runs can be compared
ANNA = "anna@example.com"
HANDMADE = HERE.parent / "handmade" / "main"
OLD = HERE / "kept"
PRESS = runpy.run_path(str(HERE.parent / "campaigns" / "press.py"))


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


def gathered():
    """A sale that is known from the shop and one that is not, a review and a request."""
    return make.batch(
        make.order("1", store="billbee", source_id="b1", external_id="51"),
        make.order("9", store="billbee", source_id="b9", external_id="59"),
        reviews=[make.review()],
        requests=[make.request()],
        name="gathered",
    )


def _three(path):
    make.add(path, first())
    make.add(path, second())
    make.add(path, make.batch(make.order("2", email="bob@example.com", tags="x"), name="third"))


def _replaced(path):
    """Six states whose files all lie there, since somebody is reading."""
    make.add(path, first())
    with reading(path):
        for number in range(5):
            make.add(path, make.batch(make.order("1", refunded=number + 1), name=str(number)))


def _damaged(path):
    """A current file is cut, another one is gone, and an orphan lies beside them."""
    _three(path)
    with Workspace.open(path) as workspace:
        truth = {live.file.path for live in workspace.state.live("batch")}
        derived = [f.file.path for f in workspace.state.live("current") if f.file.path not in truth]
    os.truncate(path / derived[0], 7)
    (path / derived[-1]).unlink()
    (path / "facts" / "orders-2020-01-00.parquet").write_bytes(b"orphan")


def _noted(path):
    make.add(path, first())
    _append(path, Event("note", {"text": "likes lavender"}, key="n1", person_key="e:anna@example.com"))


def _append(path, *events):
    ledger.append(path, events, at=make.AT, actor="ada", command="append")


def _two_entries(path):
    points = Event("points", {"points": 5}, key="p1", person_key="e:anna@example.com")
    _append(path, points, Event("points", {"points": -2}, key="p2", person_key="e:bob@example.com"))


def _merge(path):
    ids = (client_id_of(f"e:{who}@example.com") for who in ("anna", "bob"))
    correcting.merge(path, *ids, at=make.AT, actor="ada", command="merge")


def _draft(path):
    """Two messages of one call."""
    sender = Sender(Party("shop@example.org"), "Lantern", "Ada", "Ada", None, None)
    messages = [
        Message(
            who,
            (f"e:{who}@example.com",),
            who,
            Party(f"{who}@example.com"),
            "Hello",
            "Hello",
            "t",
            "en",
            "",
            None,
        )
        for who in ("anna", "bob")
    ]
    done = draft(path, messages, sender, at=make.AT, command="message", cooldown_days=30, actor="ada")
    for one in done:
        if isinstance(one, ClientlensError):
            raise one


class _Refused(ClientlensError):
    """A command that ended with something else than 0."""

    def __init__(self, code, told):
        super().__init__(told)
        self.exit_code = code


def _call(path, *arguments):
    """A command of the program itself, at a time that does not change."""
    stderr = io.StringIO()
    run = Run(
        Console(io.BytesIO(), stderr),
        {},
        path.parent,
        lambda: make.AT,
        stdin=io.BytesIO(INCOMING),
        user="ada",
    )
    code = int(execute(["-w", str(path), *arguments], run))
    if code:
        raise _Refused(code, stderr.getvalue())


INCOMING = b"""
{"order_id": "50", "placed_at": "2026-04-30T10:00:00Z", "email": "dora@example.com", "service": "Logo", "price": "90.00", "currency": "EUR"}
{"order_id": "51", "placed_at": "2026-04-30T11:00:00Z", "email": "emil@example.com", "service": "Logo"}
{"order_id": "52", "placed_at": "2026-05-02T11:00:00Z", "email": "finn@example.com", "service": "Logo"}
"""


def _ruled(path):
    """A shop with rules, and an offer that the third of the incoming orders takes."""
    make.add(
        path, make.batch(make.order("1"), requests=[make.request(email="finn@example.com")], name="asked")
    )
    (path / "requests.toml").write_text('audience = "all"\n[offers]\nexpires_days = 7\n')
    (path / "clientlens.toml").write_text('[sender]\nemail = "shop@example.org"\n')
    _call(path, "requests", "approve", "r1", "--price", "80", "--currency", "EUR")


def _record(path):
    _call(path, "requests", "screen", "-", "--record")


def _recorded(path):
    _ruled(path)
    _record(path)


def _approve(path):
    _call(path, "requests", "approve", "order:50", "--price", "95.00", "--expires", "2026-05-20")


def _saying(*words):
    return lambda path: _call(path, *words)


def _earned(path):
    """Points were given for two orders; one of them was refunded since, and a third has come."""
    make.add(path, first())
    _call(path, "points", "earn")
    make.add(path, second())


def _written_to(path):
    _three(path)
    _draft(path)
    _append(path, Event("note", {"text": f"knows {ANNA}"}, person_key="e:bob@example.com"))


def _campaign(path):
    """A campaign's run; each of its transactions is one that a kill may leave as the last."""
    PRESS["print_letters"](path, at=make.AT)
    folder = path / "campaigns" / "spring"
    letters = [one["file"] for one in json.loads((folder / "2026-05-01" / "manifest.json").read_bytes())]
    merged = (folder / "2026-05-01" / "letters.pdf").read_bytes()
    assert merged == b"\n".join((folder / "2026-05-01" / one).read_bytes() for one in letters)


def _with_letters(path):
    _streets(path)
    _campaign(path)


def _streets(path):
    PRESS["shop"](path, ("anna", "bob", "cora"))


def _nothing(path):
    pass


@dataclass(frozen=True)
class Operation:
    """`act` may give an exit code. `again`: doing it twice is the same as doing it once.

    `steps`: it writes the ledger in several transactions, and a kill may leave the first ones of them.
    """

    prepare: Callable
    act: Callable
    again: bool = True
    steps: bool = False


OPERATIONS = {
    "import into nothing": Operation(_nothing, lambda path: make.add(path, first())),
    "import": Operation(lambda path: make.add(path, first()), lambda path: make.add(path, second())),
    "undo": Operation(_three, lambda path: upkeep.undo(path, 2, at=make.AT, command="undo"), again=False),
    "vacuum": Operation(_replaced, lambda path: upkeep.vacuum(path, at=make.AT, command="vacuum")),
    "repair": Operation(_damaged, lambda path: upkeep.rebuild(path, at=make.AT, command="repair")),
    "ledger append": Operation(_noted, _two_entries),
    "merge": Operation(lambda path: make.add(path, first()), _merge, again=False),
    "requests recorded": Operation(_ruled, _record),
    "request approved": Operation(_recorded, _approve),
    "draft": Operation(lambda path: make.add(path, first()), _draft),
    "campaign run": Operation(_streets, _campaign, steps=True),
    "letters marked": Operation(
        _with_letters, _saying("letters", "mark", "--campaign", "spring", "handed_over")
    ),
    "points with a key": Operation(
        lambda path: make.add(path, first()), _saying("points", "add", ANNA, "5", "--key", "k1")
    ),
    "points for many": Operation(
        lambda path: make.add(path, first()),
        _saying("points", "add-all", "5", "--where", "completed_orders >= 0", "--key", "k1"),
    ),
    "points earned": Operation(_earned, _saying("points", "earn")),
    "note with a key": Operation(_noted, _saying("clients", "note", ANNA, "likes roses", "--key", "k1")),
    "group": Operation(
        lambda path: make.add(path, first()), _saying("groups", "add", "vip", ANNA, "bob@example.com")
    ),
    "details": Operation(_noted, _saying("clients", "edit", ANNA, "--city", "Lugano", "--name", "Anna N.")),
    "objection": Operation(lambda path: make.add(path, first()), _saying("privacy", "suppress", ANNA)),
    "forget": Operation(_written_to, _saying("privacy", "forget", ANNA, "--yes")),
    "format 1 to 3": Operation(lambda path: shutil.copytree(OLD / "format-1", path), _two_entries),
    "format 2 to 3": Operation(lambda path: shutil.copytree(OLD / "format-2", path), _two_entries),
    "import of a gathered sale": Operation(
        lambda path: make.add(path, first()), lambda path: make.add(path, gathered())
    ),
}


def found(path):
    """What a reader finds: no workspace, what is damaged, or rows, hashes and ledger of a state that is whole.

    Entries about housekeeping do not count: doing it again may find something left to do.
    """
    try:
        damage = upkeep.check(path).damage
    except WorkspaceMissing:
        return "missing"
    if damage:
        return [(Path(one.file).name, one.reason, one.repairable) for one in damage]
    with Workspace.open(path) as workspace:
        written = ledger.history(workspace, kinds={"message_drafted"})
        for entry in written:
            whole = (path / "outbox" / f"{entry.subject}.eml").read_bytes()
            assert hashlib.sha256(whole).hexdigest() == entry.body["sha256"]
        entries = [
            (entry.kind, entry.key, entry.person_key, entry.body, entry.at)
            for entry in ledger.history(workspace)
            if entry.kind not in {"vacuum", "repair", "forgetting_done"}
        ]
    return make.content(path), entries


def main(which, path):
    """0, an error's own exit status, or 99 for what would be a traceback."""
    if which == "cli":
        return _program(Path(path))
    try:
        done = OPERATIONS[which].act(Path(path))
    except ClientlensError as error:
        return int(error.exit_code)
    except Exception:  # noqa: BLE001 - any other one would be a traceback
        return 99
    return done if isinstance(done, int) else 0


def _program(path):
    """The command line that stands in the file beside the folder, in this process and with its real signal handlers."""
    sys.argv = ["clientlens", "-w", str(path), *(path.parent / "arguments").read_text().splitlines()]
    for name, number in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(f"{path.parent}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    program()


if __name__ == "__main__":
    crash.serve(main)
