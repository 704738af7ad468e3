"""When an annex may be exported, and what the message is when it may not."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from inburgering.settings import SAMPLE_KEY
from inburgering.warehouse.build_status import write_status
from support.pipeline import Pipeline, refused, succeeded


@pytest.fixture
def built(small_sample: Pipeline, tmp_path: Path) -> Pipeline:
    """Return a copy of the small sample that a test may spoil."""
    shutil.copytree(small_sample.landing, tmp_path / "landing")
    for path in small_sample.folder.glob("warehouse.duckdb*"):
        shutil.copy(path, tmp_path)
    shutil.copytree(small_sample.folder / "target", tmp_path / "target")
    return Pipeline(tmp_path, SAMPLE_KEY)


def refusal(pipeline: Pipeline) -> str:
    """Return why the export is refused, after checking that the annex made before is still what it was."""
    output = pipeline.folder / "annex" / "annex.xlsx"
    output.parent.mkdir(exist_ok=True)
    output.write_text("the annex made before")
    message = refused(pipeline.export("--output", output))
    assert output.read_text() == "the annex made before"
    assert list(output.parent.iterdir()) == [output]
    return message


def test_the_name_defaults_to_the_question(built: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built.folder)
    printed = succeeded(built.export("sv_2024_123", "--output", built.folder / "new" / "folder" / "a.xlsx"))
    assert (built.folder / "new" / "folder" / "a.xlsx").is_file()
    assert "reference date 2024-01-31" in printed
    assert "figures equal to the warehouse" in printed


def test_no_warehouse(pipeline: Pipeline) -> None:
    assert refusal(pipeline) == (
        f"Error: {pipeline.warehouse}: no such warehouse; run dbt build first, or set INBURGERING_WAREHOUSE"
    )


def test_a_file_that_is_no_warehouse(pipeline: Pipeline) -> None:
    pipeline.warehouse.write_text("x" * 10_000)
    assert "not a DuckDB warehouse; run dbt build anew" in refusal(pipeline)


def test_a_warehouse_that_was_never_built(pipeline: Pipeline) -> None:
    duckdb.connect(str(pipeline.warehouse)).close()
    assert refusal(pipeline) == f"Error: {pipeline.warehouse}: not the result of a green build; run dbt build first"


def test_a_warehouse_that_another_program_writes_to(built: Pipeline) -> None:
    with duckdb.connect(str(built.warehouse)):
        assert "in use by another program; try again later" in refusal(built)


def test_a_build_of_some_models_only(built: Pipeline) -> None:
    succeeded(built.dbt("build", "--select", "dim_gender"))
    message = refusal(built)
    assert "(dbt build, started" in message
    assert "is partial" in message
    assert "steps were left out; run dbt build until it is green, or export the green build of" in message


def test_a_run_without_tests(built: Pipeline) -> None:
    succeeded(built.dbt("run"))
    assert "(dbt run, started" in refusal(built)


def test_a_build_that_was_broken_off(built: Pipeline) -> None:
    started = replace(built.last_run(), invocation_id="another", outcome="running", problem="broken off")
    write_status(built.warehouse, started)
    assert "is running: broken off" in refusal(built)


def test_a_build_with_a_step_that_failed_and_the_green_one_before_it(built: Pipeline) -> None:
    succeeded(built.export("--output", built.folder / "before.xlsx"))
    assert built.dbt("build", "--vars", "{first_possible_day: drie}").returncode != 0
    assert re.search(r"is red: \d+ steps failed, \w+ first; run dbt build until it is green", refusal(built))
    succeeded(built.export("--last-green", "--output", built.folder / "after.xlsx"))
    assert (built.folder / "before.xlsx").read_bytes() == (built.folder / "after.xlsx").read_bytes()


def test_a_build_without_rows(built: Pipeline) -> None:
    built.dbt("build", "--empty")
    assert "run dbt build until it is green" in refusal(built)


def test_a_red_test_after_a_green_build_counts_and_a_green_one_does_not(built: Pipeline) -> None:
    succeeded(built.dbt("test", "--select", "one_row_of_dim_gender_per_gender"))
    succeeded(built.export("--output", built.folder / "a.xlsx"))
    with duckdb.connect(f"{built.warehouse}.building") as connection:
        connection.execute("delete from dim_gender")
    assert built.dbt("test", "--select", "one_row_of_dim_gender_per_gender").returncode != 0
    assert "(dbt test, started" in refusal(built)


def test_an_agency_without_a_delivery_for_the_reference_date(built: Pipeline) -> None:
    shutil.rmtree(built.landing / "agency=amal" / "reference_date=2024-01-31")
    succeeded(built.dbt("build"))
    assert refusal(built) == (
        "Error: no delivery of Amal for reference date 2024-01-31; load it and run dbt build, "
        "or name another reference date in the question"
    )


def test_totals_that_do_not_add_up(built: Pipeline) -> None:
    with duckdb.connect(str(built.warehouse)) as connection:
        connection.execute("update annex_checks_totals set agrees = false where year = 2022")
    assert "Eerste contracten of 2022 by Totaal do not add up to the total" in refusal(built)


def test_an_unknown_question(built: Pipeline) -> None:
    assert "no such question; known are sv_2023_113, sv_2024_123" in refused(built.export("sv_1999_1"))


def test_an_output_that_cannot_be_written(built: Pipeline) -> None:
    (built.folder / "annex.xlsx").mkdir()
    assert "Usage" not in refused_usage(built.export("--output", built.folder / "annex.xlsx"))
    (built.folder / "file").write_text("")
    message = refused(built.export("--output", built.folder / "file" / "annex.xlsx"))
    assert "cannot be written" in message
    assert "--output" in message


def refused_usage(step: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a refusal that click makes itself, below its usage lines."""
    assert step.returncode == 2
    return step.stderr.splitlines()[-1]


def test_the_build_refuses_a_landing_without_an_agency(built: Pipeline) -> None:
    shutil.rmtree(built.landing / "agency=atlas")
    step = built.dbt("build")
    assert step.returncode != 0
    assert "no delivery of atlas; load one first with python scripts/load_extracts.py" in step.stdout
    succeeded(built.export("--output", built.folder / "a.xlsx"))
