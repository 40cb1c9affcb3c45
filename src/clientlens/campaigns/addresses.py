"""What is missing of the addresses of many clients, in words that name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.letters.address import ClientAddress, addressed

if TYPE_CHECKING:
    from clientlens.campaigns.recipients import AddressCheck

_NO_ADDRESS = {"no street", "no town"}


def address_check(*, home: str, language: str, most_lines: int) -> AddressCheck:
    """A check of addresses for one kind of stationery; see `address.addressed` for what it is given."""

    def check(clients: pl.DataFrame) -> pl.Series:
        faults = [
            addressed(ClientAddress.of(row), home=home, language=language, most_lines=most_lines).faults
            for row in clients.iter_rows(named=True)
        ]
        return pl.Series("missing", [_told(each) for each in faults], dtype=pl.String)

    return check


def _told(faults: tuple[str, ...]) -> str | None:
    if set(faults) >= _NO_ADDRESS:
        return "no address"
    return ", ".join(faults) or None
