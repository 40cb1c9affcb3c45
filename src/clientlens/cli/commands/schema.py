"""`clientlens schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current


def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="As it is called: leaderboard, workspace status."),
    ] = None,
) -> None:
    """Print the JSON Schema of a command's JSON answer.

    Without a COMMAND: the names that have one.

    \b
    Examples:
      clientlens schema
      clientlens schema leaderboard
      clientlens schema workspace status
      clientlens schema orders --lines
    """
    import json

    from clientlens.cli.schemas import schema_names, schema_of

    run = current()
    if not command:
        run.console.data("".join(name + "\n" for name in schema_names()).encode())
        return
    body = json.dumps(schema_of(" ".join(command)), indent=2, ensure_ascii=False)
    run.console.data(body.encode() + b"\n")


COMMAND = leaf(schema, answers=False)
# Some answers are called by an option: schema orders --lines.
COMMAND.context_settings["ignore_unknown_options"] = True
