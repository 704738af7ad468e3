"""Measure the project, and other implementations of the annex: two SQL scripts, polars, pandas; at any scale."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
import duckdb

from dev.benchmark.build_split import BuildSplit, read_split
from dev.benchmark.compared_counts import (
    DifferentCountsError,
    compare_builds,
    compare_with_multiple,
    compare_with_warehouse,
)
from dev.benchmark.measuring import CommandFailedError, Measured, available_bytes, measure
from dev.benchmark.multiplied_extracts import multiply_csv_extracts
from dev.benchmark.multiplied_landing import add_reference_dates, multiply_landing
from dev.benchmark.run_script import DATABASE
from inburgering.screen import run
from inburgering.settings import CHECKOUT, SAMPLE_KEY

Compared = TypeVar("Compared")
PYTHON = sys.executable
DBT = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors"]
SCRIPTS = CHECKOUT / "scripts"
BENCHMARK = SCRIPTS / "dev" / "benchmark"
RUN_SCRIPT = [PYTHON, str(BENCHMARK / "run_script.py")]

BUILD = "dbt build"
SQL_OF_BUILD = "the SQL of the build alone"
SAME_WORK = "one SQL script by hand that does the work of the build"
BY_HAND = "one SQL script by hand that only counts"
SCAN = "scan of the same columns"
IMPLEMENTATIONS = {
    SAME_WORK: [*RUN_SCRIPT, str(BENCHMARK / "build_by_hand.sql")],
    BY_HAND: [*RUN_SCRIPT, str(BENCHMARK / "annex_by_hand.sql")],
    "polars": [PYTHON, str(BENCHMARK / "annex_with_polars.py")],
    "pandas": [PYTHON, str(BENCHMARK / "annex_with_pandas.py")],
    SCAN: [*RUN_SCRIPT, str(BENCHMARK / "scan_columns.sql")],
}
# The build comes first: the counts of the other implementations are compared with the counts in the warehouse.
MEASURABLE = [BUILD, SQL_OF_BUILD, *IMPLEMENTATIONS]
SLOWEST_SHOWN = 8
EVERY_STATEMENT = "--log-level-file debug --log-format-file json --log-file-max-bytes 1000000000".split()


@dataclass(frozen=True)
class Runner:
    """The folders of one run of the benchmark, and how a step runs in these folders."""

    folder: Path
    copies: int

    @property
    def sample(self) -> Path:
        """Return the extracts of the sample."""
        return self.folder / "extracts"

    @property
    def single_landing(self) -> Path:
        """Return the landing of the sample."""
        return self.folder / "single_landing"

    @property
    def landing(self) -> Path:
        """Return the landing that every implementation counts: every row of the sample `copies` times."""
        return self.folder / "landing"

    @property
    def warehouse(self) -> Path:
        """Return the warehouse that the project builds."""
        return self.folder / "warehouse.duckdb"

    @property
    def log(self) -> Path:
        """Return the log of one build with every statement."""
        return self.folder / "statements" / "dbt.log"

    def environment(self, extracts: Path, landing: Path) -> dict[str, str]:
        """Return the environment of the steps of the project."""
        return os.environ | {
            "INBURGERING_EXTRACTS": str(extracts),
            "INBURGERING_LANDING": str(landing),
            "INBURGERING_WAREHOUSE": str(self.warehouse),
            "INBURGERING_PSEUDONYM_KEY": SAMPLE_KEY,
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "PYTHONPATH": str(SCRIPTS),
        }

    def make_sample(self, measured: Measured, scale: float) -> None:
        """Make the extracts of the sample."""
        command = [PYTHON, "-m", "dev.generate_extracts", "--scale", str(scale)]
        measure(command, measured, CHECKOUT, self.environment(self.sample, self.single_landing))

    def load(self, measured: Measured, extracts: Path, landing: Path) -> None:
        """Load extracts into a landing."""
        command = [PYTHON, str(SCRIPTS / "load_extracts.py")]
        measure(command, measured, CHECKOUT, self.environment(extracts, landing))

    def parse(self) -> None:
        """Let dbt parse the project; the builds that follow use the result."""
        measure([*DBT, "parse"], Measured(), CHECKOUT, self.environment(self.sample, self.landing))

    def build(self, measured: Measured, *arguments: str) -> None:
        """Build every reference date of the warehouse."""
        command = [*DBT, "build", "--full-refresh", *arguments]
        measure(command, measured, CHECKOUT, self.environment(self.sample, self.landing))

    def replay(self, measured: Measured) -> None:
        """Run every statement of the log, in a database of the same name."""
        database = self.log.parent / self.warehouse.name
        database.unlink(missing_ok=True)
        command = [PYTHON, str(BENCHMARK / "replay_build.py"), str(self.log), str(database)]
        measure(command, measured, self.folder, dict(os.environ))

    def export(self, measured: Measured) -> None:
        """Export the annex from the warehouse."""
        command = [PYTHON, str(SCRIPTS / "export_annex.py"), "--output", str(self.folder / "annex.xlsx")]
        measure(command, measured, CHECKOUT, self.environment(self.sample, self.landing))

    def count(self, implementation: str, measured: Measured, landing: Path, result: Path) -> None:
        """Let an implementation count a landing."""
        result.unlink(missing_ok=True)
        # DuckDB spills into the folder where the process runs.
        measure([*IMPLEMENTATIONS[implementation], str(landing), str(result)], measured, self.folder, dict(os.environ))


@click.command()
@click.option("--scale", type=click.IntRange(min=1), default=1, show_default=True, help="How many times the sample.")
@click.option("--sample", type=float, default=1.0, show_default=True, help="Size of the sample; 1 is full size.")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="The median of so many runs.")
@click.option("--cores", type=click.IntRange(min=1), help="Use only so many cores; without this option all of them.")
@click.option(
    "--more-reference-dates", type=click.IntRange(min=0), default=0, help="Deliveries of the same size, on later days."
)
@click.option(
    "--implementation",
    "implementations",
    multiple=True,
    type=click.Choice(MEASURABLE),
    help="Measure only this implementation; may be given more than once.  [default: all of them]",
)
@click.option("--without-load", is_flag=True, help="Do not measure the loader.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Work here, and leave the files.")
def main(
    scale: int,
    sample: float,
    runs: int,
    cores: int | None,
    more_reference_dates: int,
    implementations: tuple[str, ...],
    without_load: bool,
    folder: Path | None,
) -> None:
    """Print tables of medians, in Markdown; every count is compared with the count in the warehouse."""
    if cores:
        # Child processes inherit the affinity, and DuckDB, polars and Arrow start one thread per core.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    chosen = [name for name in MEASURABLE if name in (implementations or MEASURABLE)]
    with workspace(folder) as place:
        runner = Runner(place, scale)
        click.echo(describe_machine())
        try:
            prepare_landing(runner, sample, more_reference_dates)
            if not without_load:
                measure_load(runner, runs)
            measure_implementations(runner, chosen, runs)
        except (CommandFailedError, DifferentCountsError) as problem:
            raise click.ClickException(str(problem)) from None


@contextmanager
def workspace(folder: Path | None) -> Iterator[Path]:
    """Yield the folder to work in: the given folder, which must be empty, or a temporary folder."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
            yield Path(temporary)
        return
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder}: is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


