"""Write what an agency is to deliver: a Dutch workbook, and empty templates beside it."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.argument("agency")
@click.option(
    "--reference-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The delivery that is asked for.  [default: the coming 31 January]",
)
@click.option(
    "--output-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write.  [default: specification]",
)
@click.option(
    "--last-green", is_flag=True, help="Take the codes of the last green build, whatever ran or changed after it."
)
def main(agency: str, reference_date: datetime.datetime | None, output_folder: Path | None, last_green: bool) -> None:
    """Write what AGENCY is to deliver, from the extract contract and the code lists in INBURGERING_WAREHOUSE."""
    from inburgering.feedback.specification import write_specification
    from inburgering.settings import CHECKOUT, warehouse_file

    day = reference_date.date() if reference_date else coming_reference_date(datetime.date.today())
    folder = output_folder or CHECKOUT / "specification"
    output = write_specification(warehouse_file(), folder, agency, day, last_green)
    say(f"Wrote {output}, with templates in {output.with_suffix('')}")


def coming_reference_date(today: datetime.date) -> datetime.date:
    """Return the 31 January that is not over: the day that the yearly question is about."""
    return datetime.date(today.year + (today > datetime.date(today.year, 1, 31)), 1, 31)


if __name__ == "__main__":
    run(main)
