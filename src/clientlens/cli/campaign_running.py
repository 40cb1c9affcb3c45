"""The body of `campaigns run`: what cron calls. Silent when nothing is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.cli.campaign_planning import question_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.composing import Source
    from clientlens.campaigns.recipients import Plan
    from clientlens.campaigns.running import Making
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Drawn, Letter
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
    from clientlens.cli.campaigning import load_campaign
    from clientlens.errors import ExitCode
    from clientlens.workspace.workspace import stored_timezone

    campaign = load_campaign(run, file)
    path = run.existing_workspace()
    done = run_campaign(
        path,
        campaign.spec,
        making_of(run, campaign),
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


def making_of(run: Run, campaign: Campaign) -> Making:
    """Everything that a run of this campaign asks for."""
    from clientlens.campaigns.composing import Named, compose
    from clientlens.campaigns.running import Making
    from clientlens.campaigns.sending import writer_of

    spec, writer = campaign.spec, writer_of(campaign.spec, run.settings)
    press = Press(campaign)

    def composed(workspace: Workspace, wanted: Sequence[tuple[str, str, str]]) -> Sequence[Letter | str]:
        source = source_of(run, workspace, campaign, [client for client, *_ in wanted])
        return compose(campaign, writer, [Named(*one) for one in wanted], source)

    def merged(pdfs: Iterable[bytes], name: str) -> bytes:
        from clientlens.letters.pdf import merged as merge

        return b"".join(merge(pdfs, f"{spec.name} {name}", writer.sender.shop, spec.language))

    return Making(
        plan=lambda workspace, assigned, most: planned(run, workspace, campaign, assigned, most),
        suppressed=objecting,
        compose=composed,
        draw=press.draw,
        merge=merged,
    )
