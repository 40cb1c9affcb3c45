"""Opening files: as they are, once, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from clientlens.errors import BadEncoding, BadSetting, Unreadable
from clientlens.sources import input as module
from clientlens.sources.input import open_input


def test_the_bytes_hashed_are_the_files_own(write):
    data = b"\xef\xbb\xbfName\nZo\xc3\xab\n"
    file = open_input(write(data))
    assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.text == b"Name\nZo\xc3\xab\n"


def test_standard_input_is_the_stream_given():
    file = open_input("-", stdin=io.BytesIO(b"a,b\n"))
    assert (file.name, file.text) == ("-", b"a,b\n")


def workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (workbook(), "Excel workbook"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "gzip archive, not a text"),
        (b"BZh91AY&SY", "bzip2"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<table>", "web page"),
        (b"%PDF-1.7", "PDF"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        ("a,b\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_what_is_no_text_file_is_refused(write, data, message):
    with pytest.raises(Unreadable, match=message) as error:
        open_input(write(data))
    assert error.value.exit_code == 3
    assert error.value.hint


@pytest.mark.parametrize(
    "name", ["https://example.com/orders.csv", "s3://bucket/orders.csv", "*.csv", "orders[1].csv"]
)
def test_addresses_and_patterns_are_plain_names(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders1.csv").write_text("a\n1\n")
    with pytest.raises(Unreadable, match="no such file"):
        open_input(name)


def test_a_name_with_pattern_signs_opens_that_file(tmp_path):
    (tmp_path / "orders[1]*.csv").write_text("a\n1\n")
    assert open_input(str(tmp_path / "orders[1]*.csv")).text == b"a\n1\n"


def test_a_folder_and_a_pipe_are_refused(tmp_path):
    with pytest.raises(Unreadable, match="this is a folder") as error:
        open_input(str(tmp_path))
    assert error.value.hint == "name the files in it"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="not a regular file"):
        open_input(str(tmp_path / "pipe"))


def test_nothing_that_is_refused_stays_open(tmp_path, monkeypatch):
    opened, closed = [], []
    real_open, real_close = os.open, os.close
    monkeypatch.setattr(os, "open", lambda *args: opened.append(real_open(*args)) or opened[-1])
    monkeypatch.setattr(os, "close", lambda number: closed.append(number) or real_close(number))
    with pytest.raises(Unreadable):
        open_input(str(tmp_path))
    assert opened == closed
    assert len(opened) == 1


def test_a_file_that_grows_while_it_is_read_is_refused(write, monkeypatch):
    path = write("a,b\n1,2\n")
    original = module._read_all

    def slow(file, size):
        data = original(file, size)
        with Path(path).open("a") as more:
            more.write("3,4\n")
        return data

    monkeypatch.setattr(module, "_read_all", slow)
    with pytest.raises(Unreadable, match="changed while it was read"):
        open_input(path)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a,b\n1,2\n\xe9,3\n", 3),
        (b"\xe9\n", 1),
        (b"a\r\nb\r\n\xff", 3),
        (b"a\rb\r\xff", 3),
        (b"a\nb\nc\xc3", 3),
    ],
)
def test_a_wrong_byte_is_named_with_its_line(write, data, line):
    with pytest.raises(BadEncoding) as error:
        open_input(write(data))
    assert (error.value.line, error.value.exit_code) == (line, 3)


@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
def test_lines_are_counted_across_pieces(write, monkeypatch, chunk):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    with pytest.raises(BadEncoding) as error:
        open_input(write("é\r\nü\r\rß\n".encode() + b"\xff\n"))
    assert error.value.line == 5


def test_another_encoding_is_read_when_named(write):
    assert open_input(write("Zoë\n".encode("cp1252")), encoding="cp1252").text.decode() == "Zoë\n"
    assert open_input(write("Zoë\n".encode("utf-16")), encoding="utf-16").text.decode() == "Zoë\n"
    with pytest.raises(BadSetting):
        open_input(write("a\n"), encoding="zip")
    with pytest.raises(BadSetting):
        open_input(write("a\n"), encoding="klingon")
