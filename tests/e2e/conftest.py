"""The program as a user meets it: arguments in, bytes and an exit code out, without a process of its own."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clientlens.analysis.order_facts import order_facts
from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
from clientlens.model.timeframes import as_of_from_date, parse_date
from clientlens.workspace.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample"
AS_OF = "2026-10-31"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SHOPS = ("lantern", "harbour")


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    stdout: bytes
    stderr: str
    code: int

    @property
    def text(self):
        return self.stdout.decode()

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def json(self):
        """Amounts and ratios as the text that stands in the answer: '12.30', not 12.3."""
        return json.loads(self.stdout, parse_float=str)

    @property
    def error(self):
        return json.loads(self.stderr.splitlines()[-1])["error"]


def run_clientlens(
    *args,
    environment=None,
    stdin=b"",
    tty=False,
    stderr_tty=None,
    width=None,
    folder=None,
    clock=lambda: NOON,
):
    """One command line, carried out in this process."""
    stdout, stderr = io.BytesIO(), io.StringIO()
    run = Run(
        console=Console(stdout, stderr, stderr_is_terminal=tty if stderr_tty is None else stderr_tty),
        environment=environment or {},
        folder=Path(folder) if folder is not None else Path("/nonexistent"),
        clock=clock,
        stdin=io.BytesIO(stdin),
        stdout_is_terminal=tty,
        terminal_width=(width or 80) if tty else None,
    )
    # Help texts are echoed by click, past the console.
    echoed = io.TextIOWrapper(stdout, "utf-8", write_through=True)
    with contextlib.redirect_stdout(echoed), contextlib.redirect_stderr(stderr):
        code = execute([str(arg) for arg in args], run)
    echoed.detach()
    return Result(stdout.getvalue(), stderr.getvalue(), int(code))


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path_factory, monkeypatch):
    """No test finds the default workspace of whoever runs it."""
    empty = str(tmp_path_factory.getbasetemp() / "nobody")
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, empty)


@pytest.fixture(scope="session")
def program():
    """`run_clientlens`, for fixtures that serve more than one test."""
    return run_clientlens


@pytest.fixture
def clientlens(tmp_path):
    """`clientlens(*args, ...)` in an empty folder."""

    def call(*args, folder=None, **kwargs):
        return run_clientlens(*args, folder=tmp_path if folder is None else folder, **kwargs)

    return call


def _export_files(shop):
    return [
        *(SAMPLE / shop / f"orders_export_{part}.csv" for part in ("1", "2", "older")),
        SAMPLE / shop / "customers_export.csv",
        SAMPLE / shop / "checkouts_export.csv",
    ]


@pytest.fixture(scope="session")
def sample_files():
    return {shop: _export_files(shop) for shop in SHOPS}


@pytest.fixture(scope="session")
def sample_studio():
    """Files of the studio, in the plain formats."""
    return sorted((SAMPLE / "studio").iterdir())


@pytest.fixture(scope="session")
def sample_imports(tmp_path_factory):
    """Path of a workspace with both sample shops, and what each import said. Not to be changed."""
    path = tmp_path_factory.mktemp("sample") / ".clientlens"
    said = {}
    for shop in SHOPS:
        done = run_clientlens(
            *("--workspace", path, "import", "--json", "--store", shop, "--timezone", "Europe/Berlin"),
            *_export_files(shop),
        )
        assert done.code == 0, done.stderr
        said[shop] = done
    return path, said


@pytest.fixture(scope="session")
def sample(sample_imports):
    """The workspace with both sample shops. Not to be changed."""
    return sample_imports[0]


@pytest.fixture
def own_sample(sample, tmp_path):
    """A copy of it that a test may change."""
    path = tmp_path / "copy" / ".clientlens"
    shutil.copytree(sample, path)
    return path


@pytest.fixture(scope="session")
def reviewed(sample, tmp_path_factory):
    """A workspace with both sample shops and lantern's reviews. Not to be changed."""
    path = tmp_path_factory.mktemp("reviewed") / ".clientlens"
    shutil.copytree(sample, path)
    done = run_clientlens("-w", path, "import", "--store", "lantern", SAMPLE / "lantern" / "reviews.csv")
    assert done.code == 0, done.stderr
    return path


@pytest.fixture
def ask(sample, tmp_path):
    """`ask("insights", "--json")` of the sample workspace, as of its last day."""

    def call(*args, **kwargs):
        kwargs.setdefault("folder", tmp_path)
        return run_clientlens("--workspace", sample, "--as-of", AS_OF, *args, **kwargs)

    return call


@pytest.fixture(scope="session")
def shown(sample, tmp_path_factory):
    """The same, each question carried out once for all tests: for those that only look at the answer."""
    folder = tmp_path_factory.mktemp("asked")

    @functools.cache
    def call(*args):
        return run_clientlens("--workspace", sample, "--as-of", AS_OF, *args, folder=folder)

    return call


@pytest.fixture(scope="session")
def sums_of():
    """`sums_of(workspace, day)`: what became of the money of all orders stored, by currency; two decimals, as text.

    Added up here from the stored tables, by the definitions alone; only the status of an order is asked of analysis.
    """

    def call(path, day):
        with Workspace.open(path) as opened:
            facts = opened.facts()
            as_of = as_of_from_date(parse_date(day), opened.timezone)
            orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when="paid").collect()
        sums = {}
        for order in orders.iter_rows(named=True):
            amounts = sums.setdefault(order["currency"], dict.fromkeys(PARTS, 0))
            if order["client_id"] is None:
                amounts["unattributed"] += order["order_total"]
            elif order["status"] == "completed":
                amounts["completed_net"] += order["order_total"] - order["refunded"]
                amounts["completed_refunded"] += order["refunded"]
            else:
                amounts[order["status"]] += order["order_total"]
        return {
            currency: {name: f"{Decimal(amount) / 100:.2f}" for name, amount in amounts.items()}
            for currency, amounts in sums.items()
        }

    return call


PARTS = ("completed_net", "completed_refunded", "in_progress", "cancelled", "unattributed")
HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Shipping Name,Shipping Street,Shipping City,Shipping Zip,"
    "Shipping Country,Notes,Cancelled at,Payment Method,Refunded Amount,Vendor,Id,Tags,Source,Phone"
).split(",")
ORDER = {
    "Name": "#1001",
    "Email": "jane@example.org",
    "Financial Status": "paid",
    "Paid at": "2026-03-01 10:05:00 +0100",
    "Fulfillment Status": "fulfilled",
    "Currency": "EUR",
    "Subtotal": "20.00",
    "Shipping": "5.00",
    "Taxes": "0.00",
    "Total": "25.00",
    "Created at": "2026-03-01 10:00:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": "Candle",
    "Lineitem price": "20.00",
    "Lineitem sku": "CA-1",
    "Lineitem requires shipping": "true",
    "Lineitem taxable": "true",
    "Lineitem fulfillment status": "fulfilled",
    "Billing Name": "Jane Doe",
    "Refunded Amount": "0.00",
    "Id": "5001",
}


@pytest.fixture
def orders_csv(tmp_path):
    """Write an orders export: `orders_csv("a.csv", {"Total": "1.00"}, {...})`; one dictionary per row, over ORDER."""
    import csv

    def write(name, *rows, header=None, **options):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header or HEADER, restval="", extrasaction="ignore", **options)
            writer.writeheader()
            for number, row in enumerate(rows or ({},)):
                own = {"Name": f"#{1001 + number}", "Id": str(5001 + number)}
                writer.writerow({**ORDER, **own, **row})
        return path

    return write
