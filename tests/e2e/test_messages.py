"""Messages drafted: to whom, in which words, and what is written down about it."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from clientlens.workspace.ledger import history
from clientlens.workspace.workspace import Workspace

CLIENTS = """\
client_ref,email,name,first_name,last_name,language,accepts_email
1,jane@example.org,Jane Doe,Jane,Doe,en,yes
2,jana@example.org,Jana Maß,Jana,Maß,de-at,yes
3,gina@example.org,Gina Riva,Gina,Riva,it,yes
4,odd@example.org,Odd One,,,fr,yes
5,stop@example.org,Otto Aus,Otto,Aus,de,no
6,hush@example.org,Una Known,Una,Known,en,
7,,Nora Nomail,Nora,Nomail,en,yes
"""
ORDERS = """\
order_id,placed_at,order_total,currency,status,email,product,client_ref,anonymous
1,2026-09-01T10:00:00+02:00,20.00,EUR,paid,jane@example.org,Candle - Lavender,,
2,2026-10-02T10:00:00+02:00,1250.00,EUR,paid,jana@example.org,Lamp,,
3,2026-10-03T10:00:00+02:00,30.00,EUR,paid,stop@example.org,Lamp,,
4,2026-10-04T10:00:00+02:00,40.00,EUR,paid,gina@example.org,Lamp,,
5,2026-10-05T10:00:00+02:00,50.00,EUR,paid,,Lamp,77,
"""
SETTINGS = """\
[sender]
email = "shop@example.org"
name = "Ada Lindt"
shop = "Lantern"
address = "Hafenstr. 1, 20457 Hamburg"
"""


@pytest.fixture
def shop(clientlens, tmp_path):
    """A workspace in a folder of its own, with a sender; `message(...)` there."""
    (tmp_path / "clients.csv").write_text(CLIENTS, "utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    done = clientlens("import", "clients.csv", "orders.csv", "--timezone", "Europe/Rome")
    assert done.code == 0, done.stderr
    (tmp_path / ".clientlens" / "clientlens.toml").write_text(SETTINGS)
    return tmp_path / ".clientlens"


def drafts(shop):
    files = sorted((shop / "outbox").glob("*")) if (shop / "outbox").exists() else []
    assert all(file.suffix == ".eml" for file in files)
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def entries(shop):
    with Workspace.open(shop) as workspace:
        return [one for one in history(workspace) if one.kind.startswith("message_")]


def test_who_has_bought_is_asked_for_an_opinion(clientlens, shop):
    done = clientlens("message", "jane@example.org", "--json")
    assert (done.code, done.stderr) == (
        0,
        "note: open the draft in your mail program, or send it with --send\n",
    )
    said = json.loads(done.stdout)
    (draft,) = drafts(shop)
    assert said["path"] == str(shop / "outbox" / f"{said['message_id']}.eml")
    assert {key: said[key] for key in ("to", "subject", "template", "language", "reason", "state")} == {
        "to": "jane@example.org",
        "subject": "How do you like Candle - Lavender?",
        "template": "review_request",
        "language": "en",
        "reason": "1 completed order: ask for an opinion",
        "state": "drafted",
    }
    assert (str(draft["To"]), str(draft["From"])) == (
        "Jane Doe <jane@example.org>",
        "Lantern <shop@example.org>",
    )
    text = draft.get_content().replace("\r\n", "\n")
    assert text == said["text"]
    assert text.startswith("Hello Jane,\n\nThank you for choosing us on September 1, 2026.")
    assert "Ada Lindt\nLantern\nHafenstr. 1, 20457 Hamburg\n\n" in text
    assert "just answer with a word, and we will not write again." in text


def test_who_has_not_is_invited_and_the_language_falls_back(clientlens, shop):
    said = json.loads(clientlens("message", "odd@example.org", "--language", "it", "--json").stdout)
    assert (said["template"], said["language"], said["subject"]) == (
        "invitation",
        "it",
        "Un invito da Lantern",
    )
    assert said["text"].startswith("Gentile cliente,\n")


@pytest.mark.parametrize(
    ("client", "language", "day"),
    [("jana@example.org", "de", "2. Oktober 2026"), ("gina@example.org", "it", "4 ottobre 2026")],
)
def test_a_client_is_written_to_in_their_own_language(clientlens, shop, client, language, day):
    said = json.loads(clientlens("message", client, "--json", "--language", "en").stdout)
    assert said["language"] == language
    assert day in said["text"]


@pytest.mark.parametrize(
    ("client", "code", "told"),
    [
        ("stop@example.org", "opted_out", "Otto Aus does not want e-mail from you"),
        ("hush@example.org", "consent_needed", "nothing says that Una Known agreed to e-mail"),
        ("Nora", "no_email", "no e-mail address of Nora Nomail is known"),
        ("5", "not_registered", "client xcfvafst74vd is anonymous; messages need a registered client"),
    ],
)
def test_who_may_not_be_written_to_is_refused_and_nothing_is_written(clientlens, shop, client, code, told):
    done = clientlens("message", client, "--json")
    assert (done.code, done.stdout, done.error["code"], done.error["message"]) == (2, b"", code, told)
    assert drafts(shop) == []
    assert entries(shop) == []


def test_a_lawful_basis_is_recorded_and_never_outweighs_an_opt_out(clientlens, shop):
    basis = ("--lawful-basis", "asked us by phone on 3 October")
    assert clientlens("message", "hush@example.org", *basis).code == 0
    assert entries(shop)[0].body["lawful_basis"] == "asked us by phone on 3 October"
    assert clientlens("message", "hush@example.org", "--lawful-basis", " ", "--again").code == 2
    done = clientlens("message", "stop@example.org", *basis, "--json")
    assert (done.code, done.error["code"]) == (2, "opted_out")


def test_an_opt_out_holds_for_the_address_whoever_is_shown_with_it(clientlens, shop):
    assert clientlens("clients", "edit", "jane@example.org", "--email", "Stop@example.org").code == 0
    done = clientlens("message", "Jane Doe", "--lawful-basis", "asked us", "--again", "--json")
    assert (done.code, done.error["code"]) == (2, "opted_out")
    assert clientlens("client", "Jane Doe", "--json").json["accepts_email"] is False
    told = clientlens("leaderboard", "--message", "win_back", "--json").stderr
    assert "no message: Jane Doe does not want e-mail from you" in told
    assert clientlens("clients", "edit", "Jane Doe", "--restore", "email").code == 0
    assert clientlens("message", "Jane Doe").code == 0


@pytest.mark.parametrize("keeps", ["jane@example.org", "stop@example.org"])
def test_an_opt_out_of_one_of_two_merged_clients_holds_for_both(clientlens, shop, keeps):
    assert clientlens("clients", "merge", "jane@example.org", "stop@example.org").code == 0
    done = clientlens("message", keeps, "--lawful-basis", "asked us", "--json")
    assert (done.code, done.error["code"], drafts(shop)) == (2, "opted_out", [])


def test_the_same_call_again_is_one_message(clientlens, shop, clock_at):
    clientlens("message", "jane@example.org")
    (before,) = (shop / "outbox").iterdir()
    data = before.read_bytes()
    done = clientlens("message", "jane@example.org", clock=clock_at(days=2))
    assert "it was drafted already; nothing changed" in done.text
    assert [file.read_bytes() for file in (shop / "outbox").iterdir()] == [data]
    assert [one.kind for one in entries(shop)] == ["message_drafted"]


@pytest.fixture
def clock_at():
    """The clock some time after the tests' noon."""
    return lambda **later: lambda: datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(**later)


