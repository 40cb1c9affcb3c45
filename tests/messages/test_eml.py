"""Drafts as the standard library's parser, and so any mail program, reads them."""

from __future__ import annotations

import email
import email.policy
import re
import unicodedata
from datetime import datetime
from email.header import decode_header, make_header
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clientlens.errors import BadAddress
from clientlens.messages.eml import Mail, Party, address, body_text, eml, header_text

AT = datetime(2026, 11, 25, 21, 5, tzinfo=ZoneInfo("Europe/Rome"))
SHOP = Party("shop@example.org", "Lantern & Sons, Candles")


def mail(subject="Your order", text="Dear Jane,\nthank you.\n", name="Jane Doe", **more):
    known = {
        "id": "abc123",
        "sender": SHOP,
        "to": Party("jane@example.org", name),
        "language": "en",
        "at": AT,
    }
    return Mail(subject=subject, text=text, **(known | more))


def read(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def receiver(data):
    """Name and address in To. The newer parser of 3.11 puts blanks between the encoded words of a long name, against
    RFC 2047 6.2; the older one reads them right."""
    (to,) = read(data)["To"].addresses
    raw = str(email.message_from_bytes(data)["To"]).replace("\r\n ", " ")
    if raw == to.addr_spec:
        return "", to.addr_spec
    if "=?utf-8?" not in raw:
        return to.display_name, to.addr_spec
    words, _, where = raw.rpartition(" ")
    assert where == f"<{to.addr_spec}>"
    return str(make_header(decode_header(words))), to.addr_spec


def text_of(found):
    text = found.get_content()
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n", "\n")


def test_a_draft_has_the_headers_by_which_mail_programs_open_it_for_sending():
    data = eml(mail(reply_to=Party("help@example.org"), unsubscribe="mailto:stop@example.org?subject=stop"))
    found = read(data)
    assert {name: str(value) for name, value in found.items()} == {
        "X-Unsent": "1",
        "From": '"Lantern & Sons, Candles" <shop@example.org>',
        "To": "Jane Doe <jane@example.org>",
        "Reply-To": "help@example.org",
        "Subject": "Your order",
        "Date": "Wed, 25 Nov 2026 21:05:00 +0100",
        "Message-ID": "<abc123@example.org>",
        "List-Unsubscribe": "<mailto:stop@example.org?subject=stop>",
        "Content-Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    assert text_of(found) == "Dear Jane,\nthank you.\n"
    assert found.defects == []


def test_what_is_sent_is_the_draft_without_its_mark():
    assert eml(mail(), draft=False) == eml(mail()).removeprefix(b"X-Unsent: 1\r\n")


def test_the_same_mail_is_the_same_bytes():
    assert eml(mail("Grüße", "ü\n", "Zoë")) == eml(mail("Grüße", "ü\n", "Zoë"))


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Jane\r\nBcc: all@example.org", "Jane Bcc: all@example.org"),
        ("Jane\x00\x1b[31m\u202egro.elpmaxe\u2066", "Jane [31mgro.elpmaxe"),
        ("Doe, Jane <boss@example.com>", "Doe, Jane <boss@example.com>"),
        ('Jane "JD" \\ Doe', 'Jane "JD" \\ Doe'),
        ("=?utf-8?q?Bcc=3A?=", "=?utf-8?q?Bcc=3A?="),
        ("\ud800Jane", "\ufffdJane"),
        ("محمد عبد الله", "محمد عبد الله"),
        ("👩\u200d👧 Mara 🕯️", "👩\u200d👧 Mara 🕯️"),
        ("J" * 300, "J" * 300),
        ("é" * 301, "é" * 299 + "…"),
        ("\u2028\u200b", ""),
    ],
)
def test_a_hostile_name_is_a_name_and_nothing_else(given_name, shown):
    data = eml(mail(name=given_name))
    found = read(data)
    assert receiver(data) == (shown, "jane@example.org")
    assert "Bcc" not in found


HOSTILE = st.text(st.characters(exclude_categories=()), max_size=320) | st.text(
    st.sampled_from('\r\n\0\u202e\ud800=?<>",;:()@ \té漢👍\u200d'), max_size=60
)


@settings(deadline=None)
@given(name=HOSTILE, subject=HOSTILE, text=HOSTILE)
@example(name="x" * 1200, subject="y" * 1200, text="z" * 1200)
@example(name=" a" * 200, subject=", " * 150, text=".\nFrom x\n..\n-- \n= \t\n")
def test_name_subject_and_text_come_back_and_add_no_header(name, subject, text):
    data = eml(mail(subject, text, name))
    found = read(data)
    assert receiver(data) == (header_text(name, 300), "jane@example.org")
    assert str(found["Subject"]) == header_text(subject, 300)
    assert text_of(found) == body_text(text)
    assert found.keys() == read(eml(mail())).keys()
    assert max(map(len, data.split(b"\r\n"))) <= 320
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[^\x20-\x7e\r\n\t]", data)


@given(HOSTILE)
def test_a_header_has_nothing_that_moves_or_hides(text):
    assert not [
        one for one in header_text(text, 300) if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"}
    ]
    assert not set(header_text(text, 300)) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "jane",
        "jane@",
        "@example.org",
        "jane@example",
        "jane doe@example.org",
        "jane@example.org\r\nBcc: x@example.org",
        "jane@example.org, boss@example.org",
        "<jane@example.org>",
        "jane..doe@example.org",
        "jane@-example.org",
        "jürgen@example.org",
        "j@" + "a" * 64 + ".org",
        "j" * 65 + "@example.org",
        "j@" + "a.b" * 90,
        "jane@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(wrong):
    with pytest.raises(BadAddress) as refused:
        eml(mail(to=Party(wrong)))
    assert wrong not in refused.value.message.removeprefix("the e-mail address of the client")


def test_an_international_domain_is_written_in_ascii():
    assert address("jane@köln.example", "the client") == "jane@xn--kln-sna.example"
