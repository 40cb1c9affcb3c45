"""Engines that are not there, or give up: exit code 2."""

from __future__ import annotations

from clientlens.errors.base import UsageError


class EngineMissing(UsageError):
    def __init__(self, engine: str, reason: str | None = None) -> None:
        super().__init__(
            f"the engine {engine} is not installed" + (f" ({reason})" if reason else ""),
            f"pip install 'clientlens[{engine}]'",
        )


class JavaMissing(UsageError):
    def __init__(self, found: str | None) -> None:
        super().__init__(
            "the engine spark needs Java 17 or newer, "
            + (f"and JAVA_HOME or PATH has {found}" if found else "and there is none"),
            "install a Java runtime and let JAVA_HOME name it, or use another --engine",
        )


class EngineFailed(UsageError):
    """The engine's own first line says why; nothing was answered."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(
            f"the engine {engine} failed: {reason}", "see docs/engines.md, or use --engine polars"
        )
