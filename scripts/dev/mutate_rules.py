"""Break the counting rules one at a time, in a copy of the models, and show that a test turns red for each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from dev.rule_mutations import MUTATIONS, Mutation
from inburgering.screen import run
from inburgering.settings import CHECKOUT, SAMPLE_KEY

COPIED = ("dbt_project.yml", "profiles.yml", "selectors.yml", "macros", "models", "scripts", "seeds", "tests/data")
# What pytest needs besides.
COPIED_FOR_PYTEST = ("pyproject.toml", "docs", "README.md", "CONTRIBUTING.md", "tests")
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "--numprocesses=0", "--tb=no")
ALL_PASSED, SOME_FAILED = 0, 1
DBT = str(Path(sys.executable).with_name("dbt"))
SCALE = "0.003"
# What guards code too; a build that selects by a path leaves no test of that path out.
EVERYTHING = ("--selector", "everything")
COLOURS = {"killed": "green", "survived": "red", "broken": "yellow"}


@dataclass(frozen=True)
class Verdict:
    """How a build ended: killed by a test, survived all of them, or broken before they could tell."""

    outcome: str
    because: str = ""


class Runner:
    """A folder with one landing of the sample, a green build of it, and a copy for each mutation that is built."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._green = folder / "unmutated"
        # Every copy takes the modules of its own scripts.
        others = ("INBURGERING_", "DBT_", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self._environment_of_pytest = kept
        # The warehouse, the target and the logs stand at their default places, in the copy that is built. That place
        # has the same name in every copy, or else dbt would parse each from nothing.
        self._environment = kept | {
            "INBURGERING_EXTRACTS": str(folder / "extracts"),
            "INBURGERING_LANDING": str(folder / "landing"),
            "INBURGERING_WAREHOUSE": "warehouse.duckdb",
            "INBURGERING_PSEUDONYM_KEY": SAMPLE_KEY,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def set_up(self, chosen: list[Mutation]) -> None:
        """Land the sample, build the unmutated copy and run the tests that the mutations are to turn red.

        Raises click.ClickException when that is not green.
        """
        for module, *arguments in (("dev.generate_extracts", "--scale", SCALE), ("load_extracts",)):
            step = self._run(CHECKOUT / "scripts", sys.executable, "-m", module, *arguments)
            if step.returncode:
                raise click.ClickException(f"{module} failed: {(step.stdout + step.stderr).strip()[-500:]}")
        copy_project(CHECKOUT, self._green, COPIED)
        for file in sorted({mutation.tests for mutation in chosen} - {""}):
            verdict = self._pytest(CHECKOUT, file)
            if verdict.outcome != "survived":
                raise click.ClickException(f"without any mutation {file} is not green: {verdict.because}")
        concerned = [part for mutation in chosen if not mutation.tests for part in selection(mutation)]
        if not concerned:
            return
        tests = EVERYTHING if set(EVERYTHING) <= set(concerned) else tuple(concerned)
        for command in (("build", "--resource-type", "model", "--resource-type", "seed"), ("test", *tests)):
            verdict = self._dbt(self._green, *command)
            if verdict.outcome != "survived":
                raise click.ClickException(f"without any mutation the build is not green: {verdict.because}")

    def try_mutation(self, mutation: Mutation) -> Verdict:
        """Build a copy in which the mutation's rule is broken and return what the tests say of it."""
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            copy = Path(name)
            copy_project(CHECKOUT, copy, (*COPIED, *COPIED_FOR_PYTEST) if mutation.tests else COPIED)
            (copy / mutation.file).write_text(mutation.mutated(copy), encoding="utf-8")
            if mutation.tests:
                return self._pytest(copy, mutation.tests)
            # Start from the unmutated warehouse and from what dbt parsed of it; whatever differs dbt parses again.
            (copy / "target").mkdir()
            for made in ("warehouse.duckdb.building", "target/partial_parse.msgpack"):
                shutil.copy(self._green / made, copy / made)
            return self._dbt(copy, "build", *selection(mutation))

    def _pytest(self, copy: Path, tests: str) -> Verdict:
        step = self._run(copy, *PYTEST, tests, environment=self._environment_of_pytest)
        failed = [line for line in step.stdout.splitlines() if line.startswith("FAILED ")]
        if step.returncode == ALL_PASSED:
            return Verdict("survived")
        if step.returncode == SOME_FAILED and failed:
            return Verdict("killed", failed[0].split("::")[-1].split(" ")[0])
        return Verdict("broken", f"pytest failed: {(step.stdout + step.stderr).strip()[-500:]}")

    def _dbt(self, copy: Path, command: str, *arguments: str) -> Verdict:
        step = self._run(copy, DBT, command, "--fail-fast", *arguments)
        results = copy / "target" / "run_results.json"
        if not results.is_file():
            return Verdict("broken", f"dbt built nothing: {step.stdout.strip()[-500:]}")
        verdict = verdict_of(json.loads(results.read_text(encoding="utf-8"))["results"])
        if verdict.outcome == "survived" and step.returncode:
            return Verdict("broken", f"dbt failed: {step.stdout.strip()[-500:]}")
        return verdict

    def _run(
        self, folder: Path, *command: str, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            command, cwd=folder, env=environment or self._environment, capture_output=True, text=True, check=False
        )


def selection(mutation: Mutation) -> tuple[str, ...]:
    """Return what may come out otherwise by a mutation, as options of dbt.

    A model or seed changes nothing that comes before it; a macro or a variable may change anything.
    """
    is_node = mutation.file.startswith(("models/", "seeds/"))
    return ("--select", f"path:{mutation.file}+") if is_node else EVERYTHING


def copy_project(checkout: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Copy files and folders of a checkout, by their names, into a folder."""
    for name in names:
        source, copy = checkout / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy(source, copy)


def verdict_of(results: list[dict]) -> Verdict:
    """Return the verdict on a build by the first of its steps that did not end well; dbt stopped there.

    Only a test that fails is a kill. An error means SQL that does not run: of a model whose unit test could not run dbt
    says no more than that.
    """
    for result in results:
        if result["status"] == "fail":
            return Verdict("killed", step_name(result))
        if result["status"] not in ("success", "pass", "skipped", "no-op"):
            return Verdict("broken", f"{step_name(result)} ended in {result['status']}: {result['message']}")
    return Verdict("survived")


def step_name(result: dict) -> str:
    """Return the name of a step of dbt's, without its kind, package and hash."""
    kind, _, *names = result["unique_id"].split(".")
    return names[-1] if kind == "unit_test" else names[0]


@click.command()
@click.option("--only", default="", metavar="TEXT", help="Only the mutations whose name contains this text.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Builds at the same time.")
def main(only: str, jobs: int) -> None:
    """Break every counting rule in turn and print which test notices; exit code 1 when none does."""
    started = time.monotonic()
    chosen = [mutation for mutation in MUTATIONS if only.lower() in mutation.name.lower()]
    if not chosen:
        raise click.ClickException(f"no mutation has {only!r} in its name")
    for mutation in chosen:
        mutation.mutated(CHECKOUT)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder, ThreadPoolExecutor(jobs) as pool:
        runner = Runner(Path(folder))
        click.echo("Building without any mutation")
        runner.set_up(chosen)
        verdicts = pool.map(runner.try_mutation, chosen)
        try:
            for number, (mutation, verdict) in enumerate(zip(chosen, verdicts, strict=True), start=1):
                counts[verdict.outcome] += 1
                click.echo(f"{number:>3}/{len(chosen)} ", nl=False)
                click.secho(f"{verdict.outcome:<9}", fg=COLOURS[verdict.outcome], nl=False)
                click.echo(mutation.name + (f" ← {verdict.because}" if verdict.because else ""))
        finally:
            # Whoever interrupts waits for the builds under way only.
            pool.shutdown(cancel_futures=True)
    click.echo(
        f"{len(chosen)} mutations: {counts['killed']} killed, {counts['survived']} survived, "
        f"{counts['broken']} broken, {time.monotonic() - started:.0f} s"
    )
    if counts["killed"] != len(chosen):
        sys.exit(1)


if __name__ == "__main__":
    run(main)
