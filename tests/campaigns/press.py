"""A press that stands in for typography: what it prints is short, depends on the letter alone, and takes no time."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import polars as pl

from clientlens.analysis.groups import Asked, Groups
from clientlens.campaigns.audience import Market
from clientlens.campaigns.planning import plan
from clientlens.campaigns.recipients import Question, Rest
from clientlens.campaigns.running import Making, run
from clientlens.letters.letter import Drawn, Letter
from clientlens.model.timeframes import as_of_now

DESK = SimpleNamespace(**run_path(str(Path(__file__).with_name("planned.py"))))
MAKE = SimpleNamespace(**run_path(str(Path(__file__).parents[1] / "workspace" / "conftest.py")))
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
NAMES = ("anna", "bob", "cora", "dora")


def shop(path, names=NAMES):
    """A workspace with a client for each name, in this order, who live in streets of their own."""
    people = [
        MAKE.person(f"{name}@example.com", **{**DESK.home(f"Via {name} 1"), "name": name.title()})
        for name in names
    ]
    # Who spent most comes first.
    orders = [
        MAKE.order(str(number), email=f"{name}@example.com", order_total=9000 - 1000 * number)
        for number, name in enumerate(names, 1)
    ]
    MAKE.add(path, MAKE.batch(*orders, people=people))
    return path


def numbers(seed=0):
    """Random bytes that are the same in every run: each call gives others."""
    calls = count(seed)
    return lambda size: hashlib.sha256(str(next(calls)).encode()).digest()[:size]


def making(spec, at=AT, *, suppressed=(), cannot=(), drawn=None):
    """suppressed: names of clients. cannot: names whose letter cannot be drawn. drawn: a list that drawn ids go to."""

    def names_of(workspace):
        return dict(workspace.facts().clients.select("client_id", "name").collect().iter_rows())

    def planned(workspace, assigned, max_letters):
        facts = workspace.facts()
        rules = {"completed_when": "paid", "home_currency": "EUR", "ignore": ()}
        names = names_of(workspace)
        gone = [client for client, name in names.items() if name in suppressed]
        market = Market(facts, lambda moment: Groups(facts, (), Asked(moment, rules)), rules, gone)
        question = Question(
            market=market,
            assigned=assigned,
            rest=Rest(),
            as_of=as_of_now(at, workspace.timezone),
            today=at.date(),
            make=lambda clients: [_letter("", names[one], "W" * 16) for one in clients],
            incomplete=lambda clients: pl.Series([None] * clients.height, dtype=pl.String),
            max_letters=max_letters,
            secret=DESK.SECRET,
        )
        return plan(spec, question)

    def objecting(workspace, clients):
        names = names_of(workspace)
        return {one for one in clients if names[one] in suppressed}

    def compose(workspace, wanted):
        names = names_of(workspace)
        return [_letter(letter_id, names[client], code) for client, letter_id, code in wanted]

    def draw(_, letter):
        if letter.author in cannot:
            return "a character that no font has"
        if drawn is not None:
            drawn.append(letter.letter_id)
        return Drawn(letter.letter_id, f"%PDF {letter.letter_id} {letter.author} {letter.title}".encode(), 1)

    return Making(planned, objecting, compose, draw, lambda _, pdfs, __: b"\n".join(pdfs))


def _letter(letter_id, name, code):
    return Letter(letter_id, "en", code, name, (name, f"Via {name} 1", "39100 BOZEN BZ"), "", (), "", ())


def print_letters(path, spec=None, *, at=AT, seed=0, max_letters=None, **other):
    """Run a campaign of everybody; see `making`."""
    spec = spec or DESK.campaign()
    return run(
        path,
        spec,
        making(spec, at, **other),
        at=at,
        command="clientlens campaigns run",
        max_letters=max_letters,
        random=numbers(seed),
        actor="ada",
    )


if __name__ == "__main__":
    # A process of its own, which begins when it is told to.
    where, first = Path(sys.argv[1]), int(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    print(len(print_letters(where, seed=first).made))
