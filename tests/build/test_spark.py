"""Spark builds what DuckDB builds: the same rows from the same landing, all tests green, the same annex to the cell."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from openpyxl import load_workbook

from dev.spark_cluster import free_ports
from inburgering.annex.control_file import control_file
from inburgering.settings import SAMPLE_KEY
from support.engine import Engine, SparkPipeline
from support.pipeline import CHECKOUT, Pipeline, refused, succeeded

pytestmark = pytest.mark.spark

TESTS = ("test", "unit_test")
# Their fixtures hold lists, which no fixture on Spark can; the data test of their macros runs on both engines.
ONLY_ON_DUCKDB = {
    f"unit_test.inburgering.int_events_conformed.{name}"
    for name in (
        "a_code_or_date_that_says_nothing_is_a_warning_and_one_that_is_known_is_not",
        "every_code_that_is_empty_is_a_warning_of_its_own",
        "what_is_odd_about_a_counted_row_is_a_warning",
    )
}
# The sample has no unknown type, and nothing was issued.
EMPTY = {"annex_checks_undecided", "annex_checks_issued"}


@dataclass(frozen=True)
class BuiltTwice:
    """The same landing, built and exported on DuckDB and on Spark."""

    on_duckdb: Pipeline
    on_spark: SparkPipeline

    def annexes(self) -> tuple[Path, Path]:
        return (self.on_duckdb.folder / "annex.xlsx", self.on_spark.folder / "annex.xlsx")

    def results(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return, per engine, how every node of the build ended."""
        return (results(self.on_duckdb), results(self.on_spark))


def results(pipeline: Pipeline) -> dict[str, str]:
    """Return how every node of the last run of dbt ended."""
    found = json.loads((pipeline.folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"]: result["status"] for result in found}


@pytest.fixture(scope="module")
def built(cluster: SparkPipeline, tested_sample: Pipeline) -> BuiltTwice:
    """Build the small sample on Spark too, and export it from there; tests only read it."""
    shutil.copytree(tested_sample.landing, cluster.landing)
    succeeded(cluster.dbt("--write-json", "build", "--target", "spark", "--selector", "everything"))
    succeeded(cluster.export("--target", "spark", "--output", cluster.folder / "annex.xlsx"))
    return BuiltTwice(tested_sample, cluster)


@pytest.fixture
def warehouse(built: BuiltTwice) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.on_duckdb.warehouse), read_only=True) as connection:
        yield connection


def rows(cursor: Any, query: str) -> list[tuple]:
    cursor.execute(query)
    return cursor.fetchall()


def test_the_workbooks_are_equal_cell_for_cell(built: BuiltTwice) -> None:
    cells = 0
    pairs = [built.annexes(), tuple(map(control_file, built.annexes()))]
    books = [tuple(map(load_workbook, pair)) for pair in pairs]
    assert all(on_duckdb.sheetnames == on_spark.sheetnames for on_duckdb, on_spark in books)
    sheets = [both for pair in books for both in zip(*pair, strict=True)]
    for expected_sheet, sheet in sheets:
        assert expected_sheet.dimensions == sheet.dimensions
        for expected_row, row in zip(expected_sheet.iter_rows(), sheet.iter_rows(), strict=True):
            for expected, cell in zip(expected_row, row, strict=True):
                assert (cell.value, cell.number_format) == (expected.value, expected.number_format), (
                    f"{sheet.title}!{cell.coordinate}"
                )
                cells += expected.value is not None
    assert cells > 3000


def test_workbook_and_data_package_are_equal_to_the_byte_but_for_what_was_built(built: BuiltTwice) -> None:
    """Which files dbt read, only the publisher records, and it does not run on Spark."""
    expected, found = (files_of(annex) for annex in built.annexes())
    assert len(expected) > 20
    assert expected.keys() == found.keys()
    named = {"docProps/custom.xml", "control/docProps/custom.xml", "datapackage.json"}
    assert {name for name in expected if expected[name] != found[name]} == named
    known = json.loads(expected["datapackage.json"])["provenance"]
    for name in named:
        on_duckdb = expected[name]
        for value in (known["commit"], known["code lists"], known["rules"]):
            on_duckdb = on_duckdb.replace(value.encode(), b"unknown: built on Spark")
        assert on_duckdb == found[name]


def files_of(annex: Path) -> dict[str, bytes]:
    """Return what is in a workbook, its control file and its data package, by name."""
    files = {path.name: path.read_bytes() for path in annex.with_suffix("").iterdir()}
    for path, prefix in ((annex, ""), (control_file(annex), "control/")):
        with zipfile.ZipFile(path) as workbook:
            files |= {f"{prefix}{name}": workbook.read(name) for name in workbook.namelist()}
    return files


def test_every_test_ran_and_passed_on_both_engines(built: BuiltTwice) -> None:
    for kind in TESTS:
        on_duckdb, on_spark = (
            {name for name, status in results.items() if name.startswith(f"{kind}.") and status == "pass"}
            for results in built.results()
        )
        assert len(on_duckdb) > 40
        assert on_duckdb - ONLY_ON_DUCKDB == on_spark


