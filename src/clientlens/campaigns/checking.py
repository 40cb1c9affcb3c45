"""A campaign with all that it names: its file, its letter in every language, its layout and print service, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clientlens.analysis.letter_tables import Need
from clientlens.campaigns.lettertemplates import templates_of
from clientlens.campaigns.preview import sample_letter
from clientlens.campaigns.sending import Writer
from clientlens.campaigns.specfile import read_spec
from clientlens.errors import (
    BadCampaign,
    BadLetterTemplate,
    CannotFill,
    LayoutNotTaken,
    UnknownLayout,
    UnknownLetterTemplate,
    UnknownProvider,
    Unreadable,
)
from clientlens.letters import packages
from clientlens.letters.drawing import Drawer
from clientlens.letters.layoutfiles import geometry_named, provider_named
from clientlens.letters.refusal import Refusal
from clientlens.letters.sample import SENDER
from clientlens.model.timeframes import AsOf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from clientlens.campaigns.spec import Spec
    from clientlens.letters.letter import Letter
    from clientlens.letters.template import Template

Fault = tuple[str, int | None, str]
"""File, line (None: the file as a whole), what is wrong."""

_COUNTRY = "DE"
_SAMPLE_DAY = AsOf(datetime(2026, 11, 25, tzinfo=UTC), date(2026, 11, 25), explicit=True)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that is in order. templates: its letter by language."""

    spec: Spec
    templates: Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a campaign's file came to.

    spec: None where it is no TOML. templates: none where the letter cannot be read. faults: the campaign's own first, by
    line. advice: what is allowed, and yet to be thought of.
    """

    spec: Spec | None
    templates: Mapping[str, Template]
    faults: tuple[Fault, ...]
    advice: tuple[str, ...] = ()


def read_campaign(data: bytes, file: str, folder: Path, *, language: str) -> Campaign:
    """A campaign out of the bytes of its file; arguments as for `specfile.read_spec`.

    Raises:
        BadCampaign: with everything that is wrong in it and in its letter.
    """
    checked = check_campaign(data, file, folder, language=language)
    if checked.faults or checked.spec is None:
        raise BadCampaign(file, checked.faults)
    return Campaign(checked.spec, checked.templates)


def check_campaign(data: bytes, file: str, folder: Path, *, language: str) -> Checked:
    """The same, with its faults as values."""
    try:
        read = read_spec(data, file, folder, language=language)
    except BadCampaign as error:
        return Checked(None, {}, error.everywhere)
    spec, own = read.spec, list(read.faults)
    misplaced = _stationery(spec)
    own += [(read.lines[key], told) for key, told in misplaced]
    templates: dict[str, Template] = {}
    of_letter: list[Fault] = []
    if spec.template:
        try:
            templates = templates_of(spec.template, spec.folder)
        except BadLetterTemplate as error:
            of_letter = [(str(error.file), line, told) for line, told in error.faults]
        except (UnknownLetterTemplate, Unreadable) as error:
            own.append((read.lines["template"], _told(error)))
    spec = spec if read.pages_said else _with_pages(spec, templates)
    drawer = None if misplaced or packages.missing() else drawer_of(spec)
    own += [(read.lines["template"], told) for told in _lacking(spec, templates, drawer)]
    own.sort(key=lambda fault: fault[0] or 0)
    faults = (*((file, line, told) for line, told in own), *of_letter)
    return Checked(spec, templates, faults, _advice(spec, templates))


def drawer_of(spec: Spec) -> Drawer:
    """What draws the letters of a campaign.

    Raises:
        LettersMissing
    """
    host = urlsplit(spec.qr_url or "").hostname or ""
    return Drawer(geometry_named(spec.layout, spec.provider), spec.most_pages, qr_host=host)


def _told(
    error: UnknownLetterTemplate | Unreadable | UnknownLayout | UnknownProvider | LayoutNotTaken,
) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


def _stationery(spec: Spec) -> list[tuple[str, str]]:
    """What is wrong with layout and print service: the key, what."""
    faults: list[tuple[str, str]] = []
    try:
        geometry_named(spec.layout, "")
    except UnknownLayout as error:
        faults.append(("layout", _told(error)))
    try:
        provider_named(spec.provider)
    except UnknownProvider as error:
        faults.append(("provider", _told(error)))
    if faults:
        return faults
    try:
        geometry_named(spec.layout, spec.provider)
    except LayoutNotTaken as error:
        faults.append(("provider", _told(error)))
    return faults


def _lacking(spec: Spec, templates: Mapping[str, Template], drawer: Drawer | None) -> list[str]:
    """What the letter needs of the campaign's file and does not get, or gets and does not show; what cannot be drawn.

    What keeps the letter to an invented client from being drawn (a logo that is too large, a sign that no font has) would
    keep everybody's.
    """
    silent: list[str] = []
    refused: dict[str, list[str]] = {}
    for language, template in templates.items():
        if spec.qr_url is not None and Need.QR not in template.needs and "campaign_url" not in template.names:
            silent.append(language)
        try:
            letter = sample_letter(Campaign(spec, templates), Writer(SENDER, _COUNTRY), template, _SAMPLE_DAY)
        except CannotFill as error:
            told = f"cannot be written: {error.reason}; or put it under a condition"
            refused.setdefault(told, []).append(language)
            continue
        if drawer is not None and (undrawn := _undrawn(letter, drawer)):
            refused.setdefault(undrawn, []).append(language)
    faults = [f"the letter ({', '.join(languages)}) {told}" for told, languages in refused.items()]
    if silent:
        faults.append(
            f"[qr] has an address, and the letter ({', '.join(silent)}) shows no code: put {{qr}} on a line of its own"
        )
    return faults


def _undrawn(letter: Letter, drawer: Drawer) -> str | None:
    """Why a letter cannot be drawn; None where it can."""
    measured = drawer.measure(letter)
    if not isinstance(measured, Refusal):
        return None
    detail = measured.detail
    return detail if detail.startswith("cannot be drawn") else f"cannot be drawn: {detail}"


def _with_pages(spec: Spec, templates: Mapping[str, Template]) -> Spec:
    """How many pages its letters may have, as the templates say where the file does not."""
    asked = [one.most_pages for one in templates.values() if one.most_pages is not None]
    return replace(spec, most_pages=max(asked)) if asked else spec


def _advice(spec: Spec, templates: Mapping[str, Template]) -> tuple[str, ...]:
    """What is allowed, and yet to be thought of."""
    needs = {need for one in templates.values() for need in one.needs}
    silent = [language for language, one in templates.items() if "coupon" not in one.names]
    money, audience = spec.money, spec.audience
    told = {
        "the letter was not tried, as nothing can be drawn here: pip install 'clientlens[letters]'": (
            bool(packages.missing())
        ),
        "nobody is held out: what the letters change cannot be known ([holdout] share = 0.2)": (
            not spec.holdout.share
        ),
        "no QR code and no coupon: only orders tell what came of a letter ([qr] url)": (
            spec.qr_url is None and spec.coupon is None
        ),
        f"the letter ({', '.join(silent)}) does not say the coupon: {{coupon}}": (
            spec.coupon is not None and bool(silent)
        ),
        "no print service named: what it wants kept free is not checked ([letter] provider)": (
            not spec.provider
        ),
        "no cost of a letter: neither budget nor return can be worked out ([money] per_letter)": (
            not money.per_letter_minor
        ),
        "neither limit nor budget: everybody who is meant gets a letter at once": (
            audience.limit is None and audience.top is None and money.budget_minor is None
        ),
        "the letter shows a checkout, which not everybody has (where = 'open_checkouts >= 1')": (
            Need.CHECKOUT in needs and "open_checkouts" not in (audience.where or "")
        ),
    }
    return tuple(text for text, holds in told.items() if holds)
