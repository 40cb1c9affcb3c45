"""One letter of a campaign to look at: marked on every page, with a code that is none, and recorded nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.analysis.letter_values import Material
from clientlens.campaigns.codes import PREVIEW
from clientlens.campaigns.composing import Named, also, compose, lettered
from clientlens.campaigns.lettertemplates import primary, template_for
from clientlens.letters.sample import sample

if TYPE_CHECKING:
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.composing import Source
    from clientlens.campaigns.sending import Writer
    from clientlens.letters.letter import Letter
    from clientlens.letters.template import Template
    from clientlens.model.timeframes import AsOf

SAMPLE = "sample"
"""Asked for instead of a client: invented values."""
LETTER_ID = "preview"
_MARK = {"en": "Preview", "de": "Vorschau", "it": "Anteprima"}
_ADDRESS = ("Mara Lindt", "Lampenweg 7", "20457 Hamburg")


def preview_of(campaign: Campaign, writer: Writer, client_id: str, source: Source) -> Letter | str:
    """The letter that a client would get, or why there can be none."""
    (letter,) = compose(campaign, writer, [Named(client_id, LETTER_ID, PREVIEW)], source)
    return letter if isinstance(letter, str) else _marked(letter)


def preview_of_sample(campaign: Campaign, writer: Writer, as_of: AsOf) -> Letter:
    """The letter to an invented client, in the campaign's language.

    Raises:
        CannotFill: it asks for what the campaign does not have.
    """
    template = template_for(None, campaign.templates, campaign.spec.language)
    return _marked(sample_letter(campaign, writer, template, as_of))


def sample_letter(campaign: Campaign, writer: Writer, template: Template, as_of: AsOf) -> Letter:
    """One of its templates with invented values and those of the campaign.

    Raises:
        CannotFill
    """
    invented = sample(template.language, also(campaign, writer))
    values: dict[str, object] = {"today": as_of.day, "campaign_url": None}
    if campaign.spec.audience.rank_by is None:
        values["rank"] = None
    material = Material(invented.known.and_also(values), invented.tables)
    return lettered(
        campaign, writer, template, material, _ADDRESS, letter_id=LETTER_ID, code=PREVIEW, as_of=as_of
    )


def _marked(letter: Letter) -> Letter:
    return replace(letter, preview=_MARK[primary(letter.language)])
