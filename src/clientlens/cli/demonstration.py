"""The demo: real commands on the sample data, each shown above its answer."""

from __future__ import annotations

import shlex
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clientlens.errors import SampleMissing

if TYPE_CHECKING:
    from clientlens.cli.context import Run

AS_OF = "2026-10-31"
"""The day the sample was 'exported': so that the demo gives the same figures whenever it is run."""

_PARTS = (("orders", "_1"), ("orders", "_2"), ("orders", "_older"), ("customers", ""), ("checkouts", ""))


def _files(shop: str) -> str:
    return " ".join(f"{shop}/{name}_export{part}.csv" for name, part in _PARTS)


SCRIPT = (
    f"import --store lantern --timezone Europe/Berlin {_files('lantern')} lantern/reviews.csv",
    f"import --store harbour {_files('harbour')}",
    "insights --limit 10",
    "insights {favourite}",
    "leaderboard --window last-quarter --top 10",
    "segments",
    "clients --where \"bought('Candle%') and not bought('Wick%') and completed_orders > 2\" --limit 5",
    "checkouts --summary",
    "checkouts --status open --limit 5",
)
LETTERS = (
    "campaigns new win-back --template win_back -o win-back.toml",
    "campaigns plan win-back.toml --limit 5",
)
"""What follows where the extra `letters` is installed."""
SENDER = {
    "CLIENTLENS_SENDER_NAME": "Ada Lindt",
    "CLIENTLENS_SENDER_SHOP": "Lantern Candles",
    "CLIENTLENS_SENDER_ADDRESS": "Hafenstr. 1\n20457 Hamburg",
    "CLIENTLENS_SENDER_COUNTRY": "DE",
}
"""Who writes the letters; one's own shop stands in clientlens.toml."""


def sample_folder() -> Path:
    """Where the sample data lies: inside the installed package, or in the project's own `data/sample`.

    Raises:
        SampleMissing
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_sample", package.parent.parent / "data" / "sample"):
        if (folder / "lantern").is_dir():
            return folder
    raise SampleMissing(str(package / "_sample"))


def demonstrate(run: Run) -> None:
    """Carry out `SCRIPT`, then `LETTERS`, in a workspace that is deleted afterwards, each command line above its answer."""
    from clientlens.cli.app import root
    from clientlens.letters.packages import missing

    samples = sample_folder()
    letters = () if missing() else LETTERS
    with tempfile.TemporaryDirectory(prefix="clientlens-demo-") as folder:
        workspace = str(Path(folder) / ".clientlens")
        favourite = ""
        for line in (*SCRIPT, *letters):
            if "{favourite}" in line:
                favourite = _best_client(workspace)
            command = line.format(favourite=shlex.quote(favourite))
            _headline(run, f"clientlens {command}")
            arguments = ["--workspace", workspace, "--as-of", AS_OF, *shlex.split(command)]
            place = Path(folder) if line in letters else samples
            inner = replace(run, folder=place, flags=replace(run.flags), environment=SENDER, exit_code=0)
            inner.flags.quiet = True
            with root().make_context("clientlens", arguments, obj=inner) as context:
                root().invoke(context)
            run.console.data(b"\n")
    run.refresh_console()
    run.console.note(f"The sample ends on {AS_OF}, so each answer is given as of that day (--as-of {AS_OF}).")
    run.console.note("Now your own files: clientlens import FILE...")
    if letters:
        run.console.note("See a letter: clientlens campaigns new spring -o spring.toml, then")
        run.console.note("              clientlens campaigns run spring.toml --preview sample -o letter.pdf")
    else:
        run.console.note("For letters, too: pip install 'clientlens[letters]'")


def _headline(run: Run, text: str) -> None:
    start, end = (b"\x1b[1;36m", b"\x1b[0m") if run.console.color else (b"", b"")
    run.console.data(start + b"$ " + text.encode() + end + b"\n")


def _best_client(workspace: str) -> str:
    """The e-mail of the sample's client with most completed orders."""
    import polars as pl

    from clientlens.workspace.workspace import Workspace

    with Workspace.open(Path(workspace)) as opened:
        facts = opened.facts()
        counted = (
            facts.orders.filter(pl.col("payment_state") == "paid")
            .join(facts.identities, on="person_key")
            .group_by("client_id")
            .agg(pl.col("store").n_unique().alias("stores"), pl.len())
            .join(facts.clients.filter(pl.col("email").is_not_null()), on="client_id")
            .sort("stores", "len", "client_id", descending=[True, True, False])
            .collect()
        )
    return str(counted["email"][0])
