"""Say what a figure of an annex counts, and list the rows behind it."""

from __future__ import annotations

from pathlib import Path

import click

from inburgering.annex.annex import read_annex
from inburgering.annex.explanation import explain, find_cell, find_place
from inburgering.settings import warehouse_file
from inburgering.warehouse.reader import open_build

SHOWN_ROWS = 20


@click.command()
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("place", metavar="CELL")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to this file.")
@click.option("--last-green", is_flag=True, help="Look into the last green build, whatever ran or changed after it.")
def main(workbook: Path, place: str, csv_file: Path | None, last_green: bool) -> None:
    """Explain a CELL like '2c!D14' of an annex WORKBOOK from INBURGERING_WAREHOUSE."""
    found = find_place(workbook, place)
    with open_build(warehouse_file(), last_green) as connection:
        cell = find_cell(found, read_annex(connection, found.question))
        explanation = explain(cell)
        figure = explanation.figure(connection)
        if float(f"{figure:.16g}") != found.value:  # a workbook holds 16 digits of a fraction
            raise click.ClickException(
                f"{place} is {found.value}, but the warehouse now has {figure}: it was built anew since; export anew"
            )
        click.echo(f"{explanation.words}, reference date {found.question.reference_date} = {found.value}")
        click.echo(f"Model: {explanation.model}; definitions: dbt docs. The column counts_as adds up to the figure.")
        click.echo(explanation.rows + "\n")
        rows = connection.sql(explanation.rows)
        if csv_file:
            rows.write_csv(str(csv_file))
            click.echo(f"Wrote {len(rows.fetchall())} rows to {csv_file}")
            return
        listed = rows.fetchall()
        click.echo("\t".join(rows.columns))
        for row in listed[:SHOWN_ROWS]:
            click.echo("\t".join("" if value is None else str(value) for value in row))
        if len(listed) > SHOWN_ROWS:
            click.echo(f"… {len(listed) - SHOWN_ROWS} more; all of them with --csv FILE")


if __name__ == "__main__":
    main()
