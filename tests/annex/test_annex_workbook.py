"""The annex as its reader meets it: tabs, tables, numbers, links, print set-up and charts."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import Annex
from inburgering.annex.question import read_question
from inburgering.annex.reader import read_annex
from inburgering.warehouse.open_build import open_build
from support.pipeline import Pipeline, succeeded

YEARS = ["2019", "2020", "2021", "2022", "2023"]
REACH = ["Uitgenodigd", "Aangemeld", "Niet aangemeld", "Bereik"]
AGENCIES = ["Agentschap Integratie en Inburgering", "Atlas", "Amal", "Totaal"]
PROVINCES = [
    "Antwerpen",
    "Limburg",
    "Oost-Vlaanderen",
    "Vlaams-Brabant",
    "West-Vlaanderen",
    "Brussels Hoofdstedelijk Gewest",
    "Ander gewest",
    "Onbepaald",
    "Totaal",
]
STATUSES = [
    "arbeidsmigrant EU+",
    "EU+ in afwachting",
    "gezinshereniging met derdelander",
    "student derdelander",
    "gezinshereniging met EU+",
    "gezinshereniging met Belg",
    "erkend vluchteling",
    "student EU+",
    "beschikker voldoende bestaansmiddelen EU+",
    "arbeidsmigrant derdelander",
    "andere reden derdelander",
    "geregulariseerd",
    "Belg nieuwkomer",
    "andere reden EU+",
    "gezinshereniging met EU+ of Belg",
    "asielzoeker",
    "subsidiaire bescherming",
    "overige",
    "onbepaald",
    "Totaal",
]
CLOSED_TABLES = {
    ("1", "t1b_agentschap"): (["Agentschap", *REACH], AGENCIES),
    ("1", "t1c_provincie"): (["Provincie", *REACH], PROVINCES),
    ("1", "t1_niet_aangemeld"): (
        ["Reden", "Aantal"],
        [
            "Termijn loopt nog",
            "Rechthebbend",
            "Verhuisd naar het buitenland",
            "Verhuisd naar een ander gewest",
            "Geen doelgroep na controle",
            "Overleden",
            "Onbekend",
            "Totaal",
        ],
    ),
}
for suffix in ("contracten", "attesten"):
    CLOSED_TABLES |= {
        ("2ab", f"t2a_{suffix}"): (["Agentschap", *YEARS], AGENCIES),
        ("2ab", f"t2b_{suffix}"): (["Provincie", *YEARS], PROVINCES),
        ("2c", f"t2c_{suffix}"): (["Nationaliteitsgroep", *YEARS], ["EU", "niet-EU", "Onbepaald", "Totaal"]),
        ("2e", f"t2e_{suffix}"): (["Geslacht", *YEARS], ["Man", "Vrouw", "X", "Onbepaald", "Totaal"]),
        ("2f", f"t2f_{suffix}"): (["Doelgroep", *YEARS], ["Verplicht", "Rechthebbend", "Onbepaald", "Totaal"]),
        ("2g", f"t2g_{suffix}"): (["Verblijfsreden", *YEARS], STATUSES),
    }
OWN_TABLES = {
    "controle_totalen",
    "controle_leveringen",
    "controle_terzijde",
    "controle_opmerkingen",
    "controle_gepubliceerd",
    "herziening_oorzaken",
    "herziening_kenmerken",
    "herziening_cijfers",
}


@pytest.fixture(scope="module")
def workbook(small_sample: Pipeline) -> Workbook:
    return load_workbook(small_sample.folder / "annex.xlsx")


def table_rows(sheet: Worksheet, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]


def test_tabs_stand_in_the_order_of_the_answer(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["Toelichting", "1", "2ab", "2c", "2d", "2e", "2f", "2g", "Controle", "Herziening"]


@pytest.mark.parametrize(("tab", "table"), CLOSED_TABLES)
def test_a_closed_list_shows_every_member_in_its_order(workbook: Workbook, tab: str, table: str) -> None:
    header, labels = CLOSED_TABLES[tab, table]
    rows = table_rows(workbook[tab], table)
    assert rows[0] == header
    assert [row[0] for row in rows[1:]] == labels


@pytest.mark.parametrize("table", ["t2d_contracten", "t2d_attesten"])
def test_nationalities_stand_by_contracts_in_the_last_year_and_only_those_that_occur(
    workbook: Workbook, table: str
) -> None:
    rows = table_rows(workbook["2d"], table)
    contracts = {row[0]: row[-1] for row in table_rows(workbook["2d"], "t2d_contracten")[1:]}
    assert rows[0] == ["Nationaliteit", *YEARS]
    assert [row[0] for row in rows[-2:]] == ["Onbepaald", "Totaal"]
    countries = rows[1:-2]
    assert len(countries) > 20
    assert all(any(row[1:]) for row in countries)
    keys = [(-contracts.get(row[0], 0), row[0]) for row in countries]
    assert keys == sorted(keys)


def test_the_workbook_has_these_tables_and_no_others(workbook: Workbook) -> None:
    found = {name for sheet in workbook for name in sheet.tables}
    assert found == {table for _, table in CLOSED_TABLES} | {"t2d_contracten", "t2d_attesten"} | OWN_TABLES


def test_every_figure_is_a_number_and_no_cell_of_a_table_is_empty(workbook: Workbook) -> None:
    figures = 0
    for sheet in workbook:
        for name in sheet.tables:
            header, *rows = table_rows(sheet, name)
            assert all(isinstance(text, str) for text in header)
            for row in rows:
                assert None not in row
                if name not in OWN_TABLES:
                    assert all(
                        type(value) in (int, float) or (value, column) == ("n.v.t.", "Bereik")
                        for column, value in zip(header[1:], row[1:], strict=True)
                    )
                    figures += len(row) - 1
    assert figures > 500


def test_totals_are_the_sums_of_their_columns(workbook: Workbook) -> None:
    for sheet in workbook:
        for name in sheet.tables:
            if name in OWN_TABLES:
                continue
            header, *rows, total = table_rows(sheet, name)
            for column, title in enumerate(header[1:], start=1):
                if title != "Bereik":
                    assert total[column] == sum(row[column] for row in rows)


def test_reach_is_a_fraction_shown_as_a_percentage(workbook: Workbook) -> None:
    sheet = workbook["1"]
    cells = sheet[sheet.tables["t1b_agentschap"].ref]
    for row in cells[1:]:
        label, invited, registered, _, reach = (cell.value for cell in row)
        assert reach == (registered / invited if invited else 0), label
        assert row[-1].number_format.endswith("0.0%")
        assert row[1].number_format.endswith("#,##0")


def test_the_revision_adds_up_and_names_what_was_restated(workbook: Workbook) -> None:
    sheet = workbook["Herziening"]
    header, *rows = table_rows(sheet, "herziening_cijfers")
    assert header[:7] == ["Maat", "Jaar", "Kenmerk", "Waarde", "Vorige", "Nu", "Verschil"]
    assert {row[1] for row in rows} <= {"2019", "2020", "2021", "2022"}
    for row in rows:
        assert row[5] - row[4] == row[6] == sum(row[7:])
        assert any(row[7:])
    net: dict[tuple[str, str], int] = {}
    for row in rows:
        net[row[0], row[2]] = net.get((row[0], row[2]), 0) + row[6]
    # Of one measure every breakdown that the question shows changes by as many persons.
    shown = {measure: {change for (of, _), change in net.items() if of == measure} for measure, _ in net}
    assert {"Eerste contracten", "Eerste attesten", "Aangemeld"} <= shown.keys()
    assert all(len(changes) == 1 for changes in shown.values()), shown
    first, *lines = table_rows(sheet, "herziening_oorzaken")
    assert first == ["Oorzaak", "Eerste contracten", "Eerste attesten", "Uitgenodigd", "Aangemeld", "Te doen"]
    causes = {row[0]: row[1:] for row in lines}
    assert causes["Later aangeleverd"][0] >= 1  # contracts of 2021 that came a year later
    assert causes["Later aangeleverd"][1] >= 1  # attests of 2020
    assert all(any(persons) for *persons, _ in causes.values())
    assert list(causes)[-1] == "Totaal"
    assert causes["Totaal"][:4] == [sum(row[measure] for row in lines[:-1]) for measure in range(1, 5)]
    changed = [row for row in table_rows(sheet, "herziening_kenmerken")[1:] if row[0] == "Eerste contracten"]
    assert sum(row[4] for row in changed) >= causes["Andere kenmerken"][0] >= 1
    assert all(row[2] != row[3] for row in changed)


def annex_of_one_year(pipeline: Pipeline, year: int) -> Annex:
    question = read_question("sv_2024_123").model_copy(update={"first_year": year, "last_year": year})
    with open_build(pipeline.warehouse, last_green=True) as connection:
        return read_annex(connection, question)


def test_the_revision_of_a_year_without_changes_is_one_line_of_zeros(small_sample: Pipeline) -> None:
    blocks = annex_of_one_year(small_sample, 2019).revision
    assert [(block.table_name, [row.cells for row in block.rows]) for block in blocks] == [
        ("herziening_oorzaken", [("Totaal", 0, 0, 0, 0, "–")])
    ]


def test_there_is_no_revision_of_years_that_were_not_closed_at_the_previous_date(small_sample: Pipeline) -> None:
    closed, open_then = (annex_of_one_year(small_sample, year) for year in (2022, 2023))
    assert closed.previous_reference_date == datetime.date(2023, 1, 31)
    assert closed.revision
    assert open_then.previous_reference_date is None
    assert open_then.revision == ()


def test_every_link_leads_to_a_sheet_of_the_workbook(workbook: Workbook) -> None:
    targets = [
        cell.hyperlink.location.split("!")[0].strip("'")
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    cover = workbook["Toelichting"]
    linked_from_cover = [cell.value for row in cover.iter_rows() for cell in row if cell.hyperlink]
    parts, tabs = ["1", "2a", "2b", "2c", "2d", "2e", "2f", "2g"], ["1", "2ab", "2c", "2d", "2e", "2f", "2g"]
    assert linked_from_cover == [*parts, *tabs, "Controle", "Herziening"]
    assert set(targets) <= set(workbook.sheetnames)
    assert targets.count("Toelichting") == len(workbook.sheetnames) - 1


def test_headers_stay_in_view_and_are_repeated_in_print(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.page_setup.fitToWidth == 1
        if sheet.title not in ("Toelichting", "Controle", "Herziening"):
            header_row = min(int(table.ref.split(":")[0].lstrip("ABCDEFGHIJKLMNOP")) for table in sheet.tables.values())
            assert sheet.freeze_panes == f"A{header_row + 1}"
            assert sheet.print_title_rows == f"$1:${header_row}"


def test_the_cover_says_what_the_figures_are(workbook: Workbook) -> None:
    text = "\n".join(str(cell.value) for row in workbook["Toelichting"].iter_rows() for cell in row if cell.value)
    for expected in ("schriftelijke vraag 123 van 26 januari 2024", "31/01/2024", "2023 zijn voorlopig", "Definities"):
        assert expected in text
    assert workbook.properties.title.startswith("Bijlage bij schriftelijke vraag 123")
    assert workbook.properties.created == datetime.datetime(2024, 1, 31)


def test_there_are_charts_where_people_would_rather_look(
    workbook: Workbook, small_sample: Pipeline, tmp_path: Path
) -> None:
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(small_sample.folder / "annex.xlsx", unpacked, "zip")
    assert len(list((unpacked / "xl" / "charts").glob("chart*.xml"))) == 2
    assert (unpacked / "xl" / "worksheets" / "_rels" / "sheet2.xml.rels").is_file()
    assert (unpacked / "xl" / "worksheets" / "_rels" / "sheet3.xml.rels").is_file()


def test_the_same_build_gives_the_same_bytes(small_sample: Pipeline, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    succeeded(small_sample.export("--output", first))
    succeeded(small_sample.export("sv_2024_123", "--output", second))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="LibreOffice or pdftotext is not installed"
)
def test_libreoffice_prints_every_tab_without_cut_numbers(small_sample: Pipeline, tmp_path: Path) -> None:
    subprocess.run(
        [  # noqa: S607
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            small_sample.folder / "annex.xlsx",
        ],
        check=True,
        capture_output=True,
    )
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "annex.pdf", "-"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "##" not in text
    for title in ("1. Wervingsbrieven", "2ab. Eerste", "2g. Eerste", "Controle: totalen", "Herziening: waarom"):
        assert title in text
