"""`clientlens campaigns`: letters by post to clients, from a file that says to whom and why."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.campaign_results import results
from clientlens.cli.context import current

ANSWERS = {
    "campaigns check": "clientlens.cli.campaigning:CHECK_FIELDS",
    "campaigns plan": "clientlens.campaigns.plan_fields:FIELDS",
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


COMMAND = Group(
    name="campaigns",
    help="Letters by post to clients: whom to write to, what it costs, what it changed.",
    commands={
        "new": leaf(new, answers=False),
        "check": leaf(check),
        "plan": leaf(plan),
        "results": leaf(results),
    },
)
