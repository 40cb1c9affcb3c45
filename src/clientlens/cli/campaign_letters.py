"""Letters of a campaign out of a workspace: what planning and running ask for, by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import polars as pl

    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.composing import Source
    from clientlens.campaigns.sending import Writer
    from clientlens.cli.context import Run
    from clientlens.letters.letter import Drawn, Letter
    from clientlens.model.facts import Facts
    from clientlens.workspace.workspace import Workspace


class Desk:
    """One campaign and one state of a workspace: writes letters, measures and draws them."""

    def __init__(
        self, run: Run, workspace: Workspace, facts: Facts, campaign: Campaign, writer: Writer
    ) -> None:
        from clientlens.campaigns.printing import Printer

        self.campaign, self.writer, self.facts = campaign, writer, facts
        self.printer = Printer(campaign.spec)
        self.source = source_of(run, workspace, facts, campaign)

    def make(self, client_ids: Sequence[str]) -> Sequence[Letter | str]:
        """A letter for each, without id and code, that can be drawn; see `recipients.Maker`."""
        return self.printer.fitting(self.compose((one, "", "") for one in client_ids))

    def compose(self, wanted: Iterable[tuple[str, str, str]]) -> list[Letter | str]:
        """The letters of these (client_id, letter_id, code); no code: the placeholder of one."""
        from clientlens.campaigns.codes import PLACEHOLDER
        from clientlens.campaigns.composing import Named, compose

        named = [Named(client, letter, code or PLACEHOLDER) for client, letter, code in wanted]
        return compose(self.campaign, self.writer, named, self.source)

    def incomplete(self, clients: pl.DataFrame) -> pl.Series:
        """What each address lacks; see `recipients.AddressCheck`."""
        from clientlens.campaigns.composing import incomplete

        return incomplete(clients, self.campaign, self.writer)

    def draw(self, letter: Letter) -> Drawn | str:
        """The finished letter, or why there can be none."""
        return self.printer.draw(letter)

    def merge(self, pdfs: Iterable[bytes], name: str) -> bytes:
        """All letters of a run in one file."""
        from clientlens.letters.pdf import merged

        spec = self.campaign.spec
        return b"".join(merged(pdfs, f"{spec.name} {name}", self.writer.sender.shop, spec.language))


def source_of(run: Run, workspace: Workspace, facts: Facts, campaign: Campaign) -> Source:
    """What the words of letters are taken from."""
    from clientlens.analysis.points import KINDS
    from clientlens.campaigns.audience import audience
    from clientlens.campaigns.composing import Source
    from clientlens.cli.campaign_planning import market_of
    from clientlens.cli.selecting import metric_rules
    from clientlens.cli.shared import checkout_rules
    from clientlens.workspace.ledger import history

    as_of, spec = run.as_of(workspace.timezone), campaign.spec
    rules, checkouts = metric_rules(run, facts), checkout_rules(run)
    rules.pop("ignore")
    checkouts.pop("completed_when")
    ranks: dict[str, int] = {}
    if spec.audience.rank_by is not None:
        ranked = audience(spec.audience, market_of(run, workspace, facts), as_of).clients["client_id"]
        ranks = {client: number for number, client in enumerate(ranked, 1)}
    return Source(facts, history(workspace, kinds=KINDS), as_of, rules, checkouts, ranks)


def objecting(workspace: Workspace, facts: Facts, client_ids: Collection[str]) -> frozenset[str]:
    """Those of these clients who object to letters today."""
    from clientlens.analysis.suppression import KINDS, Suppressions
    from clientlens.workspace.ledger import history

    return Suppressions.of(history(workspace, kinds=KINDS)).clients(facts, client_ids)
