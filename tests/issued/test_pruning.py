"""What an issued annex needs is never pruned, and a version is pruned whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from inburgering.issued.lock import LOCK, REPLACED, replaced_by, write_lock
from inburgering.issued.pruning import prune
from inburgering.settings import file_hash
from support.locks import made_up_lock

OLDEST, MIDDLE = "version 1 of delivery amal/2024-01-31", "version 2 of delivery amal/2024-01-31"


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """Return a landing with three versions of one delivery."""
    for number in (1, 2, 3):
        version = tmp_path / "landing" / "agency=amal" / "reference_date=2024-01-31" / f"version={number}"
        version.mkdir(parents=True)
        for name in ("contracts.parquet", "delivery.parquet"):
            (version / name).write_bytes(b"rows")
    return tmp_path / "landing"


@pytest.fixture
def issued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an annex that was issued from the first version."""
    monkeypatch.setenv("INBURGERING_ISSUED", str(tmp_path / "issued"))
    folder = tmp_path / "issued" / "sv_2024_123" / "2024-03-01"
    folder.mkdir(parents=True)
    (folder / "sv_2024_123.xlsx").write_bytes(b"annex")
    files = {"sv_2024_123.xlsx": file_hash(folder / "sv_2024_123.xlsx")}
    write_lock(folder, made_up_lock(issued=files, deliveries={OLDEST: "hash"}))
    return folder


@pytest.mark.usefixtures("issued")
def test_what_a_lock_names_and_the_newest_version_stay(landing: Path) -> None:
    assert [one.name for one in prune(landing, remove=False)] == [MIDDLE]
    assert len(list(landing.glob("*/*/version=*"))) == 3
    assert [one.name for one in prune(landing, remove=True)] == [MIDDLE]
    assert sorted(path.name for path in landing.glob("*/*/version=*")) == ["version=1", "version=3"]
    assert not list(landing.glob(".loading-*"))
    assert prune(landing, remove=True) == []


def test_nothing_is_pruned_when_a_lock_is_gone(landing: Path, issued: Path) -> None:
    (issued / LOCK).unlink()
    with pytest.raises(click.ClickException, match=r"lock\.yml: no lock that can be read; take it back from version"):
        prune(landing, remove=True)
    assert len(list(landing.glob("*/*/version=*"))) == 3


def test_nothing_is_pruned_when_the_folder_of_issued_annexes_is_not_where_it_is_said_to_be(
    landing: Path, issued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistyped = issued.parents[1].with_name("isued")
    monkeypatch.setenv("INBURGERING_ISSUED", str(mistyped))
    with pytest.raises(click.ClickException, match="isued: no such folder, so what was issued is unknown"):
        prune(landing, remove=True)
    assert len(list(landing.glob("*/*/version=*"))) == 3


@pytest.mark.usefixtures("issued")
def test_a_version_that_is_pruned_halfway_is_not_in_its_place(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def removes_one_file(folder: Path) -> None:
        next(path for path in Path(folder).rglob("*") if path.is_file()).unlink()
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", removes_one_file)
        with pytest.raises(click.ClickException, match="a version cannot be removed"):
            prune(landing, remove=True)
    versions = sorted(landing.glob("*/*/version=*"))
    assert [version.name for version in versions] == ["version=1", "version=3"]
    assert {len(list(version.iterdir())) for version in versions} == {2}


def test_a_mark_of_a_later_edition_that_cannot_be_read_is_said_in_one_line(issued: Path) -> None:
    assert replaced_by(issued) is None
    for said in ("", "replaced: 2024-09-01", "[1", "\x00"):
        (issued / REPLACED).write_text(said, encoding="utf-8")
        with pytest.raises(click.ClickException, match=r"replaced\.yml: does not say which edition"):
            replaced_by(issued)
    (issued / REPLACED).write_text("replaced_by: 2024-09-01", encoding="utf-8")
    assert replaced_by(issued) == "2024-09-01"
