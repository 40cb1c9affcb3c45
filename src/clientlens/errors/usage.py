"""Wrong options, arguments and settings: exit code 2."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import FaultyFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class BadWindow(UsageError):
    def __init__(self, text: str, reason: str | None = None) -> None:
        super().__init__(
            f"not a time window: {text!r}" + (f" ({reason})" if reason else ""),
            "use all, 60d, 8w, 6m, 2y, last-month, year-to-date or 2026-01-01..2026-03-31",
        )


class BadDate(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(f"not a date: {text!r}", "write dates as 2026-03-31")


class BadSetting(UsageError):
    def __init__(self, name: str, value: object, origin: str, wanted: str) -> None:
        super().__init__(f"{name} = {value!r} ({origin}) is not valid", f"it takes {wanted}")


class UnknownSetting(UsageError):
    def __init__(self, name: str, origin: str, suggestion: str | None) -> None:
        super().__init__(
            f"unknown setting {name!r} in {origin}",
            f"did you mean {suggestion!r}?"
            if suggestion
            else "see 'clientlens config show' for all settings",
        )


class BadConfigFile(UsageError):
    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}", "the file is TOML; see 'clientlens config show'")


class TimezoneConflict(UsageError):
    def __init__(self, stored: str, wanted: str) -> None:
        super().__init__(
            f"the workspace's time zone is {stored}, CLIENTLENS_TIMEZONE says {wanted}",
            "unset CLIENTLENS_TIMEZONE, or make a new workspace with --workspace for the other zone",
        )


class UnknownTimezone(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(f"unknown time zone {name!r}", "use an IANA name such as Europe/Rome")


class NotText(UsageError):
    def __init__(self, argument: str) -> None:
        super().__init__(
            f"the argument {argument!r} is not UTF-8 text", "rename the file, or pipe it in and name it -"
        )


class UnknownCurrency(UsageError):
    def __init__(self, code: str) -> None:
        super().__init__(f"unknown currency {code!r}", "use an ISO 4217 code such as EUR")


class UnknownSource(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"unknown source {name!r}", f"known are {', '.join(known)}")


class SourceNeeded(UsageError):
    """Standard input was named without saying what comes through it."""

    def __init__(self, sources: list[str]) -> None:
        super().__init__(
            "what comes through standard input must be named", f"add --source, one of {', '.join(sources)}"
        )


class UnknownClient(UsageError):
    def __init__(self, query: str, nearest: Sequence[str] = ()) -> None:
        close = f"; did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
        super().__init__(
            f"no client matches {query!r}{close}", "search with 'clientlens clients PART-OF-A-NAME'"
        )


class AmbiguousClient(UsageError):
    def __init__(self, query: str, candidates: list[str], total: int) -> None:
        more = f", and {total - len(candidates)} more" if total > len(candidates) else ""
        super().__init__(
            f"{total} clients match {query!r}", f"name one of them: {', '.join(candidates)}{more}"
        )


class SameClient(UsageError):
    def __init__(self, one: str, other: str, client_id: str) -> None:
        super().__init__(
            f"{one!r} and {other!r} are one client already: {client_id}",
            f"see 'clientlens clients explain {client_id}' for what joined them",
        )


class UnknownKey(UsageError):
    def __init__(self, key: str, client_id: str) -> None:
        super().__init__(
            f"client {client_id} has no key {key!r}",
            f"see 'clientlens clients explain {client_id}' for its keys",
        )


class NothingToSplit(UsageError):
    """Taking the key out of the client would change nothing."""

    def __init__(self, key: str, client_id: str, reason: str) -> None:
        super().__init__(
            f"{key!r} cannot be split off client {client_id}: {reason}",
            f"see 'clientlens clients explain {client_id}' for what joins its records",
        )


class UnknownStore(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        spelled = {store.casefold(): store for store in known}
        close = [spelled[one] for one in difflib.get_close_matches(name.casefold(), spelled, n=1)]
        super().__init__(
            f"no store is called {name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""),
            f"stores here: {', '.join(known)}" if known else "import a file first",
        )


class UnknownImport(UsageError):
    def __init__(self, import_id: int | None) -> None:
        super().__init__(
            "there is no import to take back" if import_id is None else f"there is no import {import_id}",
            "see 'clientlens workspace imports' for those that can be taken back",
        )


class UnknownTable(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"no table is called {name!r}", f"there are {', '.join(known)}")


class EntryConflict(UsageError):
    """The idempotency key of a ledger entry stands there for another one."""

    def __init__(self, key: str, kind: str, known: str) -> None:
        super().__init__(
            f"{key!r} is the key of another entry ({known})"
            + ("" if kind == known else f", it cannot be one of {kind}"),
            "see 'clientlens workspace history'; nothing was written",
        )


class UnknownSchema(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        super().__init__(
            f"no answer is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
            "'clientlens schema' lists them",
        )


class UnknownTemplate(UsageError):
    def __init__(self, name: str, suggestion: str | None, known: list[str]) -> None:
        super().__init__(
            f"no template is called {name!r}" + (f"; did you mean {suggestion!r}?" if suggestion else ""),
            f"there are {', '.join(known)}, and ready-made letters and messages, such as win_back.de.md and win_back.de.txt",
        )


class BadInstant(UsageError):
    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"{text!r} {reason}", "write it as 2026-11-20T18:30, or with an offset: 2026-11-20T18:30+01:00"
        )


class BadAge(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(f"not a length of time: {text!r}", "write 90m, 1h or 3d")


class BadExpectation(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"not an expected total: {text!r}", "write it as EUR=1234.50, a currency and an amount"
        )


class SampleMissing(UsageError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"the sample data is not at {where}", "install clientlens again, or run it in its own project"
        )


class BadStore(UsageError):
    def __init__(self, name: str) -> None:
        super().__init__(f"not a store's name: {name!r}", "use visible characters, as in --store berlin")


class BadCombination(UsageError):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} do not go together", "leave one of them out")


class OutputExists(UsageError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path} exists already", "add --force to replace it")


class OutputFailed(UsageError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"cannot write {path}: {reason}", "choose another place")


class UnknownFormat(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"unknown format {name!r}", f"use one of {', '.join(known)}")


class NoRate(UsageError):
    def __init__(self, file: str, currency: str, day: str) -> None:
        super().__init__(
            f"{file} has no rate for {currency} on or before {day}",
            "each currency needs a rate dated no later than its first order",
        )


class BadMapping(FaultyFile):
    """A mapping file with slips in it."""

    def __init__(self, file: str, faults: list[tuple[int | None, str]]) -> None:
        super().__init__(
            file, faults, "'clientlens template mapping' prints a mapping with every key explained"
        )


class BadRates(UsageError):
    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(
            f"{file}:{line}: {reason}", "the file has the columns date,currency,rate", file=file, line=line
        )
