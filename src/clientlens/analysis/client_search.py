"""Whom words mean: by id, e-mail, order number, name, company or town, whatever the accents, forgiving a typo.

`clients QUERY` lists everybody who matches by any rule but the last, `client X` (and every other CLIENT argument) takes
those of the first rule that finds somebody; so the people of the one are always among those of the other, and on top.
A whole e-mail as an argument is that one or nobody's: whoever adds points to ana@ does not mean diana@.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.model.identity import client_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clientlens.model.facts import Facts


SLIPS = ((4, 1), (8, 2))
"""From so many letters on a word may have so many slips: of three letters one more says too little."""
_ALIKE = 0.6
"""How much of a name must be right for it to be proposed to somebody who found nobody."""
_PROPOSED = 3
_TYPO = 7
"""How many rules of `_by_rule` forgive nothing; the one after them forgives typos."""
_WHOLE = 6
"""How many of them take a text as a whole; the one after them takes its words as parts."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

_CLIENT_ID = re.compile(r"[a-z2-7]{12}")
_SEPARATOR = "\x1f"
"""Between the texts of a client: in none of them, and no blank."""
_ODD = r"[^\x21-\x7e \x1f]|  "
"""What needs more than lower case to be compared. Most texts do not, and the rest costs ten times as much."""
_SPELLED = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "\u0131": "i",
    "\u2019": "'",
}
"""Letters that do not fall apart into one without its accent."""
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
"""How they are written where the keyboard has none."""


def folded(text: pl.Expr) -> pl.Expr:
    """Text as it is searched: without accents, in lower case, sharp s as ss."""
    bare = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    return _replaced(bare, _SPELLED)


def folded_words(query: str) -> list[str]:
    """The words of a query, folded in the same way."""
    return str(pl.select(folded(pl.lit(query))).item()).split()


def first_matches(facts: Facts, query: str) -> pl.DataFrame:
    """Who is meant by a CLIENT argument: those whom the first rule finds that finds anybody.

    Returns:
        client_id, place (Int64): best first, equally good ones with equal places. Empty: nobody.
    """
    rules = islice(_by_rule(facts, query), _WHOLE if _EMAIL.fullmatch(query.strip()) else None)
    return next((found for found in rules if not found.is_empty()), _NOBODY)


def all_matches(facts: Facts, query: str) -> tuple[pl.DataFrame, bool]:
    """Everybody whom a query may mean; those with a typo only where it means nobody as it is written.

    Returns:
        client_id, place (Int64) as for `first_matches`, and whether typos had to be forgiven.
    """
    rules = _by_rule(facts, query)
    # The exact rules alone: those that forgive typos come behind them, and are not asked yet.
    exact = [
        found.with_columns(pl.col("place") + rule) for rule, found in zip(range(_TYPO), rules, strict=False)
    ]
    together = pl.concat([_NOBODY, *exact]).group_by("client_id").agg(pl.col("place").min())
    if together.is_empty():
        return next(rules, _NOBODY), True
    return together, False


