"""Files that come with the program: part of the installed package, or the project's own `examples`."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """The folder of a kind of examples: `_NAME` inside the installed package, else `examples/NAME` of the project."""
    package = Path(__file__).resolve().parent
    inside = package / f"_{name}"
    return inside if inside.is_dir() else package.parent.parent / "examples" / name


def by_language(name: str, suffix: str) -> dict[str, dict[str, Path]]:
    """Files NAME.LANGUAGE and the suffix in `folder(name)`: name -> language -> file."""
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(folder(name).glob(f"*.*{suffix}")):
        one, language = file.name.removesuffix(suffix).rsplit(".", 1)
        found.setdefault(one, {})[language] = file
    return found
