"""What a hostile file may cost: under 600 MB at its peak, measured in a process of its own."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
import zlib

import pytest
from fault_catalogue import shopify
from fault_catalogue.plain_text import ANN, BEA, HEAD, row, text

MOST = 600
LONG = "x" * 10_000_000
MANY = "ab\n" * 3_333_333


def zeros(mebibytes):
    """The beginning of a gzip file: as many times the same packed piece, which needs nothing of the one before."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b"a\n") + packer.flush(zlib.Z_FULL_FLUSH)
    return head + (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) * mebibytes


def frame(blocks):
    """A zstd frame of as many blocks of 128 KiB, four bytes each: a ratio of 32,768."""
    block, last = ((2 | end | 131072 << 3).to_bytes(3, "little") + b"x" for end in (0, 1))
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * (blocks - 1) + last


def zipped(members, size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(zipfile.ZipInfo(f"{number}.csv"), bytes(size), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def table(cell):
    return text(HEAD, ANN, row(product=f'"{cell}"'), BEA).encode()


def exported(cell):
    orders = (shopify.order(), shopify.order(1002, Lineitem_name=cell), shopify.order(1003))
    return shopify.written(*orders).encode()


def records(cell):
    orders = [{"order_id": f"{n}", "placed_at": "2026-03-01", "order_total": 5, "currency": "EUR",
               "lines": [{"product": cell if n else "Wick"}]} for n in range(3)]  # fmt: skip
    return json.dumps(orders).encode()


def wide():
    return text(HEAD + "".join(f",c{n}" for n in range(100_000)), *[ANN + "," * 100_000] * 3).encode()


def slow(name, make):
    return pytest.param(make, id=name, marks=pytest.mark.slow)


def quick(name, make):
    return pytest.param(make, id=name)


BOMBS = [
    quick("gzip", lambda: zeros(700)),
    quick("zstd", lambda: frame(8000)),
    quick("zip", lambda: zipped(1, 100 << 20)),
    slow("gzip behind noise", lambda: gzip.compress(random.Random(1).randbytes(5 << 20)) + zeros(700)),
    slow("zip of many files", lambda: zipped(10, 15 << 20)),
]
LARGE = [
    quick("a cell of 10 MB", lambda: table(LONG)),
    quick("a cell of 10 MB in Shopify's orders", lambda: exported(LONG)),
    quick("a value of 10 MB in JSON", lambda: records(LONG)),
    quick("100,000 columns", wide),
    slow("a cell of 3 million lines", lambda: table(MANY)),
    slow("a cell of 3 million lines in Shopify's orders", lambda: exported(MANY)),
    slow("a packed cell of 10 MB", lambda: gzip.compress(exported(LONG))),
    slow("3 million blank lines", lambda: exported("Jar") + b"\n" * 3_000_000),
]


def imported(data, folder):
    """Exit code, stderr, and peak memory in MB, of an import of its own process.

    Another process stands between: what a child's peak is said to be includes that of the process that started it,
    and this one may have grown large.
    """
    (folder / "file").write_bytes(data)
    inner = "import sys; from clientlens.cli.main import main; main()"
    outer = (
        "import resource, subprocess, sys\n"
        f"done = subprocess.run([sys.executable, '-c', {inner!r}, *sys.argv[1:]], capture_output=True)\n"
        "scale = 1_000_000 if sys.platform == 'darwin' else 1_000\n"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // scale)\n"
        "print(done.stderr.decode())\n"
    )
    words = ("-w", "place", "import", "--json", "--timezone", "Europe/Rome", "file")
    done = subprocess.run(
        [sys.executable, "-c", outer, *words], cwd=folder, capture_output=True, check=True, text=True
    )
    first, stderr = done.stdout.split("\n", 1)
    code, peak = map(int, first.split())
    return code, stderr, peak


@pytest.mark.parametrize("make", BOMBS)
def test_a_bomb_takes_little_memory(make, tmp_path):
    code, stderr, peak = imported(make(), tmp_path)
    error = json.loads(stderr)["error"]
    assert (code, error["code"], error["file"]) == (3, "archive_too_large", "file")
    assert "more than 200 times its size" in error["message"]
    assert peak < MOST
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("make", LARGE)
def test_a_file_that_is_odd_but_good_takes_little_memory(make, tmp_path):
    code, stderr, peak = imported(make(), tmp_path)
    assert code == 0, stderr
    assert peak < MOST
