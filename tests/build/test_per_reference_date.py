"""A build keeps the reference dates before the first new delivery, and comes to what a build of all comes to."""

from __future__ import annotations

import datetime
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from inburgering.annex.export import export_annex
from inburgering.annex.question import read_question
from inburgering.warehouse.made_from import MadeFrom
from support.pipeline import Pipeline, accepting_rejections, changing, own_copy, succeeded
from support.random_extracts import write_redelivered_extracts

FIRST, BETWEEN, SECOND, LAST = (
    datetime.date(2021, 12, 31),
    datetime.date(2022, 11, 30),
    datetime.date(2024, 1, 31),
    datetime.date(2025, 2, 28),
)
MARK = "kept"
BUILT_ANEW = "Built anew: the reference dates from"


def deliver(pipeline: Pipeline, source: Path, *dates: datetime.date) -> None:
    """Let every agency deliver what `source` holds for these reference dates."""
    for delivery in (delivery for date in dates for delivery in source.glob(f"*/{date}")):
        shutil.copytree(delivery, pipeline.extracts / delivery.relative_to(source), dirs_exist_ok=True)
    succeeded(pipeline.load("--accept-fewer-rows"))


def mark(pipeline: Pipeline) -> None:
    """Mark a row of the first reference date in the last green build; a build that keeps it keeps the mark."""
    with changing(pipeline.warehouse) as connection:
        [(marked,)] = connection.execute(
            "update fct_contracts set dossier_number = ? "
            "where reference_date = (select min(reference_date) from fct_contracts)",
            [MARK],
        ).fetchall()
    assert marked > 0


def is_marked(pipeline: Pipeline) -> bool:
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        [(marked,)] = connection.execute(
            "select count(*) from fct_contracts where dossier_number = ?", [MARK]
        ).fetchall()
    return marked > 0


def unmark(pipeline: Pipeline, as_in: Path) -> None:
    """Put the marked values back as they are in another warehouse."""
    with changing(pipeline.warehouse) as connection:
        connection.execute(f"attach '{as_in}' as other (read_only)")
        connection.execute(
            "update fct_contracts set dossier_number = facts.dossier_number from other.fct_contracts as facts "
            "where fct_contracts.reference_date = facts.reference_date and fct_contracts.agency = facts.agency "
            "and fct_contracts.row_number = facts.row_number"
        )


def compare_with_a_build_of_all(pipeline: Pipeline, folder: Path) -> None:
    """Build all, and compare every row of every table and the bytes of the annex; leaves the build of all there."""
    folder.mkdir()
    by_date = shutil.copy(pipeline.warehouse, folder / "by_date.duckdb")
    annex_by_date = annex_of(pipeline, folder / "by_date.xlsx")
    assert BUILT_ANEW not in succeeded(pipeline.dbt("build", "--full-refresh"))
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{by_date}' as by_date (read_only)")
        tables = {
            database: {
                name
                for (name,) in connection.execute(
                    "select table_name from duckdb_tables() where database_name = ?", [database]
                ).fetchall()
            }
            for database in ("warehouse", "by_date")
        }
        assert tables["by_date"] == tables["warehouse"]
        assert len(tables["warehouse"]) > 50
        different = []
        for table in sorted(tables["warehouse"] - {"build"}):
            for one, other in (("warehouse", "by_date"), ("by_date", "warehouse")):
                difference = f"(from {one}.main.{table} except all from {other}.main.{table})"
                [(rows,)] = connection.execute(f"select count(*) from {difference}").fetchall()
                if rows:
                    different.append(f"{rows} rows of {table} in {one} only")
        assert different == []
    assert annex_by_date == annex_of(pipeline, folder / "all.xlsx")


def annex_of(pipeline: Pipeline, annex: Path) -> bytes:
    """Return the bytes of the annex of the newest reference date at which every agency delivered."""
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        [(newest,)] = connection.execute(
            "select max(reference_date) from annex_compared_dates where is_complete"
        ).fetchall()
    period = {
        "reference_date": newest,
        "first_year": newest.year - 5,
        "last_year": newest.year - 1,
        "provisional_years": (),
    }
    question = accepting_rejections(read_question("sv_2024_123")).model_copy(update=period)
    export_annex(question, pipeline.warehouse, annex, last_green=True)
    return annex.read_bytes()


