"""Templates of letters: what they may hold, what is refused, and what becomes of them for a client."""

from __future__ import annotations

import os
import re
import time
from datetime import date
from pathlib import Path

import pytest

from clientlens.analysis.letter_tables import Need
from clientlens.analysis.placeholder_values import Known
from clientlens.analysis.placeholders import LANGUAGES, PLACEHOLDERS
from clientlens.errors import BadLetterTemplate, CannotFill, UnknownLetterTemplate
from clientlens.letters import directives
from clientlens.letters.directives.registry import load
from clientlens.letters.filling import fill
from clientlens.letters.inline import safe_url
from clientlens.letters.letter import Bullets, Paragraph, Picture, QrCode, Span, Table
from clientlens.letters.sample import QR, SENDER, sample
from clientlens.letters.sender import Sender
from clientlens.letters.template import read_template, read_template_file, ready_made, ready_made_files
from clientlens.letters.words import WORDS
from clientlens.model.answer import Kind

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "letters"
ALL = [(name, language) for name, files in ready_made_files().items() for language in files]
HEAD = "language: en\nsubject: Hello\n\n"


def template(body, head=HEAD, folder=None):
    return read_template(f"{head}{body}\n\n{{objection}}\n", "t", "t.md", folder)


def said(body, **values):
    """The blocks of a text, the notice apart, for a client of whom this is known."""
    material = sample("en")
    known = Known("en", values, dict.fromkeys(values, "EUR"))
    *blocks, notice = fill(
        template(body), type(material)(known, material.tables), SENDER, values.get("qr")
    ).blocks
    assert notice.small
    return blocks


def text_of(body, **values):
    (block,) = said(body, **values)
    return "".join(span.text for span in block.spans)


def faults_of(text, folder=None):
    with pytest.raises(BadLetterTemplate) as refused:
        read_template(text, "t", "t.md", folder)
    return refused.value.faults


def test_a_text_becomes_blocks():
    body = (
        "# A heading\nDear **{first_name}**,\\\nsee [our **shop**](https://example.org/a?b=1)\nagain.\n\n"
        "- one\n  goes on\n- two\n\n1. first\n2. second\n\n{sender}"
    )
    assert said(body, first_name="Ada") == [
        Paragraph((Span("A heading"),), heading=True),
        Paragraph(
            (
                Span("Dear "),
                Span("Ada", bold=True),
                Span(",\nsee "),
                Span("our ", link="https://example.org/a?b=1"),
                Span("shop", bold=True, link="https://example.org/a?b=1"),
                Span(" again."),
            )
        ),
        Bullets(((Span("one goes on"),), (Span("two"),))),
        Bullets(((Span("first"),), (Span("second"),)), numbered=True),
        Paragraph((Span("Ada Lindt\nLantern Candles"),)),
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        "**bold** [x](javascript:alert(1)) ![x](/etc/passwd)",
        "<img src='/etc/passwd'/> </b> & &lt;",
        "{if points}{sender}{{x}} {objection}",
        "${7*7} {{7*7}} %s %(x)s {0.__class__} \\\\",
        "# heading - item 1. item",
    ],
)
def test_a_value_is_text_whatever_it_looks_like(hostile):
    assert said("Dear {first_name}", first_name=hostile) == [Paragraph((Span(f"Dear {hostile}"),))]


def test_a_value_is_one_line_of_composed_letters_without_anything_hidden():
    assert text_of(
        "{first_name}", first_name="Jose\u0301\r\n# x\u202e\x1b\u200b\u2028y"
    ) == "José # xy".replace("xy", "x y")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("points >= 100", True),
        ("points > 340", False),
        ("points between 300 and 340 and city = 'Köln'", True),
        ("not points < 100", True),
        # Money in whole currency, 128.50.
        ("total_spend > 128.49", True),
        ("total_spend > 128.50", False),
        ("last_order_date < '2026-03-13'", True),
        ("last_order_date >= date '2026-03-13'", False),
        ("first_name", True),
        ("company", False),
        ("not company", True),
        ("completed_orders", False),
        # Of what is not known nothing is true, nor the contrary.
        ("rank <= 3", False),
        ("not rank <= 3", False),
        ("rank is null or points = 1", True),
        ("city in ('Bonn', 'Köln')", True),
        ("points > -5", True),
    ],
)
def test_a_condition_chooses(condition, holds):
    known = {
        "points": 340,
        "city": "Köln",
        "total_spend": 12850,
        "last_order_date": date(2026, 3, 12),
        "first_name": "Ada",
        "completed_orders": 0,
    }
    inside = text_of(f"It is {{if {condition}}}so{{else}}not so{{end}}.", **known)
    around = text_of(f"{{if {condition}}}\nIt is so.\n{{else}}\nIt is not so.\n{{end}}", **known)
    assert inside == around == ("It is so." if holds else "It is not so.")


