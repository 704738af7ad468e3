"""Measure the project against the same annex counted by hand in SQL, with polars and with pandas, at any scale."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from dev.benchmark.build_split import read_split
from dev.benchmark.compared_counts import DifferentCountsError, compare_with_multiple, compare_with_warehouse
from dev.benchmark.measuring import CommandFailedError, Measured, available_bytes, measure
from dev.benchmark.multiplied_extracts import multiply_csv_extracts
from dev.benchmark.multiplied_landing import add_reference_dates, multiply_landing
from inburgering.settings import CHECKOUT, SAMPLE_KEY

PYTHON = sys.executable
DBT = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors"]
BENCHMARK = CHECKOUT / "scripts" / "benchmark"
RUN_SCRIPT = [PYTHON, str(BENCHMARK / "run_script.py")]

BUILD = "dbt build"
BUILD_WITHOUT_UNIT_TESTS = "dbt build without unit tests"
BY_HAND = "one SQL script by hand"
SCAN = "scan of the same columns"
CONTESTANTS = {
    BY_HAND: [*RUN_SCRIPT, str(BENCHMARK / "annex_by_hand.sql")],
    "polars": [PYTHON, str(BENCHMARK / "annex_with_polars.py")],
    "pandas": [PYTHON, str(BENCHMARK / "annex_with_pandas.py")],
    SCAN: [*RUN_SCRIPT, str(BENCHMARK / "scan_columns.sql")],
}
# Builds first: everybody's counts are compared with those in the warehouse.
EVERYBODY = [BUILD, BUILD_WITHOUT_UNIT_TESTS, *CONTESTANTS]
SLOWEST_SHOWN = 8


@dataclass(frozen=True)
class Course:
    """The folders of one benchmark: the sample as it is, and the landing that everybody counts."""

    folder: Path
    copies: int

    @property
    def sample(self) -> Path:
        """Return the extracts of the sample."""
        return self.folder / "extracts"

    @property
    def single_landing(self) -> Path:
        """Return the landing of the sample as it is."""
        return self.folder / "single_landing"

    @property
    def landing(self) -> Path:
        """Return the landing that is counted, every row in it `copies` times."""
        return self.folder / "landing"

    @property
    def warehouse(self) -> Path:
        """Return the warehouse that the project builds."""
        return self.folder / "warehouse.duckdb"

    def environment(self, extracts: Path, landing: Path) -> dict[str, str]:
        """Return the environment of the project's steps."""
        return os.environ | {
            "INBURGERING_EXTRACTS": str(extracts),
            "INBURGERING_LANDING": str(landing),
            "INBURGERING_WAREHOUSE": str(self.warehouse),
            "INBURGERING_PSEUDONYM_KEY": SAMPLE_KEY,
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }

    def step(self, measured: Measured, extracts: Path, landing: Path, script: str, *arguments: object) -> None:
        """Run and measure scripts/<script>.py."""
        command = [PYTHON, f"scripts/{script}.py", *map(str, arguments)]
        measure(command, measured, CHECKOUT, self.environment(extracts, landing))

    def parse(self) -> None:
        """Let dbt parse the project, which it keeps for the builds after it."""
        measure([*DBT, "parse"], Measured(), CHECKOUT, self.environment(self.sample, self.landing))

    def build(self, measured: Measured, *arguments: str) -> None:
        """Run and measure dbt build."""
        measure([*DBT, "build", *arguments], measured, CHECKOUT, self.environment(self.sample, self.landing))

    def count(self, name: str, measured: Measured, landing: Path, result: Path) -> None:
        """Run and measure a contestant."""
        # There, what does not fit into memory is put aside.
        measure([*CONTESTANTS[name], str(landing), str(result)], measured, self.folder, dict(os.environ))


