"""Make docs/client-card.md: what a card holds, with one drawn from the sample data.

Usage: python tools/card_page.py [--write]
"""

from __future__ import annotations

import io
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from clientlens.analysis.client_card import FIELDS
from clientlens.cli.context import Run
from clientlens.cli.demonstration import AS_OF
from clientlens.cli.main import execute
from clientlens.console import Console

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "client-card.md"
SHOP = ROOT / "data" / "sample" / "lantern"
WHO = "bjoern.kesselring36@mail.example"
WIDTH = 80

INTRO = """# The client card

Everything that is known about one client, on one page:

```sh
clientlens client jane@example.org          # an id, e-mail, order number or name, see clients.md
clientlens client jane@example.org --all    # the whole history, and every list to its end
clientlens client 1001 --lines              # what was in each order
clientlens client jane@example.org --json | jq .suggested_message
```

This is a card of the sample data (`python tools/card_page.py --write` draws it anew):

```
{card}
```

## What stands where

- **Who it is.** The nickname first, where you gave one. The address is the one that letters would go to; addresses of
  older records follow. Exports tell one address of an order, so delivery and billing are not kept apart.
- **Purchases** are completed orders, less refunds. With several currencies there is a column for each, and nothing is
  added up over them. Days between purchases are given as mean and as median: one long pause moves the mean, not the
  median. Both need two purchases.
- **By month**: a column for each of the last 24 months, the highest for the number beside it, a dot for none.
- **Segment and scores** (R recency, F frequency, M money) place the client among all registered clients:
  [segments.md](segments.md).
- **Suggested message**: who has bought is asked for an opinion, others are invited; with the command that drafts it, or
  why there is none. Where nothing says that they agreed to e-mail, you have to state a ground
  ([messages.md](messages.md)).
- **Notes and order requests**, the last one first.
- **Products**: the five in most completed orders; tips and `products.ignore` do not count.
- **Orders**, the latest ten. `recovered` marks an order that came out of an abandoned checkout; a checkout that is still
  open stands in its place by date, `abandoned`.
- **Abandoned checkouts** are known of Shopify alone; elsewhere they are not available, which is not 0.
- **Reviews, points, events** (follow, message, login) **and messages**, the latest first.
- **Insights** of both scopes: [figures.md](figures.md). Figures that are not known are left out here; `--all` shows them,
  and what each rests on, as `insights` does. The platform's are left out where nothing is known of the client there and
  nobody is similar.

A section in which there would be nothing is not drawn. Hints beside figures say what to do with them; `--no-hints` leaves
them out. `--as-of` draws the card as it was: later orders, points, notes and messages are not on it.

## The object

`--json` holds all of it, `null` for what is not known and an empty list for what there is none of. `clientlens schema
client` (and `"client --lines"`) is its JSON Schema. Without `--all` it has the latest ten rows of the history;
`history_length` says how many there are. As CSV the nested parts are JSON texts in their cells; JSON Lines and Parquet
keep them.

| key | what it is |
|---|---|
{keys}
"""


def page() -> str:
    """The page's text."""
    keys = "\n".join(f"| `{field.name}` | {field.doc.replace('|', '/')} |" for field in FIELDS)
    return INTRO.format(card=drawn().rstrip("\n"), keys=keys)


def drawn() -> str:
    """The card as a terminal shows it."""
    with tempfile.TemporaryDirectory(prefix="clientlens-card-") as folder:
        files = [str(file) for file in sorted(SHOP.glob("*.csv"))]
        _run(folder, "import", "--store", "lantern", "--timezone", "Europe/Berlin", *files)
        return _run(folder, "--as-of", AS_OF, "client", WHO)


def _run(folder: str, *arguments: str) -> str:
    stdout, stderr = io.BytesIO(), io.StringIO()
    run = Run(
        console=Console(stdout, stderr),
        environment={"NO_COLOR": "1"},
        folder=Path(folder),
        clock=lambda: datetime(2026, 11, 1, 12, tzinfo=UTC),
        stdout_is_terminal=True,
        terminal_width=WIDTH,
    )
    code = execute(["--workspace", str(Path(folder) / ".clientlens"), *arguments], run)
    if code != 0:
        sys.exit(stderr.getvalue())
    return stdout.getvalue().decode()


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, page()))
