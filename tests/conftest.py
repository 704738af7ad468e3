"""Fixtures that more than one test module needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from dev.spark_cluster import free_ports
from inburgering.settings import SAMPLE_KEY
from support.engine import FOR_TINY_DATA, SparkPipeline
from support.pipeline import Pipeline, command, made_once, share_between_workers, succeeded
from support.steps import run_anew

# An example is a whole run of the pipeline; `pytest --hypothesis-profile=thorough` takes many new ones.
settings.register_profile("quick", max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
settings.register_profile("thorough", max_examples=60, deadline=None, database=None, phases=[Phase.generate])
settings.load_profile("quick")

# Large enough for the sample's rejected rows, which are as many at every scale, to be less than a tenth of every file.
SCALE = "0.05"


# What takes long, the longest first: who starts one of these last, the other worker waits for.
LONG_MODULES = (
    "test_sample.py",
    "test_full_and_locked.py",
    "test_export_annex.py",
    "test_random_extracts.py",
    "test_privacy.py",
    "test_kills.py",
    "test_project.py",
    "test_one_line.py",
    "test_mutations.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the modules that take long."""
    order = {name: place for place, name in enumerate(LONG_MODULES)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the soak test be as long as one wants: `make soak` takes the long version."""
    parser.addoption("--kills", type=int, default=3, help="How many times test_kills.py kills a step.")
    parser.addoption("--kill-seed", type=int, default=9, help="The same seed kills the same steps, at the same shares.")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """Return empty folders for one test."""
    return Pipeline(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    """Let the workers share what is made once for all of them."""
    folder = tmp_path_factory.getbasetemp()
    share_between_workers(folder if worker_id == "master" else folder.parent)


@pytest.fixture(scope="session")
def small_sample() -> Pipeline:
    """Return a small sample that was loaded, built and exported to `annex.xlsx`; all workers read it, and it only."""

    def make(folder: Path) -> None:
        pipeline = Pipeline(folder, SAMPLE_KEY)
        succeeded(pipeline.maintain("generate_extracts", "--scale", SCALE))
        succeeded(pipeline.load())
        succeeded(pipeline.dbt("--write-json", "build"))
        # From nothing: all others are forks of another process, with other orders of sets, and come to the same bytes.
        export = command("export_annex", "--output", folder / "annex.xlsx")
        succeeded(run_anew(export, pipeline.checkout, pipeline.environment))

    return Pipeline(made_once("small_sample", make), SAMPLE_KEY)


@pytest.fixture(scope="session")
def tested_sample(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return the small sample, built with all that guards code; tests only read it."""
    pipeline = small_sample.copy(tmp_path_factory.mktemp("tested_sample"))
    succeeded(pipeline.dbt("--write-json", "build", "--selector", "everything"))
    shutil.copytree(small_sample.folder / "annex", pipeline.folder / "annex")
    for path in small_sample.folder.glob("annex*.xlsx"):
        shutil.copy(path, pipeline.folder)
    return pipeline


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkPipeline]:
    """Start a Spark cluster for all tests on Spark; fails with its one line where Java or pyspark is missing."""
    pipeline = SparkPipeline(tmp_path_factory.mktemp("spark"), SAMPLE_KEY, port=free_ports(1)[0])
    try:
        settings = (f"--setting={name}={value}" for name, value in FOR_TINY_DATA.items())
        succeeded(pipeline.maintain("run_spark_cluster", "start", *settings))
        yield pipeline
    finally:
        pipeline.maintain("run_spark_cluster", "stop")
    assert pipeline.maintain("run_spark_cluster", "status").returncode == 1


@pytest.fixture(scope="session")
def spark(cluster: SparkPipeline) -> Iterator:
    """Return a cursor on the cluster."""
    from pyhive import hive

    with hive.connect(host=cluster.server.host, port=cluster.server.port, username="tests") as connection:
        yield connection.cursor()
