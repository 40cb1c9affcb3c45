from __future__ import annotations

from clientlens.requests.grid import week_grid
from clientlens.requests.heatmap import heat_map


def test_a_week_is_drawn_with_a_sign_a_half_hour():
    # Monday 09:00 to 12:15, Sunday from 23:00 on.
    grid = week_grid([(540, 735), (6 * 1440 + 1380, 7 * 1440)])
    assert grid[0] == "     0     3     6     9     12    15    18    21    24"
    assert grid[1] == "Mon  " + "·" * 18 + "█" * 6 + "▒" + "·" * 23
    assert grid[2] == "Tue  " + "·" * 48
    assert grid[7] == "Sun  " + "·" * 46 + "██"
    assert max(map(len, grid)) <= 80


def test_no_hours_are_all_hours():
    assert {line[5:] for line in week_grid(None)[1:8]} == {"█" * 48}


def test_a_heat_map_has_four_shades_by_quarters_of_the_largest_count():
    drawn = heat_map({(0, 9): 8, (0, 10): 1, (0, 11): 2, (0, 12): 3, (6, 23): 5})
    assert drawn[1] == "Mon  " + "··" * 9 + "██░░░░▒▒" + "··" * 11 + "      14"
    assert drawn[7] == "Sun  " + "··" * 23 + "▓▓" + "       5"
    assert drawn[8] == "     · none  ░ 1 to 2  ▒ 3 to 4  ▓ 5 to 6  █ 7 to 8"
    assert max(map(len, drawn)) <= 80


def test_an_empty_heat_map_is_drawn_as_such():
    drawn = heat_map({})
    assert drawn[3] == "Wed  " + "··" * 24 + "       0"
    assert drawn[8] == "     · none"
