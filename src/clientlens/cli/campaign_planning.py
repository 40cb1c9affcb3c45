"""The body of `campaigns plan`, and what a plan is made of, which `campaigns run` asks for too."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.errors import BadLift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.campaigns.audience import Market
    from clientlens.campaigns.recipients import AddressCheck, Maker, Question
    from clientlens.campaigns.spec import Spec
    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace

_LIFT = re.compile(r"\+?([0-9]{1,4}(?:\.[0-9]{1,2})?) ?%?")
_MOST_LIFT = 1000


def tell_plan(run: Run, file: str, lift: str | None) -> None:
    """Say what a run would do; nothing is written.

    Raises:
        BadLift, CampaignMissing, BadCampaign, BadExpression, UnknownGroup, CircularRule
    """
    from clientlens.campaigns.baseline import baseline
    from clientlens.campaigns.plan_answer import plan_answer
    from clientlens.campaigns.planning import plan

    wanted = None if lift is None else lift_of(lift)
    spec = spec_of(run, file)
    with run.open() as workspace:
        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        make, incomplete = makers_of(run, spec, facts)
        question = question_of(run, workspace, facts, as_of=as_of, make=make, incomplete=incomplete)
        planned = plan(spec, question)
        base = baseline(spec, question.market, as_of)
        run.answer(plan_answer(planned, base, workspace.timezone, lift=wanted))


def spec_of(run: Run, file: str) -> Spec:
    """The campaign that a file describes.

    Raises:
        CampaignMissing, BadCampaign
    """
    from clientlens.campaigns.specfile import read_spec
    from clientlens.errors import BadCampaign, CampaignMissing

    path = run.folder / file
    try:
        data = path.read_bytes()
    except OSError:
        raise CampaignMissing(file) from None
    read = read_spec(data, file, path.parent, language=run.settings.text("messages.language"))
    if read.faults:
        raise BadCampaign(file, [(file, line, told) for line, told in read.faults])
    return read.spec


def makers_of(run: Run, spec: Spec, facts: Facts) -> tuple[Maker, AddressCheck]:
    """What makes the letters, and what checks their addresses."""
    import polars as pl

    from clientlens.campaigns.addresses import address_check
    from clientlens.letters.address import ClientAddress, addressed
    from clientlens.letters.layoutfiles import geometry_named
    from clientlens.letters.letter import Letter

    most = geometry_named(spec.layout, spec.provider).type.most_lines
    home = spec.sender.country or run.settings.country_of("main") or "DE"

    def make(client_ids: Sequence[str]) -> list[Letter | str]:
        asked = pl.LazyFrame({"client_id": list(client_ids)}, schema={"client_id": pl.String})
        rows = asked.join(facts.clients, on="client_id", how="left", maintain_order="left").collect()
        made: list[Letter | str] = []
        for row in rows.iter_rows(named=True):
            lines = addressed(ClientAddress.of(row), home=home, language="en", most_lines=most).lines
            made.append(Letter("", row["language"] or spec.language, "", "", lines, "", (), "", ()))
        return made

    return make, address_check(home=home, language="en", most_lines=most)


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
    *,
    as_of: AsOf,
    make: Maker,
    incomplete: AddressCheck,
    max_letters: int | None = None,
) -> Question:
    """What `planning.plan` takes, from a workspace and the settings; for a run, while it is held for writing."""
    from clientlens.analysis.letter_history import KINDS, assigned_of
    from clientlens.campaigns.recipients import Question, Rest
    from clientlens.workspace.ledger import history

    settings = run.settings
    return Question(
        market=market_of(run, workspace, facts),
        assigned=assigned_of(history(workspace, kinds=KINDS)),
        rest=Rest(
            settings.number("letters.cooldown_days"),
            settings.number("letters.yearly_cap"),
            settings.text("letters.email_opt_out"),
        ),
        as_of=as_of,
        today=run.clock().astimezone(ZoneInfo(workspace.timezone)).date(),
        make=make,
        incomplete=incomplete,
        max_letters=max_letters,
    )


def market_of(run: Run, workspace: Workspace, facts: Facts) -> Market:
    """Whom a campaign can choose from: the facts, the groups of any day, and who may not be written to."""
    from clientlens.analysis.suppression import KINDS, Suppressions
    from clientlens.campaigns.audience import Market
    from clientlens.cli.selecting import groups_of, metric_settings
    from clientlens.workspace.ledger import history

    suppressed = Suppressions.of(history(workspace, kinds=KINDS)).clients(facts)
    return Market(
        facts,
        lambda at: groups_of(run, workspace, facts, as_of=at, exclude=suppressed),
        metric_settings(run, facts),
        suppressed,
    )
