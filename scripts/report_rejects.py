"""Write, per agency, what is wrong with its delivery, what to do about it, and the rows."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.argument("agency", required=False)
@click.option(
    "--reference-date", type=click.DateTime(["%Y-%m-%d"]), help="The deliveries to report on.  [default: the newest]"
)
@click.option(
    "--output-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write.  [default: feedback]",
)
@click.option("--last-green", is_flag=True, help="Report on the last green build, whatever ran or changed after it.")
def main(
    agency: str | None, reference_date: datetime.datetime | None, output_folder: Path | None, last_green: bool
) -> None:
    """Write the feedback to AGENCY, or to all, from INBURGERING_WAREHOUSE: a Dutch workbook with CSV beside it."""
    from inburgering.feedback.feedback import report_rejects
    from inburgering.settings import CHECKOUT, warehouse_file

    started = time.monotonic()
    folder = output_folder or CHECKOUT / "feedback"
    day = reference_date.date() if reference_date else None
    lines = report_rejects(warehouse_file(), folder, agency, day, last_green)
    say(*lines, f"Wrote {len(lines)} workbooks, {time.monotonic() - started:.1f} s → {folder}")


if __name__ == "__main__":
    run(main)