def test_conditions_stand_one_inside_the_other_and_between_items():
    body = "- a\n{if points}\n- b{if city} in {city}{end}\n{if rank}\n- c\n{end}\n{end}\n- d\n"
    assert said(body, points=1, city="Bonn") == [
        Bullets(((Span("a"),), (Span("b in Bonn"),), (Span("d"),))),
    ]
    assert said(body) == [Bullets(((Span("a"),), (Span("d"),)))]


def test_a_number_at_the_beginning_of_a_line_is_no_item_unless_it_counts():
    assert text_of("We meet on\n10. May at noon") == "We meet on 10. May at noon"
    assert text_of("10. May is the day.") == "10. May is the day."
    (items,) = said("1. one\n\n{if points}\n2. two\n{else}\n2. no\n3. no\n{end}\n3. three", points=1)
    assert [span.text for (span,) in items.items] == ["one", "two", "three"]
    (fault,) = faults_of(f"{HEAD}1. one\n10. May\n\n{{objection}}")
    assert fault == (5, r"the item after 1. is 2., not 10.; write 10\. for a number in the text")
    assert text_of(r"1\. May") == "1. May"


@pytest.mark.parametrize(
    "markup", ["__bold__", "an _italic_ word", "~~gone~~", "`code`", "&nbsp;", "R&amp;D", "&#8364;"]
)
def test_what_looks_like_other_markup_is_refused(markup):
    assert len(faults_of(f"{HEAD}{markup}\n\n{{objection}}")) in {1, 2}


def test_what_only_resembles_markup_is_text():
    plain = "a_b_c __ ________ R&D; Q&A, ~5 and `, see https://shop.example/a_b?x_y=1&z=2"
    assert text_of(plain) == plain


def test_a_template_that_wants_to_keep_the_reader_busy_is_refused_at_once(tmp_path):
    huge = tmp_path / "huge.md"
    huge.write_text("x" * 1_000_000)
    with pytest.raises(BadLetterTemplate, match="more than 100,000 characters"):
        read_template_file(huge, "huge.md")
    for line in (f"![a](a{' ' * 90_000}x)", "[" * 90_000, f"[a]({'(' * 90_000}"):
        assert (4, "the line has more than 5,000 characters") in faults_of(
            f"{HEAD}{line}\n\n{{objection}}", tmp_path
        )
    begun = time.perf_counter()
    faults_of(f"{HEAD}![a](a{' ' * 4_900}x)\n\n{{objection}}", tmp_path)
    assert time.perf_counter() - begun < 1


def test_what_a_fallback_leaves_blank_leaves_no_hole():
    assert text_of("Dear {first_name|}  {last_name|} client \\\n {city|}") == "Dear client"
    assert said("x\n\n{city|}") == [Paragraph((Span("x"),))]


def test_braces_and_signs_that_are_meant_as_such():
    assert text_of(r"{{points}} \*\*no\*\* \[x\] \<b> 1 < 2 & \{x\}") == "{points} **no** [x] <b> 1 < 2 & {x}"


def test_a_placeholder_of_which_nothing_is_known_stops_the_letter():
    for values in ({}, {"first_name": None}, {"first_name": "\u200b "}):
        with pytest.raises(CannotFill) as stopped:
            said("Dear {first_name}", **values)
        assert stopped.value.reason == "first_name is not known"


