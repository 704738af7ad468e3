"""An agency is data: the recipe of CONTRIBUTING.md, walked with a fourth one, in a copy of the project."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from support.annex_tables import table_rows
from support.handmade import DAY, HEADERS, default_rows, write_deliveries, write_delivery
from support.pipeline import OwnCheckout, own_copy, succeeded

LABEL = "Huis van het Nederlands Brussel"
SHORT = "Huis NL"
THREE = ["Agentschap Integratie en Inburgering", "Atlas", "Amal"]
FIRST_DATE = "2024-01-31"
EARLIER: dict[str, object] = {"agii": "05/05/2022", "atlas": datetime.date(2022, 5, 5), "amal": "2022-05-05"}


def add_agency(checkout: Path) -> None:
    """Follow the recipe: a line of `agencies`, and a sources file in the dialect of AgII."""
    project = checkout / "dbt_project.yml"
    amal = next(line for line in project.read_text(encoding="utf-8").splitlines() if line.startswith("    amal: {"))
    line = (
        f'    hnb: {{label: {LABEL}, short_label: {SHORT}, dialect: agii, kbo_number: "", deliver_from: {FIRST_DATE}}}'
    )
    project.write_text(project.read_text(encoding="utf-8").replace(amal, f"{amal}\n{line}"), encoding="utf-8")
    sources = (checkout / "models/staging/agii/_agii__sources.yml").read_text(encoding="utf-8")
    folder = checkout / "models/staging/hnb"
    folder.mkdir()
    text = sources.replace("- name: agii", "- name: hnb").replace("_agii", "_hnb").replace("agency=agii", "agency=hnb")
    (folder / "_hnb__sources.yml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> OwnCheckout:
    """Return a build of three agencies at two reference dates, and of a fourth at the later one."""
    pipeline = own_copy(tmp_path_factory.mktemp("fourth_agency"))
    add_agency(pipeline.checkout)
    write_deliveries(pipeline.extracts, FIRST_DATE)
    for agency, day in EARLIER.items():
        earlier = {
            table: [[day if value == DAY[agency] else value for value in row] for row in default_rows(agency, table)]
            for table in HEADERS[agency]
        }
        write_delivery(pipeline.extracts, agency, earlier, "2023-01-31")
    nine_digits = 850730034
    tables = {table: default_rows("agii", table) for table in ("uitnodigingen.csv", "contracten.csv", "attesten.csv")}
    for rows in tables.values():
        rows[0][1] = f"{nine_digits}{97 - nine_digits % 97:02d}"
    written = write_delivery(pipeline.folder / "elsewhere", "agii", tables, FIRST_DATE)
    shutil.copytree(written, pipeline.extracts / "hnb" / FIRST_DATE)
    succeeded(pipeline.load())
    succeeded(pipeline.dbt("build"))
    return pipeline


@pytest.fixture(scope="module")
def annex(four: OwnCheckout) -> Workbook:
    succeeded(four.export("sv_2024_123", "--output", four.folder / "123.xlsx"))
    return load_workbook(four.folder / "123.xlsx")


def table(workbook: Workbook, name: str) -> list[list[Any]]:
    [found] = [sheet for sheet in workbook if name in sheet.tables]
    return table_rows(found, name)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("t1b_agentschap", "Uitgenodigd"),
        ("t2a", "Contracten 2023 (voorlopig)"),
        ("t2a", "Attesten 2023 (voorlopig)"),
    ],
)
def test_every_table_by_agency_has_the_fourth(annex: Workbook, name: str, header: str) -> None:
    headers, *rows = table(annex, name)
    by_label = {row[0]: row[headers.index(header)] for row in rows}
    assert list(by_label) == [*THREE, LABEL, "Totaal"]
    assert by_label[LABEL] == 1
    assert by_label["Totaal"] == 2


def test_the_control_file_and_the_sources_below_the_tables_name_the_fourth(four: OwnCheckout, annex: Workbook) -> None:
    control = load_workbook(four.folder / "123_controle.xlsx")
    assert [row[0] for row in table(control, "controle_leveringen")].count(LABEL) == 3
    texts = {str(cell.value) for sheet in annex for row in sheet.iter_rows() for cell in row}
    sources = [text for text in texts if text.startswith("Bron: ")]
    assert sources
    assert all(f"Amal en {LABEL};" in text for text in sources)


def test_what_the_agency_did_not_deliver_before_is_no_data(annex: Workbook) -> None:
    texts = {str(cell.value) for row in annex["2ab"].iter_rows() for cell in row}
    years = "2019 tot en met 2022"
    assert f"{LABEL} leverde geen contracten aan over {years}: die cijfers ontbreken, ze zijn niet nul." in texts


def test_a_question_from_before_has_three_agencies(four: OwnCheckout) -> None:
    succeeded(four.export("sv_2023_113", "--output", four.folder / "113.xlsx"))
    workbook = load_workbook(four.folder / "113.xlsx")
    assert [row[0] for row in table(workbook, "t2a")[1:]] == [*THREE, "Totaal"]
    assert not any(LABEL in str(cell.value) for sheet in workbook for row in sheet.iter_rows() for cell in row)


def test_the_fourth_gets_feedback_of_its_own(four: OwnCheckout) -> None:
    succeeded(four.script("report_rejects", "--output-folder", four.folder / "feedback"))
    assert (four.folder / "feedback" / f"terugmelding_hnb_{FIRST_DATE}.xlsx").is_file()


def test_the_question_is_refused_while_the_fourth_did_not_deliver(four: OwnCheckout, annex: Workbook) -> None:
    assert annex.sheetnames
    shutil.rmtree(four.landing / "agency=hnb" / f"reference_date={FIRST_DATE}")
    build = four.dbt("build")
    assert build.returncode != 0
    assert "no delivery of hnb; load one first" in " ".join(build.stdout.split())
