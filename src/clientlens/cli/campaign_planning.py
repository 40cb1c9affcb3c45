"""The body of `campaigns plan`, and what a plan is made of, which `campaigns run` asks for too."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.errors import BadLift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.audience import Market
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.recipients import Maker, Question
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace

_LIFT = re.compile(r"\+?([0-9]{1,4}(?:\.[0-9]{1,2})?) ?%?")
_MOST_LIFT = 1000


def tell_plan(run: Run, file: str, lift: str | None) -> None:
    """Say what a run would do; nothing is written.

    Raises:
        BadLift, CampaignMissing, Unreadable, BadCampaign, SenderNeeded, LettersMissing, BadExpression, UnknownGroup,
        CircularRule
    """
    from clientlens.campaigns.baseline import baseline
    from clientlens.campaigns.plan_answer import plan_answer
    from clientlens.campaigns.planning import plan
    from clientlens.campaigns.sending import writer_of
    from clientlens.cli.campaign_letters import maker_of, source_of
    from clientlens.cli.campaigning import load_campaign

    wanted = None if lift is None else lift_of(lift)
    campaign = load_campaign(run, file)
    spec = campaign.spec
    with run.open() as workspace:
        # The settings are the workspace's: that there is none is told before what it does not say.
        writer = writer_of(spec, run.settings)
        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        make = maker_of(campaign, writer, source_of(run, workspace, facts, campaign, as_of))
        question = question_of(run, workspace, facts, campaign, writer, as_of=as_of, make=make)
        planned = plan(spec, question)
        base = baseline(spec, question.market, as_of)
        run.answer(plan_answer(planned, base, workspace.timezone, lift=wanted))


def lift_of(text: str) -> Fraction:
    """`20` or `20%` as 1/5.

    Raises:
        BadLift
    """
    found = _LIFT.fullmatch(text.strip())
    lift = Fraction(found[1]) / 100 if found else Fraction(0)
    if not 0 < lift <= _MOST_LIFT // 100:
        raise BadLift(text[:40])
    return lift


def question_of(
    run: Run,
    workspace: Workspace,
    facts: Facts,
    campaign: Campaign,
    writer: Writer,
    *,
    as_of: AsOf,
    make: Maker,
    max_letters: int | None = None,
    assigned: Sequence[Assigned] | None = None,
) -> Question:
    """What `planning.plan` takes, from a workspace and the settings; for a run, while it is held for writing.

    Args:
        make: see `campaign_letters.maker_of`. max_letters: so many letters at most; None: all.
        assigned: everybody's part in every campaign, where it is known already; None: as the workspace has it.
    """
    from clientlens.analysis.letter_history import KINDS, WAVE, assigned_of, forgotten_of
    from clientlens.analysis.suppression import secret_events
    from clientlens.campaigns.addresses import address_check
    from clientlens.campaigns.recipients import Question, Rest
    from clientlens.cli.suppressing import objections
    from clientlens.letters.countries import country_language
    from clientlens.letters.layoutfiles import geometry_named
    from clientlens.model.fingerprints import SUMS
    from clientlens.workspace.ledger import history

    settings, spec = run.settings, campaign.spec
    most_lines = geometry_named(spec.layout, spec.provider).type.most_lines
    return Question(
        market=market_of(run, workspace, facts),
        assigned=assigned_of(history(workspace, kinds=KINDS)) if assigned is None else assigned,
        rest=Rest(
            settings.number("letters.cooldown_days"),
            settings.number("letters.yearly_cap"),
            settings.text("letters.email_opt_out"),
        ),
        as_of=as_of,
        today=run.clock().astimezone(ZoneInfo(workspace.timezone)).date(),
        make=make,
        incomplete=address_check(
            home=writer.country, language=country_language(writer.country), most_lines=most_lines
        ),
        secret=secret_events(objections(workspace))[0],
        max_letters=max_letters,
        progress=partial(run.console.progress, "planning"),
        forgotten=forgotten_of(history(workspace, kinds={WAVE, SUMS}), spec.name),
    )


def market_of(run: Run, workspace: Workspace, facts: Facts) -> Market:
    """Whom a campaign can choose from: the facts, the groups of any day, and who may not be written to."""
    from clientlens.campaigns.audience import Market
    from clientlens.cli.selecting import groups_of, metric_settings
    from clientlens.cli.suppressing import objections

    suppressed = objections(workspace).clients(facts)
    return Market(
        facts,
        lambda at: groups_of(run, workspace, facts, as_of=at, exclude=suppressed),
        metric_settings(run, facts),
        suppressed,
    )