def test_a_draft_that_was_not_sent_can_be_worded_anew(clientlens, shop):
    clientlens("message", "jane@example.org")
    done = clientlens("message", "jane@example.org", "--subject", "Your candle")
    assert "it takes the place of the draft of before" in done.text
    (draft,) = drafts(shop)
    assert str(draft["Subject"]) == "Your candle"
    again = clientlens("message", "jane@example.org", "--subject", "Your candle")
    assert again.code == 0
    first, second = entries(shop)
    assert first.subject == second.subject
    clientlens("message", "jane@example.org")
    assert len(entries(shop)) == 3
    assert str(drafts(shop)[0]["Subject"]) == "How do you like Candle - Lavender?"


def test_a_draft_that_is_gone_is_written_again(clientlens, shop):
    clientlens("message", "jane@example.org")
    (file,) = (shop / "outbox").iterdir()
    data = file.read_bytes()
    file.unlink()
    assert clientlens("message", "jane@example.org").code == 0
    assert file.read_bytes() == data


def test_nobody_is_written_to_twice_within_the_cool_down(clientlens, shop, clock_at):
    clientlens("message", "jane@example.org")
    other = ("message", "jane@example.org", "--template", "win_back", "--json")
    done = clientlens(*other, clock=clock_at(days=29, hours=23))
    assert (done.code, done.error["code"]) == (2, "written_recently")
    assert done.error["message"] == (
        "Jane Doe was written to on 2026-11-01 (review_request), less than 30 days ago"
    )
    assert clientlens(*other, "--again").code == 0
    assert len(drafts(shop)) == 2
    assert clientlens(*other, clock=clock_at(days=30)).code == 0
    assert len(drafts(shop)) == 3


def test_without_a_cool_down_a_rerun_is_still_the_same_message(clientlens, shop, clock_at):
    environment = {"CLIENTLENS_MESSAGES_COOLDOWN_DAYS": "0"}
    for _ in range(2):
        assert clientlens("message", "jane@example.org", environment=environment).code == 0
    assert len(entries(shop)) == 1
    assert (
        clientlens("message", "jane@example.org", clock=clock_at(days=1), environment=environment).code == 0
    )
    assert len(drafts(shop)) == 2


