"""Say what a figure of an annex counts, and list the rows behind it; or explain all figures in a page, without rows."""

from __future__ import annotations

from pathlib import Path

import click

from inburgering.screen import on_one_line, run, say

SHOWN_ROWS = 20


@click.command()
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("place", metavar="[CELL]", required=False)
@click.option(
    "--page", is_flag=True, help="Write a Dutch page beside WORKBOOK that explains every figure, without rows."
)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows to this file.")
@click.option("--last-green", is_flag=True, help="Look into the last green build, whatever ran or changed after it.")
def main(workbook: Path, place: str | None, page: bool, csv_file: Path | None, last_green: bool) -> None:
    """Explain a CELL like '2c!D14' of an annex WORKBOOK from INBURGERING_WAREHOUSE, or with --page every figure."""
    from inburgering.annex.csv_file import write_csv
    from inburgering.annex.explained_cell import explain_place
    from inburgering.output_files import file_to_write
    from inburgering.settings import warehouse_file

    if page:
        if place is not None or csv_file:
            raise click.ClickException("--page explains every figure, without rows; leave CELL and --csv out")
        from inburgering.annex.explained_page import write_explained_page

        written = write_explained_page(workbook, warehouse_file(), last_green)
        say(f"Wrote {written.path}: {written.figures} figures explained, without rows of persons")
        return
    if place is None:
        raise click.ClickException("name a CELL like '2c!D14', or ask for a page about every figure with --page")
    if csv_file:
        csv_file = file_to_write(csv_file, ".csv")
    explained = explain_place(workbook, place, warehouse_file(), last_green)
    say(
        explained.words,
        f"Model: {explained.model}; definitions: dbt docs. The column counts_as adds up to the figure.",
        *explained.sql.splitlines(),
        "",
    )
    if csv_file:
        write_csv(csv_file, explained.columns, explained.rows)
        say(f"Wrote {len(explained.rows)} rows to {csv_file}")
        return
    for row in (explained.columns, *explained.rows[:SHOWN_ROWS]):
        say("\t".join(on_one_line("" if value is None else str(value)) for value in row))
    if len(explained.rows) > SHOWN_ROWS:
        say(f"… {len(explained.rows) - SHOWN_ROWS} more; all of them with --csv FILE")


if __name__ == "__main__":
    run(main)