@click.command()
@click.option("--scale", type=click.IntRange(min=1), default=1, show_default=True, help="How many times the sample.")
@click.option("--sample", type=float, default=1.0, show_default=True, help="Size of the sample; 1 is full size.")
@click.option("--runs", type=click.IntRange(min=1), default=3, show_default=True, help="A median is taken of so many.")
@click.option("--cores", type=click.IntRange(min=1), help="Use only so many cores; without it all of them.")
@click.option(
    "--more-reference-dates", type=click.IntRange(min=0), default=0, help="Deliveries of the same size, on later days."
)
@click.option(
    "--contestant",
    "contestants",
    multiple=True,
    type=click.Choice(EVERYBODY),
    help="Measure only this one; may be given more than once.  [default: all of them]",
)
@click.option("--without-load", is_flag=True, help="Do not measure the loader.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Work here, and leave the files.")
def main(
    scale: int,
    sample: float,
    runs: int,
    cores: int | None,
    more_reference_dates: int,
    contestants: tuple[str, ...],
    without_load: bool,
    folder: Path | None,
) -> None:
    """Print tables of medians, in Markdown; every count is compared with that of the warehouse."""
    if cores:
        # Every process started from here inherits it, and DuckDB, polars and Arrow start as many threads.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    chosen = [name for name in EVERYBODY if name in (contestants or EVERYBODY)]
    with workspace(folder) as place:
        course = Course(place, scale)
        click.echo(describe_machine())
        try:
            lay_out(course, sample, more_reference_dates)
            if not without_load:
                measure_load(course, runs)
            run_contest(course, chosen, runs)
        except (CommandFailedError, DifferentCountsError) as problem:
            raise click.ClickException(str(problem)) from None


@contextmanager
def workspace(folder: Path | None) -> Iterator[Path]:
    """Yield the folder to work in: a new one that is removed afterwards, or the given one, which must be empty."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
            yield Path(temporary)
        return
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder}: is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.resolve()


def describe_machine() -> str:
    """Say when and on what is measured, and how busy the machine is with other work."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, "
        f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores, {memory / 2**30:.0f} GB memory "
        f"({available_bytes() / 2**30:.0f} GB free), load average before the start {os.getloadavg()[0]:.1f}"
    )


def lay_out(course: Course, sample: float, more_reference_dates: int) -> None:
    """Make the sample, land it, and multiply the landing."""
    made, loaded = Measured(), Measured()
    course.step(made, course.sample, course.single_landing, "generate_extracts", "--scale", sample)
    course.step(loaded, course.sample, course.single_landing, "load_extracts")
    add_reference_dates(course.single_landing, more_reference_dates)
    if course.copies == 1:
        course.landing.symlink_to(course.single_landing)
    else:
        multiply_landing(course.single_landing, course.landing, course.copies)
    dates = len(list(course.landing.glob("agency=agii/*")))
    click.echo(
        f"\n{count_rows(course.landing):,} rows in {dates} reference dates: {course.copies} times the sample, "
        f"which was made in {made.median:.1f} s and {made.peak:,.0f} MB, "
        f"and loaded in {loaded.median:.1f} s and {loaded.peak:,.0f} MB"
    )


def count_rows(landing: Path) -> int:
    """Return how many rows were delivered."""
    with duckdb.connect() as connection:
        register = str(landing / "agency=*/reference_date=*/version=*/delivery.parquet")
        return connection.execute("select sum(rows_delivered) from read_parquet(?)", [register]).fetchone()[0]


def measure_load(course: Course, runs: int) -> None:
    """Measure loading the CSV files of the sample, multiplied: all, again, and with one more reference date."""
    all_at_once, again, one_more = Measured(), Measured(), Measured()
    extracts, landing = course.folder / "multiplied_extracts", course.folder / "loaded"
    for _ in range(runs):
        multiply_csv_extracts(course.sample, extracts, course.copies)
        course.step(all_at_once, extracts, landing, "load_extracts")
        rows = count_rows(landing)
        course.step(again, extracts, landing, "load_extracts")
        for agency in filter(Path.is_dir, extracts.iterdir()):
            newest = max(agency.iterdir())
            shutil.copytree(newest, agency / "2024-02-29", copy_function=os.link)
        course.step(one_more, extracts, landing, "load_extracts")
        more_rows = count_rows(landing) - rows
        shutil.rmtree(extracts)
        shutil.rmtree(landing)
    click.echo("\n| load of CSV | rows | seconds | rows a second | peak memory |\n|---|---|---|---|---|")
    for name, new_rows, measured in (
        ("two reference dates", rows, all_at_once),
        ("the same again", 0, again),
        ("and one more reference date", more_rows, one_more),
    ):
        rate = f"{new_rows / measured.median:,.0f}" if new_rows else ""
        click.echo(f"| {name} | {new_rows:,} | {measured.median:.1f} | {rate} | {measured.peak:,.0f} MB |")


