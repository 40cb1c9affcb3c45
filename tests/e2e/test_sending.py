"""Messages sent through a real mail server on this machine, with certificates made for the test."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
import re
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from clientlens.messages import sending
from clientlens.workspace.ledger import history
from clientlens.workspace.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

PASSWORD = "correct horse battery"  # noqa: S105
ORDERS = """\
order_id,placed_at,order_total,currency,status,email,first_name,name,product,language
1,2026-09-01T10:00:00+02:00,20.00,EUR,paid,jana@example.org,Jana,Jana Maß,Kerze,de
"""


class Mailbox:
    """Takes mail; `refuse` has the answer to RCPT or DATA, `gone` breaks the connection in the middle of DATA."""

    def __init__(self):
        self.mails, self.refuse, self.gone, self.silent = [], {}, False, False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "RCPT" in self.refuse:
            return self.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope):
        if self.silent:
            await asyncio.sleep(3)
        if self.gone:
            server.transport.abort()
            return "250 OK"
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 OK"


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
def mail_server(mailbox, authority):
    """`mail_server("starttls", name="localhost")`: start one, and get its settings."""
    running = []

    def authenticate(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (b"ada", PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    def start(security, *, name="localhost", login=True):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(context)
        port = _free_port()
        more = {"authenticator": authenticate, "auth_required": True} if login else {}
        if security == "starttls":
            more |= {"tls_context": context, "require_starttls": True}
        elif security == "tls":
            more |= {"ssl_context": context, "auth_require_tls": False}
        else:
            more |= {"auth_require_tls": False}
        controller = Controller(mailbox, hostname="127.0.0.1", port=port, **more)
        controller.start()
        running.append(controller)
        user = "username = 'ada'\n" if login else ""
        return (
            f"[smtp]\nhost = 'localhost'\nport = {port}\nsecurity = '{security}'\ntimeout_seconds = 2\n{user}"
        )

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def shop(clientlens, tmp_path):
    """Path of a workspace with one client who bought."""
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "clients.csv").write_text(
        "client_ref,email,name,first_name,language,accepts_email\n1,jana@example.org,Jana Maß,Jana,de,yes\n"
    )
    assert clientlens("import", "orders.csv", "clients.csv", "--timezone", "Europe/Rome").code == 0
    return tmp_path / ".clientlens"


@pytest.fixture
def send(clientlens, shop):
    """Send the client's message with these settings of a server."""

    def call(smtp, *more, password=PASSWORD, **kwargs):
        (shop / "clientlens.toml").write_text(
            f"[sender]\nemail = 'shop@example.org'\nshop = 'Laternenkerzen'\n{smtp}"
        )
        environment = {"CLIENTLENS_SMTP_PASSWORD": password} if password else {}
        line = ("message", "jana@example.org", "--send", "--json", *more)
        done = clientlens(*line, environment=environment, **kwargs)
        assert PASSWORD not in done.text + done.stderr
        return done

    return call


def kinds(shop):
    with Workspace.open(shop) as workspace:
        found = [one for one in history(workspace) if one.kind.startswith("message_")]
    assert PASSWORD not in repr(found)
    return [one.kind.removeprefix("message_") for one in found]


def draft_of(shop):
    (file,) = (shop / "outbox").glob("*.eml")
    return file.read_bytes()


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
@pytest.mark.parametrize("login", [True, False])
def test_a_message_arrives_as_it_was_drafted(send, shop, mail_server, mailbox, security, login):
    done = send(mail_server(security, login=login), password=PASSWORD if login else None)
    assert (done.stderr, done.code) == ("", 0)
    assert json.loads(done.stdout)["state"] == "sent"
    ((sender, receivers, received),) = mailbox.mails
    assert (sender, receivers) == ("shop@example.org", ["jana@example.org"])
    # All of it but the mark of a draft and the date, which is that of sending.
    draft = draft_of(shop).removeprefix(b"X-Unsent: 1\r\n")
    undated = [re.sub(rb"(?m)^Date: .*\r\n", b"", one) for one in (draft, received)]
    assert undated[0] == undated[1]
    text = email.message_from_bytes(received, policy=email.policy.default).get_content()
    assert "Guten Tag Jana,\r\n" in text
    assert kinds(shop) == ["drafted", "sending", "sent"]


