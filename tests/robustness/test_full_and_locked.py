"""Full disks, targets that cannot be written, and others at work: a clear line, nothing damaged, nobody blocked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from dev.generate_extracts import write_marker
from inburgering.annex.control_file import control_file
from inburgering.intake.landing import Landing
from inburgering.intake.loading import cannot
from inburgering.settings import SAMPLE_KEY
from inburgering.warehouse.build_status import GREEN, RUNNING, read_status, write_status
from support.pipeline import Pipeline, refused, succeeded
from support.soak import BUILD_ARGUMENTS, contents, digest
from support.steps import StartedStep

MEGABYTE = 2**20
NO_ROOM = "cannot be written (No space left on device)"
READ_ONLY = "cannot be written (Read-only file system)"

# Answers every line it gets with what the warehouse it keeps open holds.
READER = """
import json, sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set enable_progress_bar = false")  # on a busy machine it would stand between the answers
for _ in sys.stdin:
    build = connection.execute("select invocation_id from build").fetchone()[0]
    counts = connection.execute("select count(*), hash(list(c order by c::varchar)) from annex_cube as c").fetchone()
    facts = connection.execute("select count(*) from fct_contracts").fetchone()[0]
    print(json.dumps([build, *counts, facts]), flush=True)
"""


@dataclass(frozen=True)
class PipelineWithRooms(Pipeline):
    """A pipeline with a folder of its own for all that a step writes, so that a test can mount something there."""

    @property
    def room(self) -> Path:
        return self.folder / "room"

    @property
    def warehouse(self) -> Path:
        return self.room / "warehouse.duckdb"

    @property
    def annex(self) -> Path:
        return self.folder / "annex" / "annex.xlsx"

    def build(self) -> subprocess.CompletedProcess[str]:
        return self.dbt(*BUILD_ARGUMENTS)

    def export_to_annex(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self.export("--output", self.annex, *arguments)


@pytest.fixture
def empty(small_sample: Pipeline, tmp_path: Path) -> PipelineWithRooms:
    """Return a pipeline with the small sample's extracts, and empty folders for the rest."""
    pipeline = PipelineWithRooms(tmp_path, SAMPLE_KEY)
    shutil.copytree(small_sample.extracts, pipeline.extracts)
    for folder in (pipeline.landing, pipeline.room, pipeline.annex.parent):
        folder.mkdir()
    return pipeline


@pytest.fixture
def built(empty: PipelineWithRooms, small_sample: Pipeline) -> PipelineWithRooms:
    """Return a copy of the small sample that a test may spoil."""
    fill_landing(empty, small_sample)
    fill_room(empty, small_sample)
    fill_annex(empty, small_sample)
    return empty


def fill_landing(pipeline: PipelineWithRooms, sample: Pipeline) -> None:
    shutil.copytree(sample.landing, pipeline.landing, dirs_exist_ok=True)


def fill_room(pipeline: PipelineWithRooms, sample: Pipeline) -> None:
    for path in sample.folder.glob("warehouse.duckdb*"):
        shutil.copy(path, pipeline.room)


def fill_annex(pipeline: PipelineWithRooms, sample: Pipeline) -> None:
    shutil.copy(sample.folder / "annex.xlsx", pipeline.annex)
    shutil.copy(control_file(sample.folder / "annex.xlsx"), control_file(pipeline.annex))


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[Callable[..., None]]:
    """Mount something on a folder, and give a function that mounts it again with other options."""

    def mount(*options: str) -> None:
        program = shutil.which("mount")
        if program is None:
            pytest.skip("there is no mount here")
        done = subprocess.run([program, *options, str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"mount is not permitted here: {done.stderr.strip()}")

    mount(*arguments)
    try:
        yield mount
    finally:
        subprocess.run([shutil.which("umount") or "umount", "--lazy", str(folder)], check=True)


def small_disk(folder: Path, megabytes: int) -> AbstractContextManager[Callable[..., None]]:
    """Mount a disk of so many megabytes on a folder."""
    return mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")


@contextmanager
def only_room_for(size: int, folder: Path) -> Iterator[None]:
    """Fill the disk of a folder until so many bytes are left."""
    filler = folder / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(folder).free - size))
    try:
        yield
    finally:
        filler.unlink()


