"""A letter to look at: marked, recorded nowhere, and only where there can be such a letter."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientlens.cli.campaign_preview import write_preview
from clientlens.cli.context import Run
from clientlens.console import Console
from clientlens.errors import LetterRefused, NoFileNamed, OutputExists, Suppressed

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "campaigns"
SENDER = {
    "CLIENTLENS_SENDER_SHOP": "Lantern",
    "CLIENTLENS_SENDER_ADDRESS": "Ring 1, 39100 Bozen",
    "CLIENTLENS_SENDER_COUNTRY": "IT",
}
CLIENTS = """client_ref,name,first_name,last_name,street,postcode,city,country
a1,Ann Low,Ann,Low,Ring 1,39100,Bozen,IT
b2,Bob Low,Bob,Low,,39100,Bozen,IT
c3,Cleo Low,Cleo,Low,Ring 3,39100,Bozen,IT
"""


def run_in(folder, **environment):
    out, told = io.BytesIO(), io.StringIO()
    clock = lambda: datetime(2026, 11, 26, 12, tzinfo=UTC)
    return Run(Console(out, told), {**SENDER, **environment}, folder, clock), out, told


def text_of(data):
    import pypdfium2

    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))


def decoded(data):
    import pypdfium2
    import zxingcpp

    page = pypdfium2.PdfDocument(data)[0].render(scale=4).to_pil()
    return [one.text for one in zxingcpp.read_barcodes(page)]


def test_a_sample_needs_no_workspace_and_says_what_was_invented(tmp_path):
    run, out, told = run_in(tmp_path, CLIENTLENS_SENDER_SHOP="", CLIENTLENS_SENDER_ADDRESS="")
    write_preview(run, str(EXAMPLES / "win-back.toml"), "sample", None, force=False)
    assert told.getvalue() == "note: the sender is invented, since not set: sender.shop, sender.address\n"
    assert decoded(out.getvalue()) == ["https://shop.example/l/PREVIEW-NOT-SENT"]
    assert "Mara, it has been a while" in text_of(out.getvalue())
    assert list(tmp_path.iterdir()) == []


def test_without_a_workspace_that_is_said_before_what_its_settings_lack(call, tmp_path):
    file = str(EXAMPLES / "win-back.toml")
    for words in (("plan", file), ("run", file), ("run", file, "--preview", "ann", "-o", "ann.pdf")):
        done = call("campaigns", *words, ws=tmp_path / "none")
        assert (done.code, done.stdout) == (4, b"")
        assert "no workspace" in done.stderr


@pytest.fixture
def shop(call, tmp_path):
    (tmp_path / "clients.csv").write_text(CLIENTS)
    assert call("import", "clients.csv", "--timezone", "Europe/Rome", ws=tmp_path / "w").code == 0
    return tmp_path


def test_a_client_gets_a_marked_letter_or_the_reason_why_not_and_nothing_is_recorded(call, shop):
    assert call("privacy", "suppress", "Cleo", "--reason", "wrote", ws=shop / "w").code == 0
    before = call("workspace", "history", "--json", ws=shop / "w").text
    run, _, _ = run_in(shop, CLIENTLENS_WORKSPACE="w")
    file = str(EXAMPLES / "thank-you.toml")
    write_preview(run, file, "Ann", "ann.pdf", force=False)
    text = text_of((shop / "ann.pdf").read_bytes())
    assert "Preview" in text
    assert "Ann Low" in text
    assert "39100 BOZEN" in text
    with pytest.raises(OutputExists):
        write_preview(run, file, "Ann", "ann.pdf", force=False)
    with pytest.raises(LetterRefused, match="no letter to Bob: address: no street"):
        write_preview(run, file, "Bob", "bob.pdf", force=False)
    with pytest.raises(Suppressed):
        write_preview(run, file, "Cleo", "cleo.pdf", force=False)
    assert not (shop / "bob.pdf").exists()
    assert call("workspace", "history", "--json", ws=shop / "w").text == before


def test_a_terminal_gets_no_pdf(tmp_path):
    run, out, _ = run_in(tmp_path)
    with pytest.raises(NoFileNamed):
        write_preview(
            replace(run, stdout_is_terminal=True),
            str(EXAMPLES / "win-back.toml"),
            "sample",
            None,
            force=False,
        )
    assert out.getvalue() == b""
