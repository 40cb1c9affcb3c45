"""Clients named by many lines of a file or standard input, and people who are no clients yet."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from clientlens.errors import AmbiguousClient, BadEncoding, UnknownClient, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts


def lines_of(run: Run, file: str) -> list[tuple[str, str]]:
    """Where each line stands (`FILE:3`), and its text; blank lines and what follows a # are left out.

    Raises:
        Unreadable, BadEncoding
    """
    name = "standard input" if file == "-" else file
    try:
        data = _read(run, file)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadEncoding(name, line, "utf-8") from None
    except OSError as error:
        raise Unreadable(name, error.strerror or type(error).__name__) from None
    bare = ((n, line.strip()) for n, line in enumerate(text.splitlines(), 1))
    return [(f"{name}:{n}", line) for n, line in bare if line and not line.startswith("#")]


def _read(run: Run, file: str) -> bytes:
    if file != "-":
        return (run.folder / file).read_bytes()
    return b"" if run.stdin is None else run.stdin.read()


def clients_of_lines(facts: Facts, lines: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The client_ids that lines name, and a sentence for each line that names nobody or several.

    Ids and e-mails are looked up all at once; what is neither, one by one, as everywhere.
    """
    import polars as pl

    from clientlens.analysis.client_lookup import find_one

    if not lines:
        return [], []
    named = {unicodedata.normalize("NFC", text).lower() for _, text in lines}
    client, key = pl.col("client_id"), pl.col("person_key")
    by_id = facts.identities.filter(client.is_in(named)).select(client, text=client)
    by_email = facts.identities.filter(key.is_in([f"e:{text}" for text in named])).select(
        client, text=key.str.slice(2)
    )
    # As many as there are lines, and few; an e-mail is never an id.
    quick = {text: one for one, text in pl.concat([by_id.unique(), by_email]).collect().iter_rows()}
    found, unknown = [], []
    for place, text in lines:
        known = quick.get(unicodedata.normalize("NFC", text).lower())
        if known is None:
            try:
                known = find_one(facts, text)
            except (UnknownClient, AmbiguousClient) as error:
                unknown.append(f"{place}: {error.message}")
                continue
        found.append(known)
    return found, unknown


def client_or_asker(facts: Facts, entries: Sequence[Entry], text: str) -> str:
    """The id of the client that a text means, else of somebody whom the ledger alone tells of, by e-mail, key or id.

    Such are people who asked for an order that never came, and those whose import was taken back.

    Args:
        entries: of the ledger, all of them.

    Raises:
        UnknownClient, AmbiguousClient
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.model.identity import client_id_of, shown_key

    try:
        return find_one(facts, text)
    except UnknownClient:
        wanted = text.strip().lower()
        for key in sorted({entry.person_key for entry in entries if entry.person_key}):
            if wanted in {client_id_of(key), shown_key(key).lower()}:
                return client_id_of(key)
        raise
