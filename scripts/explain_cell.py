"""Say what a figure of an annex counts, and list the rows behind it."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from inburgering.annex_check import as_written
from inburgering.cell_explanation import explain, find_cell
from inburgering.settings import warehouse_file
from inburgering.warehouse import open_warehouse

SHOWN_ROWS = 20


@click.command()
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("place", metavar="CELL")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to this file.")
def main(workbook: Path, place: str, csv_file: Path | None) -> None:
    """Explain a CELL like '2c!D14' of an annex WORKBOOK from INBURGERING_WAREHOUSE."""
    cell = find_cell(workbook, place)
    explanation = explain(cell)
    with open_warehouse(warehouse_file()) as connection:
        try:
            found = explanation.figure(connection)
        except (duckdb.BinderException, duckdb.CatalogException):
            raise click.ClickException(
                f"{warehouse_file()}: built by another version of the models; run dbt build and export anew"
            ) from None
        if as_written(found) != cell.value:
            raise click.ClickException(
                f"{place} is {cell.value}, but the warehouse now has {found}: it was built anew since; export anew"
            )
        click.echo(f"{explanation.words}, reference date {cell.question.reference_date} = {cell.value}")
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
