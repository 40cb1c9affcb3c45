"""Make docs/metrics.md of the table of metrics.

Usage: python tools/metrics_page.py [--write]
"""

from __future__ import annotations

import sys
from pathlib import Path

from clientlens.analysis.metric_table import CLIENT_COLUMNS, METRICS, Metric

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "metrics.md"
INTRO = """# Metrics

What can be said of a client in one figure, over all time up to the as-of day. Made from the table in
`analysis/metric_table.py` by `python tools/metrics_page.py --write`.

```sh
clientlens metrics                        # one row per client
clientlens metrics jane@example.org       # one client: every figure, with its unit
clientlens metrics --describe             # this page
clientlens metrics -o metrics.parquet     # to take elsewhere
```

There is one row per client, whatever currencies it paid in: counts and dates are over all orders, **amounts are of
orders in the home currency alone** (`currency`; `money.home_currency`, else the currency of most completed orders). So
the mean of an amount is over these orders too. Counts are 0 where there is nothing to count; other figures are null
(an empty cell) as the last column says. Shares are shown as percent in tables and as 0.25 elsewhere. What completes an
order, and what the amounts mean, stands in [figures.md](figures.md).
"""
SCOPES = {
    "client": ("Who it is", "Columns that stand beside the figures."),
    "with_you": ("From the client's own orders", "Over all your stores."),
    "segment": (
        "Beside all other clients",
        "Over registered clients, see [segments.md](segments.md). The row of one client therefore depends on the others.",
    ),
}


def metrics_page() -> str:
    """The text of docs/metrics.md."""
    parts = [INTRO]
    for scope, (title, said) in SCOPES.items():
        rows = [one for one in (*CLIENT_COLUMNS, *METRICS) if one.scope == scope]
        parts.append(f"## {title}\n\n{said}\n")
        parts.append(
            "\n".join(["| name | unit | what it is | null |", "|---|---|---|---|", *map(_row, rows)]) + "\n"
        )
    return "\n".join(parts)


def _row(metric: Metric) -> str:
    return f"| `{metric.name}` | {metric.unit} | {metric.doc} | {metric.null_when or 'never'} |"


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, metrics_page()))
