"""The document that a reviewer signs: everything that is known of the build, and room to sign."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from docx import Document

from inburgering.docs.evidence import Choice, ComparedFigure, DeliveredFile, Evidence
from inburgering.docs.sign_off import write_sign_off

DAY = datetime.date(2024, 1, 31)
FILE = DeliveredFile(DAY, "Atlas", "contracten", "atlas.xlsx", "Contracten", 2, "a" * 64, False, 1200, 1190, 10)
OPEN = Choice("a", "Belgen tellen als EU.", "groepen", 319, "personen", None, "eu_memberships", None, None)
APPROVED = Choice("b", "Nullen staan er.", "tabellen", None, None, "Geen personen.", "annex_figures", "A. Nalezer", DAY)
DIFFERENT = ComparedFigure("Contracten 2019", 10300, 10000, 300, True, DAY, "bron")
EQUAL = ComparedFigure("Contracten 2020", 9000, 9000, 0, True, DAY, "bron")
EVIDENCE = Evidence(
    "2024-02-01 10:00",
    "c0ffee",
    "lists",
    "rules",
    [FILE],
    [OPEN, APPROVED],
    [DIFFERENT, EQUAL],
    {"one": 1000, "two": 500},
)


def texts(path: Path) -> tuple[list[str], list[list[str]]]:
    document = Document(str(path))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    return [paragraph.text for paragraph in document.paragraphs], rows


def test_the_document_to_sign_has_the_build_the_choices_the_tests_and_what_differs(tmp_path: Path) -> None:
    write_sign_off(EVIDENCE, ["Vraag 123"], tmp_path / "nazicht.docx")
    paragraphs, rows = texts(tmp_path / "nazicht.docx")
    assert "Vraag 123" in paragraphs
    assert any("commit c0ffee, regels rules, codelijsten lists" in text for text in paragraphs)
    assert ["31/01/2024", "Atlas: contracten", "2", "a" * 64, "1.200", "1.190", "10"] in rows
    assert ["Belgen tellen als EU.", "groepen", "319 personen", "door niemand"] in rows
    assert ["Nullen staan er.", "tabellen", "niet te tellen: Geen personen.", "A. Nalezer, 31/01/2024"] in rows
    assert "Alle 2 tests van gegevens slaagden, over samen 1.500 rijen." in paragraphs
    assert "Van 2 vergeleken cijfers zijn er 1 gelijk." in paragraphs
    assert ["Contracten 2019", "10.300", "10.000", "300"] in rows
    assert not any(row[0] == "Contracten 2020" for row in rows)
    assert any(text.startswith("Handtekening: …") for text in paragraphs)
    assert not any("synthetisch" in text.lower() for text in paragraphs)


def test_the_document_to_sign_of_the_sample_says_so_in_its_title(tmp_path: Path) -> None:
    sample = dataclasses.replace(EVIDENCE, files=[dataclasses.replace(FILE, is_synthetic=True)])
    write_sign_off(sample, ["Vraag 123"], tmp_path / "nazicht.docx")
    title = "Nazicht van de bijlage (synthetische gegevens)"
    assert texts(tmp_path / "nazicht.docx")[0][0] == title
    assert Document(str(tmp_path / "nazicht.docx")).core_properties.title == title


def test_the_same_build_gives_the_same_document(tmp_path: Path) -> None:
    for name in ("one.docx", "two.docx"):
        write_sign_off(EVIDENCE, ["Vraag 123"], tmp_path / name)
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()
