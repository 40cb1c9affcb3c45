"""One class per failure: what is wrong in one line, what to do in another, and the exit code.

The message lives in the class, so that every place that fails in the same way says the same thing.
`code` (snake_case, from the class name) is what scripts match on in the JSON form of an error.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a run ended, as the shell sees it."""

    OK = 0
    SET_ASIDE = 1
    USAGE = 2
    INPUT = 3
    WORKSPACE = 4
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class ClientlensError(Exception):
    """Base of every failure a user can meet; `message` and `hint` are each one line.

    Args:
        message: what is wrong, in one sentence without a full stop.
        hint: what to do about it.
        file: the input file concerned, as the user named it.
        line: the physical line in that file.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(
        self, message: str, hint: str | None = None, *, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line

    @property
    def code(self) -> str:
        """The class name in snake_case: stable, for scripts."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class UsageError(ClientlensError):
    """Wrong options or arguments, or settings that contradict each other."""


class InputError(ClientlensError):
    """An input file that cannot be taken; nothing was stored."""

    exit_code = ExitCode.INPUT


class WorkspaceError(ClientlensError):
    """The workspace is missing, damaged, locked or newer than this program."""

    exit_code = ExitCode.WORKSPACE


# --- usage (2) -----------------------------------------------------------------------------------------


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


class UnknownClient(UsageError):
    def __init__(self, query: str) -> None:
        super().__init__(f"no client matches {query!r}", "search with 'clientlens clients PART-OF-A-NAME'")


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
        super().__init__(
            f"no store is called {name!r}",
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
            f"{key!r} is the key of another entry ({known}), it cannot be one of {kind}",
            "see 'clientlens workspace history'; nothing was written",
        )


class UnknownSchema(UsageError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"no answer is called {name!r}", f"there are {', '.join(known)}")


class UnknownTemplate(UsageError):
    def __init__(self, name: str, suggestion: str | None, known: list[str]) -> None:
        super().__init__(
            f"no template is called {name!r}" + (f"; did you mean {suggestion!r}?" if suggestion else ""),
            f"there are {', '.join(known)}",
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


class BadMapping(UsageError):
    """A mapping file with slips in it; `faults` are all of them: line (None where none is to be named), what is wrong."""

    def __init__(self, file: str, faults: list[tuple[int | None, str]]) -> None:
        line, first = faults[0]
        shown = [f"line {number}: {told}" if number else told for number, told in faults[1:9]]
        if len(faults) > 9:
            shown.append(f"and {len(faults) - 9} more")
        super().__init__(
            "; ".join([f"{file}:{line}: {first}" if line else f"{file}: {first}", *shown]),
            "'clientlens template mapping' prints a mapping with every key explained",
            file=file,
            line=line,
        )
        self.faults = faults


class BadRates(UsageError):
    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(
            f"{file}:{line}: {reason}", "the file has the columns date,currency,rate", file=file, line=line
        )


# --- input (3) -----------------------------------------------------------------------------------------


class Unreadable(InputError):
    def __init__(self, file: str, reason: str, hint: str = "check the path and its permissions") -> None:
        super().__init__(f"{file}: {reason}", hint, file=file)


class DamagedArchive(InputError):
    """A packed file that is cut off, or is not what it says of itself."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}", "download it or pack it again; nothing was stored", file=file)


class ArchiveTooLarge(InputError):
    """A packed file that would fill the memory."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: {reason}",
            "no export is like that; if yours is, unpack it first and import the files inside",
            file=file,
        )


class NotRecognised(InputError):
    def __init__(self, file: str, found: str, hint: str) -> None:
        super().__init__(f"{file}:1: {found}", hint, file=file, line=1)


class MappingMisfit(InputError):
    """A file without columns that the mapping names; `missing`: what is said of each."""

    def __init__(self, file: str, mapping: str, missing: list[str]) -> None:
        more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
        super().__init__(
            f"{file}:1: the mapping does not fit: there is no column {', '.join(missing[:6])}{more}",
            f"correct the names in {mapping}, or draft a mapping with 'clientlens template mapping --from FILE'",
            file=file,
            line=1,
        )


class LinesAlone(InputError):
    """Lines of orders without the orders."""

    def __init__(self, file: str, mapping: str) -> None:
        super().__init__(
            f"{file}:1: it holds only lines of orders, and no file of the call holds the orders",
            f"import it together with the file of orders that {mapping} reads",
            file=file,
            line=1,
        )


class BadHeader(InputError):
    def __init__(self, file: str, reason: str, hint: str) -> None:
        super().__init__(f"{file}:1: {reason}", hint, file=file, line=1)


