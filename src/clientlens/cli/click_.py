"""The click that Typer carries inside since 0.26, in the one place that reaches for it.

Typer re-exports only part of what a tree of lazily loaded commands needs. The pin in pyproject.toml (>= 0.28, < 0.29)
keeps these names where they are.
"""

from typer import Abort, Exit
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import ClickException, UsageError
from typer._click.globals import get_current_context
from typer._click.types import IntRange
from typer._click.utils import echo
from typer._types import TyperChoice as Choice
from typer.core import TyperCommand, TyperGroup, TyperOption

__all__ = [
    "Abort",
    "Choice",
    "ClickException",
    "Command",
    "Context",
    "Exit",
    "IntRange",
    "Parameter",
    "TyperCommand",
    "TyperGroup",
    "TyperOption",
    "UsageError",
    "echo",
    "get_current_context",
]
