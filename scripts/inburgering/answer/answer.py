"""Write the answer to a question: sentences with the figures of its annex, in a Word document."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from inburgering.annex.question import Question
from inburgering.annex.reader import read_annex
from inburgering.answer.document import build_document, save_document
from inburgering.answer.template import write_sentences
from inburgering.output_files import drafts_beside, file_to_write
from inburgering.settings import CHECKOUT
from inburgering.warehouse.open_build import open_build
from inburgering.write_errors import reason

TEMPLATES = CHECKOUT / "scripts" / "inburgering" / "answer"


def write_answer(
    question: Question, warehouse: Path, output: Path, template: Path | None = None, last_green: bool = False
) -> int:
    """Write the answer to a question, by a template or by that of the question; return its number of paragraphs.

    Raises click.ClickException when the warehouse may not be used, the template cannot be filled or the file cannot be
    written; the document that was there before then stays.
    """
    output = file_to_write(output, ".docx")
    with open_build(warehouse, last_green) as connection:
        annex = read_annex(connection, question)
    paragraphs = write_sentences(template or TEMPLATES / question.sentences, annex)
    document = build_document(annex, paragraphs)
    moment = datetime.datetime.combine(question.reference_date, datetime.time())
    try:
        with drafts_beside(output) as drafts:
            draft = drafts.folder / output.name
            save_document(document, draft, moment)
            draft.replace(output)
    except OSError as error:
        raise click.ClickException(
            f"{output}: cannot be written ({reason(error)}); close it or name another file with --output"
        ) from None
    return len(paragraphs)
