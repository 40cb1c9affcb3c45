"""Files damaged at random: taken, taken in part, or refused; never a crash, never a row that nobody accounts for."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest
from fault_catalogue import CASES
from fault_catalogue.case import Stored

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
REAL = Path(__file__).parents[3] / "shared" / "samples"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SUFFIXES = (".csv", ".json", ".jsonl", ".log")
MAPPED = {
    "amazon.toml": "amazon.txt",
    "ebay-de.toml": "ebay-de.csv",
    "ebay.toml": "ebay.csv",
    "etsy.toml": "EtsySoldOrders2026.csv",
    "freelance.toml": "freelance.csv",
    "stripe.toml": "stripe.csv",
    "woocommerce.toml": "woocommerce.csv",
}
OPTIONS = {
    "shopify-orders-excel-mangled-38col.csv": ("--date-format", "%m/%d/%y %H:%M"),
    "ebay.csv": ("--currency", "USD"),
}
"""Of files that cannot be read without."""
SECONDS = 5
LINES = 40
CHUNKS, CASES_EACH = 8, 250
MARKS = (
    b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"{", b"}", b"[", b"]",
    b"\\", b"\\u0000", b"\\ud800", b"'", b"-", b"1e308", b"NaN", b"99999999999999999999", b"9" * 12, b"\x1b[2J", "\u202e".encode(),
    b"2026-02-30", b"1,234", b":", b"null", b"#",
)  # fmt: skip


def _shortened(data):
    """The first records of a long table; JSON is kept whole."""
    if data.lstrip()[:1] in (b"{", b"["):
        return data
    lines = data.splitlines(keepends=True)
    end = next((n for n in range(LINES, len(lines)) if b"".join(lines[:n]).count(b'"') % 2 == 0), len(lines))
    return b"".join(lines[:end])


def samples():
    """The sample files, some of them shortened: name, content, options that go with it."""
    files = [path for suffix in SUFFIXES for path in sorted(SAMPLE.rglob(f"*{suffix}"))]
    files += sorted(REAL.glob("*.[cj]s*")) if REAL.is_dir() else []
    found = [(path.name, _shortened(path.read_bytes()), OPTIONS.get(path.name, ())) for path in files]
    for mapping, name in MAPPED.items():
        told = ("--mapping", str(MAPPINGS / mapping), *OPTIONS.get(name, ()))
        found.append((name, (MAPPINGS / "sample" / name).read_bytes(), told))
    return found


def seeds():
    """Good files to damage: samples, and the small ones of the catalogue."""
    small = [
        case
        for case in CASES
        if isinstance(case.outcome, Stored) and not case.options and len(case.data) < 5000
    ]
    return samples() + [(case.name, case.data, ()) for case in small]


def damaged(chance, data, others):
    """`data` after one to four accidents."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(8):
            case 0 if at < len(out):
                out[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(out):
                out[at] = chance.randrange(256)
            case 2:
                del out[at:]
            case 3:
                del out[at : at + chance.randint(1, 60)]
            case 4:
                other = chance.choice(others)[1]
                begin = chance.randrange(len(other) + 1)
                out[at:at] = other[begin : begin + chance.randint(1, 400)]
            case 5:
                out[at:at] = chance.choice(MARKS)
            case 6:
                lines = bytes(out).splitlines(keepends=True)
                chance.shuffle(lines)
                out = bytearray(b"".join(lines))
            case _:
                out[at:at] = out[max(0, at - chance.randint(1, 200)) : at]
    return bytes(out)


def check(number, files, program, folder):
    """One case; None when all is as it should be, else what is wrong."""
    chance = random.Random(number)
    name, data, options = chance.choice(files)
    place = folder / f"w{number}"
    path = folder / f"{number}-{name}"
    path.write_bytes(damaged(chance, data, files))
    words = ["-w", str(place), "import", "--json", "--timezone", "Europe/Rome", *options, path.name]
    begin = time.process_time()
    done = program(*words, *([] if number % 4 == 0 else ["--dry-run"]), folder=folder)
    took = time.process_time() - begin
    told = None
    if done.code not in (0, 1, 3):
        told = f"exit {done.code}: {done.stderr[-300:]}"
    elif took > SECONDS:
        told = f"{took:.1f} s"
    elif "Traceback" in done.stderr or CONTROL.search(done.stderr):
        told = f"stderr: {done.stderr!r}"
    elif done.code == 3 and (done.stdout or done.error["exit"] != 3):
        told = f"refused, yet {done.stdout!r}"
    elif done.code in (0, 1):
        told = _unaccounted(json.loads(done.stdout), done.code)
    if told is None:
        path.unlink()
    return told and f"case {number} ({name}): {told}"


def _unaccounted(said, code):
    rows = sum(file["rows"] for file in said["files"])
    parts = [said[f"rows_{name}"] for name in ("stored", "duplicate", "skipped", "set_aside")]
    if rows != sum(parts):
        return f"{rows} rows, but {parts}"
    return None if code == (1 if said["rows_set_aside"] else 0) else f"exit {code} with {parts}"


@pytest.mark.slow
def test_every_sample_is_good(program, tmp_path):
    """What cannot be imported whole would teach nothing when it is damaged."""
    for number, (name, data, options) in enumerate(samples()):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(data)
        done = program("-w", tmp_path / "w", "import", "--dry-run", *options, path.name, folder=tmp_path)
        assert done.code in (0, 1), (name, done.stderr)


def test_a_few_damaged_files(program, tmp_path):
    files = seeds()
    assert [told for number in range(60) if (told := check(number, files, program, tmp_path))] == []


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_two_thousand_damaged_files(chunk, program, tmp_path, record_property):
    files = seeds()
    numbers = range(1000 + chunk * CASES_EACH, 1000 + (chunk + 1) * CASES_EACH)
    assert [told for number in numbers if (told := check(number, files, program, tmp_path))] == []
    record_property("cases", len(numbers))
