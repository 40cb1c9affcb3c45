"""`clientlens import`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current

ANSWERS = {"import": "clientlens.cli.reports:IMPORT_RESULT_FIELDS"}


def import_(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Export files; - is stdin (then --source).")
    ],
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Format [default: by the header].")
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="NAME", help="Shop the files are of [default: main].")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(metavar="FILE.toml", help="How to read files of another make; see 'template mapping'."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(metavar="E", help="Text encoding [default: utf-8].")] = None,
    date_format: Annotated[
        str | None,
        typer.Option(
            metavar="F", help="Form of times without a zone: '%d/%m/%Y %H:%M'; several with | between."
        ),
    ] = None,
    decimal: Annotated[
        Literal["comma", "point"] | None, typer.Option(help="Decimal sign of amounts [default: point].")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="Z", help="Zone of times without one; of a new workspace too.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="C", help="Currency of orders that name none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would happen; store nothing.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse everything when any row is bad.")] = False,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE.csv", help="Write rows that were set aside, to be corrected.")
    ] = None,
    accept_rejects: Annotated[
        int, typer.Option(min=0, metavar="N", help="Rows set aside that still make exit code 0.")
    ] = 0,
    expect_rows: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Refuse unless the files hold N records.")
    ] = None,
    expect_total: Annotated[
        list[str] | None,
        typer.Option(metavar="CUR=AMOUNT", help="Refuse unless orders add up to it: EUR=1234.50."),
    ] = None,
    lock_timeout: Annotated[
        float, typer.Option(min=0, metavar="S", help="Seconds to wait for another writer.", show_default=True)
    ] = 30.0,
) -> None:
    """Import export files: all of them, or nothing.

    Each file is recognised by its header. Rows that cannot be read are set aside and listed, never guessed at.

    \b
    Examples:
      clientlens import orders_export_1.csv orders_export_2.csv customers_export.csv
      clientlens import --store paris orders_export.csv --rejects bad.csv
      clientlens import orders_export.csv --dry-run --json
      clientlens import EtsySoldOrders2026.csv --mapping etsy.toml
    """
    from clientlens.cli.importing import Wanted, carry_out

    carry_out(
        current(),
        files,
        Wanted(
            source=source,
            store=store,
            mapping=mapping,
            encoding=encoding,
            date_format=date_format,
            decimal=decimal,
            timezone=timezone,
            currency=currency,
            dry_run=dry_run,
            strict=strict,
            rejects=rejects,
            accept_rejects=accept_rejects,
            expect_rows=expect_rows,
            expect_total=tuple(expect_total or ()),
            lock_timeout=lock_timeout,
        ),
    )


COMMAND = leaf(import_)
