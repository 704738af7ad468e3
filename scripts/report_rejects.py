"""Write, per agency, the rows to send back: rejected or odd, with file, sheet, row, column, value and reason."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.option(
    "--reference-date", type=click.DateTime(["%Y-%m-%d"]), help="The deliveries to report on.  [default: the newest]"
)
@click.option(
    "--output-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write.  [default: feedback]",
)
@click.option("--last-green", is_flag=True, help="Report on the last green build, whatever ran or changed after it.")
def main(reference_date: datetime.datetime | None, output_folder: Path | None, last_green: bool) -> None:
    """Write the feedback to every agency from INBURGERING_WAREHOUSE: one workbook per agency, in Dutch."""
    from inburgering.feedback.feedback import report_rejects
    from inburgering.settings import CHECKOUT, warehouse_file

    started = time.monotonic()
    folder = output_folder or CHECKOUT / "feedback"
    lines = report_rejects(warehouse_file(), folder, reference_date.date() if reference_date else None, last_green)
    say(*lines, f"Wrote {len(lines)} workbooks, {time.monotonic() - started:.1f} s → {folder}")


if __name__ == "__main__":
    run(main)
