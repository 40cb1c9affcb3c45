"""Who writes a campaign's letters: what its file says, else the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import SettingNeeded
from clientlens.letters.sender import Sender
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from clientlens.campaigns.spec import Spec
    from clientlens.config import Settings

BETWEEN = " · "


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


def writer_of(spec: Spec, settings: Settings) -> Writer:
    """Who writes. An e-mail is not needed.

    Raises:
        SettingNeeded: shop, address or country are said nowhere.
    """
    own = spec.sender
    name = own.name or settings.optional_text("sender.name")
    shop = own.shop or settings.optional_text("sender.shop") or name
    address = own.address or settings.optional_text("sender.address")
    country = own.country or settings.optional_text("sender.country")
    if shop is None:
        raise SettingNeeded("sender.shop", "a letter", "[sender] shop = 'Lantern Candles'")
    if address is None:
        raise SettingNeeded("sender.address", "a letter", "[sender] address = 'Hafenstr. 1, 20457 Hamburg'")
    if country is None:
        raise SettingNeeded("sender.country", "a letter", "[sender] country = 'DE'")
    email = settings.optional_text("sender.email")
    return Writer(Sender(shop=shop, name=name or shop, address=address, email=email), country)
