"""The body of `campaigns run`: what cron calls. Silent when nothing is new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.cli.campaign_planning import question_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.recipients import Plan
    from clientlens.campaigns.running import Making
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.campaign_letters import Desk
    from clientlens.cli.context import Run
    from clientlens.workspace.workspace import Workspace

REFUSED_LISTED = 10


def carry_out_run(run: Run, file: str, *, max_letters: int | None, lock_timeout: float) -> None:
    """Make the letters of a campaign that are to be made, and say what came of it; nothing, if there was nothing to do.

    The exit code is 1 when a letter could not be made.

    Raises:
        CampaignMissing, BadCampaign, SettingNeeded, LettersMissing: before anything is looked at.
        what `running.run` raises
    """
    import shlex

    from clientlens.campaigns.run_answer import run_answer
    from clientlens.campaigns.running import run as run_campaign
    from clientlens.campaigns.sending import writer_of
    from clientlens.cli.campaigning import load_campaign
    from clientlens.errors import ExitCode
    from clientlens.workspace.workspace import stored_timezone

    campaign = load_campaign(run, file)
    path = run.existing_workspace()
    done = run_campaign(
        path,
        campaign.spec,
        making_of(run, campaign, writer_of(campaign.spec, run.settings)),
        at=run.clock(),
        command=shlex.join(["clientlens", "campaigns", "run", file]),
        max_letters=max_letters,
        random=run.random,
        actor=run.actor,
        lock_timeout=lock_timeout,
    )
    answer = run_answer(campaign.spec, done, stored_timezone(path) or "UTC")
    if done.anything or run.format_asked not in {None, "table"} or run.flags.output is not None:
        run.answer(answer)
    refused = answer.rows["refused"].to_list()[0]
    for one in refused[:REFUSED_LISTED]:
        which = " ".join(one[name] for name in ("letter_id", "client_id") if one[name])
        run.console.warn(f"not made: {which}: {one['reason']}")
    if len(refused) > REFUSED_LISTED:
        run.console.warn(f"and {len(refused) - REFUSED_LISTED:,} more; --json lists all")
    if refused:
        run.exit_code = ExitCode.SET_ASIDE


def making_of(run: Run, campaign: Campaign, writer: Writer) -> Making:
    """Everything that a run of this campaign asks for, of the workspace that it holds."""
    from clientlens.campaigns.running import Making
    from clientlens.cli.campaign_letters import Desk, objecting

    desks: list[Desk] = []

    def desk(workspace: Workspace) -> Desk:
        # The workspace is held for writing, so that one reading of it is right to the end.
        if not desks:
            desks.append(Desk(run, workspace, workspace.facts(), campaign, writer))
        return desks[0]

    def plan(workspace: Workspace, assigned: Sequence[Assigned], most: int | None) -> Plan:
        from clientlens.campaigns.planning import plan as planned

        one, as_of = desk(workspace), run.as_of(workspace.timezone)
        question = question_of(
            run,
            workspace,
            one.facts,
            as_of=as_of,
            make=one.make,
            incomplete=one.incomplete,
            max_letters=most,
        )
        return planned(campaign.spec, replace(question, assigned=assigned))

    return Making(
        plan=plan,
        suppressed=lambda workspace, clients: objecting(workspace, desk(workspace).facts, clients),
        compose=lambda workspace, wanted: desk(workspace).compose(wanted),
        draw=lambda workspace, letter: desk(workspace).draw(letter),
        merge=lambda workspace, pdfs, name: desk(workspace).merge(pdfs, name),
    )
