"""The people of the sample shops: invented names, streets and addresses, none of them anybody's.

Phone numbers come from the ranges that regulators keep free for films and books (Germany, France, the United Kingdom,
North America); people of countries without such a range have none. E-mails end in domains that nobody can own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who buys, or only left an address; what is None is not known."""

    first: str
    last: str
    email: str | None
    phone: str | None
    company: str | None
    street: str
    street2: str | None
    postcode: str
    city: str
    province: str | None
    province_name: str | None
    country: str
    accepts: bool
    customer_id: int

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True, slots=True)
class Region:
    """Where names and places go together. `places`: postcode, town, province code, province name."""

    country: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str, str | None, str | None], ...]
    phones: tuple[str, ...] = ()
    """Patterns of phone numbers that are nobody's, # for a digit; empty: none."""


_GERMAN_LAST = (
    "Ahlmann Birkholz Brandauer Dornfeld Ehrental Falkner Grünwald Hasselbach Immendorf Kesselring Lindhorst "
    "Mühlenkamp Nußbaumer Osterloh Petershagen Quellmann Rosenbusch Sommerlad Tannhofer Ullmendahl Vossberg "
    "Weidenbach Zirkelbach Rabenau Steinhöfel Moorkamp"
).split()
_GERMAN_FIRST = (
    "Anna Jonas Lea Felix Greta Moritz Sophie Paul Clara Emil Ida Oskar Frieda Anton Mathilda Henri Johanna Karl "
    "Charlotte Theo Svenja Jörg Käthe Björn Ayşe Mehmet Zofia"
).split()

GERMANY = Region(
    "DE",
    tuple(_GERMAN_FIRST),
    tuple(_GERMAN_LAST),
    (
        "Ahornweg",
        "Lerchenpfad",
        "Am Mühlgraben",
        "Fliedergasse",
        "Sonnenallee",
        "Kastanienstraße",
        "Uferzeile",
    ),
    (
        ("10967", "Berlin", None, None),
        ("12047", "Berlin", None, None),
        ("13353", "Berlin", None, None),
        ("01099", "Dresden", None, None),
        ("04229", "Leipzig", None, None),
        ("20259", "Hamburg", None, None),
        ("50823", "Köln", None, None),
        ("80469", "München", None, None),
        ("99084", "Erfurt", None, None),
    ),
    ("+49 30 23125 ###", "+49 30 23125 ###", "+493023125###"),
)
AUSTRIA = Region(
    "AT",
    ("Magdalena", "Lukas", "Theresa", "Florian", "Valentina", "Matthias"),
    ("Hochegger", "Almreiter", "Steinlechner", "Grabner-Wolf", "Moosbrugger"),
    ("Lindenzeile", "Am Rain", "Obere Marktgasse"),
    (("1070", "Wien", None, None), ("8010", "Graz", None, None), ("6020", "Innsbruck", None, None)),
)
SWITZERLAND = Region(
    "CH",
    ("Urs", "Regula", "Noemi", "Reto", "Chiara", "Luc"),
    ("Brunnschweiler", "Aeschlimann", "Zumtobler", "Rochatier"),
    ("Seefeldweg", "Rue du Tilleul", "Bergstieg"),
    (("8004", "Zürich", "ZH", "Zürich"), ("3011", "Bern", "BE", "Bern"), ("1003", "Lausanne", "VD", "Vaud")),
)
ITALY = Region(
    "IT",
    ("Giulia", "Marco", "Elisa", "Davide", "Ginevra", "Niccolò"),
    ("D'Amorosi", "Bellavigna", "Castelrotti", "Fontechiara", "De Lucibus"),
    ("Via dei Gelsi", "Corso della Lanterna", "Vicolo Stretto"),
    (
        ("20123", "Milano", "MI", "Milano"),
        ("00153", "Roma", "RM", "Roma"),
        ("40121", "Bologna", "BO", "Bologna"),
    ),
)
FRANCE = Region(
    "FR",
    ("Camille", "Théo", "Manon", "Hugo", "Chloé", "Rémi"),
    ("Beaufontaine", "Delaroche-Vernet", "Montclairval", "L'Hermitier"),
    ("rue des Glycines", "allée du Phare", "impasse des Lilas"),
    (("69001", "Lyon", None, None), ("75011", "Paris", None, None), ("06300", "Nice", None, None)),
    ("+3319900####",),
)
UNITED_STATES = Region(
    "US",
    tuple(
        "Maya Caleb Harper Wyatt Nora Elijah Zoe Mason Ruby Isaac Hazel Owen Priya Diego Naomi Marcus Ingrid Darnell "
        "Tess Gideon Aaliyah Kenji Rosalind Beckett".split()
    ),
    tuple(
        "Ashgrove Bellwether Crabtree-Holt Dunmorrow Eastlake Fairwater Greystone Hollowell Ironwood Juniper "
        "Kestrelman Larkspur Merriweather Northgate O'Tarran Pinecroft Quillfeather Ridgeway-Moss Saltmarsh Thornbury "
        "Underhill Vandermoor Westbrook-Lane Yarrowby".split()
    ),
    ("Cedar Hollow Rd", "Lighthouse Ln", "Maple Bend", "Old Quarry Way", "Driftwood Ave", "Summit View Dr"),
    (
        ("02108", "Boston", "MA", "Massachusetts"),
        ("11215", "Brooklyn", "NY", "New York"),
        ("12601", "Poughkeepsie", "NY", "New York"),
        ("07030", "Hoboken", "NJ", "New Jersey"),
        ("04101", "Portland", "ME", "Maine"),
        ("05401", "Burlington", "VT", "Vermont"),
        ("97209", "Portland", "OR", "Oregon"),
        ("80302", "Boulder", "CO", "Colorado"),
    ),
    ("(212) 555-01##", "(617) 555-01##", "+1 207-555-01##", "+180255501##"),
)
CANADA = Region(
    "CA",
    ("Amélie", "Liam", "Saoirse", "Mathieu", "Avery"),
    ("Tremblevent", "MacAlderney", "Boisclairet", "Fraserhill"),
    ("Harbourfront Cres", "Rue de l'Érable"),
    (("M5V 2T6", "Toronto", "ON", "Ontario"), ("H2X 1Y4", "Montréal", "QC", "Quebec")),
    ("+1416555013#",),
)
BRITAIN = Region(
    "GB",
    ("Imogen", "Alfie", "Rhiannon", "Callum"),
    ("Featherstonely", "Ap-Gwilym", "Macbrindle"),
    ("Tidewell Row", "Kiln Lane"),
    (("EH6 6QW", "Edinburgh", "SCT", "Scotland"), ("BS1 5TR", "Bristol", "ENG", "England")),
    ("+447700900###",),
)

