"""Rows onto pages: as many as fit, kept together where they ask for it, codes off the folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.letters.refusal import CannotDraw, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientlens.letters.layout import Geometry, Rect
    from clientlens.letters.rows import Row

Placed = tuple[float, "Row"]
"""A row and its upper edge on the page."""


def paged(rows: Iterable[Row], geometry: Geometry) -> list[list[Placed]]:
    """What stands on each page, however many it takes. Raises: CannotDraw, when a row fits none."""
    pages: list[list[Placed]] = [[]]
    y = geometry.body.y
    for group in _together(rows):
        here, end = _placed(group, y, geometry, first=not pages[-1])
        if end > _body(geometry, len(pages)).bottom and pages[-1]:
            pages.append([])
            here, end = _placed(group, geometry.next_body.y, geometry, first=True)
        if end > _body(geometry, len(pages)).bottom:
            if len(group) == 1:
                raise CannotDraw(Fault.LENGTH, "something in the text is higher than a page")
            y = _one_by_one(group, pages, geometry)
        else:
            pages[-1] += here
            y = end
    return pages


def _one_by_one(group: list[Row], pages: list[list[Placed]], geometry: Geometry) -> float:
    """What should stay together and is higher than a page, row by row."""
    y = _body(geometry, len(pages)).y
    for row in group:
        here, end = _placed([row], y, geometry, first=not pages[-1])
        if end > _body(geometry, len(pages)).bottom:
            pages.append([])
            here, end = _placed([row], geometry.next_body.y, geometry, first=True)
        if end > _body(geometry, len(pages)).bottom:
            raise CannotDraw(Fault.LENGTH, "something in the text is higher than a page")
        pages[-1] += here
        y = end
    return y


def _body(geometry: Geometry, page: int) -> Rect:
    return geometry.body if page == 1 else geometry.next_body


def _together(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if not row.keep:
            yield group
            group = []
    if group:
        yield group


def _placed(group: list[Row], y: float, geometry: Geometry, *, first: bool) -> tuple[list[Placed], float]:
    """The rows from y on, and where they end. first: at the top of a page, where no space is left above."""
    placed: list[Placed] = []
    again = (group[0].head,) if first and group[0].head is not None else ()
    for row in (*again, *group):
        y += 0.0 if first and not placed else row.gap
        if row.whole is not None:
            start, end = row.whole
            for fold in geometry.folds:
                if y + start < fold < y + end:
                    y = fold - start
        placed.append((y, row))
        y += row.height
    return placed, y
