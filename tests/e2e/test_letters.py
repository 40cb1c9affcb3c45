"""Letters as they are posted: what the finished PDFs of real runs show, whatever the layout, the letter or the name."""

from __future__ import annotations

import csv
import io
import json
import sys
import sysconfig
import unicodedata
from itertools import cycle
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

import clientlens
from clientlens.errors import LayoutNotTaken
from clientlens.letters.layoutfiles import geometry_named, layout_names, provider_names
from clientlens.letters.template import ready_made_files

SENDER = {
    "CLIENTLENS_SENDER_SHOP": "Lantern Candles",
    "CLIENTLENS_SENDER_ADDRESS": "Hafenstr. 1, 20457 Hamburg",
    "CLIENTLENS_SENDER_COUNTRY": "DE",
}
DPI = 110
MM = 72 / 25.4
CLIENTS = (
    ("language", "email", "name", "first_name", "company", "street", "postcode", "city", "country"),
    ("de", "erika@example.org", "Érika Jäger", "Érika", "Kerzen Übermut GmbH", "Straße 1", "51147", "Köln", "DE"),
    ("en", "ann@example.org", "Ann O'Hara", "Ann", "", "3 High Street", "OX3 7BW", "Oxford", "GB"),
    ("it", "ada@example.org", "Ada D'Onofrio", "Ada", "", "Via dell'Erba 2", "20019", "Settimo Milanese", "IT"),
)  # fmt: skip
PAIRS = []
for _layout in layout_names():
    for _service in provider_names():
        try:
            geometry_named(_layout, _service)
        except LayoutNotTaken:
            continue
        PAIRS.append((_layout, _service))
# Each letter with every language, more than once, and each pair with one of them.
CASES = list(zip(cycle(ready_made_files()), PAIRS, strict=False))

CAMPAIGN = """
[audience]
{audience}
cooldown_days = 0
yearly_cap = 100
[letter]
template = "{template}"
language = "en"
layout = "{layout}"
provider = "{provider}"
[qr]
url = "https://shop.example/l/{{code}}"
caption = "Look"
[coupon]
code = "TEN"
"""
AUDIENCES = {
    "birthday": "birthday_within_days = 30",
    "thank_you": 'rank_by = "spend"',
    "checkout_reminder": 'where = "open_checkouts >= 1"',
}


