"""The body of `campaigns run`: what cron calls. Silent when nothing is new."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clientlens.cli.campaign_planning import question_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.composing import Source
    from clientlens.campaigns.recipients import Plan
    from clientlens.campaigns.running import Making
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Drawn, Letter
    from clientlens.workspace.workspace import Workspace

REFUSED_LISTED = 10


def carry_out_run(
    run: Run, file: str, *, max_letters: int | None, accepted: int = 0, lock_timeout: float = 30
) -> None:
    """Make the letters of a campaign that are to be made, and say what came of it; nothing, if there was nothing to do.

    The exit code is 1 when more letters than `accepted` could not be made.

    Raises:
        CampaignMissing, BadCampaign, SenderNeeded, LettersMissing: before anything is looked at.
        what `running.run` raises
    """
    import shlex

    from clientlens.campaigns.run_answer import run_answer
    from clientlens.campaigns.running import run as run_campaign
    from clientlens.campaigns.sending import writer_of
    from clientlens.cli.campaigning import load_campaign
    from clientlens.errors import ExitCode
    from clientlens.workspace.folder import may_be_workspace
    from clientlens.workspace.workspace import stored_timezone

    campaign = load_campaign(run, file)
    path = run.existing_workspace()
    may_be_workspace(path)
    making = making_of(run, campaign, writer_of(campaign.spec, run.settings))
    done = run_campaign(
        path,
        campaign.spec,
        making,
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
        which = " to ".join(one[name] for name in ("letter_id", "client_id") if one[name])
        run.console.warn(f"not made: {which}: {one['reason']}")
    if len(refused) > REFUSED_LISTED:
        run.console.warn(f"and {len(refused) - REFUSED_LISTED:,} more; --json lists all")
    if len(refused) > accepted:
        run.exit_code = ExitCode.SET_ASIDE


def making_of(run: Run, campaign: Campaign, writer: Writer) -> Making:
    """Everything that a run of this campaign asks for.

    Raises:
        LettersMissing
    """
    from clientlens.campaigns.running import Making

    desk = _Desk(run, campaign, writer)
    return Making(
        plan=desk.plan,
        suppressed=desk.suppressed,
        compose=desk.compose,
        draw=desk.draw,
        merge=desk.merge,
        progress=partial(run.console.progress, "making letters"),
    )


class _Desk:
    """One campaign, and the one state of the workspace that is held for writing."""

    def __init__(self, run: Run, campaign: Campaign, writer: Writer) -> None:
        from clientlens.campaigns.checking import drawer_of

        self.run, self.campaign, self.writer = run, campaign, writer
        self.drawer = drawer_of(campaign.spec)
        self.known: Source | None = None
        self.planned: dict[str, Letter] = {}

    def _source(self, workspace: Workspace) -> Source:
        from clientlens.cli.campaign_letters import source_of

        if self.known is None:
            as_of = self.run.as_of(workspace.timezone)
            self.known = source_of(self.run, workspace, workspace.facts(), self.campaign, as_of)
        return self.known

    def plan(self, workspace: Workspace, assigned: Sequence[Assigned], most: int | None) -> Plan:
        """Whom to write to now."""
        from clientlens.campaigns.planning import plan
        from clientlens.cli.campaign_letters import maker_of

        source = self._source(workspace)
        question = question_of(
            self.run,
            workspace,
            source.facts,
            self.campaign,
            self.writer,
            as_of=source.as_of,
            make=maker_of(self.campaign, self.writer, source),
            max_letters=most,
            assigned=assigned,
        )
        found = plan(self.campaign.spec, question)
        self.planned = {one.client_id: one.letter for one in found.mailed}
        return found

    def suppressed(self, workspace: Workspace, clients: Sequence[str]) -> frozenset[str]:
        """Those of these clients who object to letters today."""
        from clientlens.analysis.suppression import KINDS, Suppressions
        from clientlens.workspace.ledger import history

        return Suppressions.of(history(workspace, kinds=KINDS)).clients(
            self._source(workspace).facts, clients
        )

    def compose(self, workspace: Workspace, wanted: Sequence[tuple[str, str, str]]) -> Sequence[Letter | str]:
        """The letters of these (client_id, letter_id, code): as they were planned, or composed now."""
        from clientlens.campaigns.composing import Named, compose, with_code

        named = [Named(*one) for one in wanted]
        kept = [
            with_code(self.campaign, self.planned[one.client_id], one)
            if one.client_id in self.planned
            else None
            for one in named
        ]
        anew = [one for one, letter in zip(named, kept, strict=True) if letter is None]
        composed = iter(compose(self.campaign, self.writer, anew, self._source(workspace)))
        return [next(composed) if letter is None else letter for letter in kept]

    def draw(self, _: Workspace, letter: Letter) -> Drawn | str:
        """One letter, drawn and read back: its address in the window, and nothing where nothing may be."""
        from clientlens.letters.finished import finished

        return finished(self.drawer, letter)

    def merge(self, _: Workspace, pdfs: Iterable[bytes], name: str) -> bytes:
        """All letters of a run in one file."""
        from clientlens.letters.pdf import merged

        spec = self.campaign.spec
        return b"".join(merged(pdfs, f"{spec.name} {name}", self.writer.sender.shop, spec.language))
