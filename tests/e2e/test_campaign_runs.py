"""Campaigns over months of an invented shop, run as cron runs them: who gets a letter, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

LETTER = "language: en\nsubject: News\ntitle: News\n\n{salutation|Hello},\n\nwe have news.\n\n{objection}\n"
SENDER = """
[sender]
shop = "Lantern Candles"
address = "Hafenstr. 1, 20457 Hamburg"
country = "DE"
"""
HEADER = "order_id,placed_at,order_total,currency,status,email,name,street,postcode,city,country\n"
PEOPLE = {
    "ada": ("ada@example.org", "Ada Berg", "Ring 1"),
    "ada2": ("ada.berg@example.net", "ADA BERG", "ring 1"),  # the same person under another e-mail
    "bob": ("bob@example.org", "Bob Tal", "Ring 2"),
    "cem": ("cem@example.org", "Cem Ay", "Ring 3"),
    "dora": ("dora@example.org", "Dora Feld", "Ring 4"),
    "dora2": ("dora@example.net", "Dora F.", "Weg 9"),  # to be merged by hand
    "eva": ("eva@example.org", "Eva Hof", "Ring 5"),
}


def orders(people, **placed):
    """A file of orders: the first client spent most."""
    rows = [
        f"{who}-{day},{day},{900 - 100 * list(people).index(who)}.00,EUR,completed,{','.join(people[who])},10115,Berlin,DE\n"
        for who, day in placed.items()
    ]
    return HEADER + "".join(rows)


def campaign(name, *more):
    """A campaign's file; each of `more` is a table's name and lines of it."""
    tables = {"audience": ["everyone = true"], "letter": ['template = "news.en.md"']}
    for table, *lines in more:
        tables.setdefault(table, []).extend(lines)
    said = [f"[{table}]\n" + "\n".join(lines) + "\n" for table, lines in tables.items()]
    return f'name = "{name}"\n' + "".join(said)


class Shop:
    """One workspace, and a clock that is set day by day. known: ids of the letters that runs made so far."""

    def __init__(self, call, folder):
        self.call, self.folder, self.known = call, folder, set()
        self.write("news.en.md", LETTER)
        self.write("orders.csv", orders(PEOPLE, **dict.fromkeys(PEOPLE, "2026-01-05")))
        self.ask("2026-01-06", "import", "--timezone", "Europe/Berlin", "orders.csv")
        self.write("ws/clientlens.toml", SENDER)

    def write(self, name, text):
        (self.folder / name).write_text(text, "utf-8")
        return name

    def ask(self, day, *args, at=9, code=0):
        clock = datetime.fromisoformat(day).replace(hour=at, tzinfo=UTC)
        done = self.call("-w", "ws", *args, folder=self.folder, clock=lambda: clock)
        assert done.code == code, done.stderr
        return done

    def run(self, day, file, *args, **other):
        """The addressees of the letters that a run made, by their names; why others got none."""
        done = self.ask(day, "campaigns", "run", file, "--json", *args, **other).json
        names = {one["letter_id"]: one["name"] for one in self.letters()}
        new = names.keys() - self.known
        self.known |= new
        assert len(new) == done["letters_made"]
        reasons = {one["reason"]: one["clients"] for one in done["left_out"]}
        return sorted(names[one].split()[0].title() for one in new), reasons

    def letters(self):
        return self.ask("2028-01-01", "letters", "list", "--json").json


@pytest.fixture
def shop(clientlens, tmp_path):
    return Shop(clientlens, tmp_path)


def test_a_statement_goes_out_each_month_once_to_each_person_whatever_becomes_of_their_records(shop):
    spec = shop.write(
        "month.toml", campaign("month", ("repeat", 'every = "month"'), ("audience", "yearly_cap = 13"))
    )
    everybody, reasons = shop.run("2026-01-30", spec)
    assert (everybody, reasons) == (["Ada", "Bob", "Cem", "Dora", "Dora", "Eva"], {"same_address": 1})
    # The last evening of January in UTC is February in Berlin.
    assert shop.run("2026-01-31", spec) == ([], {"already_assigned": 6, "same_address": 1})
    shop.ask("2026-01-31", "clients", "merge", "dora@example.org", "dora@example.net")
    shop.ask("2026-01-31", "privacy", "suppress", "cem@example.org")
    assert shop.run("2026-01-31", spec, at=23)[0] == ["Ada", "Bob", "Dora", "Eva"]
    # Imported again with more, and Bob under another e-mail: nobody is new.
    more = {**PEOPLE, "bob3": ("bob@example.com", "Bob Tal", "Ring 2.")}
    shop.write("again.csv", orders(more, ada="2026-02-05", bob3="2026-02-05"))
    shop.ask("2026-02-06", "import", "orders.csv", "again.csv")
    assert shop.run("2026-02-28", spec)[0] == []
    assert shop.run("2026-03-01", spec)[0] == ["Ada", "Bob", "Dora", "Eva"]
    assert shop.run("2026-03-31", spec, "--as-of", "2026-04-02")[0] == ["Ada", "Bob", "Dora", "Eva"]
    assert shop.run("2026-04-30", spec)[0] == []
    periods = [(one["client_id"], one["period"]) for one in shop.letters() if one["name"] == "Ada Berg"]
    assert len(periods) == len(set(periods)) == 4


def test_limits_hold_over_runs_and_over_campaigns(shop):
    paid = ("money", 'currency = "EUR"', "per_letter = 1.10", "fixed = 0.50", "budget = 3.80")
    first = shop.write("first.toml", campaign("first", paid))
    plan = shop.ask("2026-03-01", "campaigns", "plan", first, "--json").json
    assert (plan["mailed"], plan["cost"]) == (3, "3.80")
    shop.ask("2026-03-01", "privacy", "suppress", "bob@example.org")  # between plan and run
    assert shop.run("2026-03-01", first, "--max-letters", "1") == (
        ["Ada"],
        {"suppressed": 1, "same_address": 1, "limit": 4},
    )
    rest, reasons = shop.run("2026-03-02", first)
    assert rest == ["Cem", "Dora"]
    assert reasons == {"already_assigned": 1, "suppressed": 1, "same_address": 1, "budget": 2}
    # Another campaign waits 30 days for those three, the first day being that of their letter.
    other = shop.write("other.toml", campaign("other", ("audience", "yearly_cap = 1")))
    assert shop.run("2026-03-30", other) == (
        ["Dora", "Eva"],
        {"suppressed": 1, "recently_written": 3, "same_address": 1},
    )
    assert shop.run("2026-04-01", other)[1]["yearly_cap"] == 3
    # What was never made says nothing of an address, what came back does.
    ada = next(one for one in shop.letters() if one["name"] == "Ada Berg")
    shop.ask("2026-04-02", "letters", "mark", ada["letter_id"], "failed", "--reason", "moved")
    third = shop.write("third.toml", campaign("third", ("audience", "cooldown_days = 0")))
    made, reasons = shop.run("2026-04-03", third)
    assert (made, reasons) == (["Cem", "Dora", "Dora", "Eva"], {"suppressed": 1, "undeliverable": 2})
    assert shop.ask("2026-04-03", "campaigns", "run", third).text == ""  # for cron


def test_a_run_tells_on_a_page_what_it_made_and_where_it_lies(shop):
    spec = shop.write("told.toml", campaign("told", ("audience", "limit = 2")))
    told = shop.ask("2026-03-01", "campaigns", "run", spec).lines
    assert told[0] == "2 letters of told made"
    first = told[told.index("Left out, by reason") + 3]
    assert first.startswith("same_address        1  the same name at the same address")
    assert [one.split()[0] for one in told[told.index("For the printer") + 1 :]] == [
        "run",
        "letters",
        "pages",
        "merged",
        "manifest",
    ]
