"""Who gets a letter of a campaign. Exit code 2."""

from __future__ import annotations

from clientlens.errors.base import UsageError


class BadLift(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"--lift cannot be {text!r}",
            "it is how many percent more buyers are hoped for, above 0 and at most 1000: --lift 20",
        )
