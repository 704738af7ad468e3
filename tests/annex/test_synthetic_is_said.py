"""Whatever carries figures of the synthetic sample says so in its titles and in its register; nothing else does."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from inburgering.annex.annex import Annex
from inburgering.annex.control_file import build_control_file
from inburgering.annex.data_package import write_package
from inburgering.annex.question import newest_question
from inburgering.annex.reader import read_annex
from inburgering.annex.workbook import build_workbook
from inburgering.answer.answer import TEMPLATES, write_answer
from inburgering.answer.document import build_document
from inburgering.answer.template import write_sentences
from inburgering.feedback.feedback import report_rejects
from inburgering.issued.erratum import write_erratum
from inburgering.issued.lock import write_lock
from inburgering.screen import say
from inburgering.settings import file_hash
from support.edited_package import edit_package
from support.locks import made_up_lock
from support.pipeline import Pipeline

SAID = "(synthetische gegevens)"


@pytest.fixture(scope="module")
def annex(small_sample: Pipeline) -> Annex:
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as warehouse:
        return read_annex(warehouse, newest_question())


@pytest.fixture
def real(annex: Annex) -> Annex:
    """Return the annex as it would be of real deliveries."""
    unsaid = [
        dataclasses.replace(block, title=block.title.replace(f" {SAID}", ""))
        if "leveringen" in block.table_name
        else block
        for block in annex.checks
    ]
    return dataclasses.replace(annex, is_synthetic=False, checks=tuple(unsaid))


def titles(workbook: Workbook) -> list[str]:
    """Return the titles of a workbook: of itself, of every sheet, above its footers and of every chart."""
    of_charts = [chart.title.tx.rich.p[0].r[0].t for sheet in workbook for chart in sheet._charts]
    of_sheets = [text for sheet in workbook for text in (sheet["A1"].value, sheet.oddFooter.left.text)]
    return [workbook.properties.title, *of_sheets, *of_charts]


def test_every_title_and_the_register_of_an_annex_say_it(annex: Annex, small_sample: Pipeline, tmp_path: Path) -> None:
    written = load_workbook(small_sample.folder / "annex.xlsx")
    control = load_workbook(small_sample.folder / "annex_controle.xlsx")
    for workbook in (written, control):
        assert len(titles(workbook)) >= 3
        assert all(SAID in title for title in titles(workbook)), titles(workbook)
        assert {one.name: one.value for one in workbook.custom_doc_props.props}["data"] == "synthetisch"
    assert f"Aangeleverde, aanvaarde en terzijde gelegde rijen {SAID}" in [
        cell.value for cell in control["Controle"]["A"]
    ]
    descriptor = json.loads((small_sample.folder / "annex" / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["provenance"]["data"] == "synthetisch"
    said = [descriptor["title"], *(one["title"] for name in ("resources", "sources") for one in descriptor[name])]
    assert len(said) > 10
    assert all(SAID in title for title in said), said


def test_an_annex_of_real_deliveries_says_it_nowhere(real: Annex, tmp_path: Path) -> None:
    workbook = build_workbook(real)[0]
    for book in (workbook, build_control_file(real)):
        assert not [title for title in titles(book) if "synthet" in title]
        assert "data" not in {one.name for one in book.custom_doc_props.props}
    write_package(tmp_path / "package", real)
    assert "synthet" not in (tmp_path / "package" / "datapackage.json").read_text(encoding="utf-8")
    document = build_document(real, write_sentences(TEMPLATES / real.question.sentences, real))
    assert "synthet" not in "".join(paragraph.text for paragraph in document.paragraphs)


def test_the_answer_says_it_whatever_its_template_says(small_sample: Pipeline, tmp_path: Path) -> None:
    template = tmp_path / "own.md"
    template.write_text("# Antwoord\n\nHet jaar {{ vraag.laatste_jaar }}.\n", encoding="utf-8")
    output = tmp_path / "answer.docx"
    write_answer(newest_question(), small_sample.warehouse, output, template, last_green=True)
    document = Document(str(output))
    assert document.paragraphs[0].text == f"Antwoord {SAID}"
    assert SAID in document.core_properties.title
    assert SAID in document.sections[0].footer.paragraphs[0].text


def test_the_feedback_says_it(small_sample: Pipeline, tmp_path: Path) -> None:
    report_rejects(small_sample.warehouse, tmp_path, agency="atlas", last_green=True)
    [path] = tmp_path.glob("*.xlsx")
    workbook = load_workbook(path)
    assert len(titles(workbook)) == 5
    assert all(SAID in title for title in titles(workbook)), titles(workbook)


def test_an_erratum_says_it_when_either_edition_does(small_sample: Pipeline, tmp_path: Path) -> None:
    editions = []
    for day in ("2024-03-01", "2024-09-01"):
        folder = tmp_path / day
        shutil.copytree(small_sample.folder / "annex", folder / "sv_2024_123")
        shutil.copy(small_sample.folder / "annex.xlsx", folder / "sv_2024_123.xlsx")
        (folder / "sv_2024_123.yml").write_text("question")
        editions.append(folder)
    figures = editions[1] / "sv_2024_123" / "tab_2ab.csv"
    header, first, *_ = figures.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    at = header.split(",").index("persons")
    cells[at] = str(int(cells[at]) + 1)
    edit_package(figures, f"{first}\n", ",".join(cells) + "\n")
    descriptor = editions[1] / "sv_2024_123" / "datapackage.json"
    told = json.loads(descriptor.read_text(encoding="utf-8"))
    del told["provenance"]["data"]
    descriptor.write_text(json.dumps(told), encoding="utf-8")
    days = (datetime.date(2024, 3, 1), datetime.date(2024, 9, 1))
    for folder, issued_on in zip(editions, days, strict=True):
        files = {name: file_hash(folder / name) for name in ("sv_2024_123.xlsx", "sv_2024_123.yml")}
        write_lock(folder, made_up_lock(issued_on=issued_on, issued=files))
    document = Document(str(write_erratum(editions[0], editions[1], say).document))
    assert document.paragraphs[0].text == f"Erratum {SAID}"
    assert SAID in document.core_properties.title
    assert SAID in document.sections[0].footer.paragraphs[0].text
