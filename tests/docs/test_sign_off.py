"""The document that a reviewer signs: everything that is known of the build, and room to sign."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from docx import Document

from inburgering.annex.question import all_questions
from inburgering.docs.evidence import Choice, ComparedFigure, DeliveredFile, Evidence
from inburgering.docs.sign_off import write_sign_off
from inburgering.docs.texts import checks
from inburgering.settings import UNCOMMITTED

DAY = datetime.date(2024, 1, 31)
FILE = DeliveredFile(DAY, "Atlas", "contracten", "atlas.xlsx", "Contracten", 2, "a" * 64, False, 1200, 1190, 10)
OPEN = Choice(
    "a", "Belgen tellen als EU.", "groepen", 319, "Belgen", 293, "zij niet-EU waren", None, "m", "n=BE", None, None
)
APPROVED = Choice(
    "b", "Nullen staan er.", "tabellen", None, None, None, None, "Geen personen.", "m", None, "A. Nalezer", DAY
)
DIFFERENT = ComparedFigure("Contracten 2019", 10300, 10000, 300, True, DAY, "bron")
EQUAL = ComparedFigure("Contracten 2020", 9000, 9000, 0, True, DAY, "bron")
QUESTIONS = all_questions()
DEFINITIONS = {
    measure: (f"Naam van {measure}", f"Wie {measure} telt.")
    for question in QUESTIONS
    for table in question.tables
    for measure in table.measures
}
EVIDENCE = Evidence(
    "2024-02-01 10:00",
    "c0ffee" + UNCOMMITTED,
    "lists",
    "rules",
    [FILE],
    [OPEN, APPROVED],
    [DIFFERENT, EQUAL],
    DEFINITIONS,
    {"key_of_one": 1000, "key_of_two": 500, "in_words": 7, "warns": 9},
)


def a_test(name: str, guards: str, severity: str = "ERROR") -> dict:
    return {"name": name, "config": {"severity": severity, "meta": {"in_dutch": guards}}}


MANIFEST = {
    "nodes": {
        "key_of_one": a_test("key_of_one", "Elke rij staat er één keer."),
        "in_words": a_test("in_words", "Niemand telt dubbel."),
        "key_of_two": a_test("key_of_two", "Elke rij staat er één keer."),
        "warns": a_test("warns", "Wat verzonden is, blijft.", "warn"),
    }
}


def texts(path: Path) -> tuple[list[str], list[list[str]]]:
    document = Document(str(path))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    return [paragraph.text for paragraph in document.paragraphs], rows


def test_tests_of_one_kind_are_one_check_with_their_number_and_rows() -> None:
    assert checks(MANIFEST, EVIDENCE) == [
        ("Niemand telt dubbel.", "1", "geslaagd", "7"),
        ("Elke rij staat er één keer.", "2", "geslaagd", "1.500"),
        ("Wat verzonden is, blijft.", "1", "houdt een bouw niet tegen", "9"),
    ]


def test_the_document_to_sign_has_the_build_the_choices_the_tests_and_what_differs(tmp_path: Path) -> None:
    write_sign_off(EVIDENCE, QUESTIONS, checks(MANIFEST, EVIDENCE), tmp_path / "nazicht.docx")
    paragraphs, rows = texts(tmp_path / "nazicht.docx")
    in_dutch = "commit c0ffee, met wijzigingen die niet in een commit staan, regels rules, codelijsten lists"
    assert any(in_dutch in text for text in paragraphs)
    assert ["31/01/2024", "Atlas: contracten", "2", "a" * 64, "1.200", "1.190", "10"] in rows
    assert ["Belgen tellen als EU.", "groepen", "319 Belgen", "293 als zij niet-EU waren", "door niemand"] in rows
    assert ["Nullen staan er.", "tabellen", "niet te tellen: Geen personen.", "–", "A. Nalezer, 31/01/2024"] in rows
    assert "Geen van de 4 tests van gegevens faalde, over samen 1.516 rijen." in paragraphs
    assert ["Elke rij staat er één keer.", "2", "geslaagd", "1.500"] in rows
    assert "Van 2 vergeleken cijfers zijn er 1 gelijk." in paragraphs
    assert ["Contracten 2019", "10.300", "10.000", "300"] in rows
    assert not any(row[0] == "Contracten 2020" for row in rows)
    assert any(text.startswith("Handtekening: …") for text in paragraphs)
    assert not any("synthetisch" in text.lower() for text in paragraphs)


def test_the_document_to_sign_of_the_sample_says_so_in_its_title(tmp_path: Path) -> None:
    sample = dataclasses.replace(EVIDENCE, files=[dataclasses.replace(FILE, is_synthetic=True)])
    write_sign_off(sample, QUESTIONS, checks(MANIFEST, sample), tmp_path / "nazicht.docx")
    title = "Nazicht van de bijlage (synthetische gegevens)"
    assert texts(tmp_path / "nazicht.docx")[0][0] == title
    assert Document(str(tmp_path / "nazicht.docx")).core_properties.title == title


def test_the_document_to_sign_says_of_every_question_whom_its_tabs_count(tmp_path: Path) -> None:
    write_sign_off(EVIDENCE, QUESTIONS, [], tmp_path / "nazicht.docx")
    paragraphs, rows = texts(tmp_path / "nazicht.docx")
    assert {"doorstroom", "sv_2024_123"} <= {question.name for question in QUESTIONS}
    for question in QUESTIONS:
        assert f"{question.label} (peildatum {question.reference_date:%d/%m/%Y})" in paragraphs
        for tab in question.tabs:
            [of_tab] = [row for row in rows if row[:2] == [tab.name, question.title_of(tab)] and "Naam" in row[2]][:1]
            assert all(f"Naam van {measure}" in of_tab[2] for table in tab.tables for measure in table.measures)
    for definition in DEFINITIONS.values():
        assert list(definition) in rows


def test_the_same_build_gives_the_same_document(tmp_path: Path) -> None:
    for name in ("one.docx", "two.docx"):
        write_sign_off(EVIDENCE, QUESTIONS, checks(MANIFEST, EVIDENCE), tmp_path / name)
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()
