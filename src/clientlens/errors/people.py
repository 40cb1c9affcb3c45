"""Clients of whom too little is known."""

from __future__ import annotations

from clientlens.errors.base import UsageError


class NotRegistered(UsageError):
    """What was asked for needs a client with a name, e-mail or phone."""

    def __init__(self, client: str, what: str) -> None:
        super().__init__(
            f"{client} is anonymous: {what} needs a registered client",
            "import a file that names the client, or join it to one with 'clientlens clients merge'",
        )
