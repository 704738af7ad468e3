"""The annex as its reader meets it: tabs, tables, numbers, links, print set-up and charts."""

from __future__ import annotations

import csv
import datetime
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from inburgering.annex.annex import Annex
from inburgering.annex.question import read_question
from inburgering.annex.reader import read_annex
from inburgering.warehouse.open_build import open_build
from support.annex_tables import table_cells, table_rows
from support.pipeline import CHECKOUT, Pipeline, succeeded

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
PER_YEAR = [
    f"{measure} {year}" for measure in ("Contracten", "Attesten") for year in [*YEARS[:-1], f"{YEARS[-1]} (voorlopig)"]
]
# Headers and labels; the last label is that of the total below the table.
CLOSED_TABLES = {
    ("1", "t1_aanmelding"): (["Aanmelding", "Aantal", "Aandeel"], ["Aangemeld", "Niet aangemeld", "Uitgenodigd"]),
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
    ("2ab", "t2a"): (["Agentschap", *PER_YEAR], AGENCIES),
    ("2ab", "t2b"): (["Provincie", *PER_YEAR], PROVINCES),
    ("2ab", "t2b_gewest"): (
        ["Gewest", *PER_YEAR],
        ["Vlaams Gewest", "Brussels Hoofdstedelijk Gewest", "Ander gewest", "Onbepaald", "Totaal"],
    ),
    ("2c", "t2c"): (["Nationaliteitsgroep", *PER_YEAR], ["EU", "niet-EU", "Onbepaald", "Totaal"]),
    ("2e", "t2e"): (["Geslacht", *PER_YEAR], ["Man", "Vrouw", "X", "Onbepaald", "Totaal"]),
    ("2f", "t2f"): (["Doelgroep", *PER_YEAR], ["Verplicht", "Rechthebbend", "Onbepaald", "Totaal"]),
    ("2g", "t2g"): (["Verblijfsreden", *PER_YEAR], STATUSES),
}
SHARES = ("Bereik", "Aandeel")
CONTROL_TABLES = {
    "controle_totalen",
    "controle_leveringen",
    "controle_terzijde",
    "controle_opmerkingen",
    "controle_gepubliceerd",
    "controle_keuzes",
    "herziening_oorzaken",
    "herziening_kenmerken",
    "herziening_cijfers",
}


@pytest.fixture(scope="module")
def workbook(small_sample: Pipeline) -> Workbook:
    return load_workbook(small_sample.folder / "annex.xlsx")


@pytest.fixture(scope="module")
def control(small_sample: Pipeline) -> Workbook:
    return load_workbook(small_sample.folder / "annex_controle.xlsx")


def test_tabs_stand_in_the_order_of_the_answer(workbook: Workbook, control: Workbook) -> None:
    assert workbook.sheetnames == ["Toelichting", "1", "2ab", "2c", "2d", "2e", "2f", "2g"]
    assert control.sheetnames == ["Controle", "Herziening"]


@pytest.mark.parametrize(("tab", "table"), CLOSED_TABLES)
def test_a_closed_list_shows_every_member_in_its_order_and_its_total_below(
    workbook: Workbook, tab: str, table: str
) -> None:
    header, labels = CLOSED_TABLES[tab, table]
    sheet = workbook[tab]
    rows = table_rows(sheet, table)
    assert rows[0] == header
    assert [row[0] for row in rows[1:]] == labels
    # The Excel table ends before the total, which is bold.
    assert len(sheet[sheet.tables[table].ref]) == len(labels)
    assert all(cell.font.bold for cell in table_cells(sheet, table)[-1])


def test_a_year_has_a_row_where_the_deliveries_hold_invitations(workbook: Workbook) -> None:
    rows = table_rows(workbook["1"], "t1_per_jaar")
    assert rows[0] == ["Jaar", *REACH]
    assert [row[0] for row in rows[1:]] == ["2022", "2023 (voorlopig)"]
    sheet = workbook["1"]
    assert len(sheet[sheet.tables["t1_per_jaar"].ref]) == len(rows)  # no total
    assert rows[-1][1:] == table_rows(sheet, "t1b_agentschap")[-1][1:]


def test_nationalities_stand_by_contracts_in_the_last_year_and_only_those_that_occur(workbook: Workbook) -> None:
    rows = table_rows(workbook["2d"], "t2d")
    assert rows[0] == ["Nationaliteit", *PER_YEAR]
    assert [row[0] for row in rows[-2:]] == ["Onbepaald", "Totaal"]
    countries = rows[1:-2]
    assert len(countries) > 20
    assert all(any(row[1:]) for row in countries)
    last_year = PER_YEAR.index("Contracten 2023 (voorlopig)") + 1
    keys = [(-row[last_year], row[0]) for row in countries]
    assert keys == sorted(keys)


