"""What differs between engines does the same on each: one test for both; `make test-spark` runs the half on Spark."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from inburgering.settings import SAMPLE_KEY
from inburgering.warehouse.build_status import BuildStatus, read_status
from inburgering.warehouse.spark import SparkSchema
from support.engine import Engine, SparkPipeline
from support.pipeline import CHECKOUT, Pipeline


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return each engine in turn, with the landing of the small sample and nothing built."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(small_sample.landing, folder / "landing")
    if request.param == "duckdb":
        return Engine("duckdb", Pipeline(folder, SAMPLE_KEY))
    cluster = request.getfixturevalue("cluster")
    request.getfixturevalue("spark").execute("create schema nothing_built")
    return Engine("spark", SparkPipeline(folder, SAMPLE_KEY, cluster.port, "nothing_built"))


def test_the_agencies_in_a_landing(engine: Engine, tmp_path: Path) -> None:
    of_amal = "agency=amal/reference_date=2024-01-31/version=1/delivery.parquet"
    register = (engine.pipeline.landing / of_amal).read_bytes()
    landed = ("agency=amal/reference_date=2023-01-31/version=1", "agency=agii/reference_date=2024-01-31/version=2")
    for folder in ("empty", *(f"two/{one}" for one in landed), "two/.loading-x", "two/agency=atlas"):
        (tmp_path / folder).mkdir(parents=True)
    for one in (*landed, ".loading-x"):
        (tmp_path / "two" / one / "delivery.parquet").write_bytes(register)
    found = engine.render(
        "".join(
            f"{{{{ agencies_in_landing('{tmp_path / landing}') | sort | list | tojson }}}}\n"
            for landing in ("missing", "empty", "two")
        )
    )
    assert [json.loads(line) for line in found.splitlines() if line] == [[], [], ["agii", "amal"]]


def test_every_landed_row_arrives(engine: Engine, small_sample: Pipeline) -> None:
    """Count the rows of every file in the landing itself, and through the sources that the models read."""
    files = engine.pipeline.landing.glob("agency=*/reference_date=*/version=*/*.parquet")
    landed = {file: len(duckdb.read_parquet(str(file))) for file in files}
    counted = " union all ".join(
        f"select '{table}' as counted, agency, cast(reference_date as string) as reference_date, "
        f"cast(version as string) as version, count(*) as landed from {{{{ source('{source}', '{table}') }}}} "
        "group by all"
        for source, table in sorted(sources(small_sample))
    )
    found = engine.render(
        "{{ adapter.dispatch('prepare_landing')() }}"
        f"{{% set query %}}{counted}{{% endset %}}"
        "{% for row in run_query(query).rows %}{{ row.values() | list | tojson }}\n{% endfor %}"
    ).strip()
    arrived = {
        engine.pipeline.landing / f"agency={agency}/reference_date={day}/version={version}/{table}.parquet": int(rows)
        for table, agency, day, version, rows in map(json.loads, found.split("\n"))
    }
    assert sum(landed.values()) > 6000
    assert arrived == {file: rows for file, rows in landed.items() if rows}


def test_issued_figures_are_those_of_the_newest_edition(engine: Engine) -> None:
    query = "select question, issued_on, member, second_member, persons from "
    read = (
        f'{{% for row in run_query("{query}" ~ issued_figures() ~ " order by member").rows %}}'
        "{{ row.values() | list | tojson }}\n{% endfor %}"
    )
    assert engine.render(read).strip() == ""
    alone = "table,reference_date,year,measure,breakdown,member,persons\nt,2024-01-31,2023,contracts,gender,{},{}\n"
    crossed = alone.replace(",persons", ",second_member,persons").replace(",{}\n", ",agii,{}\n")
    for day, persons in (("2024-03-01", 5), ("2024-09-01", 6)):
        package = engine.pipeline.issued / "sv" / day / "sv"
        package.mkdir(parents=True)
        (package / "tab_1.csv").write_text(alone.format("man", persons), encoding="utf-8")
        (package / "tab_2.csv").write_text(crossed.format("x", persons), encoding="utf-8")
    found = [json.loads(line) for line in engine.render(read).splitlines() if line]
    newest = [["sv", "2024-09-01", "man", None, "6"], ["sv", "2024-09-01", "x", "agii", "6"]]
    # What is issued stands on this machine, not on the servers of a cluster.
    assert found == (newest if engine.target == "duckdb" else [])


def sources(pipeline: Pipeline) -> set[tuple[str, str]]:
    """Return source and table of all that the models read from the landing."""
    manifest = json.loads((pipeline.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    named = {(source["source_name"], source["name"]) for source in manifest["sources"].values()}
    assert len(named) == 11
    return named


def test_a_path_from_the_project_is_a_whole_path_on_the_server(engine: Engine) -> None:
    paths = engine.render("{% for path in ('landing', '/a/b', 's3a://bucket/b') %}{{ on_server(path) }}\n{% endfor %}")
    assert paths.split() == [f"{CHECKOUT}/landing", "/a/b", "s3a://bucket/b"]


def test_a_landing_without_an_agency_stops_the_build(engine: Engine, tmp_path: Path) -> None:
    whole, landing = engine.pipeline.landing, tmp_path / "landing"
    engine = replace(engine, pipeline=replace(engine.pipeline, folder=tmp_path))
    landing.mkdir()
    how_to_load = "load one first with python scripts/load_extracts.py"
    assert engine.refusal_to_build() == f"{landing}: no delivery of agii; {how_to_load}"
    for agency in ("agency=agii", "agency=atlas"):
        shutil.copytree(whole / agency, landing / agency)
    assert engine.refusal_to_build() == f"{landing}: no delivery of amal; {how_to_load}"


def test_between_double_quotes_stand_names_and_an_overflow_is_an_error(engine: Engine) -> None:
    step = engine.inline(
        "{{ adapter.dispatch('require_ansi_mode')() }}"
        """{% do print(run_query('select "name" from (select 42 as name) as one').rows[0][0]) %}"""
        "{% do run_query('select cast(2147483647 as int) + cast(1 as int) as too_large') %}"
    )
    assert step.returncode != 0
    assert step.stdout.startswith("42\n")
    assert re.search("overflow in addition|ARITHMETIC_OVERFLOW", step.stdout, re.IGNORECASE), step.stdout


def test_readers_learn_how_the_last_run_ended(engine: Engine) -> None:
    outcome = BuildStatus("an-id", "seed", "2026-11-24 12:00", "red", 'the seed\'s rows; two "quoted"')
    engine.render(f"{{% do store_run({vars(outcome)!r}) %}}")
    if engine.target == "duckdb":
        assert read_status(engine.pipeline.warehouse) == outcome
    else:
        assert isinstance(engine.pipeline, SparkPipeline)
        assert SparkSchema(engine.pipeline.server).last_run() == outcome


def test_reference_dates_are_kept_where_a_build_starts_from_the_last_green_one(engine: Engine) -> None:
    made = "create table {} as select date '2024-01-31' as first_date"
    printed = engine.render(
        "{% set table = target.schema ~ '.dates_to_build' %}"
        f'{{% do run_query("{made}".replace("{{}}", table)) %}}'
        "{{ adapter.dispatch('first_date_to_build')() }}"
        "{% do run_query('drop table ' ~ table) %}"
    ).strip()
    assert printed == ("2024-01-31" if engine.target == "duckdb" else "None")


def test_a_full_disk_is_the_users_where_the_warehouse_is(engine: Engine) -> None:
    """On DuckDB the user mends it; a cluster's disks are not the user's, and Spark's own message stands."""
    printed = engine.render("{{ say_there_is_no_room() }}").strip()
    if engine.target == "duckdb":
        assert printed == (
            f"{engine.pipeline.warehouse}: cannot be written (No space left on device); the last green build stays; "
            "make room or name another file in INBURGERING_WAREHOUSE, and run dbt build again"
        )
    else:
        assert printed == ""
