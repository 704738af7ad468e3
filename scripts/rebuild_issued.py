"""Build an issued annex again: from its commit and its deliveries, beside what is there now."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.argument("question")
@click.argument("issued_on", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--into", type=click.Path(path_type=Path), help="A new folder.  [default: rebuilt/QUESTION/ISSUED_ON]")
@click.pass_context
def main(context: click.Context, question: str, issued_on: datetime.datetime, into: Path | None) -> None:
    """Build what was issued of QUESTION on the day ISSUED_ON again; ends with 1 when it is not the same to the byte."""
    from inburgering.issued.lock import folder_of
    from inburgering.issued.rebuild import rebuild_issued
    from inburgering.settings import CHECKOUT

    day = f"{issued_on:%Y-%m-%d}"
    folder = folder_of(question, day)
    rebuilt = rebuild_issued(folder, (into or CHECKOUT / "rebuilt" / question / day).absolute())
    if rebuilt.is_same:
        say(f"{rebuilt.workbook}: the same as issued, byte for byte")
        return
    issued = folder / rebuilt.workbook.name
    say(
        f"{rebuilt.workbook}: other bytes than issued",
        f"To compare figures: compare_annex.py {issued} {rebuilt.workbook}",
    )
    if not rebuilt.same_packages:
        checkout = rebuilt.workbook.parents[1] / "checkout"
        say(f"The packages were others then: run make setup in {checkout}, and build and export there")
    context.exit(1)


if __name__ == "__main__":
    run(main)
