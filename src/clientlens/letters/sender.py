"""Who writes a letter, and where a client can object to more of them."""

from __future__ import annotations

from dataclasses import dataclass

from clientlens.letters.words import words_of
from clientlens.model.text import one_line


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes. shop: as clients know it; name: who signs; address: postal, commas or lines between its parts."""

    shop: str
    name: str
    address: str
    email: str | None = None

    @property
    def signature(self) -> tuple[str, ...]:
        """Who signs and for which shop, a line each; one line where they are the same."""
        return tuple(dict.fromkeys(one_line(line) for line in (self.name, self.shop)))

    @property
    def where(self) -> str:
        """The postal address in one line, beginning with the shop, where it does not name it itself."""
        lines = [one_line(line).rstrip(",") for line in self.address.splitlines()]
        address = ", ".join(line for line in lines if line)
        shop = one_line(self.shop)
        return address if address.startswith(shop) else f"{shop}, {address}"

    def objection(self, language: str) -> str:
        """The notice of the right to object to advertising by post, with whom to write to."""
        words, where = words_of(language), self.where
        if self.email is not None:
            where = words.or_by_mail.replace("{email}", one_line(self.email)).replace("{address}", where)
        return words.objection.replace("{where}", where).replace("{shop}", one_line(self.shop))
