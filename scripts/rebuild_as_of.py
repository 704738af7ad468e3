"""Build from the deliveries as they were known at a moment, beside the warehouse of today."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.argument("moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]))
@click.option("--into", type=click.Path(path_type=Path), help="A new folder.  [default: rebuilt/as_of_MOMENT]")
def main(moment: datetime.datetime, into: Path | None) -> None:
    """Build with the deliveries that were loaded until MOMENT (UTC; a day is its begin), and today's models."""
    from inburgering.issued.rebuild import build_as_of
    from inburgering.settings import CHECKOUT

    into = (into or CHECKOUT / "rebuilt" / f"as_of_{moment:%Y-%m-%dT%H%M}").absolute()
    known = build_as_of(moment.replace(tzinfo=datetime.UTC), into)
    say(
        f"Built in {into} from {len(known)} deliveries",
        *(f"  {name}" for name in known),
        f"To export from it: INBURGERING_LANDING={into}/landing INBURGERING_WAREHOUSE={into}/warehouse.duckdb "
        "python scripts/export_annex.py QUESTION",
    )


if __name__ == "__main__":
    run(main)
