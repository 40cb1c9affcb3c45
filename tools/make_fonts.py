"""Make the two fonts of letters from the variable Noto Sans: python tools/make_fonts.py

Needs `pip install fonttools fontpkg-noto-sans`, which clientlens itself does not. A variable font embeds in its regular
weight alone, so that bold would be none; hence one file per weight, without what letters never say (other scripts,
features of shaping, hints), under the licence of the original (fonts/OFL.txt).
"""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = Path(__file__).resolve().parent.parent / "src" / "clientlens" / "letters" / "fonts"
PACKAGE = "fontpkg-noto-sans"
WEIGHTS = {"Regular": 400, "Bold": 700}
KEPT = (
    (0x0020, 0x0530),  # Latin with its extensions, Greek, Cyrillic
    (0x1C80, 0x1C90),
    (0x1D00, 0x1DC0),
    (0x1E00, 0x2C00),  # Vietnamese, polytonic Greek, punctuation, currencies, arrows, numbers
    (0x2C60, 0x2C80),
    (0x2DE0, 0x2E80),
    (0xA640, 0xA6A0),
    (0xA720, 0xA800),
    (0xFFFD, 0xFFFE),
)
"""Ranges of code points, the end left out."""


def original(suffix: str) -> Path:
    """A file of the package, by how its name ends."""
    [found] = [file for file in files(PACKAGE) or () if str(file).endswith(suffix)]
    return Path(str(found.locate()))


def made(weight: int, name: str) -> TTFont:
    """One weight as a font of its own, of the kept characters."""
    font = instantiateVariableFont(
        TTFont(original("NotoSans[wdth,wght].ttf"), recalcTimestamp=False), {"wght": weight, "wdth": 100}
    )
    for number, text in {2: name, 4: f"Noto Sans {name}", 6: f"NotoSans-{name}"}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "STAT", "MVAR", "HVAR", "avar"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for start, end in KEPT for code in range(start, end)])
    subsetter.subset(font)
    return font


def main() -> None:
    """Write both fonts and their licence."""
    for name, weight in WEIGHTS.items():
        path = FONTS / f"NotoSans-{name}.ttf"
        made(weight, name).save(path)
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    (FONTS / "OFL.txt").write_bytes(original("fontpkg_noto_sans/LICENSE").read_bytes())


if __name__ == "__main__":
    main()