def test_every_fault_of_a_template_is_told_with_its_line(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    text = (
        "subjcet: Hi {first_nam}\n"  # 1
        "language: fr\n"
        "most_pages: 0\n"
        "\n"
        "{if points >= 'a'}x{end} {if nobody}y\n"  # 5
        "*italic* <b>bold</b> [x](http://example.org) {qr}\n"
        "\n"
        "{if points >= }\n"
        "{last_ordr}\n"
        "![x](../x.png)\n"  # 10
        "![x](text.png 40mm)\n"
        "- a\n"
        "  - b\n"
        "a zero\u200bwidth }\n"
    )
    assert [(line, re.sub(r"[:;(].*", "", told).strip()) for line, told in faults_of(text, tmp_path)] == [
        (1, "the head has lines such as 'language"),
        (1, "the head has no line 'subject"),
        (2, "language is en, de or it, or one of their regions, such as de-at"),
        (3, "'most_pages' is a whole number from 1 to 10"),
        (5, "{if points >= 'a'}"),
        (5, "{if nobody}"),
        (5, "{if} without an {end} in the same paragraph"),
        (6, r"a single * is no markup here"),
        (6, "<b>"),
        (6, "</b>"),
        (6, "a link leads to https"),
        (6, "{qr} stands on a line of its own"),
        (8, "{if points >=}"),
        (8, "{if} without its {end}"),
        (9, "no placeholder is called 'last_ordr'"),
        (10, "'../x.png' is not in the template's folder"),
        (11, "text.png is neither a PNG nor a JPEG"),
        (13, "a list inside a list is not understood"),
        (14, "an invisible character"),
        (14, "a } without its partner"),
        (15, "the text has no {objection}, which says how to object to advertising by post"),
    ]


@pytest.mark.parametrize(
    "deep",
    ["{if points}" * 21 + "{end}" * 21, "\n{if points}\n" * 3500 + "\n{end}\n" * 3500, "**[" * 1600],
)
def test_what_is_nested_too_deeply_is_refused(deep):
    assert "nested more than 20 deep" in [told for _, told in faults_of(f"{HEAD}{deep}\n\n{{objection}}")]


def test_every_letter_tells_of_the_right_to_object():
    under = HEAD + "{if points}\n{objection}\n{end}\n"
    assert faults_of(under) == [(7, "{objection} stands under a condition, and every letter needs it")]
    for language, words in WORDS.items():
        told = Sender(
            "Shop & {where}", "Ada", "Shop & {where}\nWeg 1,\n12345 Ort", "a@example.org"
        ).objection(language)
        assert "Shop & {where}, Weg 1, 12345 Ort" in told
        assert "a@example.org" in told
        assert set(re.findall(r"\{(\w+)\}", words.objection)) == {"shop", "where"}


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a(b)?c=d#e", True),
        ("mailto:a@example.org?subject=Hi", True),
        ("http://example.org", False),
        ("https://example.org/\u00fc", False),
        ("javascript:alert(1)", False),
        ("https:example.org", False),
        ("https://", False),
        ("https://user@example.org", False),
        ("https://example.org/a b", False),
        ("HTTPS://example.org", False),
        ("file:///etc/passwd", False),
        ("mailto:a", False),
        ("//example.org", False),
    ],
)
def test_links_lead_to_https_and_mailto_alone(url, safe):
    assert safe_url(url) is safe


