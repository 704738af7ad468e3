"""Say which figures differ between two annexes, and what they were made from that differs."""

from __future__ import annotations

from pathlib import Path

import click

from inburgering.screen import run, say

SHOWN_FIGURES = 20


@click.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all to this file.")
def main(old: Path, new: Path, csv_file: Path | None) -> None:
    """Compare the annex OLD with the annex NEW: two workbooks with their data packages beside them, or two packages."""
    from inburgering.annex.comparison import HEADERS, compare_annexes
    from inburgering.annex.csv_file import write_csv
    from inburgering.output_files import file_to_write

    if csv_file:
        csv_file = file_to_write(csv_file, ".csv")
    comparison = compare_annexes(old, new)
    say(f"{len(comparison.figures)} figures differ", *(f"Differs too: {what}" for what in comparison.made_from))
    if csv_file:
        write_csv(csv_file, HEADERS, [tuple(vars(figure).values()) for figure in comparison.figures])
        say(f"Wrote {len(comparison.figures)} figures to {csv_file}")
        return
    say(*(f"  {figure}" for figure in comparison.figures[:SHOWN_FIGURES]))
    if len(comparison.figures) > SHOWN_FIGURES:
        say(f"  … {len(comparison.figures) - SHOWN_FIGURES} more; all of them with --csv FILE")


if __name__ == "__main__":
    run(main)