def change_a_delivery(pipeline: Pipeline) -> None:
    """Let AgII deliver its contracts anew, only two thirds of them."""
    file = pipeline.extracts / "agii" / "2024-01-31" / "contracten.csv"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[: 2 * len(lines) // 3]))
    write_marker(pipeline.extracts)


def refused_build(step: subprocess.CompletedProcess[str]) -> str:
    """Return the one line of ours among what dbt prints of a run that failed."""
    assert step.returncode != 0
    assert "Traceback" not in step.stdout + step.stderr
    lines = [line.strip() for line in step.stdout.splitlines() if "INBURGERING_WAREHOUSE" in line or "close it" in line]
    assert len(lines) == 1, step.stdout
    return lines[0]


def test_a_folder_in_the_place_of_the_warehouse_is_refused_before_anything_is_built(empty: PipelineWithRooms) -> None:
    empty.warehouse.mkdir()
    refusal = f"{empty.warehouse}: is a folder; name a file in INBURGERING_WAREHOUSE"
    assert refusal in refused_build(empty.build())
    assert not Path(f"{empty.warehouse}.building").exists()


def test_a_full_disk_stops_a_load_and_every_delivery_in_the_landing_stays_whole(
    empty: PipelineWithRooms, small_sample: Pipeline
) -> None:
    with small_disk(empty.landing, 4):
        fill_landing(empty, small_sample)
        landed = contents(empty.landing)
        change_a_delivery(empty)
        for room in (0, 4_096, 20_000):
            with only_room_for(room, empty.landing):
                assert refused(empty.load()) == (
                    f"Error: {empty.landing}: {NO_ROOM}; every delivery in it is whole; make room or name another "
                    "folder in INBURGERING_LANDING, and load again"
                )
            assert contents(empty.landing) == landed
        assert "agii/2024-01-31: version 2," in succeeded(empty.load())
        assert contents(empty.landing).items() > landed.items()


def test_a_full_disk_stops_a_build_and_the_last_green_build_stays(
    empty: PipelineWithRooms, small_sample: Pipeline
) -> None:
    """At its start, on the way, and when it is green and is to be published; with room again, it is built after all."""
    fill_landing(empty, small_sample)
    fill_annex(empty, small_sample)
    annex = empty.annex.read_bytes()
    with small_disk(empty.room, 256):
        fill_room(empty, small_sample)
        warehouse = digest(empty.warehouse)
        for stop in (only_room_for(0, empty.room), only_room_for(MEGABYTE, empty.room), no_room_to_publish(empty)):
            with stop:
                assert refused_build(empty.build()) == (
                    f"{empty.warehouse}: {NO_ROOM}; the last green build stays; make room or name another file in "
                    "INBURGERING_WAREHOUSE, and run dbt build again"
                )
                assert digest(empty.warehouse) == warehouse
                succeeded(empty.export_to_annex("--last-green"))
                assert empty.annex.read_bytes() == annex
        assert not draft_of(empty).is_symlink()
        assert "is red: it could not be published; run dbt build until it is green" in refused(empty.export_to_annex())
        succeeded(empty.build())
        assert digest(empty.warehouse) != warehouse
        succeeded(empty.export_to_annex())
        assert empty.annex.read_bytes() == annex


def draft_of(pipeline: Pipeline) -> Path:
    """Return the copy that is made of a green build, to take the place of the warehouse."""
    return Path(f"{pipeline.warehouse}.new")


@contextmanager
def no_room_to_publish(pipeline: Pipeline) -> Iterator[None]:
    """Leave room to build in, and none for the copy that is to be published."""
    elsewhere = pipeline.folder / "elsewhere"
    elsewhere.mkdir()
    with small_disk(elsewhere, 1):
        draft_of(pipeline).symlink_to(elsewhere / "draft")
        yield


def test_a_full_disk_stops_an_export_and_the_last_annex_stays(built: PipelineWithRooms, small_sample: Pipeline) -> None:
    with small_disk(built.annex.parent, 1):
        built.annex.write_text("the annex made before")
        for room in (0, 20_000):
            with only_room_for(room, built.annex.parent):
                assert refused(built.export_to_annex()) == (
                    f"Error: {built.annex}: {NO_ROOM}; close it or name another file with --output"
                )
            assert built.annex.read_text() == "the annex made before"
            assert list(built.annex.parent.iterdir()) == [built.annex]
        succeeded(built.export_to_annex())
        assert built.annex.read_bytes() == (small_sample.folder / "annex.xlsx").read_bytes()


def test_read_only_targets_are_named_and_can_be_read(empty: PipelineWithRooms, small_sample: Pipeline) -> None:
    with (
        small_disk(empty.landing, 16) as mount_landing,
        small_disk(empty.room, 256) as mount_room,
        small_disk(empty.annex.parent, 16) as mount_annex,
    ):
        fill_landing(empty, small_sample)
        fill_room(empty, small_sample)
        fill_annex(empty, small_sample)
        landed, warehouse, annex = contents(empty.landing), digest(empty.warehouse), empty.annex.read_bytes()
        change_a_delivery(empty)
        mounts = (mount_landing, mount_room, mount_annex)
        for mount in mounts:
            mount("-o", "remount,ro")
        assert f"{empty.landing}: {READ_ONLY}; every delivery in it is whole" in refused(empty.load())
        assert f"{empty.warehouse}: {READ_ONLY}; the last green build stays" in refused_build(empty.build())
        assert f"{empty.annex}: {READ_ONLY}; close it or name another file" in refused(empty.export_to_annex())
        elsewhere = empty.folder / "elsewhere.xlsx"
        succeeded(empty.export("--output", elsewhere))
        assert elsewhere.read_bytes() == annex == empty.annex.read_bytes()
        assert (contents(empty.landing), digest(empty.warehouse)) == (landed, warehouse)
        for mount in mounts:
            mount("-o", "remount,rw")
        succeeded(empty.load())
        succeeded(empty.build())
        succeeded(empty.export_to_annex())
        assert empty.annex.read_bytes() != annex


def contents_of(folder: Path) -> dict[str, bytes | None]:
    """Return every file in a folder with its content, and every folder."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def test_an_annex_that_cannot_be_replaced_stays_as_it_is(built: PipelineWithRooms) -> None:
    # A file that something is mounted on is busy, as an annex that Excel has open is on a Windows share.
    before = contents_of(built.annex.parent)
    with mounted(built.annex, "--bind", str(built.annex)):
        assert refused(built.export_to_annex()) == (
            f"Error: {built.annex}: cannot be written (Device or resource busy); close it or name another file with "
            "--output"
        )
        assert contents_of(built.annex.parent) == before
    succeeded(built.export_to_annex())


def test_who_has_the_annex_open_keeps_the_whole_old_one(built: PipelineWithRooms) -> None:
    new = built.annex.read_bytes()
    built.annex.write_text("the annex made before")
    with built.annex.open("rb") as reader:
        succeeded(built.export_to_annex())
        assert reader.read() == b"the annex made before"
    assert built.annex.read_bytes() == new


@contextmanager
def reader_of(warehouse: Path) -> Iterator[Callable[[], list]]:
    """Keep a warehouse open in another process, and give a function that asks it what the warehouse holds."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        to_reader, from_reader = process.stdin, process.stdout
        assert to_reader is not None
        assert from_reader is not None

        def ask() -> list:
            to_reader.write("\n")
            to_reader.flush()
            return json.loads(from_reader.readline())

        yield ask
        to_reader.close()


@contextmanager
def started_build(pipeline: Pipeline) -> Iterator[StartedStep]:
    """Start a build, and leave none behind."""
    build = pipeline.start("dbt", *BUILD_ARGUMENTS)
    try:
        yield build
    finally:
        if build.poll() is None:
            os.killpg(build.pid, signal.SIGKILL)
            build.wait()


def test_while_a_build_is_at_work_a_second_one_is_refused_and_readers_see_the_whole_one_before(
    built: PipelineWithRooms,
) -> None:
    change_a_delivery(built)
    succeeded(built.load())
    before, warehouse = read_status(built.warehouse), digest(built.warehouse)
    with reader_of(built.warehouse) as ask_old_reader, started_build(built) as first:
        old = ask_old_reader()
        while read_status(built.warehouse) == before:
            assert first.poll() is None
        os.killpg(first.pid, signal.SIGSTOP)
        running = built.last_run()
        assert running.outcome == RUNNING
        assert refused_build(built.build()) == (
            f"{built.warehouse}: another dbt is at work on this warehouse; wait for it, or name another file in "
            "INBURGERING_WAREHOUSE"
        )
        assert read_status(built.warehouse) == running
        assert digest(built.warehouse) == warehouse
        assert "is running: it is still running or was broken off" in refused(built.export_to_annex())
        os.killpg(first.pid, signal.SIGCONT)
        while first.poll() is None:
            assert ask_old_reader() == old
        assert first.returncode == 0
        assert read_status(built.warehouse) == replace(
            running, outcome=GREEN, problem="", published=digest(built.warehouse)
        )
        assert ask_old_reader() == old
        with reader_of(built.warehouse) as ask_new_reader:
            new = ask_new_reader()
    assert new[0] == built.last_run().invocation_id
    assert new[-1] < old[-1]
    succeeded(built.export_to_annex())


def test_who_looks_at_the_workspace_of_a_red_build_is_asked_to_close_it(built: PipelineWithRooms) -> None:
    warehouse = digest(built.warehouse)
    with duckdb.connect(f"{built.warehouse}.building", read_only=True):
        assert refused_build(built.build()) == (
            f"{built.warehouse}.building: open in another program; close it there and run dbt again"
        )
    assert digest(built.warehouse) == warehouse
    succeeded(built.dbt("run", "--select", "dim_gender"))


def test_two_exports_to_one_file_at_once_give_one_whole_annex(built: PipelineWithRooms) -> None:
    annex = built.annex.read_bytes()
    built.annex.unlink()
    with ThreadPoolExecutor() as pool:
        for step in pool.map(lambda _: built.export_to_annex(), range(4)):
            succeeded(step)
    assert built.annex.read_bytes() == annex
    assert set(built.annex.parent.iterdir()) == {built.annex, control_file(built.annex), built.annex.with_suffix("")}


def test_what_a_killed_export_left_goes_away_with_the_next(built: PipelineWithRooms) -> None:
    left_over = built.annex.parent / ".annex-draft-abc"
    left_over.mkdir()
    (left_over / "annex.xlsx").write_text("half an annex")
    succeeded(built.export_to_annex())
    assert set(built.annex.parent.iterdir()) == {built.annex, control_file(built.annex), built.annex.with_suffix("")}


def test_a_workspace_that_nobody_can_read_is_made_anew(built: PipelineWithRooms) -> None:
    workspace, log = (Path(f"{built.warehouse}{suffix}") for suffix in (".building", ".building.wal"))
    whole = workspace.read_bytes()
    for size in (10, 4_096, 10_000, len(whole)):
        workspace.write_bytes(whole[:size])
        log.write_bytes(b"half a log")
        succeeded(built.dbt("seed", "--select", "genders"))
    annex = built.annex.read_bytes()
    succeeded(built.build())
    succeeded(built.export_to_annex())
    assert built.annex.read_bytes() == annex


def test_a_workspace_that_may_not_be_written_is_left_alone(built: PipelineWithRooms) -> None:
    workspace = Path(f"{built.warehouse}.building")
    before = digest(workspace)
    with mounted(workspace, "--bind", str(workspace)) as mount:
        mount("-o", "remount,bind,ro")
        assert f"{built.warehouse}: {READ_ONLY}; the last green build stays" in refused_build(built.build())
        assert digest(workspace) == before


def test_a_build_that_took_the_place_of_the_one_just_opened(built: PipelineWithRooms) -> None:
    write_status(built.warehouse, replace(built.last_run(), invocation_id="of a newer build"))
    assert f"{built.warehouse}: a newer build took its place just now; export again" in refused(built.export_to_annex())
    succeeded(built.export_to_annex("--last-green"))


def test_an_extract_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "extracts" / "agii" / "2024-01-31" / "contracten.csv"
    error = PermissionError(13, "Permission denied", str(file))
    assert cannot(error, tmp_path / "extracts", Landing(tmp_path / "landing", {}, SAMPLE_KEY)) == (
        f"{file}: cannot be read (Permission denied); make it readable and load again"
    )
