"""`clientlens template`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current


def template(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="orders, clients, reviews, events, scans, requests, mapping, or a ready-made letter "
            "(win_back.de.md) or message (win_back.de.txt).",
        ),
    ],
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Draft the mapping from this file's header and rows."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="E", help="Text encoding of that file [default: utf-8].")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --output replace a file.")] = False,
) -> None:
    """Print a CSV to fill in, a mapping, or a letter or message to change.

    \b
    Examples:
      clientlens template orders -o my-orders.csv
      clientlens template mapping
      clientlens template mapping --from sales.csv -o sales.toml
      clientlens template win_back.en.md -o spring.en.md
    """
    from clientlens.cli.templates import carry_out

    carry_out(current(), name, from_=from_, encoding=encoding, output=output, force=force)


COMMAND = leaf(template, answers=False)
