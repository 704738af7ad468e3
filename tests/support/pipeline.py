"""Run the project's steps as a user would, in folders of a test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import click
import duckdb
import msgpack
from filelock import FileLock

from inburgering.annex.export import export_annex
from inburgering.annex.question import AcceptedShare, Question, read_question
from inburgering.intake.extract_contract import read_contracts
from inburgering.settings import file_hash
from inburgering.warehouse.build_status import GREEN, BuildStatus, read_status, write_status
from support.steps import StartedStep, run_step, start_step

CHECKOUT = Path(__file__).resolve().parents[2]
PARSED = "partial_parse.msgpack"
SHARED_FOLDER = "TESTS_SHARED_FOLDER"
KEY = "a key of forty bytes, which only the tests use"


@dataclass(frozen=True)
class Pipeline:
    """The folders of one run of the steps, side by side with all other runs in this checkout."""

    folder: Path
    key: str | None = KEY

    @property
    def checkout(self) -> Path:
        """Return where the project stands that is run."""
        return CHECKOUT

    @property
    def extracts(self) -> Path:
        return self.folder / "extracts"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def issued(self) -> Path:
        """Return the folder of issued annexes."""
        return self.folder / "issued"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a step: this pipeline's folders and key, and nothing of the user's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INBURGERING_", "DBT_"))}
        pipeline = {
            "INBURGERING_EXTRACTS": str(self.extracts),
            "INBURGERING_LANDING": str(self.landing),
            "INBURGERING_WAREHOUSE": str(self.warehouse),
            "INBURGERING_ISSUED": str(self.issued),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            # Half a second of every run; who looks at the manifest asks for it with --write-json.
            "DBT_WRITE_JSON": "false",
            "PYTHONPATH": str(self.checkout / "scripts"),
        }
        return kept | pipeline | ({} if self.key is None else {"INBURGERING_PSEUDONYM_KEY": self.key})

    def script(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run scripts/<name>.py and return what it printed and how it ended."""
        return self._run(*command(name, *arguments, checkout=self.checkout))

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run lines of Python that use the project's modules."""
        return self._run(sys.executable, "-c", code)

    def maintain(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run scripts/dev/<name>.py, which no step of a user needs, and return what it printed and how it ended."""
        return self._run(sys.executable, "-m", f"dev.{name}", *(str(one) for one in arguments))

    def load(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.script("load_extracts", *arguments)

    def dbt(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        self._start_from_parsed_project()
        return self._run(*command("dbt", *arguments))

    def _start_from_parsed_project(self) -> None:
        target = self.folder / "target"
        if not target.exists():
            target.mkdir(parents=True)
            landing = self.environment.get("INBURGERING_LANDING", str(self.landing))
            (target / PARSED).write_bytes(parsed_project_for(landing))

    def copy(self, folder: Path) -> Pipeline:
        """Return a pipeline in `folder` with what this one landed and built, which a test may spoil."""
        shutil.copytree(self.landing, folder / "landing")
        for path in self.folder.glob("warehouse.duckdb*"):
            shutil.copy(path, folder)
        return Pipeline(folder, self.key)

    def export(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.script("export_annex", *arguments)

    def export_whatever_is_rejected(self, output: Path, question: str = "sv_2024_123") -> None:
        """Export the annex of a question, although many rows are rejected of files that are small or spoiled."""
        export_annex(accepting_rejections(read_question(question)), self.warehouse, output, last_green=True)

    def last_run(self) -> BuildStatus:
        """Return how the last run of dbt on this warehouse ended."""
        status = read_status(self.warehouse)
        assert status is not None
        return status

    def start(self, step: str, *arguments: object) -> StartedStep:
        """Start dbt or scripts/<step>.py in a process group of its own, and do not wait for its end."""
        parts = command(step, *arguments, checkout=self.checkout)
        with Path(os.devnull).open("w") as nowhere:
            return start_step(parts, self.checkout, self._environment_of(parts[0]), (nowhere, nowhere))

    def _environment_of(self, program: str) -> dict[str, str]:
        """Return the environment of a program; dbt is not measured, which would cost each of its many runs a second."""
        if not program.endswith("dbt"):
            return self.environment
        return {name: value for name, value in self.environment.items() if not name.startswith("COVERAGE_")}

    def _run(self, *parts: str) -> subprocess.CompletedProcess[str]:
        return run_step(list(parts), self.checkout, self._environment_of(parts[0]))


@dataclass(frozen=True)
class OwnCheckout(Pipeline):
    """A pipeline that runs a copy of the project, in which a test may change what dbt reads."""

    @property
    def issued(self) -> Path:
        """Return the folder of issued annexes, which is under version control."""
        return self.checkout / "issued"

    @property
    def checkout(self) -> Path:
        """Return where the copy stands."""
        return self.folder / "checkout"


@contextmanager
def changing(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Change a published warehouse, or a copy of one, and record it as if a green build had left it so."""
    with duckdb.connect(str(warehouse)) as connection:
        yield connection
    status = BuildStatus("of a test", "build", "2026-11-25 12:00", GREEN, "")
    with suppress(click.ClickException):
        status = read_status(warehouse)
    write_status(warehouse, replace(status, published=file_hash(warehouse)))


def own_copy(folder: Path, key: str | None = KEY) -> OwnCheckout:
    """Return a pipeline with a copy of the project in `folder`."""
    own = OwnCheckout(folder, key)
    made_here = {"sample", "target", "logs", "annex", "feedback", "landing", "extracts"}

    def left_out(parent: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".") or name == "__pycache__" or ".duckdb" in name}
        return hidden | (made_here & set(names) if Path(parent) == CHECKOUT else set())

    shutil.copytree(CHECKOUT, own.checkout, ignore=left_out)
    return own


