"""Say of every issued annex whether its figures still come out, and if not, which differ and why."""

from __future__ import annotations

from pathlib import Path

import click

from inburgering.screen import run, say

SHOWN_FIGURES = 20


@click.command()
@click.argument("question", required=False)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all to this file.")
@click.pass_context
def main(context: click.Context, question: str | None, csv_file: Path | None) -> None:
    """Compare what was issued of QUESTION (default: of all) with what dbt built; ends with 1 when figures differ.

    Where several kinds of cause may have moved figures, one annex is built for each further kind, to tell them apart.
    """
    from inburgering.annex.comparison import HEADERS
    from inburgering.annex.csv_file import write_csv
    from inburgering.issued.lock import issued_annexes, replaced_by
    from inburgering.issued.verify import verify_issued
    from inburgering.output_files import file_to_write
    from inburgering.settings import warehouse_file

    if csv_file:
        csv_file = file_to_write(csv_file, ".csv")
    rows: list[tuple] = []
    for folder in issued_annexes(question):
        name = f"{folder.parent.name}, issued on {folder.name}"
        if edition := replaced_by(folder):
            say(f"{name}: replaced by the edition of {edition}; its erratum stands in {folder}")
            continue
        verified = verify_issued(folder, warehouse_file(), say)
        figures = verified.figures
        said = f"{len(figures)} figures differ now" if figures else "every figure still comes out"
        say(
            f"{name}: {said}",
            *(f"  differs since: {cause}" for cause in verified.causes),
            *(f"  {figure}" for figure in figures[:SHOWN_FIGURES]),
        )
        if len(figures) > SHOWN_FIGURES:
            say(f"  … {len(figures) - SHOWN_FIGURES} more; all of them with --csv FILE")
        rows += [(folder.parent.name, folder.name, *figure.cells) for figure in figures]
    if csv_file:
        write_csv(csv_file, ("question", "issued_on", *HEADERS, "causes"), rows)
        say(f"Wrote {len(rows)} figures to {csv_file}")
    if rows:
        context.exit(1)


if __name__ == "__main__":
    run(main)
