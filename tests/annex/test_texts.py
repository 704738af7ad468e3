"""What a text says of a rule follows the data that the count uses."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from inburgering.annex.annex import Annex
from inburgering.annex.question import read_question
from inburgering.annex.reader import read_annex
from inburgering.annex.texts import definitions, source_line
from inburgering.annex.workbook import tab_notes
from support.pipeline import Pipeline

FIRST_OF_TABS = {"1": 0, "2ab": 1}


def annex_after(small_sample: Pipeline, folder: Path, *changes: str) -> Annex:
    """Return the annex of question 123 after changes to what was built."""
    warehouse = folder / "warehouse.duckdb"
    shutil.copy(small_sample.warehouse, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for change in changes:
            connection.execute(change)
        return read_annex(connection, read_question("sv_2024_123"))


@pytest.mark.parametrize(
    ("term", "change", "before", "after"),
    [
        (
            "Termijn loopt nog",
            "insert into registration_terms by name select date '2023-06-01' as letters_from, 6 as months, "
            "'brussels_gewest' as province",
            "en 3 maanden na",
            "en 3 maanden (Brussels Hoofdstedelijk Gewest: 6 maanden voor brieven vanaf 01/06/2023) na",
        ),
        (
            "Termijn loopt nog",
            "insert into registration_terms (letters_from, province, months) values ('2023-06-01', 'everywhere', 4)",
            "en 3 maanden na",
            "en 4 maanden na",
        ),
        (
            "Nationaliteitsgroep",
            "delete from eu_memberships where nationality = 'BE'",
            "Belgen tellen als EU.",
            "Belgen tellen als niet-EU.",
        ),
        (
            "Nationaliteitsgroep",
            "update eu_memberships set member_until = '2024-01-01' where nationality = 'HU'",
            "(Verenigd Koninkrijk tot en met 31/01/2020)",
            "(Verenigd Koninkrijk tot en met 31/01/2020; Hongarije tot en met 31/12/2023)",
        ),
        (
            "Attesten",
            "update counted_types set is_counted_type = true where type_code = 'AEVC05'",
            "Een attest van eerder verworven competenties (EVC) telt niet mee.",
            "over alle agentschappen heen.",
        ),
        (
            "Verblijfsreden",
            "update dim_residence_status set reported_as = 'VR19' where residence_status = 'VR20'",
            "‘tijdelijk ontheemde’ telt onder ‘overige’",
            "‘tijdelijk ontheemde’ telt onder ‘onbepaald’",
        ),
    ],
)
def test_a_definition_follows_its_rule(
    small_sample: Pipeline, tmp_path: Path, term: str, change: str, before: str, after: str
) -> None:
    (tmp_path / "as built").mkdir()
    assert before in definitions(annex_after(small_sample, tmp_path / "as built"))[term]
    text = definitions(annex_after(small_sample, tmp_path, change))[term]
    assert after in text
    assert before not in text


def test_a_term_of_later_letters_does_not_change_what_an_earlier_reference_date_says(
    small_sample: Pipeline, tmp_path: Path
) -> None:
    later = "insert into registration_terms (letters_from, province, months) values ('2024-02-01', 'everywhere', 6)"
    assert "en 3 maanden na" in definitions(annex_after(small_sample, tmp_path, later))["Termijn loopt nog"]


def test_the_source_names_who_delivered(small_sample: Pipeline, tmp_path: Path) -> None:
    renamed = "update dim_agency set label = 'Huis van het Nederlands' where agency = 'amal'"
    line = source_line(annex_after(small_sample, tmp_path, renamed))
    assert "Agentschap Integratie en Inburgering, Atlas en Huis van het Nederlands; peildatum 31/01/2024" in line


def test_a_year_before_the_first_row_of_an_agency_is_no_data(small_sample: Pipeline, tmp_path: Path) -> None:
    none_before = """
        update annex_checks_deliveries set first_year = 2022
        where agency = 'atlas' and event_type = 'contracts' and reference_date = '2024-01-31'
    """
    annex = annex_after(small_sample, tmp_path, none_before)
    note = "Atlas leverde geen contracten aan over 2019 tot en met 2021: die cijfers ontbreken, ze zijn niet nul."
    assert note in tab_notes(annex, annex.tabs[FIRST_OF_TABS["2ab"]])
    assert note not in tab_notes(annex, annex.tabs[FIRST_OF_TABS["1"]])
    [deliveries] = [block for block in annex.checks if block.table_name == "controle_leveringen"]
    first_year = [column.header for column in deliveries.columns].index("Eerste jaar")
    assert {row.cells[first_year] for row in deliveries.rows if row.codes == ("atlas", "contracts")} == {"2022"}