def run_contest(course: Course, chosen: list[str], runs: int) -> None:
    """Let everybody count the landing in turn, compare what they counted, and print the medians."""
    course.parse()
    if CONTESTANTS.keys() >= set(chosen):
        course.build(Measured())
    single = course.folder / "counts of the sample itself.parquet"
    measure(
        [*CONTESTANTS[BY_HAND], str(course.single_landing), str(single)], Measured(), course.folder, dict(os.environ)
    )
    contest = {name: Measured() for name in chosen}
    export = Measured()
    figures = 0
    for _ in range(runs):
        for name, measured in contest.items():
            if not measured.fits:
                continue
            if name in CONTESTANTS:
                result = course.folder / f"{name}.parquet"
                measure(
                    [*CONTESTANTS[name], str(course.landing), str(result)], measured, course.folder, dict(os.environ)
                )
                if measured.fits and name != SCAN:
                    figures = compare_with_warehouse(course.warehouse, result)
                    compare_with_multiple(single, result, course.copies)
            else:
                course.build(measured, *(() if name == BUILD else ("--exclude-resource-type", "unit_test")))
        course.step(export, course.sample, course.landing, "export_annex", "--output", course.folder / "annex.xlsx")
    print_contest(contest | {"export": export}, figures, runs)
    print_split(course)


def print_contest(contest: dict[str, Measured], figures: int, runs: int) -> None:
    """Print seconds, peak memory and how many times the seconds of the script by hand and of the scan that is."""
    click.echo("\n| | seconds | peak memory | times by hand | times the scan |\n|---|---|---|---|---|")
    for name, measured in contest.items():
        if not measured.fits:
            click.echo(f"| {name} | does not fit into memory | | | |")
            continue
        ratios = " | ".join(
            f"{measured.median / contest[other].median:.1f}" if other in contest and contest[other].fits else ""
            for other in (BY_HAND, SCAN)
        )
        click.echo(f"| {name} | {measured.median:.1f} | {measured.peak:,.0f} MB | {ratios} |")
    spread = ", ".join(
        f"{name} {min(measured.seconds):.1f} to {max(measured.seconds):.1f}"
        for name, measured in contest.items()
        if measured.fits
    )
    click.echo(f"\nMedians of {runs} runs in turn ({spread}); all counted the same {figures:,} figures.")


def print_split(course: Course) -> None:
    """Build once more, one node after another, with a log of every statement, and print where the seconds went."""
    log = course.folder / "split"
    started = time.time()
    every_statement = "--log-level-file debug --log-format-file json --log-file-max-bytes 1000000000".split()
    course.build(Measured(), "--threads", "1", "--log-path", str(log), *every_statement)
    split = read_split(log / "dbt.log", started, time.time())
    kinds = ", ".join(f"{kind}s {seconds:.1f}" for kind, seconds in sorted(split.sql_per_kind.items()))
    click.echo(
        f"\nOne build of {split.nodes} nodes, one after another, with a log of every statement: {split.whole:.1f} s, "
        f"of which {split.start:.1f} s until the first node, {split.sql:.1f} s SQL ({kinds}) and "
        f"{split.per_node * 1000:.0f} ms a node of dbt's own work."
    )
    slowest = sorted(split.sql_per_node.items(), key=lambda item: -item[1])[:SLOWEST_SHOWN]
    click.echo("Most SQL: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest))


if __name__ == "__main__":
    main()
