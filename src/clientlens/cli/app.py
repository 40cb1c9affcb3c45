"""The tree of commands: one file per command, found by its name and loaded when it is called.

Each module of `cli/commands/` has one constant `COMMAND`, made by `leaf` or `Group` below. `import_.py` is the command
`import`. Help texts are plain (no Rich), so that `--help` is quick.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any

import typer

from clientlens.cli import commands, options
from clientlens.cli.click_ import (
    Command,
    Context,
    Parameter,
    TyperCommand,
    TyperGroup,
    TyperOption,
    UsageError,
    echo,
    get_current_context,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT_HELP = """Know your clients from the terminal: analytics over a shop's own export files.

Begin with 'clientlens demo', or with 'clientlens import FILE...'.
"""

EPILOG = """\b
Exit codes:
  0    fine
  1    done, but rows were set aside, or mail could not be sent
  2    wrong usage or settings, unknown or ambiguous client, file exists
  3    input unreadable or not recognised; nothing was stored
  4    workspace missing, damaged, locked or newer
  70   a bug in clientlens
  130  interrupted
  143  terminated"""


class Leaf(TyperCommand):
    """A command of a function with Typer parameters, which takes the global options behind its name too.

    Its options are made when they are first asked for: typer takes about a millisecond for each command, and the page
    that lists all commands needs none of them.
    """

    def __init__(self, function: Callable[..., None], *, answers: bool) -> None:
        super().__init__(function.__name__, help=inspect.getdoc(function), rich_markup_mode=None)
        self._function, self._answers = function, answers
        del self.params, self.callback

    def __getattr__(self, name: str) -> Any:
        """`params` and `callback`, which are not there at first."""
        if name not in {"params", "callback"}:
            raise AttributeError(name)
        mini = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        mini.command()(self._function)
        made = typer.main.get_command(mini)
        self.callback = made.callback
        answer = options.answer_params() if self._answers else []
        self.params = [*made.params, *answer, *options.global_params()]
        return self.__dict__[name]


class Group(TyperGroup):
    """A plural noun with commands of its own; called bare it carries out `default`.

    `takes_query`: an argument that is none of its commands belongs to the default one (`clients jane`).
    """

    def __init__(
        self, *args: Any, default: str | None = None, takes_query: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, rich_markup_mode=None, **kwargs)
        self.default, self.takes_query = default, takes_query
        self.params.extend(options.global_params())

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the default command's name where none was given."""
        if self.default is not None:
            first = _first_word(args)
            known = first is not None and self.get_command(ctx, first) is not None
            asks_help = first is None and "--help" in args
            if not known and not asks_help and (first is None or self.takes_query):
                args = [self.default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        name = args[0]
        if self.get_command(ctx, name) is None:
            close = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            raise UsageError(
                f"no such command {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""), ctx
            )
        return super().resolve_command(ctx, args)


def _first_word(args: list[str]) -> str | None:
    """The first argument that is neither an option nor an option's value."""
    skip = False
    for arg in args:
        if skip:
            skip = False
        elif arg in options.TAKES_VALUE:
            skip = True
        elif not arg.startswith("-") or arg == "-":
            return arg
    return None


class Root(Group):
    """The commands of `cli/commands/`, each imported when it is needed."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        """Names by the files there are."""
        return sorted(_modules())

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """The command of one module, loaded now."""
        return load(cmd_name) if cmd_name in _modules() else None


@cache
def _modules() -> dict[str, str]:
    """Command name -> module name."""
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    return {name.rstrip("_").replace("_", "-"): name for name in names}


@cache
def load(name: str) -> Command:
    """The command `name`, from its module's constant `COMMAND`."""
    command: Command = importlib.import_module(f"{commands.__name__}.{_modules()[name]}").COMMAND
    command.name = name
    return command


def root() -> Group:
    """The whole program."""
    return Root(
        name="clientlens",
        help=ROOT_HELP,
        epilog=EPILOG,
        no_args_is_help=False,
        invoke_without_command=True,
        callback=_show_help,
        params=[
            TyperOption(
                param_decls=["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_version,
                help="Print the version.",
            )
        ],
    )


def _show_help() -> None:
    ctx = get_current_context()
    if ctx.invoked_subcommand is None:
        echo(ctx.get_help())


def _version(ctx: Context, _: Parameter, value: bool) -> None:
    if value:
        from clientlens import __version__

        echo(f"clientlens {__version__}")
        ctx.exit()


def leaf(function: Callable[..., None], *, answers: bool = True) -> Command:
    """A click command of a function with Typer parameters; `answers`: it prints an Answer."""
    return Leaf(function, answers=answers)