def test_drafts_are_private_and_named_by_an_id(clientlens, shop):
    clientlens("message", "jane@example.org")
    (file,) = (shop / "outbox").iterdir()
    assert stat.S_IMODE((shop / "outbox").stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "jane" not in file.name


def test_the_ledger_holds_no_words_of_a_message(clientlens, shop):
    clientlens("message", "jane@example.org", "--subject", "Top secret")
    (entry,) = entries(shop)
    assert entry.person_key == "e:jane@example.org"
    assert set(entry.body) == {"template", "language", "sha256"}


def test_own_words_get_who_writes_and_how_to_object(clientlens, shop):
    own = ("--subject", "Hi {first_name}", "--body", "Your {last_product} {{is}} ready.\nCome by!")
    said = json.loads(clientlens("message", "jane@example.org", *own, "--json").stdout)
    assert (said["subject"], said["template"]) == ("Hi Jane", "own")
    assert said["text"].startswith("Your Candle - Lavender {is} ready.\nCome by!\n\nAda Lindt\n")
    assert "we will not write again" in said["text"]


def test_a_template_of_ones_own_says_sums_and_days_in_its_language(clientlens, shop, tmp_path):
    text = "# mine\nlanguage: de\nsubject: Hallo\n\n{total_spend}, {completed_orders}, {today}, {points|0}\n"
    (tmp_path / "my.txt").write_text(text + "{sender}\n{objection}\n", "utf-8")
    said = json.loads(clientlens("message", "jana@example.org", "--template", "my.txt", "--json").stdout)
    assert said["text"].replace("\u00a0", " ").startswith("€ 1.250,00, 1, 1. November 2026, 0\n")
    assert said["template"] == "my"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subject: x\n\n{sender}{objection}", "my.txt:1: the head has no line 'language: ...'"),
        ("language: fr\nsubject: x\n\n", "my.txt:1: language is en, de or it"),
        (
            "language: en\nsubject: x\n\n{sender}",
            "my.txt:4: the text has no {objection}, which says how to object to more messages",
        ),
        (
            "language: en\nsubject: x\n\n{objection}",
            "my.txt:4: the text has no {sender}, which says who writes",
        ),
        (
            "language: en\nsubject: {firstname}\n\n",
            "my.txt:2: no placeholder is called 'firstname'; did you mean 'first_name'?",
        ),
        (
            "language: en\nsubject: x\n\na\n{first_name",
            "my.txt:5: a '{' without its partner; write it twice for a brace",
        ),
        (
            "language: en\nsubject: x\n\n{a.b}",
            "my.txt:4: {a.b} is no placeholder: write {name|fallback}",
        ),
        ("Hello", "my.txt:1: the head is 'language: en' and 'subject: ...', then an empty line"),
    ],
)
def test_a_template_with_a_slip_is_refused_with_its_line(clientlens, shop, tmp_path, text, told):
    (tmp_path / "my.txt").write_text(text)
    done = clientlens("message", "jane@example.org", "--template", "my.txt", "--json")
    assert (done.code, done.error["message"]) == (2, told)
    assert drafts(shop) == []


def test_what_is_not_known_stops_the_message_unless_the_template_says_what_instead(clientlens, shop):
    done = clientlens("message", "odd@example.org", "--body", "Hello {first_name}", "--json")
    assert (done.code, done.error["code"]) == (2, "empty_placeholder")
    assert done.error["message"] == "{first_name} is not known of Odd One, so the message was not written"
    assert clientlens("message", "odd@example.org", "--body", "Hello {first_name|}").code == 0


def test_a_name_cannot_add_a_header_or_a_line(clientlens, shop, tmp_path):
    (tmp_path / "evil.csv").write_text(
        'client_ref,email,first_name,name,accepts_email\n9,evil@example.org,"Eve\nBcc: all@example.org\n\nBuy!",'
        '"Eve\nBcc: all@example.org",yes\n'
    )
    assert clientlens("import", "evil.csv").code == 0
    assert clientlens("message", "evil@example.org").code == 0
    (draft,) = drafts(shop)
    assert "Bcc" not in draft
    assert draft.get_content().splitlines()[0] == "Hello Eve Bcc: all@example.org Buy!,"


