"""Say of every issued annex whether its figures still come out, and if not, which differ and why that may be."""

from __future__ import annotations

import click

from inburgering.screen import run, say

SHOWN_FIGURES = 20


@click.command()
@click.argument("question", required=False)
@click.pass_context
def main(context: click.Context, question: str | None) -> None:
    """Compare what was issued of QUESTION (default: of all) with what dbt built; ends with 1 when figures differ."""
    from inburgering.issued.lock import issued_annexes, replaced_by
    from inburgering.issued.verify import verify_issued
    from inburgering.settings import warehouse_file

    differs = False
    for folder in issued_annexes(question):
        name = f"{folder.parent.name}, issued on {folder.name}"
        if edition := replaced_by(folder):
            say(f"{name}: replaced by the edition of {edition}; its erratum stands in {folder}")
            continue
        verified = verify_issued(folder, warehouse_file())
        figures = verified.figures
        said = f"{len(figures)} figures differ now" if figures else "every figure still comes out"
        say(
            f"{name}: {said}",
            *(f"  differs since: {cause}" for cause in verified.causes),
            *(f"  {figure}" for figure in figures[:SHOWN_FIGURES]),
        )
        if len(figures) > SHOWN_FIGURES:
            workbook = folder / f"{verified.lock.question}.xlsx"
            say(f"  … {len(figures) - SHOWN_FIGURES} more; export now, and compare_annex.py {workbook} NEW lists all")
        differs = differs or bool(figures)
    if differs:
        context.exit(1)


if __name__ == "__main__":
    run(main)