def accepting_rejections(question: Question) -> Question:
    """Return a question that accepts any share of rejected rows, of every file."""
    accepted = tuple(
        AcceptedShare(agency=agency, event_type=table.event_type, reason="Een proef.")
        for agency, contract in read_contracts().items()
        for table in contract.tables
    )
    return question.model_copy(update={"accepts_rejected": accepted})


@cache
def parsed_project() -> tuple[object, str]:
    """Return what dbt parses of the project, once for all workers, and the landing in it."""

    def parse(folder: Path) -> None:
        succeeded(Pipeline(folder)._run(*command("dbt", "parse")))

    parser = Pipeline(made_once("parsed_project", parse))
    return msgpack.unpackb((parser.folder / "target" / PARSED).read_bytes()), str(parser.landing)


def parsed_project_for(landing: str) -> bytes:
    """Return what dbt parses of the project for another landing, which it reads from the environment into sources."""
    parsed, landing_of_parser = parsed_project()

    def moved(value: object) -> object:
        if isinstance(value, str):
            return value.replace(landing_of_parser, landing)
        if isinstance(value, dict):
            return {key: moved(item) for key, item in value.items()}
        return [moved(item) for item in value] if isinstance(value, list) else value

    return msgpack.packb(moved(parsed))


def share_between_workers(folder: Path) -> None:
    """Let the workers of this run of the tests share what `made_once` makes, in this folder."""
    os.environ[SHARED_FOLDER] = str(folder)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker that wants it makes; the others wait until it is whole."""
    folder = Path(os.environ[SHARED_FOLDER]) / name
    whole = folder.with_name(f"{name}.whole")
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            folder.mkdir()
            make(folder)
            whole.touch()
        assert whole.exists(), f"{name} could not be made; the test that wanted it first says why"
    return folder


def command(step: str, *arguments: object, checkout: Path = CHECKOUT) -> list[str]:
    """Return the command line of dbt, or of scripts/<step>.py."""
    program: list[object] = [Path(sys.executable).with_name("dbt")]
    if step != "dbt":
        program = [sys.executable, checkout / "scripts" / f"{step}.py"]
    return [str(part) for part in (*program, *arguments)]


def succeeded(step: subprocess.CompletedProcess[str]) -> str:
    """Return what a step printed; fail with its last lines when it ended badly."""
    assert step.returncode == 0, "\n".join((step.stdout + step.stderr).splitlines()[-40:])
    return step.stdout


def refused(step: subprocess.CompletedProcess[str]) -> str:
    """Return the one line in which a step says what is wrong; fail when it ended well or with a traceback."""
    assert step.returncode != 0
    assert "Traceback" not in step.stdout + step.stderr
    lines = [line for line in step.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, lines
    return lines[0]
