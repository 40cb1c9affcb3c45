"""What people corrected by hand in a client's details, laid over what the files say.

An entry `client_edited` of the ledger holds `fields`: detail -> {before, after} (`after` null: cleared), and `restored`:
details that follow the files again. Entries of all keys of a client are read one after the other, so a merge brings
both clients' corrections together, the later one of a detail counting; a split takes each back to its own key.
Corrections change what is shown, never who is one client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientlens.model.entries import Entry

KIND = "client_edited"
NAME = ("name", "first_name", "last_name")
ADDRESS = ("street", "street2", "postcode", "city", "province", "country")
DETAILS = (*NAME, "email", "phone", "company", *ADDRESS, "language", "birthday", "nickname")
"""Details that can be corrected; those of a name, and of an address, only together."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction that holds: the detail's value (None: cleared) and the entry that says so."""

    value: str | None
    entry: Entry


def standing_edits(entries: Iterable[Entry]) -> dict[str, Edit]:
    """Detail -> the correction that holds, of one client's entries, by number; other kinds are passed over."""
    found: dict[str, Edit] = {}
    for entry in entries:
        if entry.kind == KIND:
            for name in entry.body.get("restored", ()):
                found.pop(name, None)
            for name, change in entry.body.get("fields", {}).items():
                found[name] = Edit(change["after"], entry)
    return found


def laid_over(clients: pl.LazyFrame, identities: pl.LazyFrame, entries: Sequence[Entry]) -> pl.LazyFrame:
    """`tables.CLIENTS` with the corrections that hold; one whose name, e-mail or phone is known is not anonymous.

    Whoever is shown with the e-mail of somebody who opted out has opted out: a consent is given for an address, and
    a correction is no way round a refusal.

    Args:
        entries: of the ledger, by number; only `KIND` counts.
    """
    by_client = _by_client(identities, entries)
    rows = [
        {"client_id": client_id}
        | {f"_{name}": edit.value for name, edit in edits.items()}
        | {f"_has_{name}": True for name in edits}
        for client_id, edits in by_client.items()
    ]
    corrected = [name for name in DETAILS if any(name in edits for edits in by_client.values())]
    if not corrected:
        return clients
    schema = {"client_id": pl.String()} | {
        column: dtype
        for name in corrected
        for column, dtype in ((f"_{name}", pl.String()), (f"_has_{name}", pl.Boolean()))
    }
    over = pl.DataFrame(rows, schema=schema).with_columns(_here=pl.lit(value=True))
    columns = clients.collect_schema().names()
    unknown = pl.all_horizontal(pl.col("name", "email", "phone").is_null())
    shown = clients.join(over.lazy(), on="client_id", how="left", maintain_order="left").with_columns(
        pl.when(f"_has_{name}").then(f"_{name}").otherwise(name).alias(name) for name in corrected
    )
    if "email" in corrected:
        typed = [edits["email"].value for edits in by_client.values() if "email" in edits]
        refused = pl.col("email").is_in(_refused(clients, identities, typed)) & pl.col("_here")
        shown = shown.with_columns(accepts_email=pl.when(refused).then(False).otherwise("accepts_email"))
    return shown.with_columns(anonymous=pl.when("_here").then(unknown).otherwise("anonymous")).select(columns)


def _refused(clients: pl.LazyFrame, identities: pl.LazyFrame, emails: Sequence[str | None]) -> list[str]:
    """Those of these e-mails that are, in files, of somebody who opted out."""
    keys = pl.LazyFrame({"person_key": [f"e:{email}" for email in emails if email is not None]})
    owners = identities.join(keys, on="person_key", how="semi")
    out = owners.join(clients.filter(~pl.col("accepts_email")), on="client_id", how="semi")
    return [key.removeprefix("e:") for key in out.collect()["person_key"]]


def _by_client(identities: pl.LazyFrame, entries: Sequence[Entry]) -> Mapping[str, dict[str, Edit]]:
    """client_id -> its corrections that hold."""
    mine = [entry for entry in entries if entry.kind == KIND]
    keys = pl.LazyFrame({"person_key": sorted({str(entry.person_key) for entry in mine})})
    # Those whom somebody corrected by hand, so few.
    owners = dict(identities.join(keys, on="person_key", how="semi").collect().iter_rows())
    said: dict[str, list[Entry]] = {}
    for entry in mine:
        if entry.person_key in owners:
            said.setdefault(owners[entry.person_key], []).append(entry)
    return {client_id: standing_edits(their) for client_id, their in said.items()}
