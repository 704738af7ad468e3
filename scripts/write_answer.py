"""Write the Dutch draft of the answer to a question, with the figures of its annex, as a Word document."""

from __future__ import annotations

import datetime
import io
import time
from pathlib import Path

import click

from inburgering.annex.annex import read_annex
from inburgering.annex.question import Question, newest_question, read_question
from inburgering.annex.reproducible_workbook import write_reproducibly
from inburgering.answer.document import build_document
from inburgering.answer.template import write_sentences
from inburgering.output_files import drafts_beside
from inburgering.settings import CHECKOUT, warehouse_file
from inburgering.warehouse.reader import open_build
from inburgering.write_errors import reason

TEMPLATE = CHECKOUT / "scripts" / "inburgering" / "answer" / "antwoord.md"


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
    default=TEMPLATE,
    help="The sentences.  [default: scripts/inburgering/answer/antwoord.md]",
)
@click.option("--last-green", is_flag=True, help="Take the last green build, whatever ran or changed after it.")
def main(name: str | None, output: Path | None, template: Path, last_green: bool) -> None:
    """Write the answer to question NAME (without a name: the newest) from INBURGERING_WAREHOUSE."""
    started = time.monotonic()
    question = read_question(name) if name else newest_question()
    output = output or CHECKOUT / "annex" / f"{question.name}.docx"
    paragraphs = write_answer(question, warehouse_file(), output, template, last_green)
    click.echo(
        f"Wrote {output}: {question.label}, reference date {question.reference_date}, {paragraphs} paragraphs, "
        f"{time.monotonic() - started:.1f} s"
    )


def write_answer(
    question: Question, warehouse: Path, output: Path, template: Path = TEMPLATE, last_green: bool = False
) -> int:
    """Write the answer to a question and return its number of paragraphs.

    Raises click.ClickException when the warehouse may not be used, the template cannot be filled or the file cannot be
    written; the document that was there before then stays.
    """
    with open_build(warehouse, last_green) as connection:
        paragraphs = write_sentences(template, read_annex(connection, question))
    document = build_document(question, paragraphs)
    moment = datetime.datetime.combine(question.reference_date, datetime.time())
    try:
        with drafts_beside(output) as workspace:
            content, draft = io.BytesIO(), workspace / output.name
            document.save(content)
            write_reproducibly(content, draft, moment)
            draft.replace(output)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written ({reason(error)}); close it or name another file with --output"
        ) from None
    return len(paragraphs)


if __name__ == "__main__":
    main()
