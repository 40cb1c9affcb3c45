"""Purchases of 23,570 real people, counted by clientlens and by a plain loop: python tools/cdnow.py [FOLDER]

The CDNOW data (Fader and Hardie): everyone whose first purchase at CDNOW was in the first quarter of 1997, with all
purchases until the end of June 1998. It comes inside the package lifetimes on PyPI; nothing of it is kept here.

What is an order there: the file has customer, day, number of CDs and dollars in each line, and no order number. Some
customers have several lines on one day. Each line is one purchase, as its authors count them (69,659), so lines are
numbered. 80 lines have an amount of 0: a purchase paid for otherwise, and a purchase all the same.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PACKAGE = "lifetimes==0.11.3"
SHA256 = "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8"
INSIDE = "lifetimes/datasets/CDNOW_master.txt"
MAPPING = Path(__file__).with_name("cdnow.toml")
AS_OF = date(1998, 6, 30)
CUSTOMERS, PURCHASES = 23_570, 69_659


class NotFetched(Exception):
    """The package index cannot be reached."""


@dataclass(frozen=True)
class Client:
    """What a customer did: purchases, cents, and days from the last purchase to AS_OF."""

    purchases: int
    cents: int
    recency: int
    last: str


def fetch(folder: Path) -> str:
    """The text of the data file.

    Raises:
        NotFetched
        ValueError: what was fetched is not what it should be.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    # Without a network pip would try for minutes.
    pip += ["--retries", "0", "--timeout", "15", "--only-binary", ":all:", "--dest", str(folder), PACKAGE]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        raise NotFetched(done.stderr.strip())
    data = wheels[0].read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ValueError(f"{wheels[0].name} is another file than in July 2020")
    with zipfile.ZipFile(wheels[0]) as archive:
        return archive.read(INSIDE).decode("ascii")


def as_csv(text: str) -> str:
    """The lines as CSV, numbered."""
    head, *lines = text.splitlines()
    rows = [["purchase", *head.split()], *([str(n), *line.split()] for n, line in enumerate(lines, start=1))]
    return "".join(",".join(row) + "\n" for row in rows)


def by_loop(text: str) -> dict[str, Client]:
    """Every customer, counted without clientlens: one pass over the lines with the standard library alone."""
    found: dict[str, Client] = {}
    for row in csv.reader(text.splitlines()[1:], delimiter=" ", skipinitialspace=True):
        customer, day, _, dollars = row
        whole, point, part = dollars.partition(".")
        if not (point and len(part) == 2):
            raise ValueError(f"an amount of another form: {dollars}")
        placed = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        before = found.get(customer, Client(0, 0, 10_000, ""))
        cents = before.cents + int(whole) * 100 + int(part)
        recency = min(before.recency, (AS_OF - placed).days)
        found[customer] = Client(before.purchases + 1, cents, recency, max(before.last, placed.isoformat()))
    return found


def by_clientlens(text: str, folder: Path, *options: str) -> dict[str, Client]:
    """Every customer, as `clientlens metrics --json` tells it after an import by the mapping."""
    orders = folder / "cdnow.csv"
    orders.write_text(as_csv(text), "ascii")
    workspace = ["--workspace", str(folder / ".clientlens")]
    _clientlens(
        *workspace,
        "import",
        "--mapping",
        str(MAPPING),
        "--timezone",
        "UTC",
        "--expect-rows",
        str(PURCHASES),
        str(orders),
    )
    told = _clientlens(*workspace, "--as-of", AS_OF.isoformat(), "metrics", "--json", *options)
    return {
        row["name"].removeprefix("Anonymous "): Client(
            row["completed_orders"],
            int(row["total_spend"].replace(".", "")),
            row["recency_days"],
            row["last_order_date"],
        )
        for row in json.loads(told, parse_float=str)
    }


def _clientlens(*arguments: str) -> str:
    command = [sys.executable, "-m", "clientlens", "--quiet", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        text = fetch(folder)
        wanted, found = by_loop(text), by_clientlens(text, folder)
    differing = [
        customer for customer in wanted.keys() | found.keys() if wanted.get(customer) != found.get(customer)
    ]
    print(f"customers           {len(wanted):,}")
    print(f"purchases           {sum(one.purchases for one in wanted.values()):,}")
    print(f"dollars             {sum(one.cents for one in wanted.values()) / 100:,.2f}")
    print(f"told by clientlens  {len(found):,}")
    print(f"differing           {len(differing):,}")
    for customer in sorted(differing)[:10]:
        print(customer, wanted.get(customer), found.get(customer))
    return 1 if differing or len(wanted) != CUSTOMERS else 0


if __name__ == "__main__":
    sys.exit(main())
