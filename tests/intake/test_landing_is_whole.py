"""A landing that is not whole: the loader names it, mends what it can, and never says that all is well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from inburgering.intake.extract_contract import read_contracts
from inburgering.intake.landed_version import LandedVersion, first_damage, landed_text
from inburgering.intake.landing import Landing
from inburgering.intake.loading import cannot
from inburgering.warehouse.made_from import deliveries_in
from load_extracts import main as load_extracts
from support.handmade import REFERENCE_DATE, default_rows, write_deliveries, write_delivery
from support.pipeline import KEY, Pipeline, succeeded


def load(pipeline: Pipeline, *arguments: str) -> Result:
    """Load in this process, since there are many loads here."""
    step = CliRunner().invoke(load_extracts, arguments, env=pipeline.environment)
    assert step.exception is None or isinstance(step.exception, SystemExit), step.exception
    return step


def versions_of_agii(pipeline: Pipeline) -> Path:
    return pipeline.landing / "agency=agii" / f"reference_date={REFERENCE_DATE}"


@pytest.fixture(scope="module")
def loaded_twice(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a pipeline that loaded two versions of the delivery of AgII, and one of the others."""
    pipeline = Pipeline(tmp_path_factory.mktemp("loaded_twice"))
    write_deliveries(pipeline.extracts)
    assert load(pipeline).exit_code == 0
    row = default_rows("agii", "contracten.csv")[0]
    other = [*row[:7], "C2", *row[8:]]
    write_delivery(pipeline.extracts, "agii", {"contracten.csv": [row, other]})
    assert load(pipeline).exit_code == 0
    return pipeline


@pytest.fixture
def twice(loaded_twice: Pipeline, pipeline: Pipeline) -> Pipeline:
    """Return a copy of that pipeline, which a test may damage."""
    shutil.copytree(loaded_twice.extracts, pipeline.extracts)
    shutil.copytree(loaded_twice.landing, pipeline.landing)
    return pipeline


def cut(name: str, size: int) -> Callable[[Path], object]:
    return lambda version: (version / name).write_bytes((version / name).read_bytes()[:size])


def zeros(name: str) -> Callable[[Path], object]:
    return lambda version: (version / name).write_bytes(bytes((version / name).stat().st_size))


def without(name: str) -> Callable[[Path], object]:
    return lambda version: (version / name).unlink()


