"""`clientlens letters`: what was sent to whom, what became of it, and who scanned its code."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.shared import AcceptRejects, LockTimeout  # noqa: TC001 - typer reads them
from clientlens.errors import BadCombination, NothingToMark, OptionNeeded

ANSWERS = {
    "letters": "clientlens.analysis.letter_list:LIST_FIELDS",
    "letters mark": "clientlens.cli.lettering:MARK_FIELDS",
    "letters reprint": "clientlens.analysis.letter_list:SHOW_FIELDS",
    "letters scans": "clientlens.analysis.letter_list:SCAN_FIELDS",
    "letters show": "clientlens.analysis.letter_list:SHOW_FIELDS",
}

Campaign = Annotated[str | None, typer.Option(metavar="NAME", help="Only letters of this campaign.")]
OfRun = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="Only letters made in this run: 2026-11-25.")
]
Letter = Annotated[str, typer.Argument(metavar="LETTER", help="Its id, its code or its file's name.")]


def list_(
    campaign: Campaign = None,
    client: Annotated[
        str | None,
        typer.Option(metavar="CLIENT", help="Only to this client: id, e-mail, order number or name."),
    ] = None,
    status: Annotated[
        Literal["assigned", "rendered", "handed_over", "printed", "delivered", "failed"] | None,
        typer.Option(help="Only those that stand there."),
    ] = None,
    made_in: OfRun = None,
) -> None:
    """List letters and where they stand, the latest first.

    \b
    Examples:
      clientlens letters
      clientlens letters list --status rendered
      clientlens letters list --client jana@example.org --json
    """
    from clientlens.cli.lettering import Chosen, list_letters

    list_letters(current(), Chosen(campaign, client, status, made_in))


def show(letter: Letter) -> None:
    """Show a letter and every status it had.

    With -o FILE.pdf its PDF is written, byte for byte as it was made.

    \b
    Examples:
      clientlens letters show k7m2px4d
      clientlens letters show k7m2px4d -o letter.pdf
    """
    from clientlens.cli.lettering import show_letter

    show_letter(current(pdf=True), letter)


def mark(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LETTER...] [STATUS]",
            help="Letters, then handed_over, printed (that is: sent), delivered or failed.",
        ),
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day on which it was so [default: today].")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why, such as: moved, address unknown.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="A print service's list, CSV: a letter and a status in each row."
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="E", help="Text encoding of --from [default: utf-8].")
    ] = None,
    campaign: Campaign = None,
    made_in: OfRun = None,
    accept_rejects: AcceptRejects = 0,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Note that letters were handed over, printed, delivered, or failed.

    A status may be left out, none goes backward. The same again changes nothing. Rows of a list that cannot be
    understood are set aside, and the exit code is 1.

    \b
    Examples:
      clientlens letters mark k7m2px4d printed --on 2026-11-26
      clientlens letters mark k7m2px4d failed --reason 'address unknown'
      clientlens letters mark --campaign spring --run 2026-11-25 handed_over
      clientlens letters mark --from report.csv
    """
    from clientlens.campaigns.marking import MARKS
    from clientlens.cli.lettering import Chosen, mark_all, mark_from, mark_letters

    run, said, chosen = current(), words or [], Chosen(campaign=campaign, run=made_in)
    if from_ is not None:
        for given, option in ((said, "LETTER"), (on, "--on"), (reason, "--reason")):
            if given:
                raise BadCombination("--from", option)
        mark_from(run, from_, chosen, accepted=accept_rejects, encoding=encoding, lock_timeout=lock_timeout)
        return
    if encoding is not None:
        raise OptionNeeded("--encoding", "--from")
    if not said or said[-1] not in MARKS:
        raise NothingToMark(said[-1] if said else None, MARKS)
    *names, status = said
    if made_in is not None and campaign is None:
        raise OptionNeeded("--run", "--campaign")
    if names and campaign is not None:
        raise BadCombination("LETTER", "--campaign")
    if names:
        mark_letters(run, names, status, on=on, reason=reason, lock_timeout=lock_timeout)
    elif campaign is not None:
        mark_all(run, status, chosen, on=on, reason=reason, lock_timeout=lock_timeout)
    else:
        raise NothingToMark(None, MARKS)


def reprint(
    letter: Letter,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; needed, and recorded.")] = None,
    anew: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Draw it anew by its campaign's file, of what is known today."),
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Let a letter be sent again, under its id and code.

    It is the PDF as it was made; with --anew another one beside it, which is also the way out when the first is damaged.

    \b
    Examples:
      clientlens letters reprint k7m2px4d --reason 'torn in the printer'
      clientlens letters reprint k7m2px4d --reason 'has moved' --anew spring.toml
    """
    from clientlens.cli.lettering import carry_out_reprint

    carry_out_reprint(current(), letter, reason, anew, lock_timeout)


def scans(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="CSV of codes and times, or your web server's access log, to import first.",
        ),
    ] = None,
    accept_rejects: AcceptRejects = 0,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """List the codes that were scanned: whose letter, when first, how often.

    Robots and previews are left out, and openings by the same program within a minute are one. Importing a file
    again adds nothing.

    \b
    Examples:
      clientlens letters scans access.log
      clientlens letters scans --json
    """
    from clientlens.cli.lettering import tell_scans

    tell_scans(current(), files or [], accepted=accept_rejects, lock_timeout=lock_timeout)


COMMAND = Group(
    name="letters",
    help="List letters: to whom, where they stand, whether they were scanned.",
    commands={
        "list": leaf(list_),
        "show": leaf(show),
        "mark": leaf(mark),
        "reprint": leaf(reprint),
        "scans": leaf(scans),
    },
    default="list",
)
