"""Ids of drafts in the outbox, by which they are found again without a name in them."""

from __future__ import annotations

import hashlib

_ID_LETTERS = 20


def draft_id(*parts: str) -> str:
    """An id for a draft: of what makes it this one (client, template, day), which it does not give away."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:_ID_LETTERS]


def offer_id(store: str, request_id: str) -> str:
    """The id of the draft of a request's offer."""
    return draft_id("offer", store, request_id)
