"""The file that `campaigns new` writes: every key, explained, for a letter of one's choice."""

from __future__ import annotations

_AUDIENCES = {
    "win_back": ('where = "completed_orders >= 2 and recency_days >= 180"', ""),
    "thank_you": ('rank_by = "spend"\nwindow = "last-quarter"\ntop = 20', ""),
    "checkout_reminder": ('where = "open_checkouts >= 1"', ""),
    "points_statement": ('where = "points > 0"', "month"),
    "birthday": ("birthday_within_days = 7", "year"),
}
_OTHERS = ('where = "completed_orders >= 1"', "")

_COMMON = {"points_statement": 0, "birthday": 0}
"""Letters that a client expects, whatever else was sent: how many days of quiet they wait for."""

_FILE = """\
# A campaign: letters by post, to whom and why. 'clientlens campaigns check FILE' finds slips in this file and its letter,
# 'clientlens campaigns plan FILE' tells who would get one and what it would cost, and writes nothing.

# What it is known by for ever: small letters a to z, digits and hyphens. Another name is another campaign.
name = "{name}"

# Who is meant. One of: where, an expression ('clientlens metrics --describe' lists the names); group; rank_by (purchases,
# average or spend) with window and top; birthday_within_days; everyone = true. 'where' may stand beside any other.
[audience]
{audience}
# group = "regulars"
limit = 100                     # clients at most, in one period
{cooldown}
# yearly_cap = 6                # letters to one client in 365 days, of all campaigns; default: the setting letters.yearly_cap
# email_opt_out = "warn"        # of who wants no e-mail: warn, exclude or ignore; default: letters.email_opt_out

# Who gets no letter on purpose, so that you learn how many would have ordered anyway: a share, drawn by lot. Without it
# nothing can be said of what the letters changed. A small list needs half.
[holdout]
share = 0.2
# seed = "{name}"               # another seed is another draw; default: the name

# Without this a client gets the letter once. With it, once every calendar month, or year.
{repeat}

# What is sent. template: {ready}, or a file beside
# this one; 'clientlens campaigns run FILE --preview sample -o preview.pdf' shows it.
[letter]
template = {template}
language = "{language}"                 # of clients whose own is not known, or has no template
layout = "din5008-b"            # where the window is: docs/letters.md lists layouts and print services
# provider = "pingen"           # print service, whose free areas are kept and checked
most_pages = 2                  # a letter that needs more is not made

# Who writes, where it is not as in the settings sender.*
# [sender]
# name = "Ada Lindt"
# shop = "Lantern Candles"
# address = "Hafenstr. 1, 20457 Hamburg"
# country = "DE"

# A QR code on each letter, with a code of its own, tells who looked ('clientlens letters scans').
# [qr]
# url = "https://shop.example/l/{{code}}"
# caption = "Your page"

# A word that orders name at the checkout; orders with it are told apart in the results.
# [coupon]
# code = "{coupon}"

# What it costs. Amounts are exact. budget: no more letters than it pays for, in one period. margin: what is left of
# revenue, as a share, for the profit in the results.
[money]
currency = "EUR"
per_letter = 0.95
fixed = 0
# budget = 200
# margin = 0.4

# From a run to the client's home, and how long after that orders count, in days.
[effect]
in_home_days = 2
window_days = 60
"""


def new_file(name: str, template: str, language: str, ready_made: tuple[str, ...]) -> str:
    """The file's text.

    Args:
        name: of the campaign. template: name of a ready-made letter, or a path. ready_made: names there are.
    """
    audience, every = _AUDIENCES.get(template, _OTHERS)
    repeat = f'[repeat]\nevery = "{every}"' if every else '# [repeat]\n# every = "month"'
    quiet = _COMMON.get(template)
    cooldown = (
        "# cooldown_days = 30            # days after a letter of any campaign; default: the setting letters.cooldown_days"
        if quiet is None
        else f"cooldown_days = {quiet}               # days after a letter of any campaign: this one is expected whatever else came"
    )
    return _FILE.format(
        name=name,
        audience=audience,
        cooldown=cooldown,
        repeat=repeat,
        ready=", ".join(ready_made),
        template=_quoted(template),
        language=language,
        coupon=name.replace("-", "").upper()[:20],
    )


def _quoted(text: str) -> str:
    return (
        "'" + text + "'"
        if "'" not in text and ("\\" in text or '"' in text)
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
