"""All implementations of the benchmark count the same annex as the project, also from a landing that was multiplied."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from dev.benchmark.compared_counts import DifferentCountsError, compare_with_multiple, compare_with_warehouse
from dev.benchmark.multiplied_extracts import multiply_csv_extracts
from dev.benchmark.multiplied_landing import add_reference_dates, multiply_landing
from dev.run_benchmark import BY_HAND, IMPLEMENTATIONS, SCAN
from inburgering.settings import SAMPLE_KEY
from support.pipeline import Pipeline, succeeded

COPIES = 3


@pytest.fixture(scope="module")
def multiplied(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a build of every row of the small sample three times, and of one reference date more than it has."""
    pipeline = Pipeline(tmp_path_factory.mktemp("multiplied"), SAMPLE_KEY)
    multiply_landing(small_sample.landing, pipeline.landing, COPIES)
    add_reference_dates(pipeline.landing, 1)
    succeeded(pipeline.dbt("build"))
    return pipeline


def count(name: str, landing: Path, result: Path) -> Path:
    if name in ("polars", "pandas") and find_spec(name) is None:
        pytest.skip(f"{name} is installed by make bench")
    run = subprocess.run([*IMPLEMENTATIONS[name], landing, result], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return result


@pytest.mark.parametrize("name", [name for name in IMPLEMENTATIONS if name != SCAN])
def test_every_implementation_counts_what_the_project_counts(name: str, multiplied: Pipeline, tmp_path: Path) -> None:
    assert compare_with_warehouse(multiplied.warehouse, count(name, multiplied.landing, tmp_path / "counts")) > 3000


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
