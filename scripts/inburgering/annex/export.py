"""Write the annex of a question: its workbook and, beside it, its control file and its data package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from inburgering.annex.check import check_control_file, check_workbook
from inburgering.annex.comparison import Comparison, compare_annexes
from inburgering.annex.control_file import build_control_file, control_file
from inburgering.annex.data_package import check_package, package_folder, write_package
from inburgering.annex.notices import notices
from inburgering.annex.question import Question
from inburgering.annex.reader import models_of, read_annex
from inburgering.annex.reproducible_workbook import save_reproducibly
from inburgering.annex.workbook import build_workbook
from inburgering.output_files import drafts_beside, file_to_write, replace_together
from inburgering.settings import SparkServer
from inburgering.warehouse.open_build import open_build
from inburgering.write_errors import reason


@dataclass(frozen=True)
class Exported:
    """What an export came to.

    `figures` is how many figures were compared with the warehouse; `replaced` compares with the annex that was there
    before, None where there was none; `notices` say what to look at, and `finished` names the annexes of exports that
    were broken off earlier.
    """

    figures: int
    replaced: Comparison | None
    notices: tuple[str, ...]
    finished: tuple[Path, ...]


def export_annex(question: Question, warehouse: Path, output: Path, last_green: bool = False) -> Exported:
    """Write and check the annex of a question.

    The warehouse only ever holds a whole green build. When a later run of dbt was not green or is not over, or when it
    was made from anything else than what is there now, that build is exported with `last_green` alone.

    Raises click.ClickException when the warehouse may not be exported, a figure differs or the file cannot be written.
    """
    with open_build(warehouse, last_green) as connection:
        return _write_annex(question, connection, output)


def export_annex_of_spark(question: Question, server: SparkServer, output: Path) -> Exported:
    """Write and check the annex of a question from a build on Spark, as `export_annex` does from a warehouse."""
    from inburgering.warehouse.spark import copied_annex  # it takes time to import, and few need it

    with copied_annex(server, models_of(question)) as connection:
        return _write_annex(question, connection, output)


def _write_annex(question: Question, connection: duckdb.DuckDBPyConnection, output: Path) -> Exported:
    """Write and check the annex from the models behind a connection.

    Workbook, control file and data package appear under their names only after every figure read back equals the
    warehouse.
    """
    output = file_to_write(output, ".xlsx")
    annex = read_annex(connection, question)
    workbook, alternative_texts = build_workbook(annex)
    control = build_control_file(annex)
    folder, control_output = package_folder(output), control_file(output)
    try:
        with drafts_beside(output) as drafts:
            draft, control_draft = drafts.folder / output.name, drafts.folder / control_output.name
            save_reproducibly(workbook, draft, alternative_texts)
            figures = check_workbook(draft, question, connection)
            save_reproducibly(control, control_draft)
            figures += check_control_file(control_draft, question, connection)
            write_package(drafts.folder / folder.name, annex)
            check_package(drafts.folder / folder.name, annex)
            replaced = _replaced(folder, drafts.folder / folder.name)
            replace_together(drafts.folder, output.parent, (folder.name, control_output.name, output.name))
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written ({reason(error)}); close it or name another file with --output"
        ) from None
    return Exported(figures, replaced, tuple(notices(question, annex.findings)), drafts.finished)


def _replaced(before: Path, now: Path) -> Comparison | None:
    """Compare with the data package that was there before; None where none was, or one of another form."""
    try:
        return compare_annexes(before, now) if before.exists() else None
    except click.ClickException:
        return None
