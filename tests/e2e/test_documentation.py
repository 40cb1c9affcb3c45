"""What the documentation and --help say can be done can be done."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from clientlens.cli.app import root
from clientlens.cli.click_ import Context, TyperGroup
from clientlens.config import DEFINITIONS, settings_from
from clientlens.outputs.format import formats
from clientlens.sources import registry
from clientlens.sources.input import open_input
from clientlens.sources.reading import recognise

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MAPPINGS = PROJECT / "examples" / "mappings"
DOCS = sorted((PROJECT / "docs").rglob("*.md"))


def leaves(command, path, parent=None):
    context = Context(command, info_name=path[-1] if path else "clientlens", parent=parent)
    if not isinstance(command, TyperGroup):
        yield " ".join(path), command
        return
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), [*path, name], context)


COMMANDS = dict(leaves(root(), []))
EXAMPLES = [
    line.strip()
    for command in COMMANDS.values()
    for line in (command.help or "").split("Examples:")[-1].splitlines()
    if line.strip().startswith("clientlens ")
]


SENDER = {
    "CLIENTLENS_SENDER_EMAIL": "shop@example.org",
    "CLIENTLENS_SENDER_SHOP": "Lantern",
    "CLIENTLENS_SENDER_ADDRESS": "Hafenstr. 1, 20457 Hamburg",
    "CLIENTLENS_SENDER_COUNTRY": "DE",
}
"""Set for every example: messages and letters need it."""


def test_every_command_has_an_example():
    without = [name for name, command in COMMANDS.items() if "Examples:\n" not in (command.help or "")]
    assert without == []
    assert len(EXAMPLES) >= len(COMMANDS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_help_text_runs(example, program, own_sample, tmp_path):
    words = shlex.split(example)[1:]
    if words[0] == "import":
        folder = shutil.copytree(PROJECT / "data" / "sample" / "lantern", tmp_path / "shop")
        (folder / "orders_export.csv").symlink_to("orders_export_1.csv")
        for file in MAPPINGS.rglob("*.*"):
            (folder / file.name).symlink_to(file)
        workspace = tmp_path / "new" / ".clientlens"
    else:
        folder, workspace = tmp_path, own_sample
        (folder / "sales.csv").symlink_to(MAPPINGS / "sample" / "woocommerce.csv")
    if words[0] == "groups" or "regulars" in words:
        program("-w", workspace, *sampled(["groups", "add", "regulars", "mara@example.org"]))
    if "spring.toml" in words and words[1] != "new":
        few_letters(folder / "spring.toml")
    if words[:2] == ["campaigns", "results"]:
        runpy.run_path(str(PROJECT / "tools" / "example_campaigns.py"))["record"](workspace)
    if words[0] == "requests":
        ask_for_orders(program, workspace, folder, words)
    if words[:2] == ["clients", "split"]:
        program("-w", workspace, *sampled(["clients", "merge", *words[2:]]))
    if words[:2] == ["privacy", "unsuppress"]:
        program("-w", workspace, *sampled(["privacy", "suppress", words[2]]))
    if words[0] == "letters":
        words = with_letters(program, workspace, folder, words)
    # Letters were made after the sample's last day.
    day = "2026-11-01" if words[0] == "letters" else "2026-10-31"
    done = program("-w", workspace, "--as-of", day, *sampled(words), folder=folder, environment=SENDER)
    assert done.code == 0, done.stderr
    assert done.stdout or words[:2] == ["workspace", "check"] or "-o" in words  # silent when all is well


def few_letters(path):
    """An example's campaign, to so few that it is quick and that the sample's letters which no font can write are none."""
    text = (PROJECT / "examples" / "campaigns" / "win-back.toml").read_text("utf-8")
    path.write_text(text.replace("limit = 200", "limit = 5"), "utf-8")


def with_letters(program, workspace, folder, words):
    """Letters of a campaign, a print service's list and a web server's log; the words with these letters."""
    few_letters(folder / "spring.toml")
    made = program("-w", workspace, "campaigns", "run", "spring.toml", folder=folder, environment=SENDER)
    assert made.code == 0, made.stderr
    one = program("-w", workspace, "letters", "--json").json[0]
    (folder / "report.csv").write_text(f"letter_id,status\n{one['letter_id']},printed\n")
    line = '1.2.3.4 - - [01/Nov/2026:10:00:00 +0100] "GET /l/{} HTTP/1.1" 200 5 "-" "Mozilla/5.0"\n'
    (folder / "access.log").write_text(line.format(one["code"]))
    known = {"k7m2px4d": one["letter_id"], "spring": "win-back"}
    known |= dict.fromkeys(("2026-11-25", "2026-11-26"), "2026-11-01")
    known["jana@example.org"] = one["client_id"]
    return [known.get(word, word) for word in words]


def ask_for_orders(program, workspace, folder, words):
    """Requests, rules and incoming orders, for the examples about them."""
    studio, rules = PROJECT / "data" / "sample" / "studio", PROJECT / "examples" / "requests" / "rules.toml"
    program("-w", workspace, "import", "--store", "studio", studio / "requests.csv", studio / "clients.csv")
    for name in ("days.toml", *(() if words[1:3] == ["rules", "init"] else ("nights.toml",))):
        shutil.copy(rules, folder / name)
    if words[1:3] != ["rules", "init"]:
        shutil.copy(rules, workspace / "requests.toml")
    order = '{"order_id": "1", "placed_at": "2026-10-30T10:00:00Z", "email": "nora@example.org", "service": "Logo design"}'
    (folder / "incoming.jsonl").write_text(order)
    if words[1] == "accept":
        program("-w", workspace, "requests", "approve", *words[2:])


def sampled(words):
    """The words with clients of the sample in place of those that help texts speak of."""
    known = {
        "mara@example.org": "gideon_juniper@example.com",
        "mara.lindt@example.net": "zofia94@example.net",
        "jana@example.org": "noemi@inbox.example.com",  # who agreed to e-mail
    }
    return [known.get(word, word) for word in words]


@pytest.fixture
def shell(sample):
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "CLIENTLENS_WORKSPACE": str(sample),
        "LC_ALL": "C.UTF-8",
    }

    def call(*words, **more):
        return subprocess.run(
            words, env={**environment, **more}, capture_output=True, text=True, check=False, timeout=120
        )

    return call


needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="the example scripts need jq")


@needs_jq
@pytest.mark.parametrize(
    ("script", "arguments", "least"),
    [
        ("weekly-leaderboard.sh", ("--as-of", "2026-10-31"), 3),
        ("lapsed-regulars.sh", ("--as-of", "2026-10-31"), 10),
        ("cross-selling.sh", ("%tent%", "%sleeping bag%", "--as-of", "2026-10-31"), 10),
        ("carts-to-follow-up.sh", ("20", "--as-of", "2026-10-31"), 5),
    ],
)
def test_an_example_script_answers(shell, script, arguments, least):
    done = shell("bash", str(PROJECT / "examples" / script), *arguments)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= least


@needs_jq
def test_the_folder_import_passes_the_exit_code_on(shell, tmp_path):
    exports = shutil.copytree(PROJECT / "data" / "sample" / "harbour", tmp_path / "exports")
    workspace = {"CLIENTLENS_WORKSPACE": str(tmp_path / ".clientlens"), "TMPDIR": str(tmp_path)}
    script = str(PROJECT / "examples" / "import-folder.sh")
    done = shell("bash", script, str(exports), **workspace)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.glob("rejects*")) == []
    broken = exports / "orders_export_1.csv"
    broken.write_text(broken.read_text("utf-8").replace(",USD,", ",usdollars,", 1), "utf-8")
    done = shell("bash", script, str(exports), **workspace)
    assert done.returncode == 1
    assert re.match(r"0 orders added, 0 updated, [0-9]+ rows set aside\n", done.stdout)
    assert [Path(found).name for found in re.findall(r"import again: (\S+)", done.stdout)] == ["rejects.csv"]
    assert all(Path(found).exists() for found in re.findall(r"import again: (\S+)", done.stdout))


@needs_jq
def test_the_folder_import_names_the_rejected_rows_of_every_format(shell, tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    head = "order_id,placed_at,order_total,currency\n"
    (exports / "own.csv").write_text(head + "1,2026-03-01,5.00,EUR\n2,soon,5.00,EUR\n")
    customers = (PROJECT / "data" / "sample" / "harbour" / "orders_export_1.csv").read_text("utf-8")
    (exports / "shopify.csv").write_text(customers.replace(",USD,", ",usdollars,", 1), "utf-8")
    workspace = {"CLIENTLENS_WORKSPACE": str(tmp_path / ".clientlens"), "TMPDIR": str(tmp_path)}
    done = shell("bash", str(PROJECT / "examples" / "import-folder.sh"), str(exports), **workspace)
    assert done.returncode == 1, done.stderr
    names = {Path(found).name for found in re.findall(r"import again: (\S+)", done.stdout)}
    assert names == {"rejects.plain_csv.csv", "rejects.shopify_orders.csv"}


def test_the_parquet_example_reads_an_answer(shell, tmp_path):
    clients = tmp_path / "clients.parquet"
    assert shell(str(BIN / "clientlens"), "clients", "-o", str(clients)).returncode == 0
    done = shell(sys.executable, str(PROJECT / "examples" / "revenue_by_town.py"), str(clients))
    assert "Berlin" in done.stdout, done.stderr
    bare = shell(sys.executable, str(PROJECT / "examples" / "revenue_by_town.py"))
    assert (bare.returncode, bare.stdout) == (2, "")
    assert bare.stderr == "usage: python revenue_by_town.py clients.parquet\n"


def test_links_and_the_command_reference_are_right():
    done = subprocess.run(
        [sys.executable, PROJECT / "tools" / "check_docs.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_settings_page_names_every_setting_and_its_example_is_valid():
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    for one in DEFINITIONS:
        assert f"`{one.name}`" in page
        assert f"`{one.variable}`" in page
    block = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert block is not None
    assert tomllib.loads(block[1])
    settings = settings_from({}, block[1], "settings.md")
    assert settings.country_of("lantern") == "DE"
    assert settings.text("orders.completed_when") == "paid_or_fulfilled"


def test_every_source_has_its_constant_a_doc_line_a_page_and_a_sample():
    index = (PROJECT / "docs" / "sources.md").read_text("utf-8")
    samples = [open_input(str(path)) for path in sorted((PROJECT / "data" / "sample").rglob("*.*"))]
    recognised = {recognise(sample, registry.load()).name for sample in samples}
    assert recognised == set(registry.load())
    for name, source in registry.load().items():
        assert source.name == name
        assert source.doc
        page = PROJECT / "docs" / "sources" / f"{name.replace('_', '-')}.md"
        assert page.read_text("utf-8").startswith(f"# {name}: ")
        assert "What cannot be known from it" in page.read_text("utf-8")
        assert f"[{name}](sources/{page.name})" in index


def test_every_format_has_its_constant_and_a_doc_line():
    assert list(formats()) == ["table", "csv", "json", "jsonl", "parquet"]
    for one in formats().values():
        module = sys.modules[one.write.__module__]
        assert module.__doc__
        assert module.FORMAT is one


def test_the_readme_has_its_two_commands():
    for name in ("demo", "tests"):
        done = subprocess.run(
            [sys.executable, PROJECT / "tools" / "readme_command.py", name],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("python3 -m venv .venv && .venv/bin/pip install")


@pytest.mark.parametrize("page", [PROJECT / "README.md", *DOCS], ids=lambda page: page.name)
def test_a_command_that_a_page_shows_exists(page):
    shown = re.findall(r"`clientlens ([a-z]+)(?: ([a-z-]+))?", page.read_text("utf-8"))
    names = set(COMMANDS) | {name.split(" ")[0] for name in COMMANDS}
    unknown = [pair for pair in shown if pair[0] not in names]
    assert unknown == []


def test_the_changelog_says_nothing_twice():
    """Two branches that each add a line below the same one leave it twice when they are merged."""
    lines = [line for line in (PROJECT / "CHANGELOG.md").read_text("utf-8").splitlines() if line]
    assert sorted(lines) == sorted(set(lines))