def test_every_table_has_the_same_rows(built: BuiltTwice, spark: object, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Compare all columns of all rows; a failure names models and numbers of rows, and shows nobody's row.

    Of the figures, two million with their zeros, those by one breakdown; the cube holds what the others are made from.
    """
    models = {
        name
        for name, kind in warehouse.execute("select table_name, table_type from information_schema.tables").fetchall()
        if name != "build" and (kind == "BASE TABLE" or name.startswith(("annex_", "feedback_")))
    }
    assert models < {name.split(".")[-1] for name in results(built.on_spark)}
    assert len(models) > 45
    differing = {}
    for model in sorted(models):
        condition = "where second_breakdown = 'total'" if model == "annex_figures" else ""
        warehouse.execute(f"select * from {model} {condition}")
        columns = [column[0] for column in warehouse.description]
        # On Spark a person is the hexadecimal text of the same 16 bytes.
        person = columns.index("person_key") if "person_key" in columns else None
        expected = sorted(as_text(row, person) for row in warehouse.fetchall())
        query = f"select {', '.join(columns)} from {built.on_spark.schema}.{model} {condition}"
        found = sorted(as_text(row) for row in rows(spark, query))
        if expected != found or bool(found) == (model in EMPTY):
            differing[model] = (len(expected), len(found))
    assert differing == {}


def as_text(row: tuple, person: int | None = None) -> tuple[str, ...]:
    return tuple(f"{value:032x}" if place == person else str(value) for place, value in enumerate(row))


def test_no_table_with_persons_is_copied_for_the_export(built: BuiltTwice) -> None:
    from inburgering.annex.question import newest_question
    from inburgering.annex.reader import models_of
    from inburgering.warehouse.spark import copied_annex

    question = newest_question()
    models = models_of(question)
    with copied_annex(built.on_spark.server, models) as connection:
        columns = connection.execute(
            "select distinct table_name, column_name from information_schema.columns"
        ).fetchall()
    assert {table for table, _ in columns} == {*models, "build"}
    assert not {column for _, column in columns} & {"person_key", "person_pseudonym", "dossier_number", "event_number"}


def test_a_build_that_is_not_whole_and_green_is_not_exported(
    cluster: SparkPipeline, small_sample: Pipeline, spark: Any, tmp_path: Path
) -> None:
    pipeline = SparkPipeline(tmp_path, SAMPLE_KEY, cluster.port, schema="not_green")
    shutil.copytree(small_sample.landing, pipeline.landing)
    schema = f"Error: 127.0.0.1:{pipeline.port}, schema not_green: "
    assert refusal(pipeline) == f"{schema}dbt never ran on it; run dbt build --target spark until it is green"

    build = ("build", "--target", "spark", "--indirect-selection", "cautious", "--select", "dim_gender")
    assert pipeline.dbt(*build).returncode != 0  # the seed behind it is not there
    how_it_ended = r"the last run \(dbt build, started [-\d]+ [:\d]+ UTC\) is red: \d+ steps failed, dim_gender first"
    how_to_build = "; run dbt build --target spark until it is green"
    assert re.fullmatch(re.escape(schema) + how_it_ended + how_to_build, refusal(pipeline))

    succeeded(pipeline.dbt(*build, "genders"))
    assert re.search(
        r"\(dbt build, started .+ UTC\) is partial: \d+ steps were left out; run dbt build", refusal(pipeline)
    )

    spark.execute("insert into not_green.dim_gender select * from not_green.dim_gender")
    tested = "one_row_of_dim_gender_per_gender"
    assert pipeline.dbt("test", "--target", "spark", "--select", tested).returncode != 0
    assert re.search(
        rf"\(dbt test, .+\) is red: 1 steps failed, {tested} first; run dbt build --target", refusal(pipeline)
    )


def refusal(pipeline: SparkPipeline) -> str:
    """Return why the export is refused, after checking that it wrote nothing and left the annex made before."""
    output = pipeline.folder / "annex" / "annex.xlsx"
    output.parent.mkdir(exist_ok=True)
    output.write_text("the annex made before")
    message = refused(pipeline.export("--target", "spark", "--output", output))
    assert output.read_text() == "the annex made before"
    assert list(output.parent.iterdir()) == [output]
    return message


def test_a_server_without_ansi_mode_is_refused(cluster: SparkPipeline, tmp_path: Path) -> None:
    setting = "spark.sql.ansi.enabled"
    profiles = yaml.safe_load((CHECKOUT / "profiles.yml").read_text(encoding="utf-8"))
    profiles["inburgering"]["outputs"]["spark"]["server_side_parameters"] = {f"set:hiveconf:{setting}": "false"}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    engine = Engine("spark", SparkPipeline(tmp_path, SAMPLE_KEY, cluster.port, schema="not_ansi"))
    assert engine.refusal_to_build("--profiles-dir", tmp_path) == (
        f"127.0.0.1:{cluster.port}: {setting} is false; set it to true on the Thrift server"
    )


def test_the_build_before_a_partial_run_cannot_be_asked_for(built: BuiltTwice) -> None:
    message = refused(built.on_spark.export("--target", "spark", "--last-green"))
    assert message == "Error: --last-green: Spark keeps the last build only; leave the option out"


def test_a_second_cluster_in_the_same_folder_is_refused(cluster: SparkPipeline) -> None:
    assert refused(cluster.maintain("run_spark_cluster", "start")).endswith("a cluster runs already; stop it first")


def test_a_setting_that_is_none(tmp_path: Path) -> None:
    message = refused(SparkPipeline(tmp_path).maintain("run_spark_cluster", "start", "--setting", "memory=2g"))
    assert message == "Error: --setting memory=2g: not a setting of Spark's; write it as spark.NAME=VALUE"


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    pipeline = SparkPipeline(tmp_path, port=free_ports(1)[0])
    assert refused(pipeline.export("--target", "spark")) == (
        f"Error: 127.0.0.1:{pipeline.port}: no Thrift server answers; start one with "
        "make spark-start, or set INBURGERING_SPARK_HOST and INBURGERING_SPARK_PORT"
    )


def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    message = refused(SparkPipeline(tmp_path).maintain("run_spark_cluster", "start"))
    assert message == "Error: no Java found; install Java 17 and put it on PATH or in JAVA_HOME"
