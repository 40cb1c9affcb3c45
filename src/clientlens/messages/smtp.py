"""Handing one message over to a mail server, in steps, so that the ledger can say at each what may have happened.

Passwords go to the server and nowhere else: what a server answers is told by its code alone, since it may repeat what
it was given, a client's address among it.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.config import SMTP_PASSWORD
from clientlens.errors import InsecureMailServer, MailNotSent, MailUncertain, SettingNeeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clientlens.config import Settings

TLS_PORT = 465
_LOGIN_NEEDED = 530
_SETTINGS, _LATER = "see smtp.* in 'clientlens config show'", "try again later"
_NAME = "[127.0.0.1]"
"""What we greet a server with; the machine's own name is nobody's business."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. security: starttls, tls or none. password: never part of what is shown."""

    host: str
    port: int
    security: str
    timeout_seconds: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def server_of(settings: Settings, environment: Mapping[str, str]) -> Server:
    """The mail server of the settings `smtp.*`, its password from the environment.

    Raises:
        SettingNeeded, InsecureMailServer
    """
    host, username = settings.optional_text("smtp.host"), settings.optional_text("smtp.username")
    if host is None:
        raise SettingNeeded("smtp.host", "--send", "[smtp] host = 'smtp.example.org'")
    security, password = settings.text("smtp.security"), environment.get(SMTP_PASSWORD) or None
    if security == "none" and not _is_this_machine(host):
        raise InsecureMailServer(host)
    if username is not None and password is None:
        raise SettingNeeded(SMTP_PASSWORD, "smtp.username", f"export {SMTP_PASSWORD} (in no file)")
    port = settings.number("smtp.port")
    if security == "tls" and settings.values["smtp.port"].origin == "default":
        port = TLS_PORT
    return Server(host, port, security, settings.number("smtp.timeout_seconds"), username, password)


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection on which a message can be offered: secured, and logged in where there is a user name.

    Raises:
        MailNotSent
    """
    with refusals(server):
        connection = _connect(server)
    try:
        with refusals(server):
            connection.ehlo_or_helo_if_needed()
            if server.username is not None and server.password is not None:
                connection.login(server.username, server.password)
        yield connection
    finally:
        # Whatever was to be said was said; a server that is gone already is none the worse.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def offer(connection: smtplib.SMTP, server: Server, sender: str, to: str) -> None:
    """Name sender and receiver; the server may refuse either, and nothing was sent then.

    Raises:
        MailNotSent
    """
    with refusals(server):
        _accepted(connection.mail(sender)[0], "the server refused sender.email")
        _accepted(connection.rcpt(to)[0], "the server refused the client's address")


def hand_over(connection: smtplib.SMTP, server: Server, data: bytes) -> None:
    """Hand the message itself over.

    Raises:
        MailNotSent: the server said no. MailUncertain: it said nothing any more.
    """
    try:
        code = connection.data(data)[0]
    except smtplib.SMTPDataError as error:
        raise _refusal("the server refused the message", error.smtp_code) from None
    except (OSError, smtplib.SMTPException):
        raise MailUncertain(server.host) from None
    _accepted(code, "the server refused the message")


@contextmanager
def refusals(server: Server) -> Iterator[None]:
    """Turn what smtplib, ssl and the network raise before a message is handed over into one error.

    Raises:
        MailNotSent
    """
    try:
        yield
    except smtplib.SMTPException as error:
        raise _of_server(error, server) from None
    except (OSError, UnicodeError) as error:
        raise _of_network(error, server) from None


def _of_server(error: smtplib.SMTPException, server: Server) -> MailNotSent:
    where = f"{server.host}:{server.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            reason = f"{where} refused user name or password ({error.smtp_code})"
            return MailNotSent(reason, f"see smtp.username and {SMTP_PASSWORD}")
        case smtplib.SMTPNotSupportedError():
            wanted = "STARTTLS" if server.security == "starttls" else "login"
            return MailNotSent(f"{where} offers no {wanted}", _SETTINGS)
        case smtplib.SMTPResponseException():
            return _refusal(f"{where} refused", error.smtp_code)
        case _:
            return MailNotSent(f"{where} closed the connection", _LATER)


def _of_network(error: OSError | UnicodeError, server: Server) -> MailNotSent:
    where = f"{server.host}:{server.port}"
    match error:
        case ssl.SSLCertVerificationError():
            reason = f"the certificate of {where} does not hold: {error.verify_message.rstrip('.')}"
            return MailNotSent(reason, "see that smtp.host is the name in the certificate")
        case ssl.SSLError():
            return MailNotSent(f"no secure connection with {where}", _SETTINGS)
        case socket.gaierror() | UnicodeError():
            return MailNotSent(f"no mail server is found at {where}", _SETTINGS)
        case TimeoutError():
            return MailNotSent(f"{where} did not answer within {server.timeout_seconds} s", _LATER)
        case ConnectionRefusedError():
            return MailNotSent(f"nothing answers at {where}", _SETTINGS)
        case _:
            return MailNotSent(f"{where}: {error.strerror or 'connection failed'}", _SETTINGS)


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    timeout = server.timeout_seconds
    if server.security == "tls":
        return smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=_NAME, timeout=timeout, context=context
        )
    connection = smtplib.SMTP(server.host, server.port, local_hostname=_NAME, timeout=timeout)
    try:
        if server.security == "starttls":
            _accepted(connection.starttls(context=context)[0], "the server refused STARTTLS")
    except BaseException:
        connection.close()
        raise
    return connection


def _accepted(code: int, refusal: str) -> None:
    if not 200 <= code < 300:
        raise _refusal(refusal, code)


def _refusal(what: str, code: int) -> MailNotSent:
    hint = "ask the mail server's owner why"
    if 400 <= code < 500:
        hint = _LATER
    if code == _LOGIN_NEEDED:
        hint = f"it asks for a login: set smtp.username, and {SMTP_PASSWORD} in the environment"
    return MailNotSent(f"{what} ({code})", hint)


def _is_this_machine(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
