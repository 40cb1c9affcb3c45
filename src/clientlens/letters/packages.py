"""The packages of the extra `letters`: asked for in one place, before anything is drawn."""

from __future__ import annotations

from importlib.util import find_spec

from clientlens.errors import LettersMissing

_PACKAGES = {"reportlab": "reportlab", "qrcode": "qrcode", "PIL": "pillow", "pypdfium2": "pypdfium2"}
"""What is imported, and what it is called where it is installed from."""


def missing() -> tuple[str, ...]:
    """Those that are not installed."""
    return tuple(name for module, name in _PACKAGES.items() if find_spec(module) is None)


def need() -> None:
    """Refuse to go on without them: a letter that is drawn and cannot be read back would be half made.

    Raises:
        LettersMissing
    """
    if absent := missing():
        raise LettersMissing(absent)
