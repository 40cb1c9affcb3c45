"""What a narrow terminal still shows: enough to act on."""

from __future__ import annotations

import re

import pytest

CLIENT = "theodelaroche-vernet@mail.example"
PHONE_ONLY = (
    "order_id,placed_at,order_total,currency,phone,status\nP1,2026-01-02,10,EUR,+4930231250001,completed\n"
)


def drawn(ask, *words):
    return ask(*words, "--color", "never", tty=True, width=80, stderr_tty=False)


def test_a_suggested_pair_can_be_told_and_merged_from_the_screen(ask):
    pairs = ask("clients", "suggest-merges", "--json").json
    shown = drawn(ask, "clients", "suggest-merges", "--limit", "0")
    assert pairs
    for pair in pairs:
        line = next(
            line
            for line in shown.lines
            if line.startswith(pair["client_id"]) and pair["other_client_id"] in line
        )
        assert pair["reason"] in line
        assert line.split()[1] == pair["name"].split()[0]
    assert shown.lines[-2].startswith("not shown at this width: ") or "key" in shown.lines[-1]


def test_keys_to_split_by_are_whole_and_say_whether_they_identify(ask):
    keys = [one["key"] for one in ask("clients", "explain", CLIENT, "--json").json]
    shown = drawn(ask, "clients", "explain", CLIENT)
    assert "identifies" in shown.lines[1]
    assert "…" not in shown.text
    whole = "".join(line[17 : shown.lines[1].index("identifies")] for line in shown.lines[3:])
    for key in keys:
        assert re.sub(r"\s", "", key) in re.sub(r"\s", "", whole)


def test_imports_show_which_are_taken_back_and_the_names_of_files(ask):
    shown = drawn(ask, "workspace", "imports")
    assert "taken back" in shown.lines[1]
    assert "/" not in "".join(shown.lines[3:5])
    assert "…" not in shown.text
    assert all("/" in one["files"][0] for one in ask("workspace", "imports", "--json").json)


def test_titles_of_formats_are_whole(ask):
    assert "…" not in drawn(ask, "sources").text
    assert "customers)" in drawn(ask, "sources").text


def test_numbers_stand_under_each_other_and_not_far_out(ask):
    lines = ask("workspace", "status").lines
    path = next(line for line in lines if line.startswith("path"))
    numbers = [line for line in lines if re.search(r"^(orders|clients|files) .*\d$", line)]
    assert len({len(line) for line in numbers}) == 1
    assert len(numbers[0]) < path.index("/") + 15


@pytest.mark.parametrize("width", [80, 200])
def test_a_client_with_a_phone_alone_is_called_by_it(clientlens, tmp_path, width):
    (tmp_path / "sales.csv").write_text(PHONE_ONLY)
    assert clientlens("import", "sales.csv", "--timezone", "UTC").code == 0
    (client,) = clientlens("clients", "--json").json
    assert (client["name"], client["phone"]) == (None, "+4930231250001")
    row = clientlens("clients", "--color", "never", tty=True, stderr_tty=False, width=width).lines[3]
    assert row.split()[:2] == [client["client_id"], "+4930231250001"]
    assert row.count(client["client_id"]) == 1


def test_a_store_that_differs_by_case_is_proposed(ask):
    refused = ask("leaderboard", "--store", "LANTERN")
    assert refused.code == 2
    assert "no store is called 'LANTERN' (did you mean 'lantern'?)" in refused.stderr
