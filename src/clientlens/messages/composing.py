"""From a client and a wish to a message: who may be written to, in what language, with which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.message_permission import Refusal, may_be_written_to
from clientlens.analysis.placeholder_values import values_of
from clientlens.analysis.suggested_message import fitting
from clientlens.errors import ConsentNeeded, NoEmail, NotRegistered, OptedOut, SettingNeeded, Suppressed
from clientlens.messages.eml import Party, address
from clientlens.messages.templates import LANGUAGES, own_template, ready_made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.config import Settings
    from clientlens.errors import ClientlensError
    from clientlens.messages.templates import Template
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

OWN = "own"
"""Template of a message whose subject and text were both typed."""

_OBJECTION = {
    "en": "You receive this message because you are in touch with {shop}. If you would rather not hear from us, "
    "just answer with a word{link}, and we will not write again.",
    "de": "Sie erhalten diese Nachricht, weil Sie mit {shop} in Kontakt stehen. Wenn Sie keine weiteren Nachrichten "
    "wünschen, genügt eine kurze Antwort{link}, und wir schreiben Ihnen nicht mehr.",
    "it": "Riceve questo messaggio perché è in contatto con {shop}. Se non desidera riceverne altri, basta una breve "
    "risposta{link} e non le scriveremo più.",
}
_LINK = {"en": " or follow {link}", "de": " oder ein Klick auf {link}", "it": " o un clic su {link}"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, from the settings `sender.*`; shop: name of the shop, else of the person."""

    party: Party
    shop: str
    name: str
    block: str
    reply_to: Party | None
    unsubscribe: str | None

    def objection(self, language: str) -> str:
        """How to object to more messages."""
        by_web = self.unsubscribe is not None and self.unsubscribe.startswith("https:")
        link = _LINK[language].replace("{link}", str(self.unsubscribe)) if by_web else ""
        return _OBJECTION[language].replace("{link}", link).replace("{shop}", self.shop)


@dataclass(frozen=True, slots=True)
class Wording:
    """What was asked for.

    template: name of a ready-made one; file: one that was read; neither: what fits the client. subject, body: typed
    instead of the template's. languages: where a client's own is not known or has no template, in order.
    """

    template: str | None = None
    file: Template | None = None
    subject: str | None = None
    body: str | None = None
    languages: tuple[str, ...] = LANGUAGES


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one client, not yet written down.

    keys: every key of the client; person_key: the smallest, under which the ledger has it. shown: the client's name in
    what is told. reason: why this template.
    """

    client_id: str
    keys: tuple[str, ...]
    shown: str
    to: Party
    subject: str
    text: str
    template: str
    language: str
    reason: str
    lawful_basis: str | None

    @property
    def person_key(self) -> str:
        """The smallest key."""
        return self.keys[0]


def sender_of(settings: Settings) -> Sender:
    """Who writes.

    Raises:
        SettingNeeded, BadAddress
    """
    email, name, shop, where, reply_to, unsubscribe = (
        settings.optional_text(f"sender.{one}")
        for one in ("email", "name", "shop", "address", "reply_to", "unsubscribe")
    )
    if email is None:
        raise SettingNeeded("sender.email", "a message", "[sender] email = 'shop@example.org'")
    known = shop or name
    if known is None:
        raise SettingNeeded("sender.shop", "a message", "[sender] shop = 'Lantern Candles'")
    lines = dict.fromkeys(one for one in (name, shop, where) if one is not None)
    return Sender(
        party=Party(address(email, "sender.email"), known),
        shop=known,
        name=name or known,
        block="\n".join(lines),
        reply_to=None if reply_to is None else Party(address(reply_to, "sender.reply_to")),
        unsubscribe=unsubscribe,
    )


def keys_of(facts: Facts, client_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every key of each of these clients, the smallest first."""
    found = (
        facts.identities.filter(pl.col("client_id").is_in(list(client_ids)))
        .sort("person_key")
        .group_by("client_id", maintain_order=True)
        .agg("person_key")
        .collect()
    )
    # Those who are to be written to, one by one.
    return {client: tuple(keys) for client, keys in found.iter_rows()}


def compose(
    row: pl.DataFrame,
    keys: tuple[str, ...],
    wording: Wording,
    sender: Sender,
    *,
    as_of: AsOf,
    lawful_basis: str | None,
    suppressed: bool = False,
) -> Message:
    """The message to one client.

    Args:
        row: one row of `placeholder_values.client_rows`. keys: as `keys_of` gives them.
        lawful_basis: the ground on which to write to somebody of whom no consent is known.
        suppressed: the client objected to being written to.

    Raises:
        NotRegistered, Suppressed, NoEmail, OptedOut, ConsentNeeded: the client may not be written to.
        UnknownMessageTemplate, BadMessageTemplate, UnknownPlaceholder, EmptyPlaceholder, BadAddress
    """
    client = row.row(0, named=True)
    shown = str(client["name"] or client["email"] or client["client_id"])
    refusal = may_be_written_to(client, lawful_basis=lawful_basis, suppressed=suppressed)
    if refusal is not None:
        raise refused(refusal, str(client["client_id"]), shown)
    template, reason = _template(wording, client["language"], client["completed_orders"])
    tag = client["language"] or ""
    language = tag if _primary(tag) == template.language else template.language
    blocks = {
        "shop": sender.shop,
        "sender_name": sender.name,
        "sender": sender.block,
        "objection": sender.objection(template.language),
    }
    values = values_of(row, language=language, as_of=as_of, also=blocks)
    return Message(
        client_id=str(client["client_id"]),
        keys=keys,
        shown=shown,
        to=Party(address(str(client["email"]), shown), client["name"]),
        subject=template.subject.fill(values, shown),
        text=template.body.fill(values, shown),
        template=template.name,
        language=template.language,
        reason=reason,
        lawful_basis=lawful_basis,
    )


def refused(refusal: Refusal, client_id: str, shown: str) -> ClientlensError:
    """The error that a refusal is for somebody who asked for this client."""
    match refusal:
        case Refusal.ANONYMOUS:
            return NotRegistered(client_id, "messages")
        case Refusal.SUPPRESSED:
            return Suppressed(shown)
        case Refusal.NO_EMAIL:
            return NoEmail(shown)
        case Refusal.OPTED_OUT:
            return OptedOut(shown)
        case Refusal.NO_CONSENT:
            return ConsentNeeded(shown)


def _template(wording: Wording, own_language: str | None, completed_orders: int) -> tuple[Template, str]:
    languages = (*([_primary(own_language)] if own_language else []), *wording.languages)
    name, reason = wording.template, "asked for"
    if wording.file is not None:
        base = wording.file
    elif name is None and wording.subject is not None and wording.body is not None:
        language = next(one for one in (*languages, *LANGUAGES) if one in LANGUAGES)
        return own_template(None, wording.subject, wording.body, language, OWN), reason
    else:
        if name is None:
            name, reason = fitting(completed_orders)
        base = ready_made(name, languages)
    if wording.subject is None and wording.body is None:
        return base, reason
    return own_template(base, wording.subject, wording.body, base.language, base.name), reason


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()
