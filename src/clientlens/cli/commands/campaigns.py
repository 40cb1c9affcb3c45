"""`clientlens campaigns`: letters by post to clients, from a file that says to whom and why."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.campaign_results import results
from clientlens.cli.context import current
from clientlens.cli.shared import AcceptRejects, LockTimeout  # noqa: TC001 - typer reads them
from clientlens.errors import BadCombination

ANSWERS = {
    "campaigns check": "clientlens.cli.campaigning:CHECK_FIELDS",
    "campaigns plan": "clientlens.campaigns.plan_fields:FIELDS",
    "campaigns run": "clientlens.campaigns.run_answer:FIELDS",
    "campaigns": "clientlens.analysis.letter_list:CAMPAIGN_FIELDS",
    "campaigns results": "clientlens.analysis.campaign_fields:FIELDS",
}

CampaignFile = Annotated[
    str, typer.Argument(metavar="FILE", help="The campaign's file, such as spring.toml.")
]


def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Of the campaign: letters, digits and hyphens.")
    ],
    template: Annotated[
        str, typer.Option(metavar="T", help="Letter: a ready-made one, or a file.", show_default=True)
    ] = "win_back",
    language: Annotated[
        Literal["en", "de", "it"],
        typer.Option(help="Of clients whose own language is not known.", show_default=True),
    ] = "en",
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of stdout.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --output replace a file.")] = False,
) -> None:
    """Print a campaign's file to begin with, every key explained.

    \b
    Examples:
      clientlens campaigns new spring -o spring.toml
      clientlens campaigns new thanks --template thank_you --language de
    """
    from clientlens.cli.campaigning import print_new

    print_new(current(), name, template, language, output=output, force=force)


def check(file: CampaignFile) -> None:
    """Find every slip in a campaign's file and its letter, each with its line.

    The exit code is 2 when there is one.

    \b
    Examples:
      clientlens campaigns check spring.toml
      clientlens campaigns check spring.toml --json
    """
    from clientlens.cli.campaigning import tell_check

    tell_check(current(), file)


def plan(
    file: CampaignFile,
    lift: Annotated[
        str | None,
        typer.Option(metavar="P", help="Say how many clients showing P percent more buyers takes."),
    ] = None,
) -> None:
    """Tell who would get a letter, who not and why, and what it costs.

    Nothing is written.

    \b
    Examples:
      clientlens campaigns plan spring.toml
      clientlens campaigns plan spring.toml --lift 20 --json
    """
    from clientlens.cli.campaign_planning import tell_plan

    tell_plan(current(), file, lift)


def run_(
    file: CampaignFile,
    max_letters: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Make at most so many now; the others next time."),
    ] = None,
    accept_rejects: AcceptRejects = 0,
    preview: Annotated[
        str | None,
        typer.Option(
            metavar="CLIENT", help="Only write this client's letter to -o FILE.pdf, marked; sample: invented."
        ),
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Write the letters of a campaign that are to be made now, each once.

    Who gets one and who is held back is recorded first, then each PDF is made. The same again makes nothing new and says
    nothing, so that cron can call it. A letter that cannot be made is told with its reason, and the exit code is 1.

    \b
    Examples:
      clientlens campaigns run spring.toml
      clientlens campaigns run spring.toml --max-letters 100 --json
      clientlens campaigns run spring.toml --preview sample -o preview.pdf
    """
    from clientlens.cli.campaign_preview import write_preview
    from clientlens.cli.campaign_running import carry_out_run

    run = current(pdf=preview is not None)
    if preview is not None:
        if max_letters is not None:
            raise BadCombination("--preview", "--max-letters")
        write_preview(run, file, preview, run.flags.output, force=run.flags.force)
        return
    carry_out_run(run, file, max_letters=max_letters, accepted=accept_rejects, lock_timeout=lock_timeout)


def list_() -> None:
    """List the campaigns that were run, and where their letters stand.

    \b
    Examples:
      clientlens campaigns
      clientlens campaigns list --json
    """
    from clientlens.cli.lettering import list_campaigns

    list_campaigns(current())


COMMAND = Group(
    name="campaigns",
    help="Write letters to clients by post: to whom, at what cost, to what effect.",
    commands={
        "new": leaf(new, answers=False),
        "check": leaf(check),
        "run": leaf(run_),
        "list": leaf(list_),
        "plan": leaf(plan),
        "results": leaf(results),
    },
    default="list",
)