def test_dates_that_are_kept_and_dates_built_anew_are_a_build_of_all(pipeline: Pipeline, tmp_path: Path) -> None:
    """Deliveries come late, again and later, and are gone; other things happen to the workspace in between."""
    write_redelivered_extracts(tmp_path / "delivered", [FIRST, BETWEEN, SECOND, LAST], random.Random(16))
    write_redelivered_extracts(tmp_path / "again", [FIRST, SECOND], random.Random(17))

    deliver(pipeline, tmp_path / "delivered", FIRST, SECOND)
    assert BUILT_ANEW not in succeeded(pipeline.dbt("build"))
    first = tmp_path / "first.duckdb"
    shutil.copy(pipeline.warehouse, first)

    # Late, between two dates: the first one is kept, and the second one is compared with another date now. What a run
    # of some models and a kill leave in the workspace is not built on.
    deliver(pipeline, tmp_path / "delivered", BETWEEN)
    mark(pipeline)
    succeeded(pipeline.dbt("run", "--select", "int_events", "fct_contracts"))
    with duckdb.connect(f"{pipeline.warehouse}.building") as connection:
        connection.execute("delete from fct_attests")
    assert f"{BUILT_ANEW} {BETWEEN} on" in succeeded(pipeline.dbt("build"))
    assert is_marked(pipeline)
    unmark(pipeline, first)
    compare_with_a_build_of_all(pipeline, tmp_path / "late")

    # A later date, twice as many builds from one another; then the oldest date again, and the newest one withdrawn.
    deliver(pipeline, tmp_path / "delivered", LAST)
    mark(pipeline)
    assert f"{BUILT_ANEW} {LAST} on" in succeeded(pipeline.dbt("build"))
    assert is_marked(pipeline)
    unmark(pipeline, first)
    for withdrawn in pipeline.landing.glob(f"agency=*/reference_date={SECOND}"):
        shutil.rmtree(withdrawn)
    assert f"{BUILT_ANEW} {SECOND} on" in succeeded(pipeline.dbt("build"))
    compare_with_a_build_of_all(pipeline, tmp_path / "withdrawn")

    deliver(pipeline, tmp_path / "again", FIRST)
    mark(pipeline)
    assert f"{BUILT_ANEW} {FIRST} on" in succeeded(pipeline.dbt("build"))
    assert not is_marked(pipeline)
    compare_with_a_build_of_all(pipeline, tmp_path / "again_and_all")


def test_what_makes_figures_other_than_deliveries_builds_all(tmp_path: Path) -> None:
    pipeline = own_copy(tmp_path)
    write_redelivered_extracts(pipeline.extracts, [FIRST, SECOND], random.Random(16))
    succeeded(pipeline.load())
    succeeded(pipeline.dbt("build"))

    mark(pipeline)
    assert "Built anew: no reference date" in succeeded(pipeline.dbt("build"))
    assert is_marked(pipeline)

    model = pipeline.checkout / "models" / "core" / "fct_contracts.sql"
    model.write_text(model.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with duckdb.connect(f"{pipeline.warehouse}.building") as connection:
        connection.execute("create table of_a_model_that_is_gone as select 1")
    assert BUILT_ANEW not in succeeded(pipeline.dbt("build"))
    assert not is_marked(pipeline)
    with duckdb.connect(str(pipeline.warehouse), read_only=True) as connection:
        assert "of_a_model_that_is_gone" not in {name for (name,) in connection.execute("show tables").fetchall()}

    for record in ("update build set engine = 'duckdb 0.0.1'", "update build set files = 'damaged'"):
        mark(pipeline)
        with changing(pipeline.warehouse) as connection:
            connection.execute(record)
        assert BUILT_ANEW not in succeeded(pipeline.dbt("build"))
        assert not is_marked(pipeline)


def test_a_run_of_some_steps_goes_on_with_what_is_in_the_workspace(tmp_path: Path) -> None:
    pipeline = own_copy(tmp_path)
    write_redelivered_extracts(pipeline.extracts, [FIRST, SECOND], random.Random(16))
    succeeded(pipeline.load())
    guard = pipeline.checkout / "tests" / "data" / "no_contract.sql"
    guard.write_text("select * from {{ ref('fct_contracts') }}", encoding="utf-8")
    assert pipeline.dbt("build", "--write-json").returncode != 0
    assert not pipeline.warehouse.exists()

    guard.write_text("select * from {{ ref('fct_contracts') }} where row_number < 0", encoding="utf-8")
    for step in (("retry",), ("build", "--select", "no_contract"), ("build", "--resource-type", "test")):
        assert "ERROR=0" in succeeded(pipeline.dbt(*step))
        assert not pipeline.warehouse.exists()


@pytest.mark.parametrize(
    ("now", "first_date"),
    [
        ({"version 1 of delivery agii/2023-01-31": "a", "version 1 of delivery atlas/2024-01-31": "b"}, None),
        ({"version 1 of delivery agii/2023-01-31": "a"}, "2024-01-31"),
        ({"version 1 of delivery agii/2023-01-31": "x", "version 1 of delivery atlas/2024-01-31": "b"}, "2023-01-31"),
        (
            {
                "version 1 of delivery agii/2023-01-31": "a",
                "version 1 of delivery atlas/2024-01-31": "b",
                "version 2 of delivery atlas/2024-01-31": "c",
                "version 1 of delivery agii/2025-01-31": "d",
            },
            "2024-01-31",
        ),
    ],
    ids=["nothing", "gone", "changed", "a new version and a new date"],
)
def test_the_first_date_to_build(now: dict[str, str], first_date: str | None) -> None:
    built = {"version 1 of delivery agii/2023-01-31": "a", "version 1 of delivery atlas/2024-01-31": "b"}
    assert MadeFrom(now, {}).first_date_since(MadeFrom(built, {})) == first_date
