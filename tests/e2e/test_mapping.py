"""`import --mapping` and `template`, as a user meets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "mappings"
ETSY = [EXAMPLES / "sample" / f"EtsySold{kind}2026.csv" for kind in ("Orders", "OrderItems")]
MINE = '[columns]\norder_id = "Nr"\nplaced_at = "Day"\norder_total = "Sum"\n'
SALES = "Nr;Day;Sum\n1;2026-03-01;5,00\n"


def test_two_files_of_a_marketplace_are_one_import(clientlens):
    done = clientlens(
        "import", *ETSY, "--mapping", EXAMPLES / "etsy.toml", "--store", "wax", "--json", "--timezone", "UTC"
    )
    assert done.code == 0, done.stderr
    assert (done.json["orders_added"], done.json["order_lines"], done.json["clients_added"]) == (3, 4, 2)
    # 85.70 + 25.00 + 16.90
    assert done.json["totals"] == [{"currency": "EUR", "orders": 3, "order_total": "127.60"}]
    assert [file["source"] for file in done.json["files"]] == ["plain_csv", "plain_csv"]
    assert "note: Etsy's files tell neither e-mails nor refunds" in done.stderr
    insights = clientlens("insights", "--json").json
    # lena_k: one completed order of 82.00 - 8.20 goods, and a cancelled one.
    lena = next(
        row for row in insights if row["completion_rate"] == "0.5000" or row["completion_rate"] == "0.5"
    )
    assert (lena["completed_orders"], lena["average_order_price"], lena["last_order_date"]) == (
        1,
        "73.80",
        "2026-03-04",
    )


def test_the_same_file_with_the_same_mapping_changes_nothing_with_another_it_is_read_again(
    clientlens, tmp_path
):
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "m.toml").write_text(MINE)
    call = ("import", "sales.csv", "--mapping", "m.toml", "--currency", "EUR", "--json")
    assert clientlens(*call).json["orders_added"] == 1
    again = clientlens(*call).json
    assert (again["import_id"], again["orders_added"], again["orders_updated"]) == (None, 0, 0)
    (tmp_path / "renamed.toml").write_text(MINE)
    assert clientlens(*call[:3], "renamed.toml", *call[4:]).json["import_id"] is None
    (tmp_path / "m.toml").write_text(MINE + '[constants]\nchannel = "fair"\n')
    assert clientlens(*call).json["import_id"] == 2


def test_the_store_is_the_one_named_else_the_mappings_else_main(clientlens, tmp_path):
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "m.toml").write_text('store = "fair"\ncurrency = "EUR"\n' + MINE)
    (tmp_path / "bare.toml").write_text('currency = "EUR"\n' + MINE)

    def store(*args):
        return clientlens("import", "sales.csv", "--json", "--dry-run", *args).json["files"][0]["store"]

    assert store("--mapping", "m.toml") == "fair"
    assert store("--mapping", "m.toml", "--store", "web") == "web"
    assert store("--mapping", "bare.toml") == "main"


def test_a_mapping_goes_with_no_other_format(clientlens, tmp_path):
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "m.toml").write_text(MINE)
    refused = clientlens("import", "sales.csv", "--mapping", "m.toml", "--source", "shopify_orders")
    assert (refused.code, refused.stdout) == (2, b"")
    assert "--source shopify_orders and --mapping do not go together" in refused.stderr


def test_a_missing_mapping_is_told(clientlens, tmp_path):
    (tmp_path / "sales.csv").write_text(SALES)
    refused = clientlens("import", "sales.csv", "--mapping", "no.toml", "--json")
    assert (refused.code, refused.error["code"], refused.error["line"]) == (2, "bad_mapping", None)
    assert refused.error["message"] == "no.toml: No such file or directory"
    assert not (tmp_path / ".clientlens").exists()


def test_rejected_rows_are_written_as_they_stood_and_go_in_when_corrected(clientlens, tmp_path):
    (tmp_path / "sales.csv").write_text("A report\n\n" + SALES + "2;2026-03-02;6,oo\n")
    (tmp_path / "m.toml").write_text('currency = "EUR"\ndelimiter = ";"\n' + MINE)
    done = clientlens("import", "sales.csv", "--mapping", "m.toml", "--rejects", "bad.csv", "--json")
    assert (done.code, done.json["problems"][0]["line"], done.json["problems"][0]["column"]) == (1, 5, "Sum")
    text = (tmp_path / "bad.csv").read_text()
    assert text == "Nr;Day;Sum\n2;2026-03-02;6,oo\n"
    (tmp_path / "bad.csv").write_text(text.replace("oo", "00"))
    more = clientlens("import", "bad.csv", "--mapping", "m.toml", "--json")
    assert (more.code, more.json["totals"][0]["order_total"]) == (0, "6.00")


def test_a_template_is_printed_or_written(clientlens, tmp_path):
    shown = clientlens("template", "orders")
    assert (shown.code, shown.stderr) == (0, "")
    assert shown.text.startswith("order_id,placed_at,order_total,currency,")
    written = clientlens("template", "orders", "-o", "mine.csv")
    assert (written.code, written.stdout) == (0, b"")
    assert (tmp_path / "mine.csv").read_bytes() == shown.stdout
    again = clientlens("template", "orders", "-o", "mine.csv")
    assert (again.code, "mine.csv exists already" in again.stderr) == (2, True)
    assert clientlens("template", "orders", "-o", "mine.csv", "--force").code == 0
    done = clientlens("import", "mine.csv", "--json")
    assert (done.code, done.json["orders_added"], done.json["clients_added"]) == (0, 1, 1)


def test_a_ready_made_letter_or_message_is_written_to_be_changed(clientlens, tmp_path):
    for name in ("birthday.it.md", "invitation.de.txt"):
        folder = "letters" if name.endswith(".md") else "messages"
        done = clientlens("template", name, "-o", name)
        assert (done.code, done.stderr) == (0, "")
        original = Path(__file__).resolve().parents[2] / "examples" / folder / name
        assert (tmp_path / name).read_bytes() == original.read_bytes()
    assert "did you mean 'birthday.it.md'?" in clientlens("template", "birthdy.it.md").stderr


def test_a_refused_file_is_drafted_completed_and_imported(clientlens, tmp_path):
    (tmp_path / "sales.csv").write_text("Bestellnr.;Kaufdatum;Kundenname;Summe\n7;28.03.2026;Ann;19,90 €\n")
    refused = clientlens("import", "sales.csv")
    assert (refused.code, refused.stdout) == (3, b"")
    assert refused.stderr.splitlines()[1] == (
        "hint: 'clientlens template mapping --from FILE' drafts a mapping to import it with"
    )
    drafted = clientlens("template", "mapping", "--from", "sales.csv", "-o", "sales.toml")
    assert (drafted.code, drafted.stdout) == (0, b"")
    done = clientlens("import", "sales.csv", "--mapping", "sales.toml", "--json")
    assert (done.code, done.json["totals"]) == (0, [{"currency": "EUR", "orders": 1, "order_total": "19.90"}])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("orders", "--from", "x.csv"), "template orders and --from do not go together"),
        (("mapping", "--encoding", "cp1252"), "template without --from and --encoding do not go together"),
        (("ordrs",), "no template is called 'ordrs'; did you mean 'orders'?"),
    ],
)
def test_a_template_asked_for_in_a_wrong_way_is_told(clientlens, args, told):
    refused = clientlens("template", *args)
    assert (refused.code, refused.stdout) == (2, b"")
    assert told in refused.stderr


def test_the_worked_example_of_the_documentation_works(clientlens, tmp_path):
    page = (EXAMPLES.parents[1] / "docs" / "mappings.md").read_text("utf-8")
    for kind, name in (("csv", "till.csv"), ("toml", "till.toml")):
        (tmp_path / name).write_text(re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)[1], "utf-8")
    call = ("import", "till.csv", "--mapping", "till.toml", "--expect-total", "EUR=41.00", "--json")
    done = clientlens(*call)
    assert done.code == 0, done.stderr
    counts = ("orders_added", "order_lines", "rows_skipped", "unattributed_orders", "clients_added")
    assert [done.json[name] for name in counts] == [2, 3, 1, 1, 1]
    orders = clientlens("orders", "--json").json
    assert [(one["number"], one["order_total"]) for one in orders] == [("R-2", "9.50"), ("R-1", "31.50")]
    drafted = clientlens("template", "mapping", "--from", "till.csv")
    assert 'order_id = "Receipt"' in drafted.text
