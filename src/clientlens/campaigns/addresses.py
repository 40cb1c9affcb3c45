"""What is missing of the addresses of many clients, in words that name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.letters.address import ClientAddress, addressed

if TYPE_CHECKING:
    from clientlens.campaigns.recipients import AddressCheck

_WORDS = ("name", "company", "street", "street2", "city")
"""Parts of which no rule of any country says how they look."""
_PLAIN = r"^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'\x{2019}&-]*$"
_PARTS = (*_WORDS, "postcode", "province", "country")
_NO_ADDRESS = {"no street", "no town"}


def address_check(*, home: str, language: str, most_lines: int) -> AddressCheck:
    """A check of addresses for one kind of stationery; see `address.addressed` for what it is given."""

    def faults(addresses: pl.DataFrame) -> pl.Series:
        told = [
            addressed(ClientAddress.of(row), home=home, language=language, most_lines=most_lines).faults
            # Addresses that differ, of those who are still in question; their rules are by country.
            for row in addresses.iter_rows(named=True)
        ]
        return pl.Series("missing", [_told(each) for each in told], dtype=pl.String)

    def check(clients: pl.DataFrame) -> pl.Series:
        # Addresses of plain words are alike but for postcode, province and country: one of a kind is read, with words that
        # give it as many lines as it can have. Where that one is whole, so are the others; the rest are read one by one.
        plain = pl.all_horizontal(
            pl.col(part).is_null() | pl.col(part).str.contains(_PLAIN) for part in _WORDS
        )
        alike = clients.select(
            *(pl.when(pl.col(part).is_not_null()).then(pl.lit(f"{part} 1")).alias(part) for part in _WORDS),
            *_PARTS[len(_WORDS) :],
            plain=plain,
        )
        kinds = alike.filter("plain").drop("plain").unique()
        whole = kinds.filter(faults(kinds).is_null()).with_columns(whole=True)
        known = alike.join(whole, on=_PARTS, how="left", nulls_equal=True, maintain_order="left")
        numbered = clients.with_row_index("place")
        doubtful = numbered.filter(~(known["plain"] & known["whole"].fill_null(value=False)))
        told = doubtful.select("place").with_columns(faults(doubtful))
        return numbered.join(told, on="place", how="left", maintain_order="left")["missing"]

    return check


def _told(faults: tuple[str, ...]) -> str | None:
    if set(faults) >= _NO_ADDRESS:
        return "no address"
    return ", ".join(faults) or None
