"""`clientlens workspace`: what is in it, what was done to it, and keeping it whole."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.options import json_param
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - Typer reads it

ANSWERS = {
    "workspace status": "clientlens.cli.reports:STATUS_FIELDS",
    "workspace imports": "clientlens.cli.reports:IMPORT_FIELDS",
    "workspace history": "clientlens.cli.upkeep:HISTORY_FIELDS",
    "workspace undo": "clientlens.cli.upkeep:UNDO_FIELDS",
    "workspace check": "clientlens.cli.upkeep:DAMAGE_FIELDS",
    "workspace check --repair": "clientlens.cli.upkeep:REPAIR_FIELDS",
    "workspace vacuum": "clientlens.cli.upkeep:VACUUM_FIELDS",
    "workspace paths": "clientlens.cli.upkeep:PATH_FIELDS",
    "workspace export": "clientlens.cli.exporting:FILE_FIELDS",
}


def status() -> None:
    """Show what the workspace holds and where it is.

    \b
    Examples:
      clientlens workspace status
      clientlens workspace status --json
    """
    from clientlens.cli.reports import status_answer

    run = current()
    with run.open() as workspace:
        run.answer(status_answer(workspace))


def imports() -> None:
    """List every import, the first one first.

    \b
    Examples:
      clientlens workspace imports
    """
    from clientlens.cli.reports import imports_answer

    run = current()
    with run.open() as workspace:
        run.answer(imports_answer(workspace))


def history() -> None:
    """List what was ever done: imports, undos, repairs, ledger entries.

    \b
    Examples:
      clientlens workspace history
      clientlens workspace history --json
    """
    from clientlens.cli.upkeep import history_answer

    run = current()
    with run.open() as workspace:
        run.answer(history_answer(workspace))


def undo(
    import_id: Annotated[
        int | None,
        typer.Argument(metavar="[ID]", help="Number of the import [default: the last that counts]."),
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take an import back, as if it had never been made.

    It need not be the last one. Import the same files again to have it back.

    \b
    Examples:
      clientlens workspace undo
      clientlens workspace undo 1
    """
    from clientlens.cli.upkeep import carry_out_undo

    carry_out_undo(current(), import_id, lock_timeout)


def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Derive damaged files anew from the imports; delete orphans.")
    ] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Read every stored byte and compare its hash; silent when all is well.

    Each damaged file is named, and the exit code is 4.

    \b
    Examples:
      clientlens workspace check
      clientlens workspace check --repair
    """
    from clientlens.cli.upkeep import carry_out_check, carry_out_repair

    if repair:
        carry_out_repair(current(), lock_timeout)
    else:
        carry_out_check(current())


def vacuum(lock_timeout: LockTimeout = 30.0) -> None:
    """Delete files that the last three states do not need, and orphans.

    \b
    Examples:
      clientlens workspace vacuum
    """
    from clientlens.cli.upkeep import carry_out_vacuum

    carry_out_vacuum(current(), lock_timeout)


def paths(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="orders, order_lines, clients, ...")],
) -> None:
    """Print where a table's live Parquet files are, one in each line.

    Amounts in them are whole numbers of the currency's smallest unit. The next import may replace them.

    \b
    Examples:
      clientlens workspace paths orders
      clientlens workspace paths clients --json
    """
    from clientlens.cli.upkeep import tell_paths

    run = current()
    with run.open() as workspace:
        tell_paths(run, workspace, table)


def export(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder for the files; made if need be.")],
    file_format: Annotated[
        Literal["parquet", "csv"], typer.Option("--format", "-f", help="Form of the files.")
    ] = "parquet",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    csv_safe: Annotated[
        bool, typer.Option(" /--no-csv-safe", help="Do not guard CSV cells that look like formulas.")
    ] = True,
) -> None:
    """Write every table into a folder: one file each, with client ids.

    \b
    Examples:
      clientlens workspace export copy
      clientlens workspace export copy --format csv --force
    """
    from clientlens.cli.exporting import carry_out

    carry_out(current(), folder, file_format, force=force, csv_safe=csv_safe)


_export = leaf(export, answers=False)
_export.params.append(json_param())

COMMAND = Group(
    name="workspace",
    help="Show what is stored and what was done; take back, check, repair, copy.",
    commands={
        "status": leaf(status),
        "imports": leaf(imports),
        "history": leaf(history),
        "undo": leaf(undo),
        "check": leaf(check),
        "vacuum": leaf(vacuum),
        "paths": leaf(paths),
        "export": _export,
    },
    default="status",
)
