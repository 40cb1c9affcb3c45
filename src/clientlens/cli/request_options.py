"""Options that several commands of `requests` share."""

from __future__ import annotations

from typing import Annotated

import typer

RulesFile = Annotated[
    str | None,
    typer.Option("--rules", metavar="FILE", help="Rules file [default: the workspace's requests.toml]."),
]
RequestId = Annotated[str, typer.Argument(metavar="ID", help="Id of the request, or number of a held order.")]
Store = Annotated[str | None, typer.Option(metavar="NAME", help="Its store, where two have the id.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the history.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="When it was, 2026-11-20T18:30 [default: now]."),
]