def describe_machine() -> str:
    """Say when and on what machine the benchmark runs, and how busy the machine is with other work."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, "
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, {memory / 2**30:.0f} GB memory "
        f"({available_bytes() / 2**30:.0f} GB free), load average before the start {os.getloadavg()[0]:.1f}"
    )


def prepare_landing(runner: Runner, sample: float, more_reference_dates: int) -> None:
    """Make the sample, load the sample, and multiply the landing."""
    made, loaded = Measured(), Measured()
    runner.make_sample(made, sample)
    runner.load(loaded, runner.sample, runner.single_landing)
    add_reference_dates(runner.single_landing, more_reference_dates)
    if runner.copies == 1:
        runner.landing.symlink_to(runner.single_landing)
    else:
        multiply_landing(runner.single_landing, runner.landing, runner.copies)
    dates = len(list(runner.landing.glob("agency=agii/*")))
    click.echo(
        f"\n{count_rows(runner.landing):,} rows in {dates} reference dates: {runner.copies} times the sample, "
        f"which was made in {made.median:.1f} s and {made.peak:,.0f} MB, "
        f"and loaded in {loaded.median:.1f} s and {loaded.peak:,.0f} MB"
    )


def count_rows(landing: Path) -> int:
    """Return how many rows were delivered."""
    with duckdb.connect() as connection:
        files = str(landing / "agency=*/reference_date=*/version=*/delivery.parquet")
        [(rows,)] = connection.execute("select sum(rows_delivered) from read_parquet(?)", [files]).fetchall()
        return rows


def measure_load(runner: Runner, runs: int) -> None:
    """Measure the load of the CSV files of the sample, multiplied: all, again, and with one more reference date."""
    all_at_once, again, one_more = Measured(), Measured(), Measured()
    extracts, landing = runner.folder / "multiplied_extracts", runner.folder / "loaded"
    for _ in range(runs):
        multiply_csv_extracts(runner.sample, extracts, runner.copies)
        runner.load(all_at_once, extracts, landing)
        rows = count_rows(landing)
        runner.load(again, extracts, landing)
        for agency in filter(Path.is_dir, extracts.iterdir()):
            newest = max(agency.iterdir())
            shutil.copytree(newest, agency / "2024-02-29", copy_function=os.link)
        runner.load(one_more, extracts, landing)
        more_rows = count_rows(landing) - rows
        shutil.rmtree(extracts)
        shutil.rmtree(landing)
    click.echo(
        "\n| load of CSV | rows | seconds | rows a second | processor microseconds a row | peak memory |"
        "\n|---|---|---|---|---|---|"
    )
    for name, new_rows, measured in (
        ("two reference dates", rows, all_at_once),
        ("the same again", 0, again),
        ("and one more reference date", more_rows, one_more),
    ):
        rate = f"{new_rows / measured.median:,.0f}" if new_rows else ""
        a_row = f"{1e6 * measured.processor / new_rows:.2f}" if new_rows else ""
        click.echo(f"| {name} | {new_rows:,} | {measured.median:.1f} | {rate} | {a_row} | {measured.peak:,.0f} MB |")


def measure_implementations(runner: Runner, chosen: list[str], runs: int) -> None:
    """Run every implementation on the landing, one after another; compare the counts and print the medians."""
    runner.parse()
    split = build_with_log(runner)
    single = runner.folder / "counts of the sample.parquet"
    runner.count(BY_HAND, Measured(), runner.single_landing, single)
    measured_of = {name: Measured() for name in chosen}
    export = Measured()
    figures = 0
    for _ in range(runs):
        for name, measured in measured_of.items():
            if not measured.fits:
                continue
            if name == BUILD:
                runner.build(measured)
                continue
            if name == SQL_OF_BUILD:
                runner.replay(measured)
                continue
            result = runner.folder / f"{name}{result_suffix(name)}"
            runner.count(name, measured, runner.landing, result)
            if measured.fits and name == SAME_WORK:
                in_own_process(compare_builds, runner.warehouse, result)
            elif measured.fits and name != SCAN:
                figures = in_own_process(compare_with_warehouse, runner.warehouse, result)
                in_own_process(compare_with_multiple, single, result, runner.copies)
        runner.export(export)
    print_medians(measured_of | {"export": export}, figures, runs)
    print_split(split)


def in_own_process(compare: Callable[..., Compared], *arguments: object) -> Compared:
    """Compare in another process: the memory of this one counts as the peak of every small command that it starts."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(compare, *arguments).result()


