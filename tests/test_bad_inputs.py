"""Every rule about bad inputs, each with its case in `bad_inputs`: what comes of it, and what stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from bad_inputs import KEPT, REFUSED, SET_ASIDE, Kept, Place, Refused, SetAside, plant_all
from chain import Chain, succeeded
from handmade import REFERENCE_DATE
from inburgering.settings import SAMPLE_KEY
from load_extracts import main as load_extracts

LABELS = "select set_aside_reason, label from set_aside_reasons union all select remark_kind, label from remark_kinds"
FIGURE_TABS = ("1", "2ab", "2c", "2d", "2e", "2f", "2g")


def rule(case: Refused | SetAside | Kept) -> str:
    return case.rule


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file under a folder with its content, and every folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture
def loaded(small_sample: Chain, tmp_path: Path) -> Chain:
    """Return a copy of good extracts of one reference date and of the landing they were loaded into."""
    chain = Chain(tmp_path, SAMPLE_KEY)
    for path in small_sample.extracts.glob(f"*/{REFERENCE_DATE}"):
        shutil.copytree(path, chain.extracts / path.relative_to(small_sample.extracts))
    shutil.copy(small_sample.extracts / "SYNTHETIC_SAMPLE.txt", chain.extracts)
    shutil.copytree(small_sample.landing, chain.landing)
    return chain


def test_there_are_enough_cases_and_every_rule_has_a_name_of_its_own() -> None:
    rules = [case.rule for case in [*REFUSED, *SET_ASIDE, *KEPT]]
    assert len(rules) >= 60
    assert len(set(rules)) == len(rules)
    for cases in (REFUSED, SET_ASIDE, KEPT):
        assert {case.agency for case in cases} == {"agii", "atlas", "amal"}


@pytest.mark.parametrize("case", REFUSED, ids=rule)
def test_refused(loaded: Chain, case: Refused) -> None:
    before = snapshot(loaded.landing)
    case.spoil(loaded.extracts / case.agency / REFERENCE_DATE)
    # In this process: eighty times starting the loader would take longer than its work.
    step = CliRunner().invoke(load_extracts, env=loaded.environment)
    assert isinstance(step.exception, SystemExit), "the loader ends with a traceback"
    assert step.exit_code == 1
    lines = step.stderr.splitlines()
    assert len(lines) == 1, lines
    assert case.matches(lines[0]), lines[0]
    assert snapshot(loaded.landing) == before


@pytest.fixture(scope="module")
def planted(small_sample: Chain, tmp_path_factory: pytest.TempPathFactory) -> tuple[Chain, dict[str, Place]]:
    """Return a chain of the good extracts with every row of the catalogue planted in them, and where they stand."""
    chain = Chain(tmp_path_factory.mktemp("planted"), SAMPLE_KEY)
    shutil.copytree(small_sample.extracts, chain.extracts)
    places = plant_all(chain.extracts)
    succeeded(chain.load())
    succeeded(chain.dbt("build", "--exclude-resource-type", "unit_test"))
    succeeded(chain.export("--output", chain.folder / "annex.xlsx"))
    return chain, places


@pytest.fixture(scope="module")
def verdicts(planted: tuple[Chain, dict[str, Place]]) -> dict[Place, list[tuple[str, str | None]]]:
    """Return, per row of the reference date that was set aside or is odd, each verdict with the value it is about."""
    found: dict[Place, list[tuple[str, str | None]]] = {}
    with duckdb.connect(str(planted[0].warehouse), read_only=True) as connection:
        for query in (
            "select agency, fact, row_number, set_aside_reason, null from int_records_set_aside",
            "select agency, fact, row_number, remark_kind, delivered_value from int_record_remarks",
        ):
            for *place, verdict, value in connection.execute(
                f"{query} where reference_date = ?", [REFERENCE_DATE]
            ).fetchall():
                found.setdefault(Place(*place), []).append((verdict, value))
    return found


@pytest.fixture(scope="module")
def feedback(planted: tuple[Chain, dict[str, Place]]) -> dict[Place, list[tuple[str, bool]]]:
    """Return, per row of the reference date that goes back to its agency, each reason and whether the row counts."""
    found: dict[Place, list[tuple[str, bool]]] = {}
    with duckdb.connect(str(planted[0].warehouse), read_only=True) as connection:
        codes = {label: code for code, label in connection.execute(LABELS).fetchall()}
        for *place, label, is_counted in connection.execute(
            "select agency, fact, row_number, reason, is_counted from feedback_rows where reference_date = ?",
            [REFERENCE_DATE],
        ).fetchall():
            found.setdefault(Place(*place), []).append((codes[label], is_counted))
    return found


@pytest.mark.parametrize("case", SET_ASIDE, ids=rule)
def test_set_aside(planted: tuple, verdicts: dict, feedback: dict, case: SetAside) -> None:
    place = planted[1][case.rule]
    assert verdicts[place] == [(case.reason, None)]
    assert feedback[place] == [(case.reason, False)]


@pytest.mark.parametrize("case", KEPT, ids=rule)
def test_kept_with_a_remark(planted: tuple, verdicts: dict, feedback: dict, case: Kept) -> None:
    place = planted[1][case.rule]
    assert verdicts[place] == [(case.remark, case.value)]
    assert feedback[place] == [(case.remark, True)]


def test_the_rows_around_a_bad_row_are_as_good_as_before(planted: tuple, verdicts: dict, small_sample: Chain) -> None:
    """Nothing but the planted rows is judged otherwise than in the good extracts."""
    # Behind a superseded row stands the good row once more.
    copies = sum(case.reason == "superseded" for case in SET_ASIDE)
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        before = connection.execute(
            "select count(*) from int_records_set_aside where reference_date = ?", [REFERENCE_DATE]
        ).fetchone()[0]
    after = sum(len(found) for found in verdicts.values() if found[0][0] in {case.reason for case in SET_ASIDE})
    assert after == before + len(SET_ASIDE) + copies


def test_every_figure_of_the_annex_stays_the_same(planted: tuple, small_sample: Chain) -> None:
    good, with_bad_rows = (load_workbook(chain.folder / "annex.xlsx") for chain in (small_sample, planted[0]))
    figures = 0
    for tab in FIGURE_TABS:
        expected, found = ([[cell.value for cell in row] for row in book[tab]] for book in (good, with_bad_rows))
        assert found == expected
        figures += sum(isinstance(value, int | float) for row in expected for value in row)
    assert figures > 500
