"""Spark builds what DuckDB builds: the same rows from the same landing, all tests green, the same annex to the cell."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from chain import Chain, refused, succeeded
from inburgering.settings import SAMPLE_KEY, SparkServer

pytestmark = pytest.mark.spark

TESTS = ("test", "unit_test")


@dataclass(frozen=True)
class SparkChain(Chain):
    """A chain that also builds on the Spark cluster behind a port of this machine, in a schema of its own."""

    port: int = 10000
    schema: str = "inburgering"

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "INBURGERING_SPARK_FOLDER": str(self.folder / "cluster"),
            "INBURGERING_SPARK_PORT": str(self.port),
            "INBURGERING_SPARK_SCHEMA": self.schema,
        }

    @property
    def server(self) -> SparkServer:
        return SparkServer("127.0.0.1", self.port, self.schema, "dbt")

    def results(self) -> dict[str, str]:
        """Return how every node of the last run of dbt ended."""
        results = json.loads((self.folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        return {result["unique_id"]: result["status"] for result in results}


@dataclass(frozen=True)
class BuiltTwice:
    """The sample after a build and an export on both engines."""

    chain: SparkChain
    results_duckdb: dict[str, str]
    results_spark: dict[str, str]

    def annex(self, engine: str) -> Path:
        return self.chain.folder / engine / "annex.xlsx"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkChain]:
    """Start a cluster for this module; fails with its one line where Java or pyspark is missing."""
    chain = SparkChain(tmp_path_factory.mktemp("spark"), SAMPLE_KEY, port=free_port())
    try:
        succeeded(chain.script("spark_cluster", "start"))
        yield chain
    finally:
        chain.script("spark_cluster", "stop")
    assert chain.script("spark_cluster", "status").returncode == 1


@pytest.fixture(scope="module")
def built(cluster: SparkChain) -> BuiltTwice:
    """Make a small sample, build it on both engines and export it from both; tests only read it."""
    succeeded(cluster.script("generate_extracts", "--scale", "0.01"))
    succeeded(cluster.load())
    results = {}
    for engine in ("duckdb", "spark"):
        succeeded(cluster.dbt("build", "--target", engine))
        results[engine] = cluster.results()
        succeeded(cluster.export("--target", engine, "--output", cluster.folder / engine / "annex.xlsx"))
    return BuiltTwice(cluster, results["duckdb"], results["spark"])


@pytest.fixture
def spark(cluster: SparkChain) -> Iterator:
    """Return a cursor on the cluster."""
    from pyhive import hive

    with hive.connect(host=cluster.server.host, port=cluster.server.port, username="tests") as connection:
        yield connection.cursor()


@pytest.fixture
def warehouse(built: BuiltTwice) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.chain.warehouse), read_only=True) as connection:
        yield connection


def rows(cursor: object, query: str) -> list[tuple]:
    cursor.execute(query)
    return cursor.fetchall()


def test_the_workbooks_are_equal_cell_for_cell(built: BuiltTwice) -> None:
    duckdb_book, spark_book = (load_workbook(built.annex(engine)) for engine in ("duckdb", "spark"))
    assert duckdb_book.sheetnames == spark_book.sheetnames
    cells = 0
    for expected_sheet, sheet in zip(duckdb_book, spark_book, strict=True):
        assert expected_sheet.dimensions == sheet.dimensions
        for expected_row, row in zip(expected_sheet.iter_rows(), sheet.iter_rows(), strict=True):
            for expected, cell in zip(expected_row, row, strict=True):
                assert (cell.value, cell.number_format) == (expected.value, expected.number_format), (
                    f"{sheet.title}!{cell.coordinate}"
                )
                cells += expected.value is not None
    assert cells > 3000


def test_workbook_and_data_package_are_equal_to_the_byte(built: BuiltTwice) -> None:
    expected, found = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (built.annex("duckdb").parent, built.annex("spark").parent)
    )
    assert len(expected) > 5
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == []


def test_every_test_ran_and_passed_on_both_engines(built: BuiltTwice) -> None:
    for kind in TESTS:
        on_duckdb, on_spark = (
            {name for name, status in results.items() if name.startswith(f"{kind}.") and status == "pass"}
            for results in (built.results_duckdb, built.results_spark)
        )
        assert len(on_duckdb) > 40
        assert on_duckdb == on_spark


def test_every_landed_row_arrives(built: BuiltTwice, spark: object) -> None:
    """Count per file with DuckDB in the landing itself, and with Spark through the sources of the models."""
    files = sorted(built.chain.landing.glob("agency=*/reference_date=*/version=*/*.parquet"))
    expected = {
        str(file): duckdb.execute("select count(*) from read_parquet(?)", [str(file)]).fetchone()[0] for file in files
    }
    schemas = [name for (name,) in rows(spark, f"show schemas like '{built.chain.schema}_*'")]
    views = [(schema, row[1]) for schema in schemas for row in rows(spark, f"show views in {schema}")]
    assert len(views) == 11
    found: dict[str, int] = {}
    for schema, view in views:
        query = f"select agency, reference_date, version, count(*) from {schema}.{view} group by all"
        for agency, reference_date, version, landed in rows(spark, query):
            folder = built.chain.landing / f"agency={agency}" / f"reference_date={reference_date}"
            found[str(folder / f"version={version}" / f"{view}.parquet")] = landed
    assert sum(expected.values()) > 6000
    assert found == {file: landed for file, landed in expected.items() if landed}


def test_every_table_has_the_same_rows(built: BuiltTwice, spark: object, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Compare all columns of all rows; a failure names models and numbers of rows, and shows nobody's row."""
    models = {
        name
        for name, kind in warehouse.execute("select table_name, table_type from information_schema.tables").fetchall()
        if name != "build" and (kind == "BASE TABLE" or name.startswith(("annex_", "feedback_")))
    }
    assert models < {name.split(".")[-1] for name in built.results_spark}
    assert len(models) > 50
    differing = {}
    for model in sorted(models):
        warehouse.execute(f"select * from {model}")
        columns = [column[0] for column in warehouse.description]
        expected = sorted(map(as_text, warehouse.fetchall()))
        found = sorted(map(as_text, rows(spark, f"select {', '.join(columns)} from {built.chain.schema}.{model}")))
        if expected != found or not found:
            differing[model] = (len(expected), len(found))
    assert differing == {}


