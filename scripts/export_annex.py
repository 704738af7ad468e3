"""Step 3 of 3: write the annex workbook of a question, and its data package beside it, from the warehouse."""

from __future__ import annotations

import time
from pathlib import Path

import click
import duckdb

from inburgering.annex.annex import models_of, read_annex
from inburgering.annex.check import check_workbook
from inburgering.annex.data_package import check_package, package_folder, write_package
from inburgering.annex.question import Question, newest_question, read_question
from inburgering.annex.reproducible_workbook import save_reproducibly
from inburgering.annex.workbook import build_workbook
from inburgering.output_files import drafts_beside, replace_together
from inburgering.settings import CHECKOUT, SparkServer, spark_server, warehouse_file
from inburgering.warehouse.reader import open_build
from inburgering.write_errors import reason


@click.command()
@click.argument("name", required=False)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The workbook to write; the data package goes in a folder of the same name.  [default: annex/NAME.xlsx]",
)
@click.option("--last-green", is_flag=True, help="Export the last green build, whatever ran or changed after it.")
@click.option(
    "--target",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What dbt built on: INBURGERING_WAREHOUSE, or the Spark server at INBURGERING_SPARK_HOST and _PORT.",
)
def main(name: str | None, output: Path | None, last_green: bool, target: str) -> None:
    """Write the annex of question NAME (without a name: the newest) from what dbt built."""
    started = time.monotonic()
    question = read_question(name) if name else newest_question()
    output = output or CHECKOUT / "annex" / f"{question.name}.xlsx"
    if target == "spark":
        if last_green:
            raise click.ClickException("--last-green: Spark keeps the last build only; leave the option out")
        cells, published = export_annex_of_spark(question, spark_server(), output)
    else:
        cells, published = export_annex(question, warehouse_file(), output, last_green)
    click.echo(
        f"Wrote {output}: {question.label}, reference date {question.reference_date}, "
        f"{cells} figures equal to the warehouse, {time.monotonic() - started:.1f} s"
    )
    click.echo("\n".join(published))


def export_annex(question: Question, warehouse: Path, output: Path, last_green: bool = False) -> tuple[int, list[str]]:
    """Write and check the annex of a question.

    Returns the number of figures that were compared with the warehouse, and in lines how the figures compare with those
    already public.

    The warehouse only ever holds a whole green build. When a later run of dbt was not green or is not over, or when it
    was made from anything else than what is there now, that build is exported with `last_green` alone.

    Raises click.ClickException when the warehouse may not be exported, a figure differs or the file cannot be written.
    """
    with open_build(warehouse, last_green) as connection:
        return write_annex(question, connection, output)


def export_annex_of_spark(question: Question, server: SparkServer, output: Path) -> tuple[int, list[str]]:
    """Write and check the annex of a question from a build on Spark, as `export_annex` does from a warehouse."""
    from inburgering.warehouse.spark import copied_annex  # it takes time to import, and few need it

    with copied_annex(server, models_of(question)) as connection:
        return write_annex(question, connection, output)


def write_annex(question: Question, connection: duckdb.DuckDBPyConnection, output: Path) -> tuple[int, list[str]]:
    """Write and check the annex from the models behind a connection; return what `export_annex` does.

    Workbook and data package appear under their names only after every figure read back equals the warehouse.
    """
    annex = read_annex(connection, question)
    workbook = build_workbook(annex)
    try:
        with drafts_beside(output) as workspace:
            folder = package_folder(output)
            draft = workspace / output.name
            save_reproducibly(workbook, draft)
            cells = check_workbook(draft, question, connection)
            draft_folder = workspace / "package"
            write_package(draft_folder, annex)
            check_package(draft_folder, annex)
            replace_together(draft, output, draft_folder, folder)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written ({reason(error)}); close it or name another file with --output"
        ) from None
    return cells, list(annex.published)


if __name__ == "__main__":
    main()