def result_suffix(name: str) -> str:
    """Return how the name of the result of an implementation ends: a database, or counts."""
    return DATABASE if name == SAME_WORK else ".parquet"


def print_medians(measured_of: dict[str, Measured], figures: int, runs: int) -> None:
    """Print what each took, and the processor seconds as a multiple of those of the scripts by hand and of the scan."""
    others = (SAME_WORK, BY_HAND, SCAN)
    click.echo(
        "\n| | seconds | processor seconds | peak memory | times by hand, same work | times by hand, counts "
        "| times the scan |"
        "\n|---|---|---|---|---|---|---|"
    )
    for name, measured in measured_of.items():
        if not measured.fits:
            click.echo(f"| {name} | does not fit into memory | | | | | |")
            continue
        ratios = " | ".join(
            f"{measured.processor / measured_of[other].processor:.1f}"
            if other in measured_of and measured_of[other].fits
            else ""
            for other in others
        )
        click.echo(
            f"| {name} | {measured.median:.1f} | {measured.processor:.1f} | {measured.peak:,.0f} MB | {ratios} |"
        )
    spread = ", ".join(
        f"{name} {min(measured.seconds):.1f} to {max(measured.seconds):.1f}"
        for name, measured in measured_of.items()
        if measured.fits
    )
    click.echo(
        f"\nMedians of {runs} runs in turn ({spread}); who counts, counted the same {figures:,} figures, and who "
        "does the same work made the same tables. Multiples are of processor seconds."
    )


def build_with_log(runner: Runner) -> BuildSplit:
    """Build one node after another, with a log of every statement; return where the seconds went."""
    started = time.time()
    runner.build(Measured(), "--threads", "1", "--log-path", str(runner.log.parent), *EVERY_STATEMENT)
    return read_split(runner.log, started, time.time())


def print_split(split: BuildSplit) -> None:
    """Print where the seconds of a build went."""
    kinds = ", ".join(f"{kind}s {seconds:.1f}" for kind, seconds in sorted(split.sql_per_kind.items()))
    click.echo(
        f"\nOne build of {split.nodes} nodes, one after another, with a log of every statement: {split.whole:.1f} s, "
        f"of which {split.start:.1f} s until the first node, {split.sql:.1f} s SQL ({kinds}) and "
        f"{split.per_node * 1000:.0f} ms a node of dbt's own work."
    )
    slowest = sorted(split.sql_per_node.items(), key=lambda item: -item[1])[:SLOWEST_SHOWN]
    click.echo("Most SQL: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest))


if __name__ == "__main__":
    run(main)