def written(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


class Desk:
    """A workspace in a folder, with what is asked of it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, *args):
        return self.program(*args, folder=self.folder, environment=SENDER)

    def run(self, name, text):
        """Run a campaign: what it answered, and its letters as (entry of the manifest, PDF)."""
        (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")
        answered = self("campaigns", "run", f"{name}.toml", "--json")
        assert answered.code in {0, 1}, answered.stderr
        letters = self.folder / ".clientlens" / "campaigns" / name
        (manifest,) = letters.glob("*/manifest.json")
        return answered.json, [
            (entry, (manifest.parent / entry["file"]).read_bytes())
            for entry in json.loads(manifest.read_text("utf-8"))
        ]


def links_of(data):
    pages = PdfReader(io.BytesIO(data), strict=True).pages
    return [link.get_object()["/A"]["/URI"] for page in pages for link in page.get("/Annots", ())]


@pytest.fixture(scope="module")
def shop(program, tmp_path_factory):
    """Three clients, each with another language and whatever a ready-made letter tells of."""
    folder = tmp_path_factory.mktemp("shop")
    head, *people = CLIENTS
    clients = written(
        folder / "clients.csv", [(*head, "birthday"), *((*one, "1980-11-20") for one in people)]
    )
    orders = written(
        folder / "orders.csv",
        [
            ("order_id", "placed_at", "order_total", "currency", "status", "email", "service", "quantity", "unit_price"),
            *(
                (f"{one[1]}-{number}", f"2026-0{number}-02", "25.80", "EUR", "completed", one[1], "Candle – lavender", "2", "10.45")
                for one in people
                for number in (1, 2)
            ),
        ],
    )  # fmt: skip
    sample = Path(__file__).resolve().parents[2] / "data" / "sample" / "lantern" / "checkouts_export.csv"
    with sample.open(newline="", encoding="utf-8") as file:
        columns, first = list(csv.reader(file))[:2]
    left = [
        {**dict(zip(columns, first, strict=True)), "Email": one[1], "Name": f"#77{place}", "Id": f"77{place}", "Created at": "2026-10-28 16:55:07 +0100",
         **{name: "" for name in columns if name.startswith(("Billing", "Shipping"))}}
        for place, one in enumerate(people)
    ]  # fmt: skip
    checkouts = written(
        folder / "checkouts.csv", [columns, *([row[name] for name in columns] for row in left)]
    )
    desk = Desk(program, folder)
    for call in (
        ("import", "--timezone", "Europe/Berlin", clients, orders),
        ("import", checkouts),
        ("points", "earn"),
    ):
        done = desk(*call)
        assert done.code == 0, done.stderr
    return desk


@pytest.mark.parametrize(
    ("template", "pair"), CASES, ids=lambda case: "-".join(case) if isinstance(case, tuple) else case
)
def test_the_window_shows_the_address_alone_and_every_code_is_read_from_the_page(shop, template, pair):
    layout, provider = pair
    geometry = geometry_named(layout, provider)
    audience = AUDIENCES.get(template, "everyone = true")
    text = CAMPAIGN.format(audience=audience, template=template, layout=layout, provider=provider)
    text += '[repeat]\nevery = "year"\n' if template == "birthday" else ""
    answered, letters = shop.run("-".join((template.replace("_", "-"), layout, provider)), text)
    assert (answered["letters_made"], answered["refused"]) == (3, [])
    assert {entry["address"][-1] for entry, _ in letters} == {
        "51147 Köln",
        "VEREINIGTES KÖNIGREICH",
        "ITALIEN",
    }
    for entry, data in letters:
        pages = list(pypdfium2.PdfDocument(data))
        in_window(pages[0], geometry, entry["address"])
        codes = [
            code.text
            for page in pages
            for code in zxingcpp.read_barcodes(page.render(scale=DPI / 72, grayscale=True).to_pil())
        ]
        assert codes == [f"https://shop.example/l/{entry['code']}"]
        assert links_of(data) == codes


def in_window(page, geometry, address):
    """Nothing but the address, and above it the sender, as words and as ink."""
    window, height, words = geometry.window, geometry.page.height, page.get_textpage()
    edges = (window.x, height - window.bottom, window.right, height - window.y)
    lines = words.get_text_bounded(*(edge * MM for edge in edges)).splitlines()
    if geometry.return_line is not None and not geometry.return_block:
        lines.remove("Lantern Candles · Hafenstr. 1 · 20457 Hamburg")
    assert lines == address
    picture = page.render(scale=DPI / 72, grayscale=True).to_pil()

    def pixels(left, top, right, bottom):
        return tuple(round(edge * DPI / 25.4) for edge in (left, top, right, bottom))

    for left, bottom, right, top in map(words.get_rect, range(words.count_rects())):
        ink = (left / MM - 0.4, height - top / MM - 0.4, right / MM + 0.4, height - bottom / MM + 0.4)
        picture.paste(255, pixels(*ink))
    if (sender := geometry.return_line) is not None:
        picture.paste(255, pixels(sender.x - 0.4, sender.bottom - 2, sender.right, sender.bottom))
    shown = picture.crop(pixels(window.x, window.y, window.right, window.bottom))
    assert shown.getextrema() == (255, 255)


HOSTILE = (
    "<b>Hans</b>", "Hans <hans@example.org>", '<img src="/etc/passwd">', '<a href="javascript:alert(1)">x</a>',
    "Meier & <GmbH", "&lt;Meier&gt; &amp; Söhne", "{name}", "{{ 7*7 }}", "${PATH} $(id) `id`", "%(name)s %s %d", "=1+1",
    '=HYPERLINK("https://evil.example","x")', "+49 221", "@SUM(A1)", "\\u0041\\x41\\n",
    "Hans) Tj ET /Helvetica 12 Tf (x", "endstream endobj", "../../etc/passwd", "file:///etc/passwd",
    "![x](../secret.png 40mm)", "**Hans** _x_ [y](https://evil.example)", "{if points}x{end}", "Ha\u0301ns", "Hans\nGmbH",
    "Ha\u200bns",
)  # fmt: skip
REFUSED = {
    "＝1+1": "cannot be drawn: U+FF1D FULLWIDTH EQUALS SIGN",
    "محمد": "cannot be drawn: U+0645 ARABIC LETTER MEEM",
    "田中": "cannot be drawn: U+7530 CJK UNIFIED IDEOGRAPH-7530",
    "😀 Hans": "cannot be drawn: U+1F600 GRINNING FACE",
    "A" * 300: "line 1 of the address is 676.3 mm wide",
    "Hans\u202eGmbH": "name has characters that cannot be printed",
    "\x1b[31mHans": "name has characters that cannot be printed",
}
OWN = """language: en
subject: {name}
logo: logo.png 16mm

Dear **{name}**, {first_name|you}

- {name}

[{name}](https://shop.example/a) {city} [mail](mailto:shop@example.org)

{qr}

{objection}
"""
_opened: list[str] = []
_watching: list[bool] = []


def _watch(event, args):
    if event == "open" and _watching[-1:] == [True] and isinstance(args[0], str | bytes):
        _opened.append(args[0] if isinstance(args[0], str) else args[0].decode())


def test_hostile_names_come_through_a_campaign_literally_or_are_left_out_for_a_reason(program, tmp_path):
    names = (*HOSTILE, *REFUSED)
    assert len(names) == 32
    (tmp_path / "secret.png").write_bytes((Path(clientlens.__file__).parent / "py.typed").read_bytes())
    folder = tmp_path / "campaign"
    folder.mkdir()
    logo = Path(__file__).resolve().parents[2] / "examples" / "letters" / "logo.png"
    (folder / "logo.png").write_bytes(logo.read_bytes())
    (folder / "own.md").write_text(OWN, encoding="utf-8")
    rows = [(f"r{place}", f"c{place}@example.org", name, f"Weg {place}", "10115", "Berlin", "DE") for place, name in enumerate(names)]  # fmt: skip
    head = ("client_ref", "email", "name", "street", "postcode", "city", "country")
    desk = Desk(program, folder)
    assert desk("import", written(folder / "clients.csv", [head, *rows])).code == 0
    text = CAMPAIGN.format(audience="everyone = true", template="own.md", layout="din5008-b", provider="none")
    (folder / "hostile.toml").write_text(text, encoding="utf-8")
    planned = desk("campaigns", "plan", "hostile.toml", "--json").json
    told = {one["name"]: one["detail"] for one in planned["not_written_to"]}
    assert told.keys() == REFUSED.keys()
    assert all(told[name].startswith(reason) for name, reason in REFUSED.items())

    if not _watching:
        sys.addaudithook(_watch)
    _watching.append(True)
    try:
        _, letters = desk.run("hostile", text)
    finally:
        _watching.append(False)
    own = (folder, Path(clientlens.__file__).parent, *map(Path, sysconfig.get_paths().values()), Path("/usr/share/zoneinfo"))  # fmt: skip
    strange = [path for path in _opened if not any(Path(path).resolve().is_relative_to(one) for one in own)]
    assert _opened
    assert strange == []

    assert len(letters) == len(HOSTILE)
    for entry, data in letters:
        place = int(entry["address"][1].removeprefix("Weg "))
        literal = unicodedata.normalize("NFC", names[place]).replace("\n", " ").replace("\u200b", "")
        assert entry["address"][0] == literal
        pages = list(pypdfium2.PdfDocument(data))
        words = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())
        assert words.count(literal) >= 5, literal
        assert set(links_of(data)) == {
            "https://shop.example/a", "mailto:shop@example.org", f"https://shop.example/l/{entry['code']}",
        }  # fmt: skip
