"""Paths that load, build and export can all use, or all refuse: one check, and that each of them calls it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from inburgering.settings import check_settings, extracts_folder, landing_folder, warehouse_file
from support.handmade import write_deliveries
from support.pipeline import Pipeline, refused, succeeded

GOOD = ["a b", "é ü 中", "a,b%20$e&f=g(h)~i@j+k!l|m<n>", " a", "a.b", "-a", "version=1"]
BAD = ["a'b", 'a"b', "a`b", "{name}", "[1]", "a?", "a*", "a;b", "a#b", "a:b", "a\\b", "a\nb", "a\tb", "a\u202eb"]
FOLDERS = {"INBURGERING_EXTRACTS": extracts_folder, "INBURGERING_LANDING": landing_folder}


@pytest.mark.parametrize("variable", FOLDERS)
def test_a_path_is_used_as_it_is_or_refused_in_one_line(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.setenv(variable, f"/data/{name}/x")
        assert FOLDERS[variable]() == Path(f"/data/{name}/x")
    for name in BAD:
        monkeypatch.setenv(variable, f"/data/{name}/x")
        with pytest.raises(click.ClickException) as error:
            FOLDERS[variable]()
        assert error.value.message.startswith(f"{variable}: the path ")
        assert error.value.message.endswith("in it; name another path")
        assert error.value.message.isprintable()


@pytest.mark.parametrize("variable", [*FOLDERS, "INBURGERING_WAREHOUSE"])
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_is_refused(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(click.ClickException, match=f"^{variable} is empty; name a path in it, or unset it$"):
        (FOLDERS | {"INBURGERING_WAREHOUSE": warehouse_file})[variable]()


@pytest.mark.parametrize("name", ["main.duckdb", "MAIN", "temp.duckdb", "system.db", "memory.duckdb", ".duckdb"])
def test_a_warehouse_whose_name_means_something_else_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBURGERING_WAREHOUSE", f"/data/{name}")
    with pytest.raises(click.ClickException, match="has a name that means something else in DuckDB"):
        check_settings()


def with_environment(pipeline: Pipeline, **changed: str) -> Pipeline:
    """Return a pipeline whose steps find other values in their environment."""

    class Changed(Pipeline):
        @property
        def environment(self) -> dict[str, str]:
            return pipeline.environment | changed

    return Changed(pipeline.folder, pipeline.key)


def build(pipeline: Pipeline) -> subprocess.CompletedProcess[str]:
    return pipeline.dbt("--no-use-colors", "--quiet", "run", "--select", "stg_landing__current_files")


@pytest.mark.parametrize(
    ("variable", "value", "steps"),
    [
        ("INBURGERING_LANDING", "/data/it's/{name}", [Pipeline.load, build]),
        ("INBURGERING_WAREHOUSE", "/data/main.duckdb", [Pipeline.export, build]),
    ],
)
def test_every_step_refuses_what_another_cannot_use(
    pipeline: Pipeline, variable: str, value: str, steps: list[Callable[[Pipeline], subprocess.CompletedProcess[str]]]
) -> None:
    write_deliveries(pipeline.extracts)
    for step in steps:
        done = step(with_environment(pipeline, **{variable: value}))
        assert done.returncode != 0
        lines = [line for line in (done.stdout + done.stderr).splitlines() if variable in line]
        assert len(lines) == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr


def test_every_step_works_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path / "a b,é 中%20$e&f=g(h)~i@j+k!l|m<n>")
    # With a target of its own, dbt parses the project for this folder and no other.
    (pipeline.folder / "target").mkdir(parents=True)
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    assert "unchanged" in succeeded(pipeline.load())
    succeeded(build(pipeline))
    assert refused(pipeline.export()).startswith(f"Error: {pipeline.warehouse}: ")


def test_a_root_of_a_disk_is_no_landing(monkeypatch: pytest.MonkeyPatch) -> None:
    for root in ("/", "/usr/.."):
        monkeypatch.setenv("INBURGERING_LANDING", root)
        with pytest.raises(click.ClickException, match=r"INBURGERING_LANDING: .* is no folder of its own"):
            landing_folder()


@pytest.mark.parametrize("value", ["nonsense", "false", "", "0"])
def test_contracts_are_on_or_off(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBURGERING_CONTRACTS", value)
    with pytest.raises(click.ClickException, match=f"INBURGERING_CONTRACTS: {value} is neither True nor False"):
        check_settings()
