"""Say what a figure of an annex counts, and list the rows behind it."""

from __future__ import annotations

from pathlib import Path

import click

from inburgering.annex_check import as_written
from inburgering.annex_data import REACH
from inburgering.cell_explanation import count_rows, find_figure
from inburgering.settings import warehouse_file
from inburgering.warehouse import open_warehouse

SHOWN_ROWS = 20


@click.command()
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("cell")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to this file.")
def main(workbook: Path, cell: str, csv_file: Path | None) -> None:
    """Explain a CELL like '2c!D14' of an annex WORKBOOK from INBURGERING_WAREHOUSE."""
    figure = find_figure(workbook, cell)
    with open_warehouse(warehouse_file()) as connection:
        found = count_rows(connection, figure)
        if as_written(found) != figure.value:
            raise click.ClickException(
                f"{cell} is {figure.value}, but the warehouse now has {found}: it was built anew since; export anew"
            )
        click.echo(figure.describe())
        click.echo(f"Model: annex_counted_persons, shown by {figure.table.model}; definitions: dbt docs")
        measure = "registered" if figure.measure == REACH else figure.measure
        if figure.measure == REACH:
            click.echo("A reach is registered divided by invited; the rows below are the registered.")
        query = figure.query(measure)
        click.echo(query + "\n")
        rows = connection.sql(query)
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
