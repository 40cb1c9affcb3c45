"""Pictures from the template's folder, at the left edge of the text, as wide as the template says.

A picture that is wider than the text refuses its letter: it is not made smaller behind the template's back.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clientlens.letters.letter import Picture
from clientlens.letters.pictures import image
from clientlens.letters.refusal import CannotDraw, Fault
from clientlens.letters.rows import Element, Row, Setting

if TYPE_CHECKING:
    from clientlens.letters.pictures import Image
    from clientlens.letters.sheet import Sheet


def _rows(picture: Picture, width: float, setting: Setting) -> tuple[Row, ...]:
    if picture.width_mm > width + 0.01:
        raise CannotDraw(
            Fault.PICTURE, f"{picture.name} is {picture.width_mm:g} mm wide, the text {width:g} mm"
        )
    shown = image(picture.name, picture.data)
    height = picture.width_mm * shown.ratio
    return (Row(height, partial(_draw, wide=picture.width_mm, high=height, shown=shown), gap=setting.gap),)


def _draw(sheet: Sheet, x: float, y: float, *, wide: float, high: float, shown: Image) -> None:
    sheet.picture(x, y, wide, high, shown)


ELEMENT = Element("picture", "A PNG or JPEG of the template's.", Picture, _rows)
