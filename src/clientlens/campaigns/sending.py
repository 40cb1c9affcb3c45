"""Who writes a campaign's letters: what its file says, else the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import SenderNeeded
from clientlens.letters.sender import Sender
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from clientlens.campaigns.spec import Spec
    from clientlens.config import Settings

BETWEEN = " · "
_EXAMPLES = {
    "sender.shop": "shop = 'Lantern Candles'",
    "sender.address": "address = 'Hafenstr. 1, 20457 Hamburg'",
    "sender.country": "country = 'DE'",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and from where. country: ISO code; letters to others go abroad."""

    sender: Sender
    country: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Shop and postal address, part by part."""
        return tuple(part.strip() for part in self.sender.where.split(",") if part.strip())

    @property
    def return_line(self) -> str:
        """The small line in the window: where the letter comes back to."""
        return BETWEEN.join(self.parts)

    @property
    def footer(self) -> tuple[str, ...]:
        """The line at the foot of every page."""
        email = self.sender.email
        return (BETWEEN.join([*self.parts, *([one_line(email)] if email else [])]),)


def unset(spec: Spec, settings: Settings) -> tuple[str, ...]:
    """Settings of the sender that its letters need, and that neither the file nor the settings have."""
    own = spec.sender
    known = {
        "sender.shop": own.shop or own.name or settings.optional_text("sender.shop"),
        "sender.address": own.address or settings.optional_text("sender.address"),
        "sender.country": own.country or settings.optional_text("sender.country"),
    }
    if known["sender.shop"] is None:
        known["sender.shop"] = settings.optional_text("sender.name")
    return tuple(name for name, text in known.items() if text is None)


def writer_of(spec: Spec, settings: Settings) -> Writer:
    """Who writes. An e-mail is not needed.

    Raises:
        SenderNeeded: shop, address or country are said nowhere.
    """
    if missing := unset(spec, settings):
        raise SenderNeeded({name: _EXAMPLES[name] for name in missing})
    own = spec.sender

    def said(key: str, first: str | None) -> str | None:
        return first or settings.optional_text(f"sender.{key}")

    name = said("name", own.name)
    shop = str(said("shop", own.shop) or name)
    address, country = str(said("address", own.address)), str(said("country", own.country))
    sender = Sender(shop=shop, name=name or shop, address=address, email=said("email", None))
    return Writer(sender, country)