def proposals(facts: Facts, query: str) -> list[str]:
    """Names (for what looks like an e-mail: e-mails, by what stands before the @) that are mostly right, best first.

    For somebody who found nobody.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    wanted = " ".join(folded_words(query))
    column, compared = shown_name(), folded(pl.col("shown"))
    if "@" in query:
        wanted = wanted.partition("@")[0]
        column, compared = pl.col("email"), compared.str.split("@").list.first()
    known = facts.clients.select(shown=column).drop_nulls().unique().sort("shown").collect()
    choices = known.select(compared).to_series().to_list()
    near = process.extract(
        wanted,
        choices,
        scorer=OSA.normalized_similarity,
        processor=None,
        score_cutoff=_ALIKE,
        limit=_PROPOSED,
    )
    return [str(known["shown"][place]) for _, _, place in near]


_NOBODY = pl.DataFrame(schema={"client_id": pl.String, "place": pl.Int64})


def _by_rule(facts: Facts, query: str) -> Iterator[pl.DataFrame]:
    """What each rule finds, in their order: `client_id`, `place`. A rule is carried out when its answer is asked for.

    The client id; one that it had before a merge; any e-mail in its records; one that was typed in; an order
    number, with or without #; the whole name, company or nickname; all words, each a part of name, company, town or e-mail (or an order number); the same with typos.
    """
    text = query.strip()
    if not text:
        return
    quick: tuple[Callable[[Facts, str], pl.LazyFrame], ...] = (
        _by_id,
        _by_older_id,
        _by_email,
        _by_typed_email,
        _by_order_number,
    )
    for rule in quick:
        yield _placed(rule(facts, text))
    wanted = _Wanted.of(facts, text)
    if not wanted.words:
        return
    searched = _searched(facts)
    yield _placed(searched.filter(wanted.is_full_name()))
    yield _placed(searched.filter(pl.all_horizontal(wanted.has(n) for n in range(len(wanted.words)))))
    yield _with_typos(searched, wanted)


def _placed(found: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    return (
        found.lazy()
        .select("client_id")
        .drop_nulls()
        .unique()
        .collect()
        .with_columns(place=pl.lit(0, pl.Int64))
    )


def _by_id(facts: Facts, text: str) -> pl.LazyFrame:
    return facts.clients.filter(pl.col("client_id") == text.lower())


def _by_older_id(facts: Facts, text: str) -> pl.LazyFrame:
    """An id made of any key that the client has today: it was the smallest one before a merge."""
    if not _CLIENT_ID.fullmatch(text.lower()):
        return _NOBODY.lazy()
    identities = facts.identities.collect()
    return identities.filter(client_ids(identities["person_key"]) == text.lower()).lazy()


def _by_email(facts: Facts, text: str) -> pl.LazyFrame:
    # Every e-mail of a client has its key, also those that are not the one shown.
    key = "e:" + unicodedata.normalize("NFC", text).lower()
    return facts.identities.filter(pl.col("person_key") == key)


def _by_typed_email(facts: Facts, text: str) -> pl.LazyFrame:
    """An e-mail that somebody typed in for a client has no key."""
    return facts.clients.filter(pl.col("email") == unicodedata.normalize("NFC", text).lower())


def _by_order_number(facts: Facts, text: str) -> pl.LazyFrame:
    return _numbered(facts, [text.removeprefix("#").lower()])


def _numbered(facts: Facts, numbers: Sequence[str]) -> pl.LazyFrame:
    """client_id, number: of orders with these numbers (in lower case). A number is matched whole: as a part, a short
    one would be found in nearly every client.
    """
    number = pl.col("number").str.to_lowercase()
    found = facts.orders.select("person_key", number=number).filter(pl.col("number").is_in(list(numbers)))
    return found.join(facts.identities, on="person_key").select("client_id", "number").unique()


# --- words in texts --------------------------------------------------------------------------------------


def _searched(facts: Facts) -> pl.DataFrame:
    """client_id and its texts as they are compared: named (name, company, nickname), town, email.

    Each text stands between separators; where one has umlauts, it follows once more with `ue` for `ü`.
    """

    def between(*columns: str | pl.Expr) -> pl.Expr:
        return pl.concat_str(pl.lit(""), *columns, pl.lit(""), separator=_SEPARATOR, ignore_nulls=True)

    texts = {
        "named": between(shown_name(), "company", "nickname"),
        "town": between("city"),
        "email": between("email"),
    }
    raw = facts.clients.select("client_id", **texts).collect()
    return _comparable(raw, list(texts))


def _comparable(raw: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The rows, in another order, with these texts in lower case and without accents, each also without umlauts."""

    def odd(frame: pl.DataFrame) -> pl.Series:
        return frame.select(pl.any_horizontal(pl.col(columns).str.contains(_ODD))).to_series()

    low = raw.with_columns(pl.col(columns).str.to_lowercase())
    is_odd = odd(low)
    plain, other = low.filter(~is_odd), low.filter(is_odd)
    accents, umlauts = _accents(), _accents() | _UMLAUTS
    spelled = other.with_columns(
        _replaced(pl.col(column), accents) + _replaced(pl.col(column), umlauts) for column in columns
    )
    is_odd = odd(spelled)
    rest = spelled.filter(is_odd).with_columns(folded(pl.col(columns).str.replace_all(r"\s+", " ")))
    return pl.concat([plain, spelled.filter(~is_odd), rest])


def _replaced(text: pl.Expr, spelled: dict[str, str]) -> pl.Expr:
    return text.str.replace_many(list(spelled), list(spelled.values()))


