"""Points, groups, notes and corrections of clients: exit code 2."""

from __future__ import annotations

import difflib

from clientlens.errors.base import UsageError


class NotRegistered(UsageError):
    """Something that an anonymous client cannot have; `purpose` in the plural: points, groups, messages."""

    def __init__(self, client_id: str, purpose: str) -> None:
        super().__init__(
            f"client {client_id} is anonymous; {purpose} need a registered client",
            f"say who it is: 'clientlens clients edit {client_id} --name NAME' (or --email, --phone)",
        )


class NotEnoughPoints(UsageError):
    def __init__(self, client_id: str, balance: int, wanted: int) -> None:
        super().__init__(
            f"client {client_id} has {balance:,} points, {wanted:,} cannot be taken off",
            "take off fewer, or add --allow-negative",
        )


class TooManyPoints(UsageError):
    def __init__(self, order: str, limit: int) -> None:
        super().__init__(
            f"order {order} would earn more than {limit:,} points",
            "check the order's amount, or choose a smaller --rate",
        )


class BadPointsRate(UsageError):
    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"not a rate of points: {text!r} ({reason})",
            "write points for one unit of money, as in 1, 0.5 or USD=0.9",
        )


class NoCurrency(UsageError):
    """A rate without a currency, and no order to say which one is meant."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"the rate {text!r} names no currency, and no order says which is the home currency",
            "write the currency too, as in EUR=1, or set money.home_currency",
        )


class UnknownGroup(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        spelled = {group.casefold(): group for group in known}
        close = [spelled[one] for one in difflib.get_close_matches(name.casefold(), spelled, n=1)]
        super().__init__(
            f"no group is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
            "'clientlens groups' lists those there are; 'groups add' and 'groups rule' make new ones",
        )


class BadGroupName(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(f"not a group's name: {text!r}", "use visible characters, no comma, 100 at most")


class NothingByHand(UsageError):
    """Deleting a group that stands in files alone."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"group {name!r} comes from imported files alone; there is nothing of it to delete",
            "take the import back, or import files that do not name it",
        )


class CircularRule(UsageError):
    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"a rule that goes in a circle: {' -> '.join(names)}",
            "a group's rule may name other groups, but none whose rule leads back to it",
        )


class NobodyNamed(UsageError):
    def __init__(self, command: str) -> None:
        super().__init__(
            "no client is named", f"'{command}' takes clients, --where, or --from FILE (- for standard input)"
        )


class UnknownNote(UsageError):
    def __init__(self, number: int, client_id: str) -> None:
        super().__init__(
            f"client {client_id} has no note {number}", f"see 'clientlens clients note {client_id} --list'"
        )


class BadDetail(UsageError):
    """A value that a detail of a client does not take."""

    def __init__(self, detail: str, text: str, wanted: str) -> None:
        article = "an" if detail[0] in "aeiou" else "a"
        super().__init__(f"not {article} {detail}: {text!r}", f"it takes {wanted}")


class NothingAsked(UsageError):
    def __init__(self, command: str, what: str) -> None:
        super().__init__(f"nothing is to be changed: {what}", f"see '{command} --help'")
