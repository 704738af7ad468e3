"""Write the erratum of an issued annex that a later edition replaces."""

from __future__ import annotations

import datetime

import click

from inburgering.screen import run, say

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("question")
@click.argument("old", type=DAY)
@click.argument("new", type=DAY)
@click.option("--causes-together", is_flag=True, help="Do not build what tells which cause moved which figure.")
def main(question: str, old: datetime.datetime, new: datetime.datetime, causes_together: bool) -> None:
    """Write the erratum of the edition of QUESTION issued on the day OLD, which that of the day NEW replaces.

    Issue the new edition first. Both editions stay; the old one is marked as replaced.
    """
    from inburgering.issued.erratum import write_erratum
    from inburgering.issued.lock import folder_of

    then, now = (folder_of(question, f"{day:%Y-%m-%d}") for day in (old, new))
    written = write_erratum(then, now, say, causes_together)
    say(
        f"Wrote {written.document} and {written.table.name}: {written.figures} figures corrected",
        f"{question}, issued on {old:%Y-%m-%d}, is marked as replaced. Read the erratum, and commit that folder.",
    )


if __name__ == "__main__":
    run(main)
