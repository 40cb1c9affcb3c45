"""`--engine`: where an answer's figures are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from clientlens.analysis.engines import Engine
    from clientlens.cli.context import Run
    from clientlens.workspace.workspace import Workspace

EngineName = Annotated[
    Literal["polars", "duckdb", "spark"],
    typer.Option(
        "--engine", help="What counts: polars, or duckdb or spark, which are extras.", show_default=True
    ),
]


def chosen_engine(run: Run, workspace: Workspace, name: str) -> Engine | None:
    """The engine named, on the live files of the workspace; None: Polars, as everywhere.

    Raises:
        EngineMissing, JavaMissing, EngineFailed
    """
    if name == "polars":
        return None
    from clientlens.model.tables import TABLES

    tables = {table.name: workspace.paths(table) for table in TABLES}
    if name == "duckdb":
        from clientlens.analysis.duckdb_engine import DuckDB

        return DuckDB({table: [str(path) for path in paths] for table, paths in tables.items()})
    from clientlens.analysis.spark_engine import Spark

    here, there = workspace.path.absolute(), run.settings.spark_files
    return Spark(
        {
            table: [str(path) if there is None else f"{there}/{path.relative_to(here)}" for path in paths]
            for table, paths in tables.items()
        },
        run.environment,
    )