@cache
def _accents() -> dict[str, str]:
    """What `folded` makes of each small Latin letter with an accent: nearly all there is to do, five times as fast."""
    letters = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
    small = [letter for letter in letters if letter.islower()]
    return dict(
        zip(small, pl.Series("small", small).to_frame().select(folded(pl.col("small")))["small"], strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for. words: the ways in which each may be written. numbered: client_id, number (see `_numbered`)."""

    whole: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    numbered: pl.DataFrame

    @classmethod
    def of(cls, facts: Facts, text: str) -> _Wanted:
        """The words of a query; a comma behind one is not part of it."""
        typed = [word for part in unicodedata.normalize("NFC", text).split() if (word := part.strip(",;"))]
        numbers = [word.removeprefix("#").lower() for word in typed] if len(typed) > 1 else []
        return cls(
            _ways(" ".join(typed)), tuple(_ways(word) for word in typed), _numbered(facts, numbers).collect()
        )

    def is_full_name(self) -> pl.Expr:
        """The whole query is a name or company."""
        return pl.any_horizontal(
            pl.col("named").str.contains(f"{_SEPARATOR}{way}{_SEPARATOR}", literal=True) for way in self.whole
        )

    def has(self, number: int) -> pl.Expr:
        """The word of this number stands in one of the texts, or is the number of an order."""
        ways = self.words[number]
        ordered = self.numbered.filter(pl.col("number") == ways[0].removeprefix("#"))["client_id"]
        return pl.any_horizontal(
            *(pl.col("named", "town", "email").str.contains(way, literal=True) for way in ways),
            pl.col("client_id").is_in(ordered.to_list()),
        )


def _ways(text: str) -> tuple[str, ...]:
    both = _comparable(pl.DataFrame({"text": [_SEPARATOR + text]}), ["text"])["text"][0]
    return tuple(dict.fromkeys(both.split(_SEPARATOR)[1:]))


def _with_typos(searched: pl.DataFrame, wanted: _Wanted) -> pl.DataFrame:
    """Those in whose texts every word stands, or one like it; the fewer slips, the better the place."""
    found = searched.with_columns(place=pl.lit(0, pl.Int64))
    words = _spellings(searched.lazy(), "named", "town")
    for number, ways in enumerate(wanted.words):
        # An address is compared as a whole, since its parts say little.
        columns = ("email",) if any("@" in way for way in ways) else ("named", "town")
        near = _near(ways, words if columns != ("email",) else _spellings(searched.lazy(), "email"))
        found = _narrowed(found, wanted.has(number), columns, near)
    return found.select("client_id", "place")


def _narrowed(
    found: pl.DataFrame, has_word: pl.Expr, columns: Sequence[str], near: dict[str, int]
) -> pl.DataFrame:
    """Those who have the word or one of those `near` it, their places worse by the slips."""
    exact = found.filter(has_word)
    if not near:
        return exact
    text = pl.concat_str(columns)
    # Most have nothing alike even within a longer word, and need not be taken apart.
    others = found.filter(~has_word, text.str.contains_any(list(near)))
    slips = (
        others.select("client_id", word=_words(text))
        .explode("word")
        .with_columns(slips=pl.col("word").replace_strict(near, default=None, return_dtype=pl.Int64))
        .drop_nulls()
        .group_by("client_id")
        .agg(pl.col("slips").min())
    )
    forgiven = others.join(slips, on="client_id").with_columns(pl.col("place") + pl.col("slips"))
    return pl.concat([exact, forgiven.drop("slips")])


def _spellings(searched: pl.LazyFrame, *columns: str) -> list[str]:
    texts = pl.concat([searched.select(text=column).unique() for column in columns])
    words = texts.select(word=_words(pl.col("text"))).explode("word").unique()
    return words.filter(pl.col("word") != "").collect().to_series().to_list()


def _words(text: pl.Expr) -> pl.Expr:
    ends = [_SEPARATOR, "-", ",", "&", "(", ")", "/"]
    return text.str.replace_many(ends, [" "] * len(ends)).str.split(" ")


def _near(ways: Sequence[str], spellings: list[str]) -> dict[str, int]:
    """Spelling -> slips: letters wrong, missing or too many, or swapped with the next (optimal string alignment)."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    near: dict[str, int] = {}
    for way in ways:
        allowed = max((slips for letters, slips in SLIPS if len(way) >= letters), default=0)
        if allowed:
            alike = process.extract(
                way, spellings, scorer=OSA.distance, processor=None, score_cutoff=allowed, limit=None
            )
            for spelling, slips, _ in alike:
                near[spelling] = min(int(slips), near.get(spelling, allowed))
    return near
