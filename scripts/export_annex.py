"""Step 3 of 3: write the annex workbook of a question, and its data package beside it, from the warehouse."""

from __future__ import annotations

import time
from pathlib import Path

import click

from inburgering.screen import run, say

SHOWN_FIGURES = 5


@click.command()
@click.argument("name", required=False)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The workbook to write; control file and data package go beside it.  [default: annex/NAME.xlsx]",
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
    from inburgering.annex.export import export_annex, export_annex_of_spark
    from inburgering.annex.question import newest_question, read_question
    from inburgering.settings import CHECKOUT, spark_server, warehouse_file

    started = time.monotonic()
    question = read_question(name) if name else newest_question()
    output = output or CHECKOUT / "annex" / f"{question.name}.xlsx"
    if target == "spark":
        if last_green:
            raise click.ClickException("--last-green: Spark keeps the last build only; leave the option out")
        exported = export_annex_of_spark(question, spark_server(), output)
    else:
        exported = export_annex(question, warehouse_file(), output, last_green)
    for finished in exported.finished:
        say(f"Wrote {finished} and its data package to the end, which an earlier export had not")
    say(
        f"Wrote {output}: {question.label}, reference date {question.reference_date}, "
        f"{exported.figures} figures equal to the warehouse, {time.monotonic() - started:.1f} s",
        *exported.notices,
    )
    if exported.replaced and exported.replaced.figures:
        figures, made_from = exported.replaced.figures, exported.replaced.made_from
        say(
            f"{len(figures)} figures differ from the annex that was here before; differs too: "
            f"{', '.join(made_from) or 'nothing'}",
            *(f"  {figure}" for figure in figures[:SHOWN_FIGURES]),
        )
        if len(figures) > SHOWN_FIGURES:
            say(f"  … {len(figures) - SHOWN_FIGURES} more; compare_annex.py lists them from a copy of that annex")


if __name__ == "__main__":
    run(main)
