"""One letter of a campaign to look at: the body of `campaigns run --preview`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.cli.campaigning import load_campaign
from clientlens.cli.order_requests import zone_of
from clientlens.errors import CannotFill, LetterRefused, NoFileNamed, Suppressed

if TYPE_CHECKING:
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Letter


def write_preview(run: Run, file: str, client: str, output: str | None, *, force: bool) -> None:
    """Write a letter as PDF, marked as a preview on every page; nothing is recorded.

    Args:
        client: `sample`: an invented one, for which no workspace is needed.
        output: the file to write, None: stdout, unless that is a terminal.

    Raises:
        CampaignMissing, BadCampaign, SenderNeeded, UnknownClient, AmbiguousClient, Suppressed, LettersMissing
        LetterRefused: there can be no such letter. NoFileNamed: stdout is a terminal. OutputExists, OutputFailed
    """
    from clientlens.cli.writing import may_write, write_file

    if output is None and run.stdout_is_terminal:
        raise NoFileNamed
    if output is not None:
        may_write(run.folder / output, force=force, shown=output)
    campaign = load_campaign(run, file)
    data = _drawn(campaign, _letter(run, campaign, client), client)
    if output is None:
        run.console.data(data)
    else:
        write_file(run.folder / output, data, force=force, shown=output)


def _drawn(campaign: Campaign, letter: Letter, client: str) -> bytes:
    """The marked letter, where the unmarked one would be made.

    Raises:
        LetterRefused
    """
    from clientlens.campaigns.checking import drawer_of
    from clientlens.letters.finished import finished
    from clientlens.letters.refusal import Refusal

    drawer = drawer_of(campaign.spec)
    real = finished(drawer, replace(letter, preview=""))
    if isinstance(real, str):
        raise LetterRefused(client, real)
    marked = drawer.draw(letter)
    if isinstance(marked, Refusal):
        raise LetterRefused(client, marked.detail)
    return marked.data


def _letter(run: Run, campaign: Campaign, client: str) -> Letter:
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.suppression import KINDS, Suppressions
    from clientlens.campaigns.preview import SAMPLE, preview_of
    from clientlens.campaigns.sending import writer_of
    from clientlens.cli.campaign_letters import source_of
    from clientlens.workspace.ledger import history

    if client == SAMPLE:
        return _of_sample(run, campaign)
    with run.open() as workspace:
        writer = writer_of(campaign.spec, run.settings)
        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        client_id = find_one(facts, client)
        if Suppressions.of(history(workspace, kinds=KINDS)).clients(facts, [client_id]):
            raise Suppressed(client)
        source = source_of(run, workspace, facts, campaign, as_of)
        letter = preview_of(campaign, writer, client_id, source)
    if isinstance(letter, str):
        raise LetterRefused(client, letter)
    return letter


def _of_sample(run: Run, campaign: Campaign) -> Letter:
    from clientlens.campaigns.preview import SAMPLE, preview_of_sample

    try:
        return preview_of_sample(campaign, _sample_writer(run, campaign), run.as_of(zone_of(run)))
    except CannotFill as error:
        raise LetterRefused(SAMPLE, error.reason) from None


def _sample_writer(run: Run, campaign: Campaign) -> Writer:
    """Whoever the settings name, else an invented sender, so that a template can be looked at at once."""
    from clientlens.campaigns.sending import Writer, unset, writer_of
    from clientlens.letters.sample import SENDER

    missing = unset(campaign.spec, run.settings)
    if not missing:
        return writer_of(campaign.spec, run.settings)
    run.console.note(f"note: the sender is invented, since not set: {', '.join(missing)}")
    return Writer(SENDER, "DE")