def test_a_message_that_was_sent_is_not_sent_again(send, shop, mail_server, mailbox):
    smtp = mail_server("starttls")
    assert send(smtp).code == 0
    done = send(smtp)
    assert (done.code, done.error["code"]) == (2, "written_recently")
    assert len(mailbox.mails) == 1
    assert send(smtp, "--again").code == 0
    first, second = (email.message_from_bytes(content)["Message-ID"] for _, _, content in mailbox.mails)
    assert first != second


def test_the_cool_down_counts_from_the_day_a_draft_of_before_was_sent(send, shop, mail_server, mailbox):
    def day(days):
        return lambda: datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(days=days)

    smtp = mail_server("starttls")
    assert send(smtp, clock=day(0), password="wrong").code == 1  # noqa: S106 - drafted, not sent
    assert send(smtp, clock=day(29)).code == 0
    for template in ("invitation", "win_back"):
        done = send(smtp, "--template", template, clock=day(31))
        assert (done.code, done.error["code"]) == (2, "written_recently")
        assert "was written to on 2026-11-30" in done.error["message"]
    assert len(mailbox.mails) == 1


def test_a_draft_of_before_is_what_is_sent(clientlens, send, shop, mail_server, mailbox):
    smtp = mail_server("starttls")
    (shop / "clientlens.toml").write_text("[sender]\nemail = 'shop@example.org'\nshop = 'Laternenkerzen'\n")
    drafted = json.loads(clientlens("message", "jana@example.org", "--json").stdout)
    sent = json.loads(send(smtp).stdout)
    assert drafted["message_id"] == sent["message_id"]
    assert kinds(shop) == ["drafted", "sending", "sent"]


def refused(done, reason):
    """Exit code 1, one line that says why, and one that helps."""
    assert (done.code, done.stdout, done.error["code"]) == (1, b"", "mail_not_sent")
    told = re.sub(r":[0-9]+", "", done.error["message"])
    assert told == f"mail could not be sent: {reason}"
    assert done.error["hint"].endswith("; the draft is in the outbox")


def test_a_wrong_password_is_told_and_the_draft_stays(send, shop, mail_server, mailbox):
    smtp = mail_server("starttls")
    refused(send(smtp, password="wrong"), "localhost refused user name or password (535)")  # noqa: S106
    assert (mailbox.mails, kinds(shop)) == ([], ["drafted"])
    assert draft_of(shop)
    assert send(smtp).code == 0
    assert kinds(shop) == ["drafted", "sending", "sent"]


def test_a_receiver_the_server_refuses_leaves_the_draft(send, shop, mail_server, mailbox):
    mailbox.refuse["RCPT"] = "550 nobody jana@example.org here"
    refused(send(mail_server("starttls")), "the server refused the client's address (550)")
    assert kinds(shop) == ["drafted"]


def test_a_message_the_server_refuses_can_be_sent_again(send, shop, mail_server, mailbox):
    smtp = mail_server("starttls")
    mailbox.refuse["DATA"] = "451 later"
    refused(send(smtp), "the server refused the message (451)")
    assert kinds(shop) == ["drafted", "sending", "not_sent"]
    mailbox.refuse.clear()
    assert send(smtp).code == 0
    assert kinds(shop) == ["drafted", "sending", "not_sent", "sending", "sent"]
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("fault", ["gone", "silent"])
def test_a_server_that_goes_away_after_the_message_may_have_taken_it(send, shop, mail_server, mailbox, fault):
    smtp = mail_server("starttls")
    setattr(mailbox, fault, True)
    done = send(smtp)
    assert (done.code, done.error["code"]) == (1, "mail_uncertain")
    assert done.error["message"] == (
        "mail may have been sent: localhost fell silent after the message was handed over"
    )
    assert kinds(shop) == ["drafted", "sending"]
    setattr(mailbox, fault, False)
    done = send(smtp)
    assert (done.code, done.error["code"]) == (2, "may_sent")
    assert kinds(shop) == ["drafted", "sending"]
    assert send(smtp, "--again").code == 0
    assert kinds(shop) == ["drafted", "sending", "drafted", "sending", "sent"]


