"""Draw the logo of the ready-made letters, a lantern: examples/letters/logo.png.

Usage: python tools/letters_logo.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
LOGO = ROOT / "examples" / "letters" / "logo.png"
SIDE, FINER = 480, 4
DARK, GLASS, FLAME, CORE = "#2d2a32", "#fff3d6", "#f2a33a", "#fbe08a"


def draw() -> Image.Image:
    """The lantern, drawn four times as large and made smaller, so that its edges are smooth."""
    size = SIDE * FINER
    picture = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        return int(left * size), int(top * size), int(right * size), int(bottom * size)

    def shape(colour: str, *points: tuple[float, float]) -> None:
        pen.polygon([(int(x * size), int(y * size)) for x, y in points], fill=colour)

    pen.ellipse(box(0.40, 0.02, 0.60, 0.22), outline=DARK, width=int(0.028 * size))
    shape(DARK, (0.40, 0.18), (0.60, 0.18), (0.76, 0.32), (0.24, 0.32))
    pen.rounded_rectangle(box(0.27, 0.34, 0.73, 0.86), int(0.03 * size), fill=DARK)
    pen.rounded_rectangle(box(0.31, 0.38, 0.69, 0.82), int(0.02 * size), fill=GLASS)
    pen.ellipse(box(0.405, 0.56, 0.595, 0.76), fill=FLAME)
    shape(FLAME, (0.50, 0.42), (0.585, 0.62), (0.415, 0.62))
    pen.ellipse(box(0.45, 0.63, 0.55, 0.74), fill=CORE)
    shape(CORE, (0.50, 0.54), (0.545, 0.665), (0.455, 0.665))
    pen.rectangle(box(0.45, 0.76, 0.55, 0.82), fill=DARK)
    pen.rounded_rectangle(box(0.22, 0.87, 0.78, 0.95), int(0.03 * size), fill=DARK)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return small.quantize(48)


if __name__ == "__main__":
    draw().save(LOGO, optimize=True)
    print(f"{LOGO}: {LOGO.stat().st_size} bytes")
