"""`clientlens campaigns results`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clientlens.cli.context import current

if TYPE_CHECKING:
    from clientlens.cli.context import Run


def results(
    campaign: Annotated[str, typer.Argument(metavar="NAME", help="Name of the campaign.")],
    wave: Annotated[
        str | None,
        typer.Option(metavar="W", help="One run alone, such as 2026-11-25 [default: all, pooled]."),
    ] = None,
) -> None:
    """Tell what a campaign changed: coupons, matchback, and uplift.

    Uplift compares clients who were to get a letter with those held back. What may be chance is told as not shown.

    \b
    Examples:
      clientlens campaigns results advent
      clientlens campaigns results advent --wave 2025-11-17 --json
    """
    tell_results(current(), campaign, wave)


def tell_results(run: Run, campaign: str, wave: str | None) -> None:
    """Work out and answer."""
    from clientlens.analysis.campaign_results import campaign_results
    from clientlens.analysis.letter_history import KINDS, WAVE
    from clientlens.cli.shared import home_currency_of
    from clientlens.model.fingerprints import SUMS
    from clientlens.workspace import ledger

    with run.open() as workspace:
        facts = workspace.facts()
        run.answer(
            campaign_results(
                facts,
                ledger.history(workspace, kinds={*KINDS, WAVE, SUMS}),
                campaign,
                as_of=run.as_of(workspace.timezone),
                completed_when=run.settings.text("orders.completed_when"),
                home_currency=home_currency_of(run, facts),
                wave=wave,
            )
        )
