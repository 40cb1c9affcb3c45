"""Messages to clients that cannot be written."""

from __future__ import annotations

from clientlens.errors.base import UsageError


class BadAddress(UsageError):
    """An e-mail address that no mail can go to; where it stands is said, not what it is: it may be a client's."""

    def __init__(self, whose: str, why: str) -> None:
        super().__init__(
            f"the e-mail address of {whose} cannot be written to: {why}", "correct it and run again"
        )
