"""One e-mail as an .eml file: a draft that mail programs open for sending, or the message that is sent.

Built with the standard library's `email` package, on its older header classes: they fold encoded words at character
boundaries in the same way in every version of Python, so that the same mail is the same bytes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.quoprimime import body_encode
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from clientlens.errors import BadAddress
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

NAME_LETTERS = 300
SUBJECT_LETTERS = 300
"""What is longer is cut, with an ellipsis: no program shows more, and some refuse it."""

_HEADER_LINE = 76
_PLAIN_WORD = 60
_ADDRESS_OCTETS = 254
_LOCAL_OCTETS = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_EMAIL_POLICY = compat32.clone(linesep="\r\n", mangle_from_=False, max_line_length=_HEADER_LINE)


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a mail is from or to; `name` may be anything, it is cleaned for the header."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """What an e-mail says.

    id: letters and digits that identify it for ever; with the sender's domain it is the Message-ID.
    text: lines parted by any line ending. language: a tag such as de or en-GB. at: aware; written as it stands.
    unsubscribe: a mailto: or https: address for List-Unsubscribe.
    """

    id: str
    sender: Party
    to: Party
    subject: str
    text: str
    language: str
    at: datetime
    reply_to: Party | None = None
    unsubscribe: str | None = None


def eml(mail: Mail, *, draft: bool = True) -> bytes:
    """The mail as bytes: headers, a blank line, UTF-8 text; CRLF everywhere; no line longer than 76 octets of text.

    The same mail gives the same bytes. Nothing in a name, subject or text can add a header.

    Args:
        draft: with `X-Unsent: 1`, by which a mail program opens it for sending rather than as received.

    Raises:
        BadAddress: an address is none.
    """
    sender = address(mail.sender.email, "the sender")
    message: Message[str | Header, str | Header] = Message(policy=_EMAIL_POLICY)
    if draft:
        message["X-Unsent"] = "1"
    message["From"] = _party(mail.sender, "From", "the sender")
    message["To"] = _party(mail.to, "To", "the client")
    if mail.reply_to is not None:
        message["Reply-To"] = _party(mail.reply_to, "Reply-To", "sender.reply_to")
    message["Subject"] = _unstructured(header_text(mail.subject, SUBJECT_LETTERS), "Subject")
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{_token(mail.id)}@{sender.rpartition('@')[2]}>"
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{_link(mail.unsubscribe)}>"
    message["Content-Language"] = _token(mail.language)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'text/plain; charset="utf-8"'
    message["Content-Transfer-Encoding"] = "quoted-printable"
    octets = "\r\n".join(body_text(mail.text).split("\n")).encode("utf-8").decode("latin-1")
    message.set_payload(body_encode(octets, maxlinelen=_HEADER_LINE, eol="\r\n"))
    return message.as_bytes(policy=_EMAIL_POLICY)


def address(text: str, whose: str) -> str:
    """An e-mail address as it can stand in a header and in SMTP: ASCII, an international domain in its A-form.

    Args:
        whose: for the message: "the client", "the sender".

    Raises:
        BadAddress
    """
    local, _, domain = text.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > _LOCAL_OCTETS:
        raise BadAddress(whose, "what stands before its @ is not of letters, digits and single dots")
    try:
        host = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        host = ""
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(whose, "what stands behind its @ is no domain")
    if len(local) + 1 + len(host) > _ADDRESS_OCTETS:
        raise BadAddress(whose, f"it is longer than {_ADDRESS_OCTETS} characters")
    return f"{local}@{host}"


def header_text(text: str, letters: int) -> str:
    """Text as one line of a header, see `one_line`; cut with an ellipsis."""
    line = one_line(text)
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"


def body_text(text: str) -> str:
    r"""The text of a mail: lines end in \n, one at the end; no control characters but tabs, no bidi overrides."""
    lines = _OVERRIDES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        "\ufffd" if unicodedata.category(one) == "Cs" else one
        for one in lines
        if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Zl", "Zp"}
    )
    return kept.strip("\n") + "\n"


def _party(party: Party, header: str, whose: str) -> Header | str:
    name, where = header_text(party.name or "", NAME_LETTERS), address(party.email, whose)
    if not name:
        return where
    if _is_plain(name):
        return formataddr((name, where))
    written = Header(name, "utf-8", maxlinelen=_HEADER_LINE, header_name=header)
    written.append(f"<{where}>", "us-ascii")
    return written


def _unstructured(text: str, header: str) -> Header | str:
    if _is_plain(text):
        return text
    return Header(text, "utf-8", maxlinelen=_HEADER_LINE, header_name=header)


def _is_plain(text: str) -> bool:
    """ASCII that can be folded at its blanks, and does not look encoded, which a reader would decode."""
    return text.isascii() and "=?" not in text and all(len(word) <= _PLAIN_WORD for word in text.split(" "))


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "", text)


def _link(text: str) -> str:
    return re.sub(r"[^\x21-\x3b\x3d\x3f-\x7e]", "", text)
