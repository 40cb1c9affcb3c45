"""Every error that a user can meet: brought about, word for word, with its exit code; and told in docs/errors.md."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

from clientlens import errors

PROJECT = Path(__file__).resolve().parents[2]

ELSEWHERE = {
    "EngineFailed": "needs an engine that fails: tests/engines/test_failures.py",
    "DiskFailed": "a full or broken disk: tests/workspace/test_crash.py",
    "WorkspaceReadOnly": "needs another user or a read-only disk: tests/workspace/test_workspace.py",
    "SampleMissing": "a broken installation: below",
    "MaySent": "a run that ends while it sends: tests/e2e/test_sending.py",
    "BadLayout": "a data file of the program with slips: tests/letters/test_layouts.py",
    "UnknownLayout": "until a command asks for one: tests/letters/test_layouts.py",
    "UnknownProvider": "until a command asks for one: tests/letters/test_layouts.py",
    "LayoutNotTaken": "until a command asks for one: tests/letters/test_layouts.py",
    "BadLetterTemplate": "needs a campaign: tests/letters/test_templates.py",
    "UnknownLetterTemplate": "needs a campaign: tests/letters/test_templates.py",
    "CannotFill": "needs a campaign: tests/letters/test_templates.py",
    "LetterRefused": "a letter to look at: tests/cli/test_campaign_preview.py",
    "NoFileNamed": "stdout is a terminal: tests/cli/test_campaign_preview.py",
    "UnknownWave": "needs a campaign that was run: tests/analysis/test_campaign_results.py",
    "LettersMissing": "needs packages that are not installed: tests/letters/test_drawing.py",
    "NotALetter": "a letter's file that changed: tests/letters/test_drawing.py",
    "ForgettingUnfinished": "somebody reads meanwhile: tests/cli/test_forgetting.py",
    "AnotherCampaign": "needs letters: tests/campaigns/test_marking.py",
    "CampaignChanged": "needs a campaign that was run: tests/campaigns/test_running.py",
    "CannotReprint": "needs letters: tests/campaigns/test_marking.py",
    "IllegalLetterDay": "needs letters: tests/campaigns/test_marking.py",
    "IllegalLetterStatus": "needs letters: tests/campaigns/test_marking.py",
    "LetterDamaged": "needs letters: tests/campaigns/test_running.py",
    "UnmadeLetter": "needs letters: tests/campaigns/test_marking.py",
    "MailUncertain": "a mail server that falls silent: tests/e2e/test_sending.py",
}
KINDS = {errors.FaultyFile, errors.UsageError, errors.InputError, errors.WorkspaceError}


def _entries(gallery):
    return gallery["errors"]


def pytest_generate_tests(metafunc):
    if "entry" in metafunc.fixturenames:
        import tomllib

        entries = tomllib.loads(Path(__file__).with_name("gallery.toml").read_text("utf-8"))["errors"]
        metafunc.parametrize("entry", entries, ids=[entry["class"] for entry in entries])


def test_the_error_is_told_in_these_words(bring_about, tmp_path, entry):
    code, stdout, stderr = bring_about(entry)
    told = re.sub(r"process \d+", "process 1234", stderr.replace(str(tmp_path), "{folder}"))
    told = re.sub(r"clients-[0-9a-z-]+\.parquet", "clients-….parquet", told)
    assert told == f"clientlens: error: {entry['message']}\nhint: {entry['hint']}\n"
    assert (code, stdout) == (entry["exit"], b"")


def test_the_error_as_json_has_its_class_for_a_code(bring_about, entry):
    has_json = entry["args"][0] not in {"schema", "template"} and entry["args"][:2] != ["campaigns", "new"]
    code, stdout, stderr = bring_about(entry, "--json") if has_json else (2, b"", "")
    if not stderr:
        return  # `schema`, `template` and `campaigns new` have one form only
    body = json.loads(stderr.splitlines()[-1])["error"]
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", entry["class"]).lower()
    assert (body["code"], body["exit"], stdout, code) == (snake, entry["exit"], b"", entry["exit"])


def test_an_error_is_of_its_class_and_kind(entry):
    assert getattr(errors, entry["class"]).exit_code == entry["exit"]


def test_a_refused_command_changes_nothing(bring_about, tmp_path, entry):
    bring_about(entry)
    if not entry.get("workspace"):
        assert not (tmp_path / ".clientlens").exists()
    allowed = {"orders.csv", ".clientlens", *(Path(name).parts[0] for name in entry.get("files", {}))}
    assert {path.name for path in tmp_path.iterdir()} <= allowed


def test_every_error_is_in_the_gallery_or_has_a_reason_not_to_be(gallery):
    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    # Other tests make errors of their own.
    ours = {one for one in below(errors.ClientlensError) if one.__module__.startswith("clientlens.")}
    concrete = {one.__name__ for one in ours if one not in KINDS}
    shown = [entry["class"] for entry in gallery["errors"]]
    assert len(shown) == len(set(shown))
    assert set(shown) | set(ELSEWHERE) == concrete
    assert not set(shown) & set(ELSEWHERE)


def test_messages_are_one_line_without_a_full_stop(gallery):
    for entry in gallery["errors"]:
        for text in (entry["message"], entry["hint"]):
            assert "\n" not in text
            assert not text.endswith(".")
        assert entry["hint"]
        assert entry["when"].endswith(".")


def test_the_sample_data_may_be_missing(monkeypatch, bring_about, tmp_path):
    monkeypatch.setattr(
        "clientlens.cli.demonstration.__file__", str(tmp_path / "a" / "b" / "demonstration.py")
    )
    code, stdout, stderr = bring_about({"args": ["demo"]})
    assert (code, stdout) == (2, b"")
    assert stderr == (
        f"clientlens: error: the sample data is not at {tmp_path}/a/_sample\n"
        "hint: install clientlens again, or run it in its own project\n"
    )


def test_the_page_of_errors_is_up_to_date():
    page = runpy.run_path(str(PROJECT / "tools" / "errors_page.py"))["errors_page"]()
    assert (PROJECT / "docs" / "errors.md").read_text("utf-8") == page, (
        "run: python tools/errors_page.py --write"
    )


def test_the_page_names_every_exit_code():
    page = (PROJECT / "docs" / "errors.md").read_text("utf-8")
    codes = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert codes == [str(int(code)) for code in errors.ExitCode]
