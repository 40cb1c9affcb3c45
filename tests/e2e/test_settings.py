"""Settings: a default, the workspace's file, a variable; each answer follows, and `config show` says where from."""

from __future__ import annotations

import pytest


@pytest.fixture
def settings(own_sample):
    """Write the workspace's settings file."""

    def write(text):
        (own_sample / "clientlens.toml").write_text(text)
        return own_sample

    return write


def _origins(told):
    return {row["name"]: (row["value"], row["origin"]) for row in told.json}


NEW = {
    "letters.cooldown_days": ("30", "default"),
    "letters.email_opt_out": ("warn", "default"),
    "letters.yearly_cap": ("6", "default"),
    "messages.cooldown_days": ("30", "default"),
    "messages.language": ("en", "default"),
    "points.rates": ("1", "default"),
    "points.since": (None, "default"),
    "privacy.retention_years": ("10", "default"),
    **{
        f"sender.{name}": (None, "default")
        for name in ("address", "country", "email", "name", "reply_to", "shop", "unsubscribe")
    },
    "smtp.host": (None, "default"),
    "smtp.port": ("587", "default"),
    "smtp.security": ("starttls", "default"),
    "smtp.timeout_seconds": ("30", "default"),
    "smtp.username": (None, "default"),
    "spark.files": (None, "default"),
}
"""Settings of messages, letters and points, unset."""


def test_without_anything_set_every_origin_is_the_default(clientlens, sample):
    told = _origins(clientlens("-w", sample, "config", "show", "--json"))
    assert told == NEW | {
        "checkouts.match_window_days": ("7", "default"),
        "checkouts.minimum_age_minutes": ("10", "default"),
        "insights.completion_percent": ("90", "default"),
        "insights.novice_below": ("3", "default"),
        "insights.repeat_percent": ("50", "default"),
        "insights.repeat_sellers": ("3", "default"),
        "insights.similar_clients": ("5", "default"),
        "money.home_currency": (None, "default"),
        "orders.completed_when": ("paid", "default"),
        "products.ignore": (None, "default"),
    }


def test_a_variable_beats_the_file_which_beats_the_default(clientlens, settings):
    path = settings(
        'orders.completed_when = "fulfilled"\n[insights]\nnovice_below = 5\n'
        '[products]\nignore = ["Gift card%"]\n[stores.lantern]\ncountry = "de"\n'
    )
    file = f"{path}/clientlens.toml"
    environment = {"CLIENTLENS_INSIGHTS_NOVICE_BELOW": "9", "CLIENTLENS_MONEY_HOME_CURRENCY": "EUR"}
    told = clientlens("-w", path, "config", "show", "--json", environment=environment)
    assert told.stderr == f"note: settings file: {file}\n"
    assert _origins(told) == NEW | {
        "checkouts.match_window_days": ("7", "default"),
        "checkouts.minimum_age_minutes": ("10", "default"),
        "insights.completion_percent": ("90", "default"),
        "insights.novice_below": ("9", "CLIENTLENS_INSIGHTS_NOVICE_BELOW"),
        "insights.repeat_percent": ("50", "default"),
        "insights.repeat_sellers": ("3", "default"),
        "insights.similar_clients": ("5", "default"),
        "money.home_currency": ("EUR", "CLIENTLENS_MONEY_HOME_CURRENCY"),
        "orders.completed_when": ("fulfilled", file),
        "products.ignore": ("Gift card%", file),
        "stores.lantern.country": ("DE", file),
    }


def test_settings_change_the_answers(clientlens, settings):
    path = settings("insights.novice_below = 1\n")
    rows = clientlens("-w", path, "insights", "--json").json
    assert {row["experience"] for row in rows if row["completed_orders"]} == {"experienced"}
    environment = {"CLIENTLENS_INSIGHTS_NOVICE_BELOW": "1000"}
    rows = clientlens("-w", path, "insights", "--json", environment=environment).json
    assert {row["experience"] for row in rows} == {"novice"}


def test_ignored_products_are_nobodys_preferred_service(clientlens, settings):
    path = settings("")
    before = {row["preferred_service"] for row in clientlens("-w", path, "insights", "--json").json}
    candles = {name for name in before if name and name.startswith("Candle")}
    assert candles
    settings('products.ignore = ["candle%"]\n')
    after = {row["preferred_service"] for row in clientlens("-w", path, "insights", "--json").json}
    assert not candles & after


def test_a_variable_that_is_no_setting_is_warned_of_even_when_quiet(clientlens, sample):
    told = clientlens(
        *("-w", sample, "-q", "insights", "--json"),
        environment={"CLIENTLENS_NOVICE_BELOW": "2", "OTHER": "1"},
    )
    assert told.code == 0
    assert told.stderr == "warning: CLIENTLENS_NOVICE_BELOW is set, but there is no such setting\n"


def test_another_time_zone_in_the_environment_is_refused(clientlens, sample, orders_csv):
    environment = {"CLIENTLENS_TIMEZONE": "America/New_York"}
    for command in (("insights",), ("import", orders_csv("orders.csv"))):
        refused = clientlens("-w", sample, *command, environment=environment)
        assert (refused.code, refused.stdout) == (2, b"")
        assert refused.stderr == (
            "clientlens: error: the workspace's time zone is Europe/Berlin, CLIENTLENS_TIMEZONE says "
            "America/New_York\n"
            "hint: unset CLIENTLENS_TIMEZONE, or make a new workspace with --workspace for the other zone\n"
        )
    same = {"CLIENTLENS_TIMEZONE": "Europe/Berlin"}
    assert clientlens("-w", sample, "insights", "--json", environment=same).code == 0


def test_a_new_workspace_takes_the_option_then_the_environment(clientlens, orders_csv, tmp_path):
    file = orders_csv("orders.csv")
    environment = {"CLIENTLENS_TIMEZONE": "America/New_York"}
    for name, options, zone in (
        ("a", (), "America/New_York"),
        ("b", ("--timezone", "Asia/Tokyo"), "Asia/Tokyo"),
    ):
        made = clientlens("-w", name, "import", file, *options, environment=environment)
        assert made.code == 0
        assert made.stderr.splitlines()[0] == f"made a new workspace at {tmp_path}/{name}, time zone {zone}"
        assert clientlens("-w", name, "workspace", "status", "--json").json["timezone"] == zone


def test_a_later_timezone_is_of_that_files_times_alone(clientlens, orders_csv):
    clientlens("import", orders_csv("a.csv"), "--timezone", "Europe/Berlin")
    zoneless = orders_csv(
        "b.csv", {"Name": "#2001", "Id": "7001", "Created at": "2026-03-02 01:00:00", "Paid at": ""}
    )
    assert clientlens("import", zoneless, "--timezone", "America/New_York").code == 0
    placed = {row["number"]: row["placed_at"] for row in clientlens("orders", "--json").json}
    assert placed == {"1001": "2026-03-01T10:00:00+01:00", "2001": "2026-03-02T07:00:00+01:00"}
    assert clientlens("workspace", "status", "--json").json["timezone"] == "Europe/Berlin"