def test_a_run_killed_while_sending_is_not_repeated(send, shop, mail_server, mailbox, monkeypatch):
    """The server has it, but the entry that says so was never written."""
    smtp = mail_server("starttls")

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "append", killed)
        assert send(smtp).code == 130
    assert (len(mailbox.mails), kinds(shop)) == (1, ["drafted", "sending"])
    done = send(smtp)
    assert done.error["message"] == (
        "the message to Jana Maß of 2026-11-01 may have been sent: the run that sent it was broken off"
    )
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_name_is_not_accepted(send, shop, mail_server, mailbox, security):
    done = send(mail_server(security, name="mail.example.org"))
    refused(
        done,
        "the certificate of localhost does not hold: Hostname mismatch, certificate is not valid for 'localhost'",
    )
    assert (mailbox.mails, kinds(shop)) == ([], ["drafted"])


def test_a_certificate_of_nobody_known_is_not_accepted(send, mail_server, mailbox, monkeypatch):
    smtp = mail_server("starttls")
    monkeypatch.delenv("SSL_CERT_FILE")
    done = send(smtp)
    refused(
        done,
        "the certificate of localhost does not hold: unable to get local issuer certificate",
    )
    assert mailbox.mails == []


def test_a_server_without_starttls_gets_neither_password_nor_mail(send, mail_server, mailbox):
    smtp = mail_server("none").replace("'none'", "'starttls'")
    refused(send(smtp), "localhost offers no STARTTLS")
    assert mailbox.mails == []


def test_a_server_that_speaks_no_tls_is_told(send, mail_server):
    refused(send(mail_server("none").replace("'none'", "'tls'")), "no secure connection with localhost")


def test_nobody_there_is_told(send):
    smtp = f"[smtp]\nhost = '127.0.0.1'\nport = {_free_port()}\n"
    refused(send(smtp), "nothing answers at 127.0.0.1")


def test_a_server_that_never_greets_is_not_waited_for(send):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        done = send(f"[smtp]\nhost = '127.0.0.1'\nport = {port}\ntimeout_seconds = 1\n")
    assert (done.code, done.error["code"]) == (1, "mail_not_sent")


@contextlib.contextmanager
def _hanging_up():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                connection.sendall(b"220 hello\r\n")
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_server_that_hangs_up_before_the_message_leaves_the_draft(send, shop):
    with _hanging_up() as port:
        done = send(f"[smtp]\nhost = '127.0.0.1'\nport = {port}\nsecurity = 'none'\n")
    refused(done, "127.0.0.1 closed the connection")
    assert kinds(shop) == ["drafted"]


def test_without_encryption_mail_goes_to_this_machine_alone(send, shop):
    done = send("[smtp]\nhost = 'smtp.example.org'\nsecurity = 'none'\n")
    assert (done.code, done.error["code"]) == (2, "insecure_mail_server")
    assert not (shop / "outbox").exists()


def test_a_server_that_asks_for_a_login_is_told_with_what_to_set(send, mail_server):
    done = send(mail_server("starttls").replace("username = 'ada'\n", ""))
    refused(done, "the server refused sender.email (530)")
    assert "set smtp.username" in done.error["hint"]


def test_the_password_is_no_setting(clientlens, shop):
    environment = {"CLIENTLENS_SMTP_PASSWORD": PASSWORD}
    done = clientlens("config", "show", "--json", environment=environment)
    assert PASSWORD not in done.text + done.stderr
    assert "warning" not in done.stderr


def test_a_user_name_needs_its_password(send, shop):
    done = send("[smtp]\nhost = 'smtp.example.org'\nusername = 'ada'\n", password=None)
    assert done.error["message"] == "CLIENTLENS_SMTP_PASSWORD is not set, which smtp.username needs"
    assert not (shop / "outbox").exists()
