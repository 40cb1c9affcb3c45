"""Letters of a campaign: whose words, whose language, where they go, and which code they carry."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import polars as pl
import pytest

from clientlens.campaigns.checking import read_campaign
from clientlens.campaigns.codes import PLACEHOLDER, PREVIEW
from clientlens.campaigns.composing import Named, Source, compose, with_code
from clientlens.campaigns.preview import preview_of, preview_of_sample
from clientlens.campaigns.sending import unset, writer_of
from clientlens.config import settings_from
from clientlens.errors import SenderNeeded
from clientlens.letters.letter import Paragraph, QrCode
from clientlens.model.timeframes import as_of_from_date, parse_date

SHOP = run_path(str(Path(__file__).resolve().parents[1] / "analysis" / "conftest.py"))
AS_OF = as_of_from_date(parse_date("2026-05-31"), "Europe/Rome")
SENDER = """
[sender]
name = "Ada Lindt"
shop = "Lantern Candles"
address = "Hafenstr. 1, 20457 Hamburg"
country = "DE"
"""
SETTINGS = settings_from({}, SENDER, "clientlens.toml")
FILE = """
[audience]
everyone = true
[letter]
template = "{template}"
language = "en"
[qr]
url = "https://shop.example/l/{{code}}"
caption = "Look"
[coupon]
code = "TEN"
"""
TEXT = """language: {0}
subject: {{first_name}}: {1}

{{salutation|Dear you}}, {{coupon}} until {{today}}. See {{campaign_url}}.

{{qr}}