def as_text(row: tuple) -> tuple[str, ...]:
    return tuple(str(value) for value in row)


def test_no_table_with_persons_is_copied_for_the_export(built: BuiltTwice) -> None:
    from inburgering.annex_data import models_of
    from inburgering.question import newest_question
    from inburgering.spark_annex import copied_annex

    question = newest_question()
    models = models_of(question)
    with copied_annex(built.chain.server, models, question.reference_date) as connection:
        columns = connection.execute(
            "select distinct table_name, column_name from information_schema.columns"
        ).fetchall()
    assert {table for table, _ in columns} == set(models)
    assert not {column for _, column in columns} & {"person_key", "person_pseudonym", "dossier_number", "record_number"}


def test_an_overflow_is_an_error_and_no_other_number(spark: object) -> None:
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        rows(spark, "select cast(2147483647 as int) + 1")


def test_a_part_of_a_build_is_not_exported(built: BuiltTwice) -> None:
    chain = SparkChain(built.chain.folder, SAMPLE_KEY, built.chain.port, schema="partial")
    output = chain.folder / "refused" / "annex.xlsx"
    message = refused(chain.export("--target", "spark", "--output", output))
    assert message == (
        f"Error: 127.0.0.1:{chain.port}, schema partial: dbt never ran on it; "
        "run dbt build --target spark until it is green"
    )
    succeeded(chain.dbt("seed", "--target", "spark", "--select", "genders"))
    message = refused(chain.export("--target", "spark", "--output", output))
    assert "the last run (dbt seed, started " in message
    assert " is partial: " in message
    assert not output.exists()


def test_the_build_before_a_partial_run_cannot_be_asked_for(built: BuiltTwice) -> None:
    message = refused(built.chain.export("--target", "spark", "--last-green"))
    assert message == "Error: --last-green: Spark keeps the last build only; leave the option out"


def test_an_agency_without_a_delivery_stops_the_build(built: BuiltTwice, tmp_path: Path) -> None:
    chain = SparkChain(tmp_path, SAMPLE_KEY, built.chain.port, schema="incomplete")
    shutil.copytree(built.chain.landing, chain.landing)
    shutil.rmtree(chain.landing / "agency=amal")
    stopped = chain.dbt("build", "--target", "spark")
    assert stopped.returncode != 0
    assert f"{chain.landing}: no delivery of amal; load one first" in stopped.stdout


def test_a_second_cluster_in_the_same_folder_is_refused(cluster: SparkChain) -> None:
    assert refused(cluster.script("spark_cluster", "start")).endswith("a cluster runs already; stop it first")


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    chain = SparkChain(tmp_path, port=free_port())
    assert refused(chain.export("--target", "spark")) == (
        f"Error: 127.0.0.1:{chain.port}: no Thrift server answers; start one with "
        "python scripts/spark_cluster.py start, or set INBURGERING_SPARK_HOST and INBURGERING_SPARK_PORT"
    )


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    message = refused(SparkChain(tmp_path).script("spark_cluster", "start"))
    assert message == "Error: no Java found; install Java 17 and put it on PATH or in JAVA_HOME"
