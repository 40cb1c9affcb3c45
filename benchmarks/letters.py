"""Measure drawing letters beside typst and ReportLab's platypus, QR codes beside qrcode, segno and zxing-cpp.

python benchmarks/letters.py [N] [RUNS]: N letters (1,000) of an address, three paragraphs, a logo and a QR code each, with
embedded fonts; as files of their own, and as one file. Peers: pip install typst segno. Every turn is a fresh process.

Each makes its codes as its users do: typst is given pictures by segno, platypus draws reportlab's own. "Codes given": the
rectangles ready made by clientlens, so that pages alone are compared. typst writes no tags, which our files have not either.
What counts are ratios of processor time, which other programs disturb less than the clock. See benchmarks/README.md.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from clientlens.letters import qr
from clientlens.letters.drawing import Drawer
from clientlens.letters.layoutfiles import geometry_named
from clientlens.letters.letter import Letter, Paragraph, Picture, QrCode, Span
from clientlens.letters.pdf import merged

if TYPE_CHECKING:
    from collections.abc import Callable

FONTS = Path(str(files("clientlens.letters") / "fonts"))
TEXT = (
    (
        "thank you for your order of last spring. We hope that what you chose still gives you joy, and that it came to you "
        "as quickly and as well packed as we would have wished for ourselves."
    ),
    (
        "Since then much has happened here: the workshop has a new kiln, the catalogue new colours, and the shop in the old "
        "town is open on Saturdays again. We would be glad to see you there, or to hear what you think of it all."
    ),
    (
        "Until the end of the year the code below takes a tenth off whatever you choose next. It is yours alone, can be used "
        "once, and needs nothing but the camera of your telephone."
    ),
)
TYPST = r"""
#let letter(one) = [
  #place(top + right, dx: 0mm, dy: -15mm, image("logo.png", width: 40mm))
  #place(top + left, dy: 38mm, stack(spacing: 1.5mm, ..one.address.map(line => text(line))))
  #v(75mm)
  #text(size: 11.5pt, weight: "bold")[A thank-you for you]
  #v(2mm)
  Dear #one.name,
  #for words in one.text { par(words) }
  #grid(columns: (28mm, 1fr), align: horizon, image(bytes(one.code), format: "svg", width: 22mm), text(size: 9pt, one.url))
]
#set page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 25mm, bottom: 20mm))
#set text(font: "Noto Sans", size: 10pt)
#set par(leading: 0.75em, spacing: 1.2em)
#let all = json(bytes(sys.inputs.letters))
#for (place, one) in all.enumerate() {
  if place > 0 { pagebreak() }
  letter(one)
}
"""


def people(count: int) -> list[tuple[str, tuple[str, ...], str]]:
    """Name, address and code of each."""
    first, last = (
        "Anna Björn Clémence Đorđe Émile Fiona".split(),
        "Adler Brandão Çelik Dvořák Eriksson Fuß".split(),
    )
    return [
        (name := f"{first[n % 6]} {last[n // 6 % 6]}", (name, f"Lindenweg {n % 90 + 1}", f"{10000 + n} Neustadt"),
         f"https://shop.example/r/{n * 2654435761 % 2**32:08X}{n:05d}")
        for n in range(count)
    ]  # fmt: skip


def logo() -> bytes:
    """A picture of 480 by 120 pixels."""
    from PIL import Image

    file = io.BytesIO()
    Image.linear_gradient("L").resize((480, 120)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def our_letters(count: int) -> list[Letter]:
    picture = Picture("logo.png", logo(), 40, "logo")
    said = tuple(Paragraph((Span(words),)) for words in TEXT)
    return [
        Letter(
            f"L{n}", "en", "A thank-you", "Shop", address, "Shop · Market 1 · 10000 Neustadt", (), "A thank-you for you",
            (Paragraph((Span(f"Dear {name},"),)), *said, QrCode(url)), logo=picture,
        )
        for n, (name, address, url) in enumerate(people(count))
    ]  # fmt: skip


def ours_apart(count: int, folder: Path) -> None:
    for drawn in map(Drawer(geometry_named("din5008-b", "")).draw, our_letters(count)):
        (folder / f"{drawn.letter_id}.pdf").write_bytes(drawn.data)


def ours_as_one(count: int, folder: Path) -> None:
    drawn = map(Drawer(geometry_named("din5008-b", "")).draw, our_letters(count))
    with (folder / "all.pdf").open("wb") as file:
        file.writelines(merged((one.data for one in drawn), "Campaign", "Shop", "en"))


def _typst_letters(count: int, *, given: bool) -> list[dict[str, object]]:
    letters = []
    for name, address, url in people(count):
        code = _given(url) if given else _by_segno(url)
        letters.append({"name": name, "address": address, "text": TEXT, "url": url, "code": code})
    return letters


def _given(url: str) -> str:
    side = qr.size(url).modules
    lines = (line.split() for line in qr.path(url).splitlines())
    path = "".join(f"M{x} {y}h{run}v1h-{run}z" for x, y, run, _, _ in lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'


def _by_segno(url: str) -> str:
    import segno

    file = io.BytesIO()
    segno.make_qr(url, error="m", boost_error=False).save(
        file, kind="svg", border=0, xmldecl=False, omitsize=True
    )
    return file.getvalue().decode()


def _typst(folder: Path, *, kept: bool) -> Callable[[list[dict[str, object]], Path], None]:
    """kept: one compiler for all, which remembers what letters share; else a call for each, as its command does."""
    import typst

    (folder / "logo.png").write_bytes(logo())
    (folder / "letter.typ").write_text(TYPST, "utf-8")
    where = {"root": str(folder), "font_paths": [str(FONTS)], "ignore_system_fonts": True}
    compiler = typst.Compiler(str(folder / "letter.typ"), **where) if kept else None

    def compile_to(letters: list[dict[str, object]], path: Path) -> None:
        how = {
            "output": str(path),
            "format": "pdf",
            "sys_inputs": {"letters": json.dumps(letters)},
            "pdf_tags": False,
        }
        if compiler is None:
            typst.compile(str(folder / "letter.typ"), **where, **how)
        else:
            compiler.compile(**how)

    return compile_to


def typst_apart(count: int, folder: Path) -> None:
    _typst_apart(count, folder, at_best=False)


def typst_at_best(count: int, folder: Path) -> None:
    _typst_apart(count, folder, at_best=True)


def _typst_apart(count: int, folder: Path, *, at_best: bool) -> None:
    compile_to = _typst(folder, kept=at_best)
    for place, letter in enumerate(_typst_letters(count, given=at_best)):
        compile_to([letter], folder / f"{place}.pdf")


def typst_as_one(count: int, folder: Path) -> None:
    _typst(folder, kept=False)(_typst_letters(count, given=False), folder / "all.pdf")


def typst_as_one_given(count: int, folder: Path) -> None:
    _typst(folder, kept=False)(_typst_letters(count, given=True), folder / "all.pdf")


def _platypus(folder: Path) -> Callable[[list[tuple[str, tuple[str, ...], str]], Path], None]:
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Flowable, Image, PageBreak, SimpleDocTemplate, Spacer
    from reportlab.platypus import Paragraph as Words

    picture = folder / "logo.png"
    picture.write_bytes(logo())
    plain = ParagraphStyle("plain", fontName="Sans", fontSize=10, leading=14, spaceAfter=8)
    strong = ParagraphStyle("strong", fontName="Strong", fontSize=11.5, leading=16, spaceAfter=12)

    def code(url: str) -> Flowable:
        side = 22 * mm
        widget = QrCodeWidget(url, barLevel="M", barBorder=0, barWidth=side, barHeight=side)
        drawing = Drawing(side, side)
        drawing.add(widget)
        return drawing

    def build(letters: list[tuple[str, tuple[str, ...], str]], path: Path) -> None:
        for name, file in (("Sans", "NotoSans-Regular.ttf"), ("Strong", "NotoSans-Bold.ttf")):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))
        story: list[Flowable] = []
        for name, address, url in letters:
            story += [PageBreak()] if story else []
            story += [Image(str(picture), 40 * mm, 10 * mm, hAlign="RIGHT"), Spacer(1, 25 * mm)]
            story += [
                Words("<br/>".join(address), plain),
                Spacer(1, 25 * mm),
                Words("A thank-you for you", strong),
            ]
            story += [
                Words(f"Dear {name},", plain),
                *(Words(words, plain) for words in TEXT),
                code(url),
                Words(url, plain),
            ]
        SimpleDocTemplate(str(path), leftMargin=25 * mm, rightMargin=20 * mm, invariant=1).build(story)

    return build


def platypus_apart(count: int, folder: Path) -> None:
    build = _platypus(folder)
    for place, letter in enumerate(people(count)):
        build([letter], folder / f"{place}.pdf")


def platypus_as_one(count: int, folder: Path) -> None:
    _platypus(folder)(people(count), folder / "all.pdf")


def ours_codes(count: int, _: Path) -> None:
    for _, _, url in people(count):
        qr.path(url)


def qrcode_codes(count: int, _: Path) -> None:
    import qrcode

    for _, _, url in people(count):
        code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M)
        code.add_data(url)
        code.make()


def segno_codes(count: int, _: Path) -> None:
    import segno

    for _, _, url in people(count):
        segno.make_qr(url, error="m", boost_error=False)


def zxing_codes(count: int, _: Path) -> None:
    import zxingcpp

    for _, _, url in people(count):
        zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


TASKS: dict[str, dict[str, Callable[[int, Path], None]]] = {
    "letters, a file each": {
        "clientlens": ours_apart, "typst": typst_apart, "typst, compiler kept, codes given": typst_at_best,
        "platypus": platypus_apart,
    },
    "letters in one file": {
        "clientlens": ours_as_one, "typst": typst_as_one, "typst, codes given": typst_as_one_given,
        "platypus": platypus_as_one,
    },
    "QR codes": {
        "clientlens": ours_codes, "qrcode, best mask": qrcode_codes, "segno": segno_codes, "zxingcpp": zxing_codes,
    },
}  # fmt: skip


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        task, contender, count, folder = sys.argv[2:]
        TASKS[task][contender](int(count), Path(folder))
        return 0
    count, runs = (int(given) for given in (sys.argv[1:] + ["1000", "3"][len(sys.argv) - 1 :])[:2])
    print(
        "| task | contender | MB of files | ratio | lowest | highest |\n| --- | --- | ---: | ---: | ---: | ---: |"
    )
    for task, contenders in TASKS.items():
        there = [
            name
            for name in contenders
            if name == "clientlens" or find_spec(name.split(",", maxsplit=1)[0]) or name == "platypus"
        ]
        turns: dict[str, list[tuple[float, int]]] = {name: [] for name in there}
        for turn in range(runs + 1):
            for name in there:
                measured = _turn(task, name, count)
                turns[name] += [measured] if turn else []
            print(f"{task}: turn {turn} of {runs}", file=sys.stderr)
        ours = statistics.median(seconds for seconds, _ in turns["clientlens"])
        for name, measured_turns in turns.items():
            seconds = [one for one, _ in measured_turns]
            ratios = [one / ours for one in (statistics.median(seconds), min(seconds), max(seconds))]
            size = measured_turns[0][1] / 1e6
            print(
                f"| {count:,} {task} | {name} | {size:.1f} | "
                + " | ".join(f"{ratio:.2f}" for ratio in ratios)
                + " |"
            )
    return 0


def _turn(task: str, contender: str, count: int) -> tuple[float, int]:
    """Seconds of processor time of one fresh process, and bytes of the PDFs that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, __file__, "--one", task, contender, str(count), folder])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{contender} ended with {process.returncode}")
        return usage.ru_utime + usage.ru_stime, sum(
            path.stat().st_size for path in Path(folder).glob("*.pdf")
        )


if __name__ == "__main__":
    raise SystemExit(main())