def flipped(name: str) -> Callable[[Path], object]:
    def flip(version: Path) -> None:
        content = bytearray((version / name).read_bytes())
        content[len(content) // 3] ^= 1
        (version / name).write_bytes(content)

    return flip


def emptied(version: Path) -> None:
    for file in version.iterdir():
        file.unlink()


DAMAGES = [
    (without("delivery.parquet"), "delivery.parquet is missing"),
    (cut("delivery.parquet", 0), "delivery.parquet cannot be read"),
    (cut("delivery.parquet", -10), "delivery.parquet cannot be read"),
    (zeros("delivery.parquet"), "delivery.parquet cannot be read"),
    (without("broken_rows.parquet"), "broken_rows.parquet is missing"),
    (cut("broken_rows.parquet", 100), "broken_rows.parquet cannot be read"),
    (without("contracten.parquet"), "contracten.parquet is missing"),
    (cut("contracten.parquet", 0), "contracten.parquet is not as large as delivery.parquet says"),
    (cut("contracten.parquet", -10), "contracten.parquet is not as large as delivery.parquet says"),
    (flipped("contracten.parquet"), "contracten.parquet has another content than delivery.parquet says"),
    (flipped("broken_rows.parquet"), "broken_rows.parquet cannot be read"),
    (emptied, "delivery.parquet is missing"),
]


@pytest.mark.parametrize(("damage", "what"), DAMAGES)
@pytest.mark.parametrize("number", [1, 2])
def test_loading_the_delivery_again_mends_a_version_that_is_not_whole(
    twice: Pipeline, damage: Callable[[Path], object], what: str, number: int
) -> None:
    version = versions_of_agii(twice) / f"version={number}"
    damage(version)
    register = (version / "delivery.parquet").read_bytes() if not what.startswith("delivery") else b""
    step = load(twice)
    assert step.exit_code == 0, step.stderr
    versions = {folder.name for folder in versions_of_agii(twice).iterdir()}
    if number == 2 and register:
        assert f"; mended what was not whole: version 2 ({what})" in step.stdout
        assert versions == {"version=1", "version=2"}
        assert (version / "delivery.parquet").read_bytes() == register
    else:
        aside = twice.landing / ".damaged" / version.relative_to(twice.landing)
        assert f"; set aside what was not whole: version {number} ({what}) to {aside}" in step.stdout
        assert aside.is_dir()
        assert versions == {1: {"version=2"}, 2: {"version=1", "version=3"}}[number]
    again = load(twice)
    assert again.exit_code == 0
    assert again.stdout.count("unchanged, nothing to do\n") == 3


@pytest.mark.parametrize("name", ["contracten.parquet", "broken_rows.parquet"])
def test_the_same_files_make_a_version_again_what_it_was(twice: Pipeline, name: str) -> None:
    """Also one that was set aside, because something else had been delivered by then."""
    version = versions_of_agii(twice) / "version=2"
    before = {file.name: file.read_bytes() for file in version.iterdir()}
    known = deliveries_in(twice.landing)
    second = twice.folder / "second"
    shutil.copytree(twice.extracts / "agii", second)
    without(name)(version)
    row = default_rows("agii", "contracten.csv")[0]
    write_delivery(twice.extracts, "agii", {"contracten.csv": [row, [*row[:7], "C3", *row[8:]]]})
    step = load(twice)
    assert f"version 2 ({name} is missing) to {twice.landing / '.damaged'}" in step.stdout
    assert {folder.name for folder in versions_of_agii(twice).iterdir()} == {"version=1", "version=3"}
    shutil.rmtree(twice.extracts / "agii")
    second.rename(twice.extracts / "agii")
    step = load(twice)
    assert f"; mended what was not whole: version 2 ({name} is missing)" in step.stdout
    assert {file.name: file.read_bytes() for file in version.iterdir()} == before
    assert {name: deliveries_in(twice.landing)[name] for name in known} == known
    assert not list((twice.landing / ".damaged").glob("*/*/version=*"))


@pytest.mark.parametrize("name", ["reference_date=2023-12-31", f"reference_date={REFERENCE_DATE}/version=7"])
def test_a_folder_renamed_by_hand_is_named_and_counts_for_nothing(twice: Pipeline, name: str) -> None:
    """Its rows would count for another date, or before those of a newer version."""
    landed = versions_of_agii(twice) / "version=1"
    renamed = twice.landing / "agency=agii" / name
    if "version" in name:
        landed.rename(renamed)
    else:
        shutil.copytree(versions_of_agii(twice), renamed)
    strange = renamed if "version" in name else renamed / "version=1"
    what = f"{strange}: is not whole (landed as {landed.relative_to(twice.landing)})"
    damage = first_damage(twice.landing, read_contracts())
    assert damage == what
    if "version" not in name:
        assert what in load(twice).stderr
    else:
        step = load(twice)
        assert step.exit_code == 0
        assert f"version 7 (landed as {landed.relative_to(twice.landing)}) to " in step.stdout
        assert not renamed.exists()
    assert (versions_of_agii(twice) / "version=2").is_dir()


def test_a_flipped_byte_anywhere_is_noticed(twice: Pipeline) -> None:
    """In a register too: where nothing can be read, and where only a figure is another."""
    version = versions_of_agii(twice) / "version=2"
    lines, noticed = LandedVersion(version).register, 0
    for path in sorted(version.iterdir()):
        content = path.read_bytes()
        for place in range(4, len(content) - 4, max(len(content) // 60, 1)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
            damage = first_damage(twice.landing, read_contracts())
            noticed += damage is not None
            if damage is None:  # What the library wrote of itself says nothing of the delivery.
                assert (path.name, LandedVersion(version).register) == ("delivery.parquet", lines), place
        path.write_bytes(content)
    assert noticed > 250
    assert first_damage(twice.landing, read_contracts()) is None


def test_what_its_own_files_could_not_mend_is_tried_no_more(twice: Pipeline) -> None:
    """As when another version of a library writes the tables otherwise."""
    register = versions_of_agii(twice) / "version=2" / "delivery.parquet"
    table = pq.read_table(register, partitioning=None)
    place, hashes = "/".join(register.parts[-4:-1]), {"contracten.parquet": "0" * 64}
    said = landed_text(place, LandedVersion(register.parent).register, hashes)
    pq.write_table(table.replace_schema_metadata({"landed": said}), register)
    step = load(twice)
    assert "agii/2024-01-31: version 3, " in step.stdout
    assert "version 2 (contracten.parquet has another content than delivery.parquet says) to " in step.stdout
    aside = twice.landing / ".damaged" / versions_of_agii(twice).relative_to(twice.landing)
    assert [folder.name for folder in aside.iterdir()] == ["version=2 (2)"]
    assert load(twice).stdout.count("unchanged, nothing to do\n") == 3
    assert [folder.name for folder in aside.iterdir()] == ["version=2 (2)"]


def test_what_is_set_aside_replaces_nothing_that_was(twice: Pipeline) -> None:
    for _ in range(2):
        version = max(versions_of_agii(twice).iterdir(), key=lambda folder: int(folder.name.partition("=")[2]))
        without("delivery.parquet")(version)
        version.rename(version.with_name("version=2"))
        assert load(twice).exit_code == 0
    aside = twice.landing / ".damaged" / versions_of_agii(twice).relative_to(twice.landing)
    assert sorted(folder.name for folder in aside.iterdir()) == ["version=2", "version=2 (2)"]


@pytest.mark.parametrize(("damage", "what"), DAMAGES)
def test_a_version_that_no_delivery_mends_makes_the_load_red(
    twice: Pipeline, damage: Callable[[Path], object], what: str
) -> None:
    version = versions_of_agii(twice) / "version=2"
    damage(version)
    shutil.rmtree(twice.extracts / "agii")
    step = load(twice)
    assert step.exit_code == 1
    assert step.stderr.splitlines() == [
        f"Refused: {version}: is not whole ({what}); put its delivery back among the extracts and load again, or move "
        "that folder out of the landing"
    ]
    assert version.is_dir()


def test_a_refused_delivery_mends_nothing(twice: Pipeline) -> None:
    version = versions_of_agii(twice) / "version=2"
    without("delivery.parquet")(version)
    (twice.extracts / "agii" / REFERENCE_DATE / "contracten.csv").unlink()
    step = load(twice)
    assert step.exit_code == 1
    assert [line.partition(": ")[2][:30] for line in step.stderr.splitlines()] == [
        f"agii/{REFERENCE_DATE}/contracten.csv: "[:30],
        f"{version}"[:30],
    ]


@pytest.mark.parametrize(
    "name",
    [
        f"agency=agii/reference_date={REFERENCE_DATE}/version=1 - Copy",
        f"agency=agii/reference_date={REFERENCE_DATE}/version=01",
        "agency=agii/reference_date=2024-01-31 (2)",
        "agency=agii - Copy",
    ],
)
def test_a_folder_that_the_loader_never_made_is_named(twice: Pipeline, name: str) -> None:
    shutil.copytree(versions_of_agii(twice) / "version=1", twice.landing / name)
    step = load(twice)
    assert step.exit_code == 1
    assert step.stderr.splitlines() == [
        f"Refused: {twice.landing / name}: no folder that the loader made; move it out of the landing"
    ]
    assert (twice.landing / name).is_dir()


def test_a_delivery_of_an_agency_that_the_project_does_not_have_is_named(twice: Pipeline) -> None:
    """Its files would stand in the register, and its rows nowhere."""
    strange = twice.landing / "agency=xyz" / f"reference_date={REFERENCE_DATE}" / "version=1"
    shutil.copytree(versions_of_agii(twice) / "version=1", strange)
    step = load(twice)
    assert step.exit_code == 1
    assert step.stderr.splitlines() == [
        f"Refused: {strange}: is not whole (no agency of dbt_project.yml is called xyz); put its delivery back among "
        "the extracts and load again, or move that folder out of the landing"
    ]
    assert first_damage(twice.landing, read_contracts()) == (
        f"{strange}: is not whole (no agency of dbt_project.yml is called xyz)"
    )


def test_only_a_landing_that_was_looked_at_is_called_whole(twice: Pipeline) -> None:
    landing = Landing(twice.landing, read_contracts(), KEY)
    no_room = OSError(28, "No space left on device")
    assert "every delivery in it is whole" in cannot(no_room, twice.extracts, landing)
    without("delivery.parquet")(versions_of_agii(twice) / "version=2")
    assert "whole" not in cannot(no_room, twice.extracts, landing)


def test_files_are_on_the_disk_before_their_version_has_its_name_and_folders_after_it(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_delivery(pipeline.extracts, "agii")
    done: list[str] = []
    synchronise, rename = os.fsync, Path.rename

    def watched_fsync(handle: int) -> None:
        done.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        synchronise(handle)

    def watched_rename(path: Path, target: Path) -> Path:
        done.append(f"named {target.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)
    assert load(pipeline).exit_code == 0
    named = done.index("named version=1")
    files = {"uitnodigingen.parquet", "contracten.parquet", "attesten.parquet", "broken_rows.parquet"}
    assert set(done[: named - 1]) == files | {"delivery.parquet"}
    assert done[named - 1].startswith(".loading-")
    assert done[named + 1 :] == [f"reference_date={REFERENCE_DATE}", "agency=agii", "landing"]


def test_a_build_stops_before_an_older_version_counts(twice: Pipeline) -> None:
    newest = versions_of_agii(twice) / "version=2"
    (newest / "delivery.parquet").unlink()
    build = twice.dbt("build")
    assert build.returncode != 0
    assert (
        f"{newest}: is not whole (delivery.parquet is missing); load again with python scripts/load_extracts.py, which "
        "mends it or says what to do"
    ) in " ".join((build.stdout + build.stderr).split())
    assert twice.last_run().outcome == "red"
    assert load(twice).exit_code == 0
    succeeded(twice.dbt("run", "--select", "+stg_landing__current_files"))
