"""All implementations of the benchmark count the same annex as the project, also from a landing that was multiplied."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from dev.benchmark.compared_counts import (
    DifferentCountsError,
    compare_builds,
    compare_with_multiple,
    compare_with_warehouse,
)
from dev.benchmark.measuring import Measured
from dev.benchmark.multiplied_extracts import multiply_csv_extracts
from dev.benchmark.multiplied_landing import add_reference_dates, multiply_landing
from dev.run_benchmark import BY_HAND, EVERY_STATEMENT, IMPLEMENTATIONS, SAME_WORK, SCAN, Runner
from inburgering.settings import SAMPLE_KEY
from support.pipeline import Pipeline, succeeded

COPIES = 3


@pytest.fixture(scope="module")
def multiplied(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a build of every row of the small sample three times, and of one reference date more than it has."""
    pipeline = Pipeline(tmp_path_factory.mktemp("multiplied"), SAMPLE_KEY)
    multiply_landing(small_sample.landing, pipeline.landing, COPIES)
    add_reference_dates(pipeline.landing, 1)
    statements = Runner(pipeline.folder, COPIES).log.parent
    succeeded(pipeline.dbt("build", "--log-path", statements, *EVERY_STATEMENT))
    return pipeline


def count(name: str, landing: Path, result: Path) -> Path:
    if name in ("polars", "pandas") and find_spec(name) is None:
        pytest.skip(f"{name} is installed by make bench")
    run = subprocess.run([*IMPLEMENTATIONS[name], landing, result], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return result


@pytest.mark.parametrize("name", [name for name in IMPLEMENTATIONS if name not in (SAME_WORK, SCAN)])
def test_every_implementation_counts_what_the_project_counts(name: str, multiplied: Pipeline, tmp_path: Path) -> None:
    assert compare_with_warehouse(multiplied.warehouse, count(name, multiplied.landing, tmp_path / "counts")) > 3000


# Of a build, what other tables are made of, and what nothing else is made of.
MADE_BY_HAND = {
    "annex_compared_dates",
    "annex_cube",
    "annex_medians",
    "annex_revised_persons",
    "annex_revision_moves",
    "fct_attests",
    "fct_contracts",
    "fct_invitations",
    "fct_trajectories",
    "stg_landing__current_files",
    "int_event_warnings",
    "int_events",
    "int_rejected_rows",
}


@pytest.fixture(scope="module")
def by_hand(multiplied: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database that the script makes that does the work of the build."""
    return count(SAME_WORK, multiplied.landing, tmp_path_factory.mktemp("by_hand") / "by_hand.duckdb")


def test_the_script_that_does_the_work_of_the_build_makes_the_same_tables(multiplied: Pipeline, by_hand: Path) -> None:
    rows = compare_builds(multiplied.warehouse, by_hand)
    assert set(rows) == MADE_BY_HAND
    assert rows["annex_cube"] > 50_000
    assert rows["int_rejected_rows"] > 30


@pytest.mark.parametrize(
    "change",
    [
        "update annex_cube set persons = persons + 1 where year = 2019 and breakdown = 'total'",
        "delete from int_event_warnings where row_number = (select min(row_number) from int_event_warnings)",
        "insert into fct_contracts from fct_contracts limit 1",
        "update fct_invitations set year = null where row_number = (select min(row_number) from fct_invitations)",
        "delete from annex_medians",
    ],
    ids=["another figure", "a row less", "a row twice", "a value that is not there", "no rows"],
)
def test_builds_that_differ_are_seen(change: str, multiplied: Pipeline, by_hand: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.duckdb"
    shutil.copy(by_hand, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute(change)
    with pytest.raises(DifferentCountsError):
        compare_builds(multiplied.warehouse, changed)


def test_an_empty_build_is_seen(multiplied: Pipeline, tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(DifferentCountsError):
        compare_builds(multiplied.warehouse, tmp_path / "empty.duckdb")


def test_the_sql_of_a_build_alone_makes_the_same_tables(multiplied: Pipeline) -> None:
    runner = Runner(multiplied.folder, COPIES)
    runner.replay(Measured())
    rows = compare_builds(multiplied.warehouse, runner.log.parent / multiplied.warehouse.name)
    assert rows.keys() > MADE_BY_HAND - {"int_rejected_rows"}  # a view of the build


def test_every_figure_of_a_multiplied_landing_is_a_multiple(small_sample: Pipeline, tmp_path: Path) -> None:
    multiply_landing(small_sample.landing, tmp_path / "landing", COPIES)
    single = count(BY_HAND, small_sample.landing, tmp_path / "single")
    many = count(BY_HAND, tmp_path / "landing", tmp_path / "many")
    assert compare_with_multiple(single, many, COPIES) > 2000
    with pytest.raises(DifferentCountsError):
        compare_with_multiple(single, many, COPIES + 1)


def test_every_rejected_row_is_there_as_many_times(small_sample: Pipeline, multiplied: Pipeline) -> None:
    def rejected(pipeline: Pipeline) -> dict[tuple, int]:
        with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select reference_date, agency, event_type, rejection_reason, rows_rejected from annex_checks_rejected"
            ).fetchall()
        return {tuple(key): number for *key, number in rows}

    once, many = rejected(small_sample), rejected(multiplied)
    assert sum(once.values()) > 10
    assert {key: many[key] for key in once} == {key: COPIES * number for key, number in once.items()}


@pytest.mark.parametrize(
    "change",
    [
        "select * replace (if(place = 7, persons + 1, persons) as persons) from counts",
        "select * from counts where place <> 7",
        "select * from counts where false",
    ],
    ids=["another figure", "a figure less", "no figures"],
)
def test_counts_that_differ_are_seen(change: str, multiplied: Pipeline, tmp_path: Path) -> None:
    counts, changed = count(BY_HAND, multiplied.landing, tmp_path / "counts"), tmp_path / "changed"
    with duckdb.connect() as connection:
        connection.execute(
            f"create view counts as select *, row_number() over () as place from read_parquet('{counts}')"
        )
        connection.execute(f"copy ({change}) to '{changed}' (format parquet)")
    with pytest.raises(DifferentCountsError):
        compare_with_warehouse(multiplied.warehouse, changed)


def test_the_scan_reads_every_column_that_is_counted_from(small_sample: Pipeline, tmp_path: Path) -> None:
    count(SCAN, small_sample.landing, tmp_path / "scan")
    scanned = IMPLEMENTATIONS[SCAN][-1]
    by_hand = Path(IMPLEMENTATIONS[BY_HAND][-1]).read_text(encoding="utf-8")
    text = Path(scanned).read_text(encoding="utf-8")
    columns = {
        column
        for file in small_sample.landing.glob("agency=*/*/*/*.parquet")
        if file.stem not in ("delivery", "broken_rows")
        for (column,) in duckdb.execute(
            "select name from parquet_schema(?) where type is not null", [str(file)]
        ).fetchall()
    }
    counted_from = {column for column in columns if column in by_hand}
    assert len(counted_from) > 40
    assert {column for column in counted_from if column not in text} == set()


def test_of_multiplied_extracts_every_row_that_can_be_read_lands_as_many_times(
    small_sample: Pipeline, tmp_path: Path
) -> None:
    pipeline = Pipeline(tmp_path, SAMPLE_KEY)
    multiply_csv_extracts(small_sample.extracts, pipeline.extracts, COPIES)
    succeeded(pipeline.load())

    def landed(landing: Path) -> dict[tuple, int]:
        rows = duckdb.execute(
            "select agency, reference_date, event_type, rows_delivered - rows_broken "
            "from read_parquet(?, hive_partitioning = true)",
            [
                [
                    str(file)
                    for agency in ("agii", "amal")
                    for file in landing.glob(f"agency={agency}/*/*/delivery.parquet")
                ]
            ],
        ).fetchall()
        return {tuple(key): number for *key, number in rows}

    once = landed(small_sample.landing)
    assert sum(once.values()) > 1000
    assert landed(pipeline.landing) == {key: COPIES * number for key, number in once.items()}
