"""Write the Dutch erratum of an issued annex that a later edition replaces, and mark that annex as replaced."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import yaml
from docx import Document
from docx.document import Document as WordDocument

from inburgering.annex.annex import DATA, NOTHING
from inburgering.annex.comparison import DifferingFigure, compare_annexes
from inburgering.annex.csv_file import write_csv
from inburgering.annex.data_package import DESCRIPTOR
from inburgering.annex.texts import dutch_date, dutch_list, dutch_number, titled, uncapitalised
from inburgering.answer.document import save_document, set_page, set_styles
from inburgering.issued.attribution import Step, kinds_that_moved, one_step, steps_between
from inburgering.issued.causes import KINDS_IN_DUTCH, Cause, causes
from inburgering.issued.lock import REPLACED, Lock, read_lock, replaced_by
from inburgering.output_files import drafts_beside, replace_together
from inburgering.write_errors import reason

HEADERS = ("Tabel", "Cijfer", "Jaar", "Rij", "Stond er", "Moet zijn", "Oorzaak")
DOCUMENT, TABLE = "erratum.docx", "erratum.csv"


@dataclass(frozen=True)
class Erratum:
    """An erratum: its document, its table, and how many figures it corrects."""

    document: Path
    table: Path
    figures: int


def write_erratum(old: Path, new: Path, say: Callable[[str], None], causes_together: bool = False) -> Erratum:
    """Write the erratum of the edition in a folder that another replaces, into the old folder.

    Which kind of cause moved which figure is told by annexes that are built between the two, each after a line of
    `say`; with `causes_together` none is built, and every figure has all kinds.

    Raises click.ClickException when the editions are not of one question and in this order, nothing differs, the old
    one was replaced before, what an annex between the two needs is no longer there, or the folder cannot be written.
    """
    locks = read_lock(old), read_lock(new)
    if locks[0].issued_on >= locks[1].issued_on:
        raise click.ClickException(f"{new}: not issued after {old}; name the older edition first")
    if edition := replaced_by(old):
        raise click.ClickException(f"{old}: replaced by the edition of {edition} already; it has one erratum")
    workbook = f"{locks[0].question}.xlsx"
    figures = compare_annexes(old / workbook, new / workbook).figures
    if not figures:
        raise click.ClickException(f"{new}: has the same figures as {old}; there is nothing to correct")
    why = _causes(*locks)
    ends = old / workbook, new / workbook
    if causes_together:
        steps = one_step(*ends, why)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            steps = steps_between(ends[0], locks[0], ends[1], locks[1].commit, why, Path(scratch), say)
    rows = _rows(new / locks[1].question, figures, steps)
    is_synthetic = any(_is_synthetic(folder / lock.question) for folder, lock in zip((old, new), locks, strict=True))
    document = _document(locks, rows, why, causes_together, is_synthetic)
    moment = datetime.datetime.combine(locks[1].issued_on, datetime.time())
    try:
        with drafts_beside(old / DOCUMENT) as drafts:
            save_document(document, drafts.folder / DOCUMENT, moment)
            write_csv(drafts.folder / TABLE, HEADERS, rows)
            said = {"replaced_by": locks[1].issued_on, "erratum": DOCUMENT}
            (drafts.folder / REPLACED).write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
            replace_together(drafts.folder, old, (DOCUMENT, TABLE, REPLACED))
    except OSError as error:
        raise click.ClickException(f"{old}: cannot be written ({reason(error)}); make room for it") from None
    return Erratum(old / DOCUMENT, old / TABLE, len(rows))


def _causes(then: Lock, now: Lock) -> tuple[Cause, ...]:
    question = f"{then.question}.yml"
    return causes(
        (now.deliveries, then.deliveries),
        (now.files, then.files),
        (now.issued[question], then.issued[question]),
        (now.packages, then.packages),
    )


def _is_synthetic(package: Path) -> bool:
    """Return whether the register of an annex says that its figures are of the synthetic sample."""
    return DATA in _descriptor(package)["provenance"]


def _descriptor(package: Path) -> dict:
    return json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))


def _rows(package: Path, figures: tuple[DifferingFigure, ...], steps: tuple[Step, ...]) -> list[tuple[str, ...]]:
    """Return a row per figure in the words of the annex."""
    descriptor = _descriptor(package)
    fields = [field for resource in descriptor["resources"] for field in resource["schema"]["fields"]]
    labels = {
        category["value"]: category["label"]
        for field in fields
        if field["name"] == "measure"
        for category in field["categories"]
    }
    return [
        (
            figure.table,
            labels.get(figure.measure, figure.measure),
            figure.year,
            " – ".join(label for label in (figure.label, figure.second_label) if label),
            _figure(figure.old),
            _figure(figure.new),
            dutch_list([KINDS_IN_DUTCH[kind] for kind in kinds_that_moved(figure, steps)]) or "niet bekend",
        )
        for figure in figures
    ]


def _figure(text: str | None) -> str:
    if not text:
        return NOTHING
    return dutch_number(int(text)) if text.isdigit() else text.replace(".", ",")


def _document(
    locks: tuple[Lock, Lock],
    rows: list[tuple[str, ...]],
    why: tuple[Cause, ...],
    causes_together: bool,
    is_synthetic: bool,
) -> WordDocument:
    then, now = locks
    document = Document()
    set_styles(document)
    set_page(document, titled(f"Erratum – {now.label}", is_synthetic))
    document.core_properties.title = titled(f"Erratum bij de bijlage bij {uncapitalised(now.label)}", is_synthetic)
    document.core_properties.author = document.core_properties.last_modified_by = "Warehouse inburgering"
    moment = datetime.datetime.combine(now.issued_on, datetime.time())
    document.core_properties.created = document.core_properties.modified = moment
    document.add_paragraph(titled("Erratum", is_synthetic), style="Title")
    cells = "één cijfer" if len(rows) == 1 else f"{dutch_number(len(rows))} cijfers"
    document.add_paragraph(
        f"De bijlage bij {uncapitalised(now.label)} die op {dutch_date(then.issued_on)} bezorgd werd, bevat {cells} "
        f"die niet juist zijn. De bijlage van {dutch_date(now.issued_on)} vervangt haar. Beide blijven bewaard."
    )
    document.add_paragraph("Oorzaak", style="Heading 1")
    if not why:
        document.add_paragraph("De oorzaak is niet bekend: beide bijlagen komen van dezelfde gegevens en regels.")
    else:
        listed = dutch_list([cause.in_dutch for cause in why])
        document.add_paragraph(f"{listed[:1].upper()}{listed[1:]}.")
        if causes_together and len(why) > 1:
            document.add_paragraph("Welke oorzaak bij welk cijfer hoort, is hier niet uitgesplitst.")
    document.add_paragraph("Verbeterde cijfers", style="Heading 1")
    table = document.add_table(rows=1, cols=len(HEADERS), style="Table Grid")
    for cell, header in zip(table.rows[0].cells, HEADERS, strict=True):
        cell.paragraphs[0].add_run(header).bold = True
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return document
