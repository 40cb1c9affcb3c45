"""Messages to clients: who may not be written to, templates with slips, mail that does not go out."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import ClientlensError, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


class BadAddress(UsageError):
    """An e-mail address that no mail can go to; whose it is is said, not what it is."""

    def __init__(self, whose: str, why: str) -> None:
        super().__init__(
            f"the e-mail address of {whose} cannot be written to: {why}",
            "correct it where it comes from, a setting or an imported file",
        )


class NoEmail(UsageError):
    def __init__(self, client: str) -> None:
        super().__init__(f"no e-mail address of {client} is known", "import a file that has one")


class OptedOut(UsageError):
    def __init__(self, client: str) -> None:
        super().__init__(
            f"{client} does not want e-mail from you",
            "the shop's own list says so, and nothing here overrides it; import a newer one if that has changed",
        )


class ConsentNeeded(UsageError):
    def __init__(self, client: str) -> None:
        super().__init__(
            f"nothing says that {client} agreed to e-mail",
            "if you may write all the same, say on what ground with --lawful-basis TEXT; it is recorded",
        )


class WrittenRecently(UsageError):
    def __init__(self, client: str, day: date, template: str, cooldown_days: int) -> None:
        super().__init__(
            f"{client} was written to on {day} ({template}), less than {cooldown_days} day"
            + ("s ago" if cooldown_days != 1 else " ago"),
            "wait, or write all the same with --again; messages.cooldown_days sets how long",
        )


class MaySent(UsageError):
    """A run ended between handing a message over and hearing that it was taken."""

    def __init__(self, client: str, day: date) -> None:
        super().__init__(
            f"the message to {client} of {day} may have been sent: the run that sent it was broken off",
            "ask the mail server or the client; to send it in any case, add --again",
        )


class UnknownMessageTemplate(UsageError):
    def __init__(self, name: str, known: Collection[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        super().__init__(
            f"no message template is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
            f"there are {', '.join(known)}; or name a file",
        )


class BadMessageTemplate(UsageError):
    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(
            f"{file}:{line}: {reason}", "docs/messages.md shows a whole template", file=file, line=line
        )


class UnknownPlaceholder(UsageError):
    def __init__(self, name: str, file: str, line: int, known: Collection[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        super().__init__(
            f"{file}:{line}: no placeholder is called {name!r}"
            + (f"; did you mean {close[0]!r}?" if close else ""),
            f"there are {', '.join(known)}",
            file=file,
            line=line,
        )


class PlaceholderOfLetters(UsageError):
    def __init__(self, name: str, file: str, line: int) -> None:
        super().__init__(
            f"{file}:{line}: {{{name}}} can be said in letters alone, not in a message",
            "docs/placeholders.md lists what each can say",
            file=file,
            line=line,
        )


class EmptyPlaceholder(UsageError):
    def __init__(self, name: str, client: str) -> None:
        super().__init__(
            f"{{{name}}} is not known of {client}, so the message was not written",
            f"give the template something to say instead: {{{name}|...}}",
        )


class SettingNeeded(UsageError):
    def __init__(self, name: str, purpose: str, example: str) -> None:
        super().__init__(
            f"{name} is not set, which {purpose} needs",
            f"in the workspace's clientlens.toml, for example {example}",
        )


class InsecureMailServer(UsageError):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"smtp.security = 'none' is for this machine itself, not for {host}",
            "use starttls or tls, so that nobody on the way reads mail and password",
        )


class MailNotSent(ClientlensError):
    """A mail server did not take a message; the draft stays in the outbox."""

    exit_code = ExitCode.SET_ASIDE

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(f"mail could not be sent: {reason}", f"{hint}; the draft is in the outbox")


class MailUncertain(ClientlensError):
    """The connection broke where nobody can tell whether the message was taken."""

    exit_code = ExitCode.SET_ASIDE

    def __init__(self, host: str) -> None:
        super().__init__(
            f"mail may have been sent: {host} fell silent after the message was handed over",
            "ask the mail server or the client; to send it in any case, add --again",
        )


class OptionNeeded(UsageError):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} says something about {other} alone", f"add {other}, or leave {one} out")