def test_a_leaderboard_drafts_to_each_row_and_says_who_got_none(clientlens, shop):
    plain = clientlens("leaderboard", "--json")
    done = clientlens("leaderboard", "--message", "win_back", "--json")
    assert (done.code, done.stdout) == (0, plain.stdout)
    assert len(drafts(shop)) == 3
    assert f"note: 3 drafts in {shop}/outbox\n" in done.stderr
    assert "note: no message: Otto Aus does not want e-mail from you\n" in done.stderr
    again = clientlens("leaderboard", "--message", "win_back", "--json")
    assert len(drafts(shop)) == 3
    assert len(entries(shop)) == 3
    assert again.code == 0
    other = clientlens("leaderboard", "--message", "invitation", "--top", "1", "--json")
    assert "note: 0 drafts\n" in other.stderr
    assert "note: no message: Jana Maß was written to on 2026-11-01 (win_back), less than" in other.stderr


def test_a_leaderboard_with_a_wrong_template_is_refused_before_any_work(clientlens, shop):
    done = clientlens("leaderboard", "--message", "winback", "--json")
    assert (done.code, done.stdout, done.error["code"]) == (2, b"", "unknown_message_template")
    assert done.error["message"] == "no message template is called 'winback'; did you mean 'win_back'?"


def test_a_list_says_what_was_written_and_which_drafts_lie_there(clientlens, shop, tmp_path, clock_at):
    assert clientlens("message", "--list", "--json").json == []
    for who in ("jane@example.org", "jana@example.org"):
        assert clientlens("message", who).code == 0
    assert clientlens("message", "jane@example.org", "--template", "win_back", "--again").code == 0
    rows = clientlens("message", "--list", "--json").json
    jsonschema.validate(rows, json.loads(clientlens("schema", "message --list").stdout))
    assert [(row["name"], row["template"], row["state"]) for row in rows] == [
        ("Jane Doe", "win_back", "drafted"),
        ("Jana Maß", "review_request", "drafted"),
        ("Jane Doe", "review_request", "drafted"),
    ]
    assert {row["path"] for row in rows} == {str(file) for file in (shop / "outbox").iterdir()}
    (shop / "outbox" / f"{rows[0]['message_id']}.eml").unlink()
    mine = clientlens("message", "jane doe", "--list", "--json").json
    assert [row["path"] is None for row in mine] == [True, False]


def test_a_list_warns_of_drafts_to_who_opted_out_since_and_counts_other_files(clientlens, shop, tmp_path):
    assert clientlens("message", "jane@example.org").code == 0
    (shop / "outbox" / "offer.eml").write_text("an offer")
    (tmp_path / "new.csv").write_text("client_ref,email,name,accepts_email\n1,jane@example.org,Jane,no\n")
    assert clientlens("import", "new.csv").code == 0
    told = clientlens("message", "--list", "--json").stderr
    assert "note: 1 draft to who opted out or objected since: delete, do not send\n" in told
    assert "note: 1 other draft there, such as offers ('clientlens requests')\n" in told


@pytest.mark.parametrize("call", [(), ("--list", "--send"), ("--list", "--body", "x"), ("--list", "--again")])
def test_a_message_needs_a_client_and_a_list_writes_none(clientlens, shop, call):
    done = clientlens("message", *call)
    assert (done.code, done.stdout) == (2, b"")


def test_the_answer_is_as_its_schema_says(clientlens, shop):
    schema = json.loads(clientlens("schema", "message").stdout)
    jsonschema.validate(json.loads(clientlens("message", "jane@example.org", "--json").stdout), schema)


def test_points_are_said(clientlens, shop):
    clientlens("points", "add", "jane@example.org", "1250", "--reason", "thanks")
    for client, said in (("jane@example.org", "1,250"), ("odd@example.org", "0")):
        done = clientlens("message", client, "--body", "{points} points", "--json")
        assert json.loads(done.stdout)["text"].startswith(f"{said} points\n")


def test_history_says_what_was_written(clientlens, shop):
    clientlens("message", "jane@example.org")
    assert "message drafted (review_request, en)" in clientlens("workspace", "history").text


def test_a_workspace_of_the_first_format_can_write_too(clientlens, tmp_path):
    """Until something was written, its catalogue has no ledger."""
    old = tmp_path / "old"
    shutil.copytree(Path(__file__).parents[1] / "workspace" / "kept" / "format-1", old)
    sender = "[sender]\nemail = 'shop@example.org'\nshop = 'Lantern'\naddress = 'Ring 1, 20457 Hamburg'\ncountry = 'DE'\n"
    (old / "clientlens.toml").write_text(sender)
    older = tmp_path / "older"
    shutil.copytree(old, older)
    done = clientlens("-w", old, "message", "ada@example.org", "--lawful-basis", "asked for it")
    assert done.code == 0, done.stderr
    assert len(list((old / "outbox").iterdir())) == 1
    letter = "[audience]\neveryone = true\n[letter]\ntemplate = 'win_back'\n"
    (tmp_path / "all.toml").write_text(letter)
    done = clientlens("-w", older, "campaigns", "run", "all.toml", "--accept-rejects", "9")
    assert done.code == 0, done.stderr
