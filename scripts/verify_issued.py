"""Say of every issued annex whether its figures still come out, and if not, which differ and why that may be."""

from __future__ import annotations

import click

from inburgering.screen import run, say

SHOWN_FIGURES = 20


@click.command()
@click.argument("question", required=False)
@click.pass_context
def main(context: click.Context, question: str | None) -> None:
    """Compare what was issued of QUESTION (without one: of all) with what dbt built; ends with 1 when figures differ."""
    from inburgering.issued.lock import issued_annexes
    from inburgering.issued.verify import verify_issued
    from inburgering.settings import warehouse_file

    differs = False
    for folder in issued_annexes(question):
        verified = verify_issued(folder, warehouse_file())
        figures = verified.figures
        name = f"{verified.lock.question}, issued on {verified.lock.issued_on}"
        say(
            f"{name}: {len(figures)} figures differ now" if figures else f"{name}: every figure still comes out",
            *(f"  differs since: {cause}" for cause in verified.causes),
            *(f"  {figure}" for figure in figures[:SHOWN_FIGURES]),
        )
        if len(figures) > SHOWN_FIGURES:
            say(
                f"  … {len(figures) - SHOWN_FIGURES} more; compare_annex.py {folder / verified.lock.question}.xlsx lists all"
            )
        differs = differs or bool(figures)
    if differs:
        context.exit(1)


if __name__ == "__main__":
    run(main)
