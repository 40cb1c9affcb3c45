"""From a campaign and clients to letters: the words of each, where it goes, who writes; for many clients at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.letter_values import materials
from clientlens.analysis.placeholder_values import written
from clientlens.campaigns.codes import PLACEHOLDER
from clientlens.campaigns.lettertemplates import primary, template_for
from clientlens.campaigns.specvalues import CODE
from clientlens.errors import CannotFill
from clientlens.letters import said
from clientlens.letters.address import ClientAddress, addressed
from clientlens.letters.countries import country_language
from clientlens.letters.filling import fill
from clientlens.letters.layoutfiles import geometry_named
from clientlens.letters.letter import Letter, QrCode
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.analysis.letter_values import Material
    from clientlens.campaigns.checking import Campaign
    from clientlens.campaigns.sending import Writer
    from clientlens.letters.template import Template
    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_DATE = {"en": "Date", "de": "Datum", "it": "Data"}
_REFERENCE = {"en": "Reference", "de": "Unser Zeichen", "it": "Riferimento"}


@dataclass(frozen=True, slots=True)
class Source:
    """One state of a workspace, as letters need it.

    entries: of the ledger; those of points count. as_of: the day of writing; nothing after it counts. rules:
    completed_when and home_currency, as for `client_rows`. checkout_rules: as for `recoveries`. ranks: place of each client
    in the ranking that the campaign chose by.
    """

    facts: Facts
    entries: Sequence[Entry]
    as_of: AsOf
    rules: Mapping[str, Any]
    checkout_rules: Mapping[str, int] = field(default_factory=dict)
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """For whom a letter is to be. letter_id: "" and code: the placeholder, as long as there is none."""

    client_id: str
    letter_id: str = ""
    code: str = PLACEHOLDER


def compose(
    campaign: Campaign, writer: Writer, wanted: Sequence[Named], source: Source
) -> list[Letter | str]:
    """A letter to each of these clients, in their order, or why there can be none: in words without a detail of the client.

    Whoever may not be written to is not known here.
    """
    if not wanted:
        return []
    spec = campaign.spec
    rows = _clients([one.client_id for one in wanted], source.facts)
    templates = [template_for(row["language"], campaign.templates, spec.language) for row in rows]
    tags = [one.language_for(row["language"]) for one, row in zip(templates, rows, strict=True)]
    used = campaign.templates.values()
    found = materials(
        source.facts,
        [one.client_id for one in wanted],
        tags,
        names=frozenset().union(*(one.names for one in used)),
        needs=frozenset().union(*(one.needs for one in used)),
        entries=source.entries,
        also=also(campaign, writer),
        as_of=source.as_of,
        ranks=source.ranks,
        checkout_rules=source.checkout_rules,
        **source.rules,
    )
    return [
        _letter(campaign, writer, one, template, material, address_of(row, campaign, writer), source.as_of)
        for one, template, material, row in zip(wanted, templates, found, rows, strict=True)
    ]


def address_of(row: Mapping[str, Any], campaign: Campaign, writer: Writer) -> tuple[str, ...] | str:
    """The lines of a client's address, or what is wrong with it; row: of the table clients."""
    found = addressed(
        ClientAddress.of(row),
        home=writer.country,
        language=country_language(writer.country),
        most_lines=geometry_named(campaign.spec.layout, campaign.spec.provider).type.most_lines,
    )
    return ", ".join(found.faults) if found.faults else found.lines


def also(campaign: Campaign, writer: Writer) -> dict[str, str | None]:
    """What the placeholders say that is the same in all letters."""
    sender = writer.sender
    return {"shop": sender.shop, "sender_name": sender.name, "coupon": campaign.spec.coupon}


def lettered(
    campaign: Campaign,
    writer: Writer,
    template: Template,
    material: Material,
    address: tuple[str, ...],
    *,
    letter_id: str,
    code: str,
    as_of: AsOf,
) -> Letter:
    """One letter, of all that it says.

    Raises:
        CannotFill
    """
    spec, language = campaign.spec, primary(template.language)
    qr = None if spec.qr_url is None else QrCode(_url(spec.qr_url, code), spec.qr_caption)
    filled = fill(template, material, writer.sender, qr)
    day = written(as_of.day, Kind.DATE, filled.language, None) or ""
    return Letter(
        letter_id=letter_id,
        language=filled.language,
        title=filled.title,
        author=writer.sender.shop,
        address=address,
        return_line=writer.return_line,
        info=((_DATE[language], day), *_reference(language, letter_id)),
        subject=filled.subject,
        blocks=filled.blocks,
        footer=writer.footer,
        logo=filled.logo,
    )


def with_code(campaign: Campaign, letter: Letter, one: Named) -> Letter | None:
    """A letter that was composed before it had an id and a code, with these, as `compose` would make it.

    None: it is to be composed again, since something else in it reads like the placeholder. What is replaced is the whole
    address that the code stands in; a client who was called exactly that would be told their own code.
    """
    url = campaign.spec.qr_url
    info = (*letter.info, *_reference(primary(letter.language), one.letter_id))
    if url is not None:
        letter = said.replaced(letter, _url(url, PLACEHOLDER), _url(url, one.code))
        if PLACEHOLDER in letter.title or PLACEHOLDER in said.text(letter):
            return None
    return replace(letter, letter_id=one.letter_id, info=info)


def _url(url: str, code: str) -> str:
    return url.replace(CODE, code)


def _reference(language: str, letter_id: str) -> list[tuple[str, str]]:
    return [(_REFERENCE[language], letter_id)] if letter_id else []


def _letter(
    campaign: Campaign,
    writer: Writer,
    one: Named,
    template: Template,
    material: Material,
    address: tuple[str, ...] | str,
    as_of: AsOf,
) -> Letter | str:
    if isinstance(address, str):
        return f"address: {address}"
    try:
        return lettered(
            campaign,
            writer,
            template,
            material,
            address,
            letter_id=one.letter_id,
            code=one.code,
            as_of=as_of,
        )
    except CannotFill as error:
        return error.reason


def _clients(client_ids: Sequence[str], facts: Facts) -> list[dict[str, Any]]:
    wanted = pl.LazyFrame({"client_id": list(client_ids)}, schema={"client_id": pl.String})
    rows = wanted.join(facts.clients, on="client_id", how="left", maintain_order="left").collect()
    # Those who are to get a letter.
    return list(rows.iter_rows(named=True))
