"""One letter of a campaign to look at: the body of `campaigns run --preview`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.cli.campaign_letters import drawer_of, source_of
from clientlens.cli.campaigning import load_campaign
from clientlens.cli.order_requests import zone_of
from clientlens.errors import CannotFill, LetterRefused, NoFileNamed

if TYPE_CHECKING:
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Letter


def write_preview(run: Run, file: str, client: str, output: str | None, *, force: bool) -> None:
    """Write a letter as PDF, marked as a preview; nothing is recorded.

    Args:
        client: `sample`: an invented one, for which no workspace is needed.
        output: the file to write, None: stdout, unless that is a terminal.

    Raises:
        CampaignMissing, BadCampaign, SettingNeeded, UnknownClient, AmbiguousClient, LetterRefused, LettersMissing
        NoFileNamed: stdout is a terminal. OutputExists, OutputFailed
    """
    from clientlens.cli.writing import may_write, write_file
    from clientlens.letters.refusal import Refusal

    if output is None and run.stdout_is_terminal:
        raise NoFileNamed
    if output is not None:
        may_write(run.folder / output, force=force, shown=output)
    drawn = drawer_of(campaign := load_campaign(run, file)).draw(_letter(run, campaign, client))
    if isinstance(drawn, Refusal):
        raise LetterRefused(client, drawn.detail)
    if output is None:
        run.console.data(drawn.data)
    else:
        write_file(run.folder / output, drawn.data, force=force, shown=output)


def _letter(run: Run, campaign: Campaign, client: str) -> Letter:
    from clientlens.analysis.client_lookup import find_one
    from clientlens.campaigns.preview import SAMPLE, preview_of
    from clientlens.campaigns.sending import writer_of

    if client == SAMPLE:
        return _of_sample(run, campaign)
    with run.open() as workspace:
        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        client_id = find_one(facts, client)
        source = source_of(run, workspace, facts, campaign, as_of)
        letter = preview_of(campaign, writer_of(campaign.spec, run.settings), client_id, source)
    if isinstance(letter, str):
        raise LetterRefused(client, letter)
    return letter


def _of_sample(run: Run, campaign: Campaign) -> Letter:
    from clientlens.campaigns.preview import preview_of_sample

    try:
        return preview_of_sample(campaign, _sample_writer(run, campaign), run.as_of(zone_of(run)))
    except CannotFill as error:
        raise LetterRefused("sample", error.reason) from None


def _sample_writer(run: Run, campaign: Campaign) -> Writer:
    """Whoever the settings name, else an invented sender, so that a template can be looked at at once."""
    from clientlens.campaigns.sending import Writer, unset, writer_of
    from clientlens.letters.sample import SENDER

    if unset(campaign.spec, run.settings):
        run.console.note(
            "note: the sender is invented: sender.shop, sender.address and sender.country are not all set"
        )
        return Writer(SENDER, "DE")
    return writer_of(campaign.spec, run.settings)