{{objection}}
"""


@pytest.fixture
def campaign(tmp_path):
    for language, word in (("en", "hello"), ("de", "hallo")):
        (tmp_path / f"own.{language}.md").write_text(TEXT.format(language, word))
    text = FILE.format(template="own.en.md")
    return read_campaign(text.encode(), "c.toml", tmp_path, language="en")


@pytest.fixture(scope="module")
def source():
    order = SHOP["order"]
    there = {"street": "Ring 1", "postcode": "39100", "city": "Bozen", "province": "BZ", "country": "IT"}
    facts = SHOP["facts_of"](
        [
            order(str(number), name, "2026-03-01")
            for number, name in enumerate(("ann", "bob", "cleo", "dan", "wu"))
        ],
        clients={
            "ann": {"first_name": "Ann", "last_name": "Öz", "name": "Ann Öz", "language": "de-at", **there},
            "bob": {"first_name": "Bob", "last_name": "Low", "name": "Bob Low", "language": "fr", **there},
            "cleo": {"first_name": "Cleo", "name": "Cleo", "language": "de", **there, "street": None},
            "dan": {"name": "Dan", **there},
            "wu": {"first_name": PLACEHOLDER, "name": "Wu", **there},
        },
    )
    return Source(facts, [], AS_OF, {"completed_when": "paid", "home_currency": "EUR"})


def text_of(letter):
    return " ".join(
        span.text for block in letter.blocks if isinstance(block, Paragraph) for span in block.spans
    )


def test_each_client_gets_the_letter_in_their_own_language_where_there_is_one(campaign, source):
    writer = writer_of(campaign.spec, SETTINGS)
    ann, bob = compose(campaign, writer, [Named("ann"), Named("bob")], source)
    assert (ann.language, ann.subject, ann.info) == ("de-at", "Ann: hallo", (("Datum", "31. Mai 2026"),))
    assert (bob.language, bob.subject, bob.info) == ("en", "Bob: hello", (("Date", "May 31, 2026"),))
    assert "Guten Tag Ann Öz, TEN until 31. Mai 2026." in text_of(ann)
    assert "Lantern Candles, Hafenstr. 1, 20457 Hamburg" in text_of(bob)  # whom to object to


def test_a_letter_says_where_it_goes_and_where_it_comes_from(campaign, source):
    (bob,) = compose(campaign, writer_of(campaign.spec, SETTINGS), [Named("bob")], source)
    assert bob.address == ("Bob Low", "Ring 1", "39100 BOZEN BZ", "ITALIEN")
    assert bob.return_line == "Lantern Candles · Hafenstr. 1 · 20457 Hamburg"
    assert (bob.author, bob.title, bob.letter_id, bob.preview) == ("Lantern Candles", "Bob: hello", "", "")


def test_a_planned_letter_gets_its_code_as_if_it_were_composed_with_it(campaign, source):
    writer, code = writer_of(campaign.spec, SETTINGS), "0123456789ABCDEF"
    named = [Named(one, f"l-{one}", code) for one in ("ann", "bob", "wu")]
    planned = compose(campaign, writer, [Named(one.client_id) for one in named], source)
    coded = [with_code(campaign, letter, one) for letter, one in zip(planned, named, strict=True)]
    # The last one's name reads like the placeholder.
    assert coded == [*compose(campaign, writer, named[:2], source), None]


def test_a_code_stands_in_the_qr_code_and_the_text_and_needs_no_more_room_than_its_placeholder(
    campaign, source
):
    writer = writer_of(campaign.spec, SETTINGS)
    code = "0123456789ABCDEF"
    wanted = [Named("bob"), Named("bob", "l-7", code)]
    planned, made = compose(campaign, writer, wanted, source)
    (qr,) = (block for block in made.blocks if isinstance(block, QrCode))
    assert qr == QrCode(f"https://shop.example/l/{code}", "Look")
    assert made.info[-1] == ("Reference", "l-7")
    assert f"https://shop.example/l/{code}" in text_of(made)
    assert text_of(planned).replace(PLACEHOLDER, code) == text_of(made)


def test_who_cannot_be_written_to_has_a_reason_that_names_no_detail(campaign, source):
    writer = writer_of(campaign.spec, SETTINGS)
    cleo, dan = compose(campaign, writer, [Named("cleo"), Named("dan")], source)
    assert (cleo, dan) == ("address: no street", "first_name is not known")
    assert compose(campaign, writer, [], source) == []


def test_the_campaigns_own_sender_comes_before_the_settings(campaign, tmp_path):
    own = FILE.format(template="own.en.md") + '[sender]\nshop = "Other"\naddress = "Via 1\\n39100 Bozen"\n'
    spec = read_campaign(own.encode(), "c.toml", tmp_path, language="en").spec
    assert writer_of(spec, SETTINGS).return_line == "Other · Via 1 · 39100 Bozen"
    nothing = settings_from({}, "", "clientlens.toml")
    assert unset(spec, nothing) == ("sender.country",)
    assert unset(campaign.spec, nothing) == ("sender.shop", "sender.address", "sender.country")
    with pytest.raises(SenderNeeded, match=r"who writes\? sender\.country is not set"):
        writer_of(spec, nothing)
    with pytest.raises(SenderNeeded, match=r"sender\.shop, sender\.address, sender\.country are not set"):
        writer_of(campaign.spec, nothing)


def test_a_preview_is_marked_and_its_code_is_none(campaign, source):
    writer = writer_of(campaign.spec, SETTINGS)
    ann, sample = preview_of(campaign, writer, "ann", source), preview_of_sample(campaign, writer, AS_OF)
    assert (ann.preview, sample.preview) == ("Vorschau", "Preview")
    assert (ann.letter_id, sample.letter_id) == ("preview", "preview")
    assert ann.address[0] == "Ann Öz"
    assert sample.subject == "Mara: hello"
    assert "TEN until May 31, 2026" in text_of(sample)
    for letter in (ann, sample):
        (url,) = (block.url for block in letter.blocks if isinstance(block, QrCode))
        assert url == f"https://shop.example/l/{PREVIEW}"
    assert preview_of(campaign, writer, "cleo", source) == "address: no street"


def test_ranks_and_unknown_places_are_the_sources(tmp_path, source):
    (tmp_path / "top.md").write_text("language: en\nsubject: Place {rank}\n\nText\n\n{objection}\n")
    text = '[audience]\nrank_by = "spend"\n[letter]\ntemplate = "top.md"\n'
    campaign = read_campaign(text.encode(), "c.toml", tmp_path, language="en")
    ranked = Source(source.facts, [], AS_OF, source.rules, ranks={"bob": 2})
    found = compose(campaign, writer_of(campaign.spec, SETTINGS), [Named("bob"), Named("ann")], ranked)
    assert (found[0].subject, found[1]) == ("Place 2", "rank is not known")
    assert pl.Series([one.title for one in found[:1]]).to_list() == ["Place 2"]
