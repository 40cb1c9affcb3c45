"""The letters of a campaign out of a workspace, for the commands that plan, make or show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.cli.shared import checkout_rules, home_currency_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.composing import Source
    from clientlens.campaigns.recipients import Maker
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Letter
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace


def source_of(run: Run, workspace: Workspace, facts: Facts, campaign: Campaign, as_of: AsOf) -> Source:
    """What `composing.compose` needs of a workspace."""
    from clientlens.analysis import points
    from clientlens.campaigns.composing import Source
    from clientlens.workspace.ledger import history

    rules = checkout_rules(run)
    completed_when = rules.pop("completed_when")
    return Source(
        facts=facts,
        entries=history(workspace, kinds=points.KINDS),
        as_of=as_of,
        rules={"completed_when": completed_when, "home_currency": home_currency_of(run, facts)},
        checkout_rules=rules,
        ranks=_ranks(run, workspace, facts, campaign, as_of),
    )


def maker_of(campaign: Campaign, writer: Writer, source: Source) -> Maker:
    """What plans make letters with: each composed and measured, so that one that cannot be drawn is known before."""
    from clientlens.campaigns.checking import drawer_of
    from clientlens.campaigns.composing import Named, compose
    from clientlens.letters.refusal import Refusal

    drawer = drawer_of(campaign.spec)

    def fitting(letter: Letter | str) -> Letter | str:
        if isinstance(letter, str):
            return letter
        measured = drawer.measure(letter)
        return measured.detail if isinstance(measured, Refusal) else letter

    def make(client_ids: Sequence[str]) -> Sequence[Letter | str]:
        return [fitting(one) for one in compose(campaign, writer, list(map(Named, client_ids)), source)]

    return make


def _ranks(run: Run, workspace: Workspace, facts: Facts, campaign: Campaign, as_of: AsOf) -> dict[str, int]:
    """Each client's place in the ranking that the campaign chooses by; none where its letter says none."""
    from clientlens.campaigns.audience import ranks_of
    from clientlens.cli.campaign_planning import market_of

    if not any("rank" in one.names for one in campaign.templates.values()):
        return {}
    return ranks_of(campaign.spec.audience, market_of(run, workspace, facts), as_of)
