"""Input files that cannot be taken: exit code 3, nothing was stored."""

from __future__ import annotations

import re

from clientlens.errors.base import InputError


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
