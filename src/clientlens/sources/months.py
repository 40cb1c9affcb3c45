"""Names of months in the languages that shop systems write, put into the English that `strptime` reads."""

from __future__ import annotations

import re

_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sept oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jän feb mär apr mai jun jul aug sep okt nov dez",
    "jänner feber mrz apr mai juni juli aug sept okt nov dez",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
)  # English, German (Austria too), Italian, French, Spanish, Dutch
_MONTHS = {
    name: english.title() for names in _NAMES for name, english in zip(names.split(), _ENGLISH, strict=True)
}
_WORD = re.compile(r"([^\W\d_]+)(\.?)")


def in_english(text: str, *, full_stop: bool) -> str:
    """A date with the name of its month as three English letters: '10-Dez-25' -> '10-Dec-25'.

    Other words stay as they are. full_stop: keep the one behind an abbreviation.
    """
    return _WORD.sub(
        lambda found: (
            _MONTHS[found[1].lower()] + (found[2] if full_stop else "")
            if found[1].lower() in _MONTHS
            else found[0]
        ),
        text,
    )
