"""Who may be written to by e-mail."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(StrEnum):
    """Why a client is not written to."""

    ANONYMOUS = "anonymous"
    SUPPRESSED = "objected to being written to"
    NO_EMAIL = "no e-mail address known"
    OPTED_OUT = "opted out of e-mail"
    NO_CONSENT = "nothing says they agreed to e-mail"


def may_be_written_to(
    client: Mapping[str, Any], *, lawful_basis: str | None, suppressed: bool = False
) -> Refusal | None:
    """What stands against writing to a client; None: nothing does.

    The one place that decides it.

    Args:
        client: anonymous, email, accepts_email of `tables.CLIENTS`.
        lawful_basis: the ground on which to write without a stated consent; it never outweighs an opt-out.
        suppressed: they objected, see `suppression`; nothing outweighs that.
    """
    if client["anonymous"]:
        return Refusal.ANONYMOUS
    if suppressed:
        return Refusal.SUPPRESSED
    if client["accepts_email"] is False:
        return Refusal.OPTED_OUT
    if client["email"] is None:
        return Refusal.NO_EMAIL
    if client["accepts_email"] is None and lawful_basis is None:
        return Refusal.NO_CONSENT
    return None