class BadEncoding(InputError):
    def __init__(self, file: str, line: int, encoding: str) -> None:
        super().__init__(
            f"{file}:{line}: not {encoding} text",
            "name the file's encoding with --encoding, for example --encoding cp1252",
            file=file,
            line=line,
        )


class BadJson(InputError):
    """Text that is not JSON where JSON was begun."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}", "export it again, whole", file=file, line=line)


class UnterminatedQuote(InputError):
    def __init__(self, file: str, line: int) -> None:
        super().__init__(
            f"{file}:{line}: a quote opens here and never closes",
            "the file was cut off, or a quote is missing on that line",
            file=file,
            line=line,
        )


class AmbiguousDates(InputError):
    def __init__(self, file: str, line: int, column: str, value: str) -> None:
        form = ("%d/%m/%Y" if re.search(r"[0-9]{4}", value) else "%d/%m/%y") + (
            " %H:%M" if ":" in value else ""
        )
        form += ":%S" if value.count(":") == 2 else ""
        other = form.replace("%d/%m", "%m/%d")
        super().__init__(
            f"{file}:{line}: {column[:1].upper()}{column[1:]} {value!r} can be day first or month first",
            f"say which with --date-format '{form}' or --date-format '{other}'",
            file=file,
            line=line,
        )


class NoGoodRow(InputError):
    def __init__(self, file: str, line: int | None, reason: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(
            f"{where}: no good row; the first is set aside: {reason}",
            "nothing was stored",
            file=file,
            line=line,
        )


class StrictProblems(InputError):
    def __init__(self, file: str, line: int | None, reason: str, count: int) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(
            f"{where}: {reason}" + (f" (and {count - 1} more)" if count > 1 else ""),
            "--strict refuses a file with any bad row; nothing was stored",
            file=file,
            line=line,
        )


class ExpectationFailed(InputError):
    def __init__(self, what: str, expected: str, found: str) -> None:
        super().__init__(f"expected {what} {expected}, found {found}", "nothing was stored")


class AnotherShop(InputError):
    """The same order number with another source id or another creation day."""

    def __init__(self, file: str, line: int | None, number: str, store: str, difference: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(
            f"{where}: order {number} of store {store!r} is known with another {difference}",
            "is this another shop? give it its own name with --store; nothing was stored",
            file=file,
            line=line,
        )


class CheckoutConflict(InputError):
    """The same checkout id with another creation day."""

    def __init__(self, file: str, line: int | None, checkout: str, store: str) -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(
            f"{where}: checkout {checkout} of store {store!r} is known with another day",
            "is this another shop? give it its own name with --store; nothing was stored",
            file=file,
            line=line,
        )


# --- workspace (4) -------------------------------------------------------------------------------------


class WorkspaceMissing(WorkspaceError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"no workspace at {where}", "make one with 'clientlens import FILE', or name it with --workspace"
        )


class NotAWorkspace(WorkspaceError):
    """Something else stands where the workspace should be made; it is left alone."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(
            f"{where} is {what}, not a workspace", "name a new or empty folder with --workspace", file=where
        )


class WorkspaceLocked(WorkspaceError):
    def __init__(self, holder: str, waited_seconds: float) -> None:
        super().__init__(
            f"the workspace is locked by {holder} (waited {waited_seconds:g} s)",
            "wait for it to end, or allow more time with --lock-timeout",
        )


class WorkspaceNewer(WorkspaceError):
    def __init__(self, found: int, known: int, file: str | None = None) -> None:
        super().__init__(
            (f"{file}: " if file else "")
            + f"the workspace has format {found}, this program knows formats up to {known}",
            "upgrade clientlens",
            file=file,
        )


class WorkspaceDamaged(WorkspaceError):
    """A stored file is not what was written; `others` more are not either."""

    def __init__(self, file: str, reason: str, *, others: int = 0, repairable: bool | None = None) -> None:
        more = f" (and {others} more {'file is' if others == 1 else 'files are'} damaged)" if others else ""
        hint = {
            None: "see 'clientlens workspace check'; 'check --repair' derives again what can be",
            True: "run 'clientlens workspace check --repair'",
            False: "restore it from a backup, or take its import back ('clientlens workspace undo') and repeat it",
        }
        super().__init__(f"{file}: {reason}{more}", hint[repairable], file=file)
        self.reason = reason


class WorkspaceReadOnly(WorkspaceError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} cannot be written to", "check the folder's permissions, or use another --workspace"
        )


class DiskFailed(WorkspaceError):
    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: {reason}", "nothing was changed; free some space or check the disk, then run it again"
        )