def test_a_picture_comes_from_the_folder_of_the_template_and_nowhere_else(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    logo = (EXAMPLES / "logo.png").read_bytes()
    (home / "my logo.png").write_bytes(logo)
    (home / "cut.png").write_bytes(logo[:-20])
    (home / "big.png").write_bytes(logo + b"\0" * 2_000_000)
    (tmp_path / "out.png").write_bytes(logo)
    (home / "link.png").symlink_to(tmp_path / "out.png")
    (home / "inside.png").symlink_to(home / "my logo.png")
    os.mkfifo(home / "pipe.png")
    filled = fill(template("![a (small) lantern](my logo.png 22.5mm)", folder=home), sample("en"), SENDER)
    assert filled.blocks[0] == Picture("my logo.png", logo, 22.5, "a (small) lantern")
    assert template("![](inside.png)", folder=home).blocks[0].width_mm == 40
    for name in (
        "cut.png",
        "big.png",
        "link.png",
        "pipe.png",
        "none.png",
        "../out.png",
        str(tmp_path / "out.png"),
        "~/x.png",
        "my logo.png 500mm",
    ):
        assert faults_of(f"{HEAD}![x]({name})\n\n{{objection}}", home), name
        assert faults_of(f"language: en\nsubject: x\nlogo: {name}\n\n{{objection}}", home), name


def test_tables_and_codes_are_put_where_the_template_says():
    blocks = said(
        "{last_order}\n\n{checkout}\n\n{points_history}\n\n{qr|Look}",
        qr=QrCode("https://example.org/c/1", "-"),
    )
    order, checkout, points, code = blocks
    assert order == Table(
        ("Quantity", "Item", "Each", "Amount"),
        (
            ("2", "Candle - Lavender", "€12.90", "€25.80"),
            ("1", "Matches - Long", "€6.60", "€6.60"),
            # 40.30 were charged, and the lines come to 32.40.
            ("", "Shipping, discounts, taxes", "", "€7.90"),
        ),
        (True, False, True, True),
        ("", "Total", "", "€40.30"),
    )
    assert checkout.total[-1] == "€64.00"
    assert points.rows[2] == ("Feb 2, 2026", "Redeemed", "-70", "220")
    assert code == QrCode("https://example.org/c/1", "Look")


def test_a_letter_without_what_its_table_shows_is_not_written():
    empty = type(sample("en"))(Known("en", {}, {}), type(sample("en").tables)())
    for word, reason in {
        "last_order": "there is no completed order",
        "checkout": "there is no checkout left open",
        "points_history": "there are no points yet",
        "qr": "the campaign has no address for a QR code",
    }.items():
        with pytest.raises(CannotFill) as stopped:
            fill(template(f"{{{word}}}"), empty, SENDER)
        assert stopped.value.reason == reason


def test_what_a_template_needs_is_known_before_it_is_filled():
    read = template(
        "{if points}\n{last_order}\n{end}\n- {city|x}\n\n{qr}", "language: de-at\nsubject: {shop}\n\n"
    )
    assert read.names == {"points", "city", "shop"}
    assert read.needs == {Need.LAST_ORDER, Need.QR}
    tags = [read.language_for(tag) for tag in (None, "de", "DE-CH", "it")]
    assert tags == ["de-at", "de", "de-ch", "de-at"]


def test_each_directive_is_one_file_with_its_line_of_documentation():
    folder = Path(directives.__path__[0])
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "directive", "registry"}
    assert files == set(load())
    for word, one in load().items():
        assert one.word == word
        assert one.doc


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_ready_made_letter_reads_well_with_everything_known_and_with_the_least(name, language):
    read = ready_made(name, [f"{language}-xx", "en"])
    assert (read.name, read.language) == (name, language)
    whole = sample(language, {"shop": SENDER.shop, "coupon": "HELLO26"})
    needed = {
        "shop",
        "today",
        "points",
        "points_to_next_hundred",
        "last_order_date",
        "checkout_date",
        "birthday",
    }
    least = type(whole)(Known(language, {key: whole.known.values[key] for key in needed}, {}), whole.tables)
    for material, qr in ((whole, QR), (least, None)):
        filled = fill(read, material, SENDER, qr)
        paragraphs = [block for block in filled.blocks if isinstance(block, Paragraph)]
        texts = ["".join(span.text for span in block.spans) for block in paragraphs]
        for text in (filled.subject, filled.title, *texts):
            assert not re.search(r"[{}|*]|  | [,.!?](?!\w)|\n\n|^[,.]", text), text
        assert sum(isinstance(block, QrCode) for block in filled.blocks) == (qr is not None)
        # One page takes about 2,000 characters with a code.
        assert sum(map(len, texts)) < 1500
        assert len(filled.subject) < 60


def test_the_ready_made_letters_are_there_in_every_language():
    wanted = ("birthday", "checkout_reminder", "points_statement", "thank_you", "win_back")
    assert {name: set(files) for name, files in ready_made_files().items()} == {
        name: set(LANGUAGES) for name in wanted
    }
    assert set(WORDS) == set(LANGUAGES)
    with pytest.raises(UnknownLetterTemplate, match="did you mean 'win_back'"):
        ready_made("winback", ["en"])


def test_the_invented_client_says_what_the_registry_shows_for_samples():
    known = sample("en", {"coupon": "HELLO26"}).known
    for one in PLACEHOLDERS:
        if not one.block:
            assert known.text(one.name) == one.sample, one.name
    assert sample("de").known.text("salutation") == "Guten Tag Mara Lindt"
    assert {one.name for one in PLACEHOLDERS if one.kind is Kind.MONEY} == set(sample("en").known.currencies)


def test_the_template_of_the_documentation_is_one():
    page = (EXAMPLES.parents[1] / "docs" / "letter-templates.md").read_text("utf-8")
    read = read_template(page.split("```")[1].strip("\n"), "t", "t.md", EXAMPLES)
    filled = fill(read, sample("en"), SENDER, QR)
    assert filled.subject == "Mara, your 340 points"
    assert [type(block).__name__ for block in filled.blocks[:5]] == ["Paragraph"] * 3 + ["Table", "QrCode"]
