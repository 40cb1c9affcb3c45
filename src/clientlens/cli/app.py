"""The tree of commands: one file per command, found by its name and loaded when it is called.

Each module of `cli/commands/` has one constant `COMMAND`, made by `leaf` or `group` below. `import_.py` is the command
`import`, `suggest_merges.py` would be `suggest-merges`. Help texts are plain Typer (no Rich), so that `--help` is quick.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import click
import typer
from typer.core import TyperCommand, TyperGroup

from clientlens.cli import commands, options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT_HELP = """Know your clients from the terminal: analytics over a shop's own export files.

Begin with: clientlens demo, or clientlens import FILE..."""

EPILOG = """Exit codes: 0 fine; 1 done, but rows were set aside; 2 wrong usage; 3 input refused, nothing stored;
4 workspace missing, damaged or locked; 130, 143 interrupted."""


class Leaf(TyperCommand):
    """A command that takes the global options behind its name too, and answer options where it answers."""

    answers = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.answers:
            self.params.extend(options.answer_params())
        self.params.extend(options.global_params())

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_help(self, ctx, formatter)


class Answering(Leaf):
    """A leaf that prints an answer: --format, --json, --output, --limit and the like."""

    answers = True


class Group(TyperGroup):
    """A plural noun with sub-commands; called bare it lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(options.global_params())

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Group.format_help(self, ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"no such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


class Root(Group):
    """The commands of `cli/commands/`, each imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(module.name.rstrip("_").replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return load(cmd_name)


def load(name: str) -> click.Command:
    """The command of one module; `insights` or `import`."""
    names = {module.name.rstrip("_").replace("_", "-"): module.name for module in pkgutil.iter_modules(commands.__path__)}
    module = importlib.import_module(f"{commands.__name__}.{names[name]}")
    command: click.Command = module.COMMAND
    command.name = name
    return command


def leaf(function: Callable[..., None], *, answers: bool = True) -> click.Command:
    """A click command of a function with Typer parameters; `answers`: it prints an Answer."""
    mini = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    mini.command(cls=Answering if answers else Leaf)(function)
    return typer.main.get_command(mini)