ODD_NAMES = (
    # Each of these once broke a program that showed, searched or sorted names.
    ("Ελένη", "Φαναριώτη", "eleni.f"),
    ("Łukasz", "Żółtobrzeski", "lukasz.z"),
    ("Çağla", "Işıkpınar", "cagla"),  # noqa: RUF001
    ("灯子", "山ノ浦", "toko.yamanoura"),
    ("ليلى", "القنديل", "layla"),
    ("Rob [/b]", "Kettering-Sands", "rob.k"),
    ('=HYPERLINK("https://example.com/";"click me")', "", "formula"),
    ("\x1b[31mScarlett\x1b[0m", "Escapade", "scarlett"),
    ("Mia 🕯️", "Lichterloh", "mia"),
    ("Jose\u0301", "Del Faro", "jose"),  # NFD: an e and a combining accent
    ("Nguyễn Thị", "Ánh Đèn", "anh.den"),
    ("Søren", "Ærøskøbing-Lund", "soren"),
)
_DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.example.com")
_PLAIN = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ò": "o", "ş": "s", "'": "", " ": "", "ç": "c",
})  # fmt: skip


class People:
    """Makes people; no two have the same e-mail or phone."""

    def __init__(self, rng: Random, first_customer_id: int) -> None:
        self._rng = rng
        self._emails: set[str] = set()
        self._phones: set[str] = set()
        self._customer_id = first_customer_id

    def one(self, region: Region) -> Person:
        """A person of this region; about three in four leave a phone where the region has numbers."""
        rng = self._rng
        first, last = rng.choice(region.first), rng.choice(region.last)
        postcode, city, province, province_name = rng.choice(region.places)
        number = rng.randrange(1, 120)
        street = rng.choice(region.streets)
        numbered = (
            f"{number} {street}" if region.country in {"US", "CA", "GB", "FR"} else f"{street} {number}"
        )
        return Person(
            first=first,
            last=last,
            email=self._email(first, last),
            phone=self.phone(region) if rng.random() < 0.75 else None,
            company=None,
            street=numbered,
            street2=f"Apt {rng.randrange(1, 40)}" if rng.random() < 0.12 else None,
            postcode=postcode,
            city=city,
            province=province,
            province_name=province_name,
            country=region.country,
            accepts=rng.random() < 0.45,
            customer_id=self.next_customer_id(),
        )

    def odd(self, region: Region, which: int) -> Person:
        """A person of the region with one of `ODD_NAMES`."""
        first, last, mailbox = ODD_NAMES[which]
        return replace(
            self.one(region),
            first=first,
            last=last,
            email=f"{mailbox}@example.{'org' if which % 2 else 'com'}",
        )

    def next_customer_id(self) -> int:
        self._customer_id += self._rng.randrange(3_000_000, 90_000_000)
        return self._customer_id

    def phone(self, region: Region) -> str | None:
        """A number nobody has yet, or None where the region has no free ones (left)."""
        for _ in range(50 if region.phones else 0):
            pattern = self._rng.choice(region.phones)
            number = "".join(str(self._rng.randrange(10)) if c == "#" else c for c in pattern)
            if number not in self._phones:
                self._phones.add(number)
                return number
        return None

    def _email(self, first: str, last: str) -> str:
        rng = self._rng
        names = first.lower().translate(_PLAIN), last.lower().translate(_PLAIN)
        while True:
            mailbox = rng.choice((".", "_", "")).join(names[: 2 if rng.random() < 0.8 else 1])
            if rng.random() < 0.3 or f"{mailbox}@" in "".join(self._emails):
                mailbox += str(rng.randrange(10, 100))
            email = f"{mailbox}@{rng.choice(_DOMAINS)}"
            if email.isascii() and email not in self._emails:
                self._emails.add(email)
                return email
            if not email.isascii():
                names = _ascii(names[0]), _ascii(names[1])


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()
