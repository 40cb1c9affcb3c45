"""The sample shops packed in every way: the same workspace, byte for byte."""

from __future__ import annotations

import gzip
import io
import zipfile

import pyarrow as pa
import pytest

from clientlens.workspace import catalogue

SHOP = "lantern"


def zstd(data):
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.read_bytes())
        archive.writestr("__MACOSX/._x.csv", b"x")
    return out.getvalue()


def current(workspace):
    """What is stored of every current file: table, month, hash."""
    files = [live.file for live in catalogue.read(workspace).files if live.role == catalogue.Role.CURRENT]
    return sorted((file.table, file.month or "", file.sha256) for file in files)


@pytest.fixture(scope="module")
def plain(program, sample_files, tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "w"
    done = program("--workspace", path, "import", "--timezone", "Europe/Berlin", *sample_files[SHOP])
    assert done.code == 0, done.stderr
    return current(path)


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_the_sample_shop_packed_file_by_file_is_the_same_workspace(
    clientlens, sample_files, tmp_path, pack, plain
):
    names = []
    for file in sample_files[SHOP]:
        names.append(f"{file.stem}.packed")
        (tmp_path / names[-1]).write_bytes(pack(file.read_bytes()))
    done = clientlens("import", "--timezone", "Europe/Berlin", *names)
    assert done.code == 0, done.stderr
    assert current(tmp_path / ".clientlens") == plain
    again = clientlens("import", "--json", *sample_files[SHOP])
    assert (again.code, again.json["import_id"]) == (0, None)


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
def test_the_sample_shop_in_one_archive_is_the_same_workspace(
    clientlens, sample_files, tmp_path, turned, plain
):
    files = sample_files[SHOP][::-1] if turned else sample_files[SHOP]
    (tmp_path / "export.zip").write_bytes(zipped(files))
    done = clientlens("import", "--json", "--timezone", "Europe/Berlin", "export.zip")
    assert done.code == 0, done.stderr
    assert (
        "note: export.zip: folders and hidden files in it were skipped: '__MACOSX/._x.csv'\n" in done.stderr
    )
    named = {file["file"] for file in done.json["files"]}
    assert named == {f"export.zip:{file.name}" for file in files}
    assert current(tmp_path / ".clientlens") == plain
    assert {path.name for path in tmp_path.iterdir()} == {"export.zip", ".clientlens"}
    again = clientlens("import", "--json", *sample_files[SHOP])
    assert (again.code, again.json["import_id"]) == (0, None)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd], ids=["plain", "gzip", "zstd"])
def test_standard_input_takes_packed_files(clientlens, orders_csv, pack):
    file = orders_csv("orders.csv", {}, {})
    assert clientlens("import", file).code == 0
    again = clientlens("import", "-", "--source", "shopify_orders", "--json", stdin=pack(file.read_bytes()))
    assert (again.code, again.json["import_id"], again.json["orders_added"]) == (0, None, 0)


def test_a_line_of_a_packed_file_is_named(clientlens, orders_csv, tmp_path):
    file = orders_csv("orders.csv", {}, {"Total": "1.2.3"})
    (tmp_path / "export.zip").write_bytes(zipped([file]))
    done = clientlens("import", "export.zip")
    assert done.code == 1
    assert "export.zip:orders.csv:3: " in done.stderr


def test_a_damaged_archive_is_refused_and_nothing_stored(clientlens, orders_csv, tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(orders_csv("orders.csv").read_bytes())[:-3])
    done = clientlens("import", "orders.csv", "a.csv.gz")
    assert (done.code, done.stdout) == (3, b"")
    assert done.stderr == (
        "clientlens: error: a.csv.gz: the packed data is cut off\n"
        "hint: download it or pack it again; nothing was stored\n"
    )
    assert not (tmp_path / ".clientlens").exists()


def test_a_members_name_moves_no_cursor(clientlens, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../\x1b]0;owned\x07.csv", b"colour\nred\n")
    (tmp_path / "export.zip").write_bytes(out.getvalue())
    done = clientlens("import", "export.zip")
    assert (done.code, done.stdout) == (3, b"")
    assert done.stderr.startswith(
        "clientlens: error: export.zip:../../\\x1b]0;owned\\x07.csv:1: no known format"
    )
    assert "\x1b" not in done.stderr
