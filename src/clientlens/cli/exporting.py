"""The body of `workspace export`: every table as one file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors import OutputExists, OutputFailed
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from pathlib import Path

    from clientlens.cli.context import Run

FILE_FIELDS = (
    Field("table", Kind.TEXT, "the table", nullable=False),
    Field("file", Kind.TEXT, "file that was written", nullable=False, wide=True),
    Field("rows", Kind.INTEGER, "rows in it", nullable=False),
    Field("bytes", Kind.INTEGER, "its size", nullable=False),
)


def carry_out(run: Run, name: str, file_format: str, *, force: bool, csv_safe: bool) -> None:
    """Write the tables, each whole or not at all, and list the files.

    Raises:
        OutputExists: a file is there, and nothing was written. OutputFailed.
    """
    from clientlens.analysis.table_export import exported
    from clientlens.cli.writing import write_file
    from clientlens.outputs.format import Style, format_for

    folder = run.folder / name
    chosen = format_for(file_format, None)
    with run.open() as workspace:
        _see_to(folder, name, workspace.path)
        answers = exported(workspace.facts())
        files = {table: f"{table}{chosen.suffixes[0]}" for table in answers}
        for file in files.values():
            if (folder / file).exists() and not force:
                raise OutputExists(f"{name}/{file}")
        rows = []
        for table, lazy in answers.items():
            answer = lazy()
            data = chosen.write(answer, Style(csv_safe=csv_safe))
            shown = f"{name.rstrip('/')}/{files[table]}"
            write_file(folder / files[table], data, force=force, shown=shown)
            rows.append((table, shown, answer.rows.height, len(data)))
        run.answer(
            Answer(
                "workspace_export",
                FILE_FIELDS,
                frame_of(FILE_FIELDS, rows),
                workspace.timezone,
                title="Export",
            )
        )


def _see_to(folder: Path, shown: str, workspace: Path) -> None:
    """Make the folder, for its owner alone; one that is there keeps its mode.

    Raises:
        OutputFailed: it is in the workspace, or cannot be made.
    """
    try:
        if folder.resolve().is_relative_to(workspace.resolve()):
            raise OutputFailed(shown, "it lies in the workspace")
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise OutputFailed(shown, getattr(error, "strerror", None) or type(error).__name__) from None
