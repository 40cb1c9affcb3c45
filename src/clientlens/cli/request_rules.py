"""`clientlens requests rules`: the functions of its commands, and their bodies."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.request_options import RulesFile  # noqa: TC001 - typer reads it


def rules_init(
    rules: RulesFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write rules to begin with, every key explained.

    \b
    Examples:
      clientlens requests rules init
      clientlens requests rules init --rules nights.toml
    """
    from clientlens.cli.order_requests import write_rules

    write_rules(current(), rules, force=force)


def rules_check(rules: RulesFile = None) -> None:
    """Find every slip in the rules, each with its line.

    The exit code is 2 when there is one.

    \b
    Examples:
      clientlens requests rules check
      clientlens requests rules check --rules nights.toml --json
    """
    from clientlens.cli.order_requests import check_rules

    check_rules(current(), rules)


def rules_show(rules: RulesFile = None) -> None:
    """Draw the week of the rules, their services and times away.

    \b
    Examples:
      clientlens requests rules show
      clientlens requests rules show --rules nights.toml --json
    """
    from clientlens.cli.order_requests import show_rules

    show_rules(current(), rules)


RULES = Group(
    name="rules",
    help="Show the rules of order requests; write and check them.",
    commands={
        "init": leaf(rules_init, answers=False),
        "check": leaf(rules_check),
        "show": leaf(rules_show),
    },
    default="show",
)