def test_the_workbooks_have_these_tables_and_no_others(workbook: Workbook, control: Workbook) -> None:
    found = {name for sheet in workbook for name in sheet.tables}
    assert found == {table for _, table in CLOSED_TABLES} | {"t2d", "t1_per_jaar"}
    assert {name for sheet in control for name in sheet.tables} == CONTROL_TABLES


def test_tables_stand_below_each_other(workbook: Workbook, control: Workbook) -> None:
    for sheet in (*workbook, *control):
        assert all(table.ref.startswith("A") for table in sheet.tables.values())


def test_every_figure_is_a_number_and_no_cell_of_a_table_is_empty(workbook: Workbook, control: Workbook) -> None:
    figures = 0
    for sheet in (*workbook, *control):
        for name in sheet.tables:
            header, *rows = table_rows(sheet, name)
            assert all(isinstance(text, str) for text in header)
            assert len(set(header)) == len(header)
            for row in rows:
                assert None not in row
                if name not in CONTROL_TABLES:
                    assert all(
                        type(value) in (int, float) or (value == "n.v.t." and column in SHARES)
                        for column, value in zip(header[1:], row[1:], strict=True)
                    )
                    figures += len(row) - 1
    assert figures > 500


def test_totals_are_the_sums_of_their_columns(workbook: Workbook) -> None:
    summed = 0
    for sheet in workbook:
        for name in set(sheet.tables) - {"t1_per_jaar"}:
            header, *rows, total = table_rows(sheet, name)
            for column, title in enumerate(header[1:], start=1):
                if title != "Bereik":
                    assert total[column] == pytest.approx(sum(row[column] for row in rows), abs=1e-12)
                    summed += 1
    assert summed > 60


def test_reach_is_a_fraction_shown_as_a_percentage(workbook: Workbook) -> None:
    sheet = workbook["1"]
    cells = table_cells(sheet, "t1b_agentschap")
    for row in cells[1:]:
        label, invited, registered, _, reach = (cell.value for cell in row)
        assert reach == (registered / invited if invited else 0), label
        assert row[-1].number_format.endswith("0.0%")
        assert row[1].number_format.endswith("#,##0")


def test_the_revision_adds_up_and_names_what_was_restated(control: Workbook) -> None:
    sheet = control["Herziening"]
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
    assert {"Contracten", "Attesten", "Aangemeld"} <= shown.keys()
    assert all(len(changes) == 1 for changes in shown.values()), shown
    first, *lines = table_rows(sheet, "herziening_oorzaken")
    assert first == ["Oorzaak", "Contracten", "Attesten", "Uitgenodigd", "Aangemeld", "Te doen"]
    causes = {row[0]: row[1:] for row in lines}
    assert causes["Later aangeleverd"][0] >= 1  # contracts of 2021 that came a year later
    assert causes["Later aangeleverd"][1] >= 1  # attests of 2020
    assert all(any(persons) for *persons, _ in causes.values())
    assert list(causes)[-1] == "Totaal"
    assert causes["Totaal"][:4] == [sum(row[measure] for row in lines[:-1]) for measure in range(1, 5)]
    changed = [row for row in table_rows(sheet, "herziening_kenmerken")[1:] if row[0] == "Contracten"]
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


def test_the_control_file_says_which_choices_were_made_and_who_approved_them(control: Workbook) -> None:
    header, *rows = table_rows(control["Controle"], "controle_keuzes")
    assert header == ["Keuze", "Goedgekeurd door", "Goedgekeurd op", "Effect"]
    with (CHECKOUT / "seeds" / "lists" / "choices.csv").open(encoding="utf-8", newline="") as file:
        choices = list(csv.DictReader(file))
    # This question shows every event type, and every breakdown with a choice but one.
    expected = {
        (choice["label"], choice["approved_by"] or "–", "/".join(reversed(choice["approved_on"].split("-"))) or "–")
        for choice in choices
        if choice["breakdown"] != "working_area"
    }
    assert {tuple(row[:3]) for row in rows} == expected
    approved = [row[1] != "–" for row in rows]
    assert approved == sorted(approved)


def test_every_link_leads_to_a_sheet_of_the_workbook(workbook: Workbook, control: Workbook) -> None:
    cover = workbook["Toelichting"]
    linked_from_cover = [cell.value for row in cover.iter_rows() for cell in row if cell.hyperlink]
    parts, tabs = ["1", "2a", "2b", "2c", "2d", "2e", "2f", "2g"], ["1", "2ab", "2c", "2d", "2e", "2f", "2g"]
    assert linked_from_cover == [*parts, *tabs]
    for book, home in ((workbook, "Toelichting"), (control, "Controle")):
        targets = [
            cell.hyperlink.location.split("!")[0].strip("'")
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.hyperlink
        ]
        assert set(targets) <= set(book.sheetnames)
        assert targets.count(home) >= len(book.sheetnames) - 1


