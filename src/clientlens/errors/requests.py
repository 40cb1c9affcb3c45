"""Order requests: rules with slips, unknown requests, and changes that are not possible. Exit code 2."""

from __future__ import annotations

from clientlens.errors.base import FaultyFile, InputError, UsageError


class BadRules(FaultyFile):
    """A rules file with slips in it."""

    def __init__(self, file: str, faults: list[tuple[int | None, str]]) -> None:
        super().__init__(
            file,
            faults,
            "'clientlens requests rules init --rules FILE' writes rules with every key explained",
        )


class RulesMissing(UsageError):
    def __init__(self, file: str) -> None:
        super().__init__(
            f"there are no rules at {file}",
            "'clientlens requests rules init' writes some to begin with; or name a file with --rules",
            file=file,
        )


class NothingToScreen(InputError):
    """A file that holds neither orders nor requests."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: it holds neither orders nor order requests",
            "'clientlens template orders' and 'clientlens template requests' print the columns",
            file=file,
        )


class UnknownRequest(UsageError):
    def __init__(self, request_id: str, suggestion: str | None) -> None:
        super().__init__(
            f"there is no request {request_id!r}" + (f"; did you mean {suggestion!r}?" if suggestion else ""),
            "see 'clientlens requests list' for all of them",
        )


class AmbiguousRequest(UsageError):
    def __init__(self, request_id: str, places: list[str]) -> None:
        super().__init__(
            f"{len(places)} requests are called {request_id!r}: {', '.join(places)}",
            "say which with --store, or write order:… for an order that was held",
        )


class IllegalState(UsageError):
    """A change that a request in its present state does not allow."""

    def __init__(self, request_id: str, state: str, action: str, reason: str = "") -> None:
        super().__init__(
            f"request {request_id} is {state}: it cannot be {action}" + (f" ({reason})" if reason else ""),
            f"see 'clientlens requests show {request_id}' for what became of it",
        )


class IllegalMoment(UsageError):
    """A change that is said to have been before what it follows, or after now."""

    def __init__(self, said: str, reason: str) -> None:
        super().__init__(f"--at {said}: {reason}", "name the time at which it was; without --at it is now")


class BadOffer(UsageError):
    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(f"no offer can be made of this: {reason}", hint)


class AnonymousRequester(UsageError):
    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"request {request_id} is of an anonymous client: neither name, e-mail nor phone is known",
            "import the client's details first (see 'clientlens template clients'); it can still be declined",
        )
