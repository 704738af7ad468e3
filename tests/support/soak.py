"""Kill a step at a random moment, and look whether everything that was there before still is.

The pipeline stands in one of two states, A and B: the sample, and the sample of which every agency delivered the newest
reference date anew. Each state has an annex of its own, so an annex that is neither A's nor B's mixes two builds.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import click
import duckdb

from inburgering.annex.control_file import control_file
from inburgering.settings import SAMPLE_MARKER
from inburgering.warehouse.build_status import GREEN, RUNNING
from support.pipeline import Pipeline, refused, succeeded

SCALE = "0.05"
CHANGED_DATE = "2024-01-31"
LOAD, BUILD, EXPORT = "load", "build", "export"
STEPS = (LOAD, BUILD, EXPORT)
# Publishing is a small part of a build, and the one that matters most: so many of the kills of builds aim at it.
SHARE_WHILE_PUBLISHING = 0.3
PUBLISHING_SECONDS = 0.03
OTHER = {"A": "B", "B": "A"}
BUILD_ARGUMENTS = ("build",)


class Soak:
    """A pipeline whose steps are killed, with what must stand in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Run every step undisturbed in both states, to know the results and the usual durations."""
        self._random = random.Random(seed)
        self._folder = folder
        self.pipeline = Pipeline(folder / "pipeline")
        self.annex = self.pipeline.folder / "annex" / "annex.xlsx"
        self._landings: dict[str, Path] = {}
        self._annexes: dict[str, dict[str, bytes]] = {}
        self._seconds: dict[str, float] = {}
        self.kills: Counter[str] = Counter()
        self.finished: Counter[str] = Counter()
        self.left_running = 0
        self.while_publishing = 0
        self.published_when_killed = 0
        self.exports_during_builds: Counter[str] = Counter()
        succeeded(self.pipeline.maintain("generate_extracts", "--scale", SCALE))
        # With a key of its own it is loaded as any extracts are.
        (self.pipeline.extracts / SAMPLE_MARKER).unlink()
        self._take_in("A")
        changed = Pipeline(folder / "changed")
        succeeded(changed.maintain("generate_extracts", "--scale", SCALE, "--seed", "7"))
        for delivery in changed.extracts.glob(f"*/{CHANGED_DATE}"):
            target = self.pipeline.extracts / delivery.relative_to(changed.extracts)
            shutil.rmtree(target)
            shutil.copytree(delivery, target)
        self._take_in("B")
        self._published = "B"
        assert self._annexes["A"] != self._annexes["B"]

    def _take_in(self, state: str) -> None:
        """Load, build and export the extracts as they are, and keep the results as those of a state."""
        self._run(LOAD)
        # What a build that keeps reference dates is compared with is a build of all.
        self._run(BUILD, "--full-refresh")
        self._run(EXPORT)
        self._landings[state] = self._folder / f"landing {state}"
        shutil.copytree(self.pipeline.landing, self._landings[state])
        self._annexes[state] = files_of(self.annex)

    def _arguments(self, step: str) -> tuple[str, ...]:
        return {
            LOAD: ("load_extracts", "--accept-fewer-rows"),
            BUILD: ("dbt", *BUILD_ARGUMENTS),
            EXPORT: ("export_annex", "--output", str(self.annex)),
        }[step]

    def _run(self, step: str, *more: str) -> None:
        """Run a step to its end, and remember how long it takes on this machine at this time."""
        started = time.monotonic()
        name, *arguments = *self._arguments(step), *more
        succeeded(self.pipeline.dbt(*arguments) if name == "dbt" else self.pipeline.script(name, *arguments))
        self._seconds[step] = time.monotonic() - started

    def steps(self, kills: int) -> list[str]:
        """Return what to kill: each step as often as the others, in a random order."""
        rounds = -(-kills // len(STEPS))
        return [step for _ in range(rounds) for step in self._random.sample(STEPS, len(STEPS))][:kills]

    def kill(self, step: str) -> None:
        """Prepare the state before a step, kill the step, check what is left, and run the step to its end."""
        target = {LOAD: "B", BUILD: OTHER[self._published], EXPORT: self._published}[step]
        if step == LOAD:
            self._set_landing("A")
        elif step == BUILD:
            self._set_landing(target)
        else:
            # A load that was killed before may have landed the other state.
            self._set_landing(target)
            write_files(self.annex, self._annexes[OTHER[target]])
        landed = contents(self.pipeline.landing)
        warehouse = digest(self.pipeline.warehouse)
        annex = files_of(self.annex)
        self._kill_at_random_moment(step)

        self._check_landing(landed, may_grow=step == LOAD)
        left = self.annex.read_bytes()
        assert left in {files["workbook"] for files in (annex, self._annexes[target] if step == EXPORT else annex)}
        self._check_warehouse(warehouse, target if step == BUILD else None)
        # That check exported another annex beside it, and so brought to its end what the kill had left halfway.
        assert files_of(self.annex) in ((annex, self._annexes[target]) if step == EXPORT else (annex,))
        self._run_to_its_end(step, target)

    def _set_landing(self, state: str) -> None:
        """Put the landing of a state there as it was landed."""
        shutil.rmtree(self.pipeline.landing)
        shutil.copytree(self._landings[state], self.pipeline.landing)

    def _kill_at_random_moment(self, step: str) -> None:
        while_publishing = step == BUILD and self._random.random() < SHARE_WHILE_PUBLISHING
        started = time.monotonic()
        moment = self._random.uniform(0, PUBLISHING_SECONDS if while_publishing else self._seconds[step])
        process = self.pipeline.start(*self._arguments(step))
        while while_publishing and process.poll() is None and not Path(f"{self.pipeline.warehouse}.new").exists():
            time.sleep(0.001)
        time.sleep(moment)
        had_finished = process.poll() is not None
        if had_finished:
            assert process.returncode == 0
        else:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.kills[step] += 1
        self.while_publishing += while_publishing
        self.finished[step] += had_finished
        remark = "  (had finished)" if had_finished else "  (while publishing)" if while_publishing else ""
        click.echo(f"{sum(self.kills.values()):>4}  {step:<6} after {time.monotonic() - started:5.2f} s{remark}")

    def _check_landing(self, before: dict[Path, str], may_grow: bool) -> None:
        """Every file that stood there is what it was, and what came since is whole versions only."""
        after = contents(self.pipeline.landing)
        assert {path: after.get(path) for path in before} == before
        new_versions = {path.parent for path in set(after) - set(before)}
        assert may_grow or not new_versions
        for version in self.pipeline.landing.glob("agency=*/reference_date=*/version=*"):
            place = version.relative_to(self.pipeline.landing)
            if place in new_versions:
                assert rows_of(version) == rows_of(self._landings["B"] / place)
            else:
                assert place in {path.parent for path in before}

    def _check_warehouse(self, before: str, target: str | None) -> None:
        """The warehouse is the build that was there, or else the whole new one; its annex can be made from it."""
        status = self.pipeline.last_run()
        with duckdb.connect(str(self.pipeline.warehouse), read_only=True) as connection:
            [(build,)] = connection.execute("select invocation_id from build").fetchall()
        if digest(self.pipeline.warehouse) != before:
            # No bytes are known of a build that ended just now, but it is a copy of the workspace it was made in.
            assert target is not None
            assert digest(self.pipeline.warehouse) == digest(Path(f"{self.pipeline.warehouse}.building"))
            assert status.invocation_id == build
            self._published = target
            self.published_when_killed += status.outcome == RUNNING
        self.left_running += target is not None and status.outcome == RUNNING
        checked = self.annex.with_name("checked.xlsx")
        succeeded(self.pipeline.export("--last-green", "--output", checked))
        assert files_of(checked) == self._annexes[self._published]
        for file in (checked, control_file(checked)):
            file.unlink()
        shutil.rmtree(checked.with_suffix(""))
        if status.invocation_id != build:
            assert "is running: it is still running or was broken off" in refused(
                self.pipeline.export("--output", self._folder / "refused.xlsx")
            )

    def _run_to_its_end(self, step: str, target: str) -> None:
        """Run a step again, undisturbed; it comes to what it would have come to without the kill."""
        if step == BUILD:
            self._build_while_annexes_are_made()
            self._published = target
        else:
            self._run(step)
        if step == LOAD:
            landing = self._landings["B"]
            assert set(contents(self.pipeline.landing)) == set(contents(landing))
            for version in landing.glob("agency=*/reference_date=*/version=*"):
                assert rows_of(self.pipeline.landing / version.relative_to(landing)) == rows_of(version)
            assert list(self.pipeline.landing.glob(".loading-*")) == []
        else:
            assert self.pipeline.last_run().outcome == GREEN
            self._run(EXPORT)
            assert files_of(self.annex) == self._annexes[target]
            assert set(self.annex.parent.iterdir()) == {
                self.annex,
                control_file(self.annex),
                self.annex.with_suffix(""),
            }
            assert not Path(f"{self.pipeline.warehouse}.new").exists()

    def _build_while_annexes_are_made(self) -> None:
        """Build, and meanwhile export again and again: every annex is whole, and A's or B's."""
        seen = self._folder / "seen.xlsx"
        with ThreadPoolExecutor() as pool:
            build = pool.submit(self._run, BUILD)
            while not build.done():
                succeeded(self.pipeline.export("--last-green", "--output", seen))
                state = next(state for state in OTHER if self._annexes[state] == files_of(seen))
                self.exports_during_builds["the build before" if state == self._published else "the new build"] += 1
                wait([build], timeout=0.3)
            build.result()

    def summary(self) -> str:
        """Say in a few lines what was killed and in which state it was then."""
        lines = [f"{sum(self.kills.values())} kills: everything intact, and the next run gave the same result"]
        for step in STEPS:
            lines.append(
                f"  {step:<7}{self.kills[step]:>4} kills (it takes {self._seconds[step]:.1f} s undisturbed), "
                f"{self.finished[step]} had already finished"
            )
        lines.append(
            f"  {self.while_publishing} of the builds were killed at the moment of publishing or just after; "
            f"{self.left_running} left the status running, "
            f"{self.published_when_killed} of them after they had published"
        )
        during = ", ".join(f"{count} of {build}" for build, count in sorted(self.exports_during_builds.items()))
        lines.append(f"  annexes made during builds: {during}")
        return "\n".join(lines)


def files_of(annex: Path) -> dict[str, bytes]:
    """Return what is in a workbook, its control file and each file of its data package."""
    package = {path.name: path.read_bytes() for path in annex.with_suffix("").iterdir()}
    return {"workbook": annex.read_bytes(), "control": control_file(annex).read_bytes()} | package


def write_files(annex: Path, files: dict[str, bytes]) -> None:
    """Put a workbook, its control file and its data package there as they were."""
    shutil.rmtree(annex.with_suffix(""))
    annex.with_suffix("").mkdir()
    places = {"workbook": annex, "control": control_file(annex)}
    for name, content in files.items():
        places.get(name, annex.with_suffix("") / name).write_bytes(content)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents(landing: Path) -> dict[Path, str]:
    """Return the SHA-256 of every file that a build can see in a landing."""
    return {path.relative_to(landing): digest(path) for path in landing.glob("agency=*/**/*") if path.is_file()}


def rows_of(version: Path) -> dict[str, list[tuple]]:
    """Return the rows of every file of a landed version, without the moment of loading."""
    with duckdb.connect() as connection:
        return {
            path.name: connection.execute(
                "select columns(lambda c: c <> 'loaded_at') from read_parquet(?)", [str(path)]
            ).fetchall()
            for path in sorted(version.iterdir())
        }
