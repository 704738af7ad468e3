"""Every rule about bad inputs, each with its case in `bad_inputs`: what comes of it, and what stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from inburgering.settings import SAMPLE_MARKER
from load_extracts import main as load_extracts
from support.bad_inputs import KEPT, REFUSED, REJECTED, Kept, Place, Refused, Rejected, plant_all
from support.handmade import REFERENCE_DATE
from support.pipeline import Pipeline, succeeded

LABELS = "select rejection_reason, label from rejection_reasons union all select warning, label from warnings"
FIGURE_TABS = ("1", "2ab", "2c", "2d", "2e", "2f", "2g")


def rule(case: Refused | Rejected | Kept) -> str:
    return case.rule


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file under a folder with its content, and every folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return good extracts of one reference date, so small that none of their rows is broken, and their landing."""
    pipeline = Pipeline(tmp_path_factory.mktemp("good"))
    succeeded(pipeline.maintain("generate_extracts", "--scale", "0.01", "--reference-date", REFERENCE_DATE))
    (pipeline.extracts / SAMPLE_MARKER).unlink()
    succeeded(pipeline.load())
    return pipeline


@pytest.fixture
def loaded(good: Pipeline, tmp_path: Path) -> Pipeline:
    """Return a copy of the good extracts and of their landing."""
    pipeline = Pipeline(tmp_path)
    shutil.copytree(good.extracts, pipeline.extracts)
    shutil.copytree(good.landing, pipeline.landing)
    return pipeline


def test_there_are_enough_cases_and_every_rule_has_a_name_of_its_own() -> None:
    rules = [*(case.rule for case in REFUSED), *(case.rule for case in REJECTED), *(case.rule for case in KEPT)]
    assert len(rules) >= 60
    assert len(set(rules)) == len(rules)
    for cases in (REFUSED, REJECTED, KEPT):
        assert {case.agency for case in cases} == {"agii", "atlas", "amal"}


@pytest.mark.parametrize("case", REFUSED, ids=rule)
def test_refused(loaded: Pipeline, case: Refused) -> None:
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
def planted(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, dict[str, Place]]:
    """Return a pipeline of the good extracts with every row of the catalogue planted in them, and where they stand."""
    pipeline = Pipeline(tmp_path_factory.mktemp("planted"))
    shutil.copytree(small_sample.extracts, pipeline.extracts)
    # With a key of its own it is loaded as any extracts are.
    (pipeline.extracts / SAMPLE_MARKER).unlink()
    places = plant_all(pipeline.extracts)
    succeeded(pipeline.load())
    succeeded(pipeline.dbt("build"))
    pipeline.export_whatever_is_rejected(pipeline.folder / "annex.xlsx")
    return pipeline, places


@pytest.fixture(scope="module")
def verdicts(planted: tuple[Pipeline, dict[str, Place]]) -> dict[Place, list[tuple[str, str | None]]]:
    """Return, per row of the reference date that was rejected or is odd, each verdict with the value it is about."""
    found: dict[Place, list[tuple[str, str | None]]] = {}
    with duckdb.connect(str(planted[0].warehouse), read_only=True) as connection:
        for query in (
            "select agency, event_type, row_number, rejection_reason, null from int_rejected_rows",
            "select agency, event_type, row_number, warnings.warning, delivered_value from feedback_rows "
            "inner join warnings on feedback_rows.reason = warnings.label",
        ):
            for *place, verdict, value in connection.execute(
                f"{query} where reference_date = ?", [REFERENCE_DATE]
            ).fetchall():
                found.setdefault(Place(*place), []).append((verdict, value))
    return found


@pytest.fixture(scope="module")
def feedback(planted: tuple[Pipeline, dict[str, Place]]) -> dict[Place, list[tuple[str, bool]]]:
    """Return, per row of the reference date that goes back to its agency, each reason and whether the row counts."""
    found: dict[Place, list[tuple[str, bool]]] = {}
    with duckdb.connect(str(planted[0].warehouse), read_only=True) as connection:
        codes = {label: code for code, label in connection.execute(LABELS).fetchall()}
        for *place, label, is_counted in connection.execute(
            "select agency, event_type, row_number, reason, is_counted from feedback_rows where reference_date = ?",
            [REFERENCE_DATE],
        ).fetchall():
            found.setdefault(Place(*place), []).append((codes[label], is_counted))
    return found


@pytest.mark.parametrize("case", REJECTED, ids=rule)
def test_rejected(planted: tuple, verdicts: dict, feedback: dict, case: Rejected) -> None:
    place = planted[1][case.rule]
    assert verdicts[place] == [(case.reason, None)]
    assert feedback[place] == [(case.reason, False)]


@pytest.mark.parametrize("case", KEPT, ids=rule)
def test_kept_with_a_warning(planted: tuple, verdicts: dict, feedback: dict, case: Kept) -> None:
    place = planted[1][case.rule]
    assert verdicts[place] == [(case.warning, case.value)]
    assert feedback[place] == [(case.warning, case.warning not in ("empty_type_code", "unknown_type_code"))]


def test_the_rows_around_a_bad_row_are_as_good_as_before(
    planted: tuple, verdicts: dict, small_sample: Pipeline
) -> None:
    """Nothing but the planted rows is validated otherwise than in the good extracts."""
    # Behind a superseded row stands the good row once more.
    copies = sum(case.reason == "superseded" for case in REJECTED)
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        [(before,)] = connection.execute(
            "select count(*) from int_rejected_rows where reference_date = ?", [REFERENCE_DATE]
        ).fetchall()
    after = sum(len(found) for found in verdicts.values() if found[0][0] in {case.reason for case in REJECTED})
    assert after == before + len(REJECTED) + copies


def test_every_figure_of_the_annex_stays_the_same(planted: tuple, small_sample: Pipeline) -> None:
    good, with_bad_rows = (load_workbook(pipeline.folder / "annex.xlsx") for pipeline in (small_sample, planted[0]))
    figures = 0
    for tab in FIGURE_TABS:
        # Below the title, which says of the sample that it is synthetic.
        expected, found = (
            [[cell.value for cell in row] for row in book[tab].iter_rows(min_row=2)] for book in (good, with_bad_rows)
        )
        assert found == expected
        figures += sum(isinstance(value, int | float) for row in expected for value in row)
    assert figures > 500