def test_headers_stay_in_view_and_are_repeated_in_print(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        if len(sheet.tables) == 1:
            [header_row] = [range_boundaries(table.ref)[1] for table in sheet.tables.values()]
            assert sheet.print_title_rows == f"${header_row}:${header_row}"
            assert sheet.freeze_panes == (None if sheet.title == "2d" else f"B{header_row + 1}")


def test_pages_end_between_tables(workbook: Workbook) -> None:
    sheet = workbook["1"]
    bounds = [range_boundaries(table.ref) for table in sheet.tables.values()]
    breaks = [one.id for one in sheet.row_breaks.brk]
    assert breaks
    for after in breaks:
        # The title stands above the header, the total below the table.
        assert not any(first_row - 1 <= after <= last_row for _, first_row, _, last_row in bounds)


def test_the_cover_says_what_the_figures_are(workbook: Workbook) -> None:
    text = "\n".join(str(cell.value) for row in workbook["Toelichting"].iter_rows() for cell in row if cell.value)
    for expected in ("schriftelijke vraag 123 van 26 januari 2024", "31/01/2024", "2023 zijn voorlopig", "Definities"):
        assert expected in text
    assert workbook.properties.title.startswith("Bijlage bij schriftelijke vraag 123")
    assert workbook.properties.created == datetime.datetime(2024, 1, 31)


CHARTS = {
    "1": ("Kolommen: Bereik per agentschap, 2023 (voorlopig).", "t1b_agentschap", 3),
    "2ab": ("Kolommen: Eerste contracten en eerste attesten van inburgering per jaar.", "t2a", 10),
    "2c": ("Staven: Eerste contracten en eerste attesten van inburgering per nationaliteitsgroep, 2023", "t2c", 3),
    "2d": ("per nationaliteit, 2023 (voorlopig), de 10 met het grootste aantal.", "t2d", 10),
    "2e": ("per geslacht, 2023 (voorlopig).", "t2e", 4),
    "2f": ("per doelgroep, 2023 (voorlopig).", "t2f", 3),
    "2g": ("per verblijfsreden, 2023 (voorlopig).", "t2g", 19),
}


def test_every_tab_has_a_chart_of_its_table_and_says_in_words_what_it_shows(small_sample: Pipeline) -> None:
    book = load_workbook(small_sample.folder / "annex.xlsx")
    with zipfile.ZipFile(small_sample.folder / "annex.xlsx") as archive:
        drawings = [archive.read(f"xl/drawings/drawing{number}.xml").decode() for number in range(1, len(CHARTS) + 1)]
    for drawing, (tab, (text, table, bars)) in zip(drawings, CHARTS.items(), strict=True):
        [described] = re.findall(r' descr="([^"]*)"', drawing)
        assert text in described
        assert described.endswith(f" tabel {table}.")
        [chart] = book[tab]._charts
        for series in chart.series:
            cells = [cell for row in book[tab][series.val.numRef.f.split("!")[1].replace("$", "")] for cell in row]
            assert len(cells) == bars
            rows = {cell.row for line in table_cells(book[tab], table)[1:] for cell in line}
            assert {cell.row for cell in cells} <= rows
            assert all(isinstance(cell.value, int | float) for cell in cells)


def test_a_reader_who_cannot_see_finds_language_title_headers_and_no_merged_cells(
    workbook: Workbook, control: Workbook
) -> None:
    for book in (workbook, control):
        assert book.properties.language == "nl-BE"
        assert book.properties.title
        for sheet in book:
            assert not sheet.merged_cells.ranges
            assert sheet["A1"].value
            for table in sheet.tables.values():
                assert table.headerRowCount == 1


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""
    lights = []
    for colour in (first, second):
        channels = [int(colour[-6:][place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_text_stands_out_from_its_ground(workbook: Workbook, control: Workbook) -> None:
    pairs = {
        (cell.font.color.rgb if cell.font.color and cell.font.color.rgb else "FF000000", cell.fill.fgColor.rgb)
        for sheet in (*workbook, *control)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert len(pairs) >= 4
    for text, ground in pairs:
        if isinstance(text, str):  # else a colour of the theme: black
            assert contrast(text, ground if ground != "00000000" else "FFFFFFFF") >= 4.5, (text, ground)


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
    for title in ("1. Wervingsbrieven", "2ab. Eerste", "2g. Eerste"):
        assert title in text
