"""Write the Dutch draft of the answer to a question, with the figures of its annex, as a Word document."""

from __future__ import annotations

import time
from pathlib import Path

import click

from inburgering.screen import run, say


@click.command()
@click.argument("name", required=False)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The document to write.  [default: annex/NAME.docx]",
)
@click.option(
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The sentences.  [default: that of the question, in scripts/inburgering/answer]",
)
@click.option("--last-green", is_flag=True, help="Take the last green build, whatever ran or changed after it.")
def main(name: str | None, output: Path | None, template: Path | None, last_green: bool) -> None:
    """Write the answer to question NAME (without a name: the newest) from INBURGERING_WAREHOUSE."""
    from inburgering.annex.question import newest_question, read_question
    from inburgering.answer.answer import write_answer
    from inburgering.settings import CHECKOUT, warehouse_file

    started = time.monotonic()
    question = read_question(name) if name else newest_question()
    output = output or CHECKOUT / "annex" / f"{question.name}.docx"
    paragraphs = write_answer(question, warehouse_file(), output, template, last_green)
    say(
        f"Wrote {output}: {question.label}, reference date {question.reference_date}, {paragraphs} paragraphs, "
        f"{time.monotonic() - started:.1f} s"
    )


if __name__ == "__main__":
    run(main)
