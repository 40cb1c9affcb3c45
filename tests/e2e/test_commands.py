"""How commands are called: options before and after, mistakes told in one line with the remedy, help that helps."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from clientlens.cli.app import load, root
from clientlens.cli.click_ import Context, TyperGroup

AS_OF = "2026-10-31"


def _tree(command, path):
    yield path, command
    if isinstance(command, TyperGroup):
        context = Context(command)
        for name in command.list_commands(context):
            yield from _tree(command.get_command(context, name), (*path, name))


EVERY = dict(_tree(root(), ()))
LEAVES = [path for path, command in EVERY.items() if not isinstance(command, TyperGroup)]
GROUPS = {
    path: command.default for path, command in EVERY.items() if path and isinstance(command, TyperGroup)
}
NEED_A_WORKSPACE = [
    ("insights",),
    ("leaderboard",),
    ("checkouts",),
    ("cohorts",),
    ("metrics",),
    ("orders",),
    ("segments",),
    ("clients",),
    ("clients", "explain", "jane"),
    ("clients", "merge", "jane", "john"),
    ("clients", "split", "jane", "jane@example.org"),
    ("clients", "suggest-merges"),
    ("workspace", "status"),
    ("workspace", "imports"),
]


def test_the_commands_are_those_of_the_contract():
    assert sorted(LEAVES) == [
        ("campaigns", "check"),
        ("campaigns", "list"),
        ("campaigns", "new"),
        ("campaigns", "plan"),
        ("campaigns", "results"),
        ("campaigns", "run"),
        ("checkouts",),
        ("client",),
        ("clients", "edit"),
        ("clients", "explain"),
        ("clients", "fields"),
        ("clients", "history"),
        ("clients", "list"),
        ("clients", "merge"),
        ("clients", "nickname"),
        ("clients", "note"),
        ("clients", "split"),
        ("clients", "suggest-merges"),
        ("cohorts",),
        ("config", "show"),
        ("demo",),
        ("groups", "add"),
        ("groups", "delete"),
        ("groups", "list"),
        ("groups", "remove"),
        ("groups", "rule"),
        ("groups", "show"),
        ("import",),
        ("insights",),
        ("leaderboard",),
        ("letters", "list"),
        ("letters", "mark"),
        ("letters", "reprint"),
        ("letters", "scans"),
        ("letters", "show"),
        ("message",),
        ("metrics",),
        ("orders",),
        ("points", "add"),
        ("points", "add-all"),
        ("points", "balance"),
        ("points", "earn"),
        ("points", "history"),
        ("points", "report"),
        ("points", "statement"),
        ("points", "subtract"),
        ("privacy", "audit"),
        ("privacy", "export"),
        ("privacy", "forget"),
        ("privacy", "list"),
        ("privacy", "retention"),
        ("privacy", "suppress"),
        ("privacy", "unsuppress"),
        ("requests", "accept"),
        ("requests", "approve"),
        ("requests", "decline"),
        ("requests", "list"),
        ("requests", "replay"),
        ("requests", "report"),
        ("requests", "rules", "check"),
        ("requests", "rules", "init"),
        ("requests", "rules", "show"),
        ("requests", "screen"),
        ("requests", "show"),
        ("requests", "withdraw"),
        ("schema",),
        ("segments",),
        ("sources",),
        ("template",),
        ("workspace", "check"),
        ("workspace", "export"),
        ("workspace", "history"),
        ("workspace", "imports"),
        ("workspace", "paths"),
        ("workspace", "status"),
        ("workspace", "undo"),
        ("workspace", "vacuum"),
    ]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: " ".join(path) or "root")
def test_help_begins_with_a_verb_and_is_plain(clientlens, path):
    helped = clientlens(*path, "--help")
    assert (helped.code, helped.stderr) == (0, "")
    assert helped.lines[0].startswith(" ".join(("Usage: clientlens", *path)))
    first = helped.lines[2].strip()
    assert len(first) <= 72
    assert re.match(
        r"(Add|Approve|Correct|Decide|Decline|Delete|Draw|End|Erase|Find|Give|Import|Know|Let|List|Note|Print|Put|Rank|Read|Say|Show|Take|Tell|Write)[ ,]",
        first,
    ), first
    assert "\x1b" not in helped.text
    assert max(map(len, helped.lines)) <= 90


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_help_of_every_command_has_examples_of_that_command(clientlens, path):
    lines = clientlens(*path, "--help").lines
    begin = lines.index("  Examples:") + 1
    examples = lines[begin : lines.index("", begin)]
    assert examples
    for example in examples:
        words = example.split()
        assert words[0] == "clientlens"
        assert words[1] == path[0]


def test_help_of_the_program_lists_every_exit_code(clientlens):
    text = clientlens("--help").text
    codes = re.findall(r"^    (\d+) +\S", text[text.index("Exit codes:") :], re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "70", "130", "143"]


def test_the_bare_program_shows_its_help(clientlens):
    bare = clientlens()
    assert (bare.code, bare.stdout) == (0, clientlens("--help").stdout)


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_a_bare_group_lists(ask, path):
    assert ask(*path, "--json") == ask(*path, GROUPS[path], "--json")


def test_a_word_after_clients_is_a_query(ask):
    assert ask("clients", "lindt", "--json") == ask("clients", "list", "lindt", "--json")


@pytest.mark.parametrize("path", [(), *EVERY], ids=lambda path: " ".join(path) or "root")
def test_help_loads_no_library_of_tables(path):
    program = (
        "import sys\n"
        f"sys.argv = {['clientlens', *path, '--help']!r}\n"
        "from clientlens.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'polars', 'pyarrow', 'duckdb', 'narwhals', 'reportlab', 'rich', 'phonenumbers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: clientlens")


def test_version(clientlens):
    from clientlens import __version__

    told = clientlens("--version")
    assert (told.text, told.stderr, told.code) == (f"clientlens {__version__}\n", "", 0)


# --- global options -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("-w", "WS", "--as-of", AS_OF, "-q", "workspace", "imports", "-f", "json"),
        ("workspace", "-w", "WS", "--as-of", AS_OF, "-q", "imports", "-f", "json"),
        ("workspace", "imports", "--workspace", "WS", "--as-of", AS_OF, "-q", "--json"),
        ("workspace", "imports", "--workspace=WS", f"--as-of={AS_OF}", "--quiet", "--format=json"),
        ("-w", "elsewhere", "workspace", "imports", "-w", "WS", "--json"),
    ],
    ids=" ".join,
)
def test_global_options_count_before_and_after_the_command(clientlens, ask, sample, arguments):
    told = clientlens(*(word.replace("WS", str(sample)) for word in arguments))
    assert (told.code, told.stdout) == (0, ask("workspace", "imports", "--json").stdout)


def test_the_nearest_workspace_upwards_is_taken(clientlens, own_sample):
    below = own_sample.parent / "a" / "b"
    below.mkdir(parents=True)
    assert clientlens("workspace", "status", "--json", folder=below).json["path"] == str(own_sample)


def test_the_environment_names_the_workspace_and_the_option_beats_it(clientlens, sample):
    environment = {"CLIENTLENS_WORKSPACE": str(sample)}
    assert clientlens("workspace", "status", environment=environment).code == 0
    told = clientlens("-w", "none", "workspace", "status", environment=environment)
    assert (told.code, told.stdout) == (4, b"")
    assert "/none\n" in told.stderr


# --- mistakes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", NEED_A_WORKSPACE, ids=" ".join)
def test_without_a_workspace_nothing_is_answered_and_exit_is_4(clientlens, tmp_path, command):
    refused = clientlens(*command)
    assert (refused.code, refused.stdout) == (4, b"")
    assert refused.stderr == (
        f"clientlens: error: no workspace at {tmp_path}\n"
        "hint: make one with 'clientlens import FILE', or name it with --workspace\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("insights",), ("orders",), ("clients", "explain")], ids=" ".join)
def test_an_unknown_client_is_told_with_what_to_do(ask, command):
    refused = ask(*command, "nobody@example.org")
    assert (refused.code, refused.stdout) == (2, b"")
    assert refused.stderr == (
        "clientlens: error: no client matches 'nobody@example.org'\n"
        "hint: search with 'clientlens clients PART-OF-A-NAME'\n"
    )


@pytest.mark.parametrize("command", [("insights",), ("orders",), ("clients", "explain")], ids=" ".join)
def test_an_ambiguous_client_is_told_with_the_candidates(ask, shown, command):
    matching = shown("clients", "example.org", "--json").json
    ids = {row["client_id"] for row in matching}
    refused = ask(*command, "example.org")
    assert (refused.code, refused.stdout) == (2, b"")
    first, second = refused.stderr.splitlines()
    assert first == f"clientlens: error: {len(ids)} clients match 'example.org'"
    assert second.startswith("hint: name one of them: ")
    assert second.endswith(f", and {len(ids) - 5} more")
    named = re.findall(r"\(([a-z2-7]{12})\b", second)
    assert len(named) == 5
    assert set(named) <= ids


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("isnights",), "no such command 'isnights'; did you mean 'insights'?", "see 'clientlens --help'"),
        (("xyzzy",), "no such command 'xyzzy'", "see 'clientlens --help'"),
        (
            ("workspace", "improts"),
            "no such command 'improts'; did you mean 'imports'?",
            "see 'clientlens workspace --help'",
        ),
        (
            ("leaderboard", "--windwo", "all"),
            "no such option: --windwo (Possible options: --window)",
            "see 'clientlens leaderboard --help'",
        ),
        (("insights", "--window", "60x"), "not a time window: '60x'", None),
        (("leaderboard", "--time-frame", "0d"), "not a time window: '0d' (it must count at least 1)", None),
        (
            ("leaderboard", "--window", "2026-05-01..2026-04-01"),
            "not a time window: '2026-05-01..2026-04-01' (it ends before it begins)",
            None,
        ),
        (("insights", "--as-of", "31.10.2026"), "not a date: '31.10.2026'", "write dates as 2026-03-31"),
        (("sources", "--as-of", "tomorrow"), "not a date: 'tomorrow'", "write dates as 2026-03-31"),
        (("checkouts", "--older-than", "1"), "not a length of time: '1'", "write 90m, 1h or 3d"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_is_one_line_and_one_hint(clientlens, sample, arguments, message, hint):
    refused = clientlens("-w", sample, *arguments)
    assert (refused.code, refused.stdout) == (2, b"")
    lines = refused.stderr.splitlines()
    assert lines[0] == f"clientlens: error: {message}"
    assert len(lines) == 2
    assert lines[1].startswith("hint: ")
    if hint is not None:
        assert lines[1] == f"hint: {hint}"


@pytest.mark.parametrize(
    "asking", [("--json",), ("--format", "json"), ("-f", "json"), ("--format=json",), ("-fjson",)]
)
@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("insights", "nobody@example.org"), "unknown_client", 2),
        (("isnights",), "usage_error", 2),
        (("insights", "--bogus"), "usage_error", 2),
        (("import", "nothing.csv"), "unreadable", 3),
        (("workspace", "status", "-w", "none"), "workspace_missing", 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_with_json_the_last_line_of_stderr_is_the_error_as_json(ask, asking, arguments, code, exit_code):
    refused = ask(*arguments, *asking)
    assert (refused.code, refused.stdout) == (exit_code, b"")
    body = json.loads(refused.stderr.splitlines()[-1])
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "exit", "message", "hint", "file", "line"]
    assert (body["error"]["code"], body["error"]["exit"]) == (code, exit_code)
    assert body["error"]["message"]
    assert body["error"]["hint"]


def test_a_bug_is_told_in_one_line_without_its_text(clientlens, monkeypatch, sample):
    def broken(*_):
        raise KeyError("jane@example.org")

    monkeypatch.setattr("clientlens.cli.reports.status_answer", broken)
    told = clientlens("-w", sample, "workspace", "status")
    assert (told.code, told.stdout) == (70, b"")
    assert re.fullmatch(
        r"clientlens: error: this is a bug in clientlens: KeyError at test_commands\.py:\d+\n"
        r"hint: nothing was half done; run it again with --verbose and report what it prints\n",
        told.stderr,
    )
    assert clientlens("-w", sample, "workspace", "status", "--json").error["code"] == "bug"
    verbose = clientlens("-w", sample, "-v", "workspace", "status").stderr
    assert "in broken" in verbose
    assert "jane@example.org\n" not in verbose


def test_every_command_is_named_as_its_module():
    assert {name for (name,) in [path[:1] for path in LEAVES]} == {load(path[0]).name for path in LEAVES}
