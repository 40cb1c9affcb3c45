"""Options that many commands share, written once.

Global options are taken before or after the command's name. They and the answer options are stored on the run, so
that a command's function does not carry them as parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.click_ import Choice, Context, IntRange, Parameter, TyperOption

if TYPE_CHECKING:
    from collections.abc import Callable

TAKES_VALUE = frozenset(
    {"-w", "--workspace", "--as-of", "--color", "-f", "--format", "-o", "--output", "--limit"}
)


def _store(name: str) -> Callable[[Context, Parameter, Any], Any]:
    def callback(ctx: Context, param: Parameter, value: Any) -> Any:
        source = ctx.get_parameter_source(str(param.name))
        if source is not None and source.name == "COMMANDLINE":
            setattr(ctx.obj.flags, name, value)
        return value

    return callback


def _option(*names: str, to: str, **kwargs: Any) -> TyperOption:
    return TyperOption(param_decls=[*names], expose_value=False, callback=_store(to), **kwargs)


def global_params() -> list[Parameter]:
    """--workspace, --as-of, --quiet, --verbose, --color; new objects at each call, as click wants."""
    return [
        _option(
            "--workspace",
            "-w",
            to="workspace",
            metavar="DIR",
            help="Workspace folder [default: nearest .clientlens].",
        ),
        _option(
            "--as-of",
            to="as_of",
            metavar="DATE",
            help="Answer as of the end of that day, 2026-03-31 [default: now].",
        ),
        _option("--quiet", "-q", to="quiet", is_flag=True, help="No notes and no progress; errors always."),
        _option("--verbose", "-v", to="verbose", is_flag=True, help="More detail on stderr."),
        _option(
            "--color",
            to="color",
            type=Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour tables [default: auto].",
        ),
    ]


def json_param() -> Parameter:
    """--json alone, for a command whose --format means something else."""
    return _option("--json", to="json", is_flag=True, help="Say what was done as JSON.")


def answer_params() -> list[Parameter]:
    """--format, --json, --output, --force, --limit, --no-csv-safe."""
    return [
        _option(
            "--format",
            "-f",
            to="format",
            metavar="FORMAT",
            help="table, json, jsonl, csv or parquet [default: table, or by the suffix of --output].",
        ),
        _option("--json", to="json", is_flag=True, help="The same as --format json."),
        _option("--output", "-o", to="output", metavar="FILE", help="Write to a file instead of stdout."),
        _option("--force", to="force", is_flag=True, help="Let --output replace a file."),
        _option(
            "--limit",
            to="limit",
            type=IntRange(min=0),
            metavar="N",
            help="Rows of a table, 0 for all [default: 50]; other formats are whole.",
        ),
        _option(
            "--no-csv-safe",
            to="csv_unsafe",
            is_flag=True,
            help="Do not guard CSV cells that look like formulas.",
        ),
    ]
