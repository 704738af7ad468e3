"""Steps from an issued annex to a newer one, where an annex between the two can be built and where not."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

from inburgering.annex.comparison import compare_annexes
from inburgering.issued import attribution
from inburgering.issued.causes import Cause
from inburgering.issued.rebuild import Workspace
from inburgering.warehouse.made_from import Change
from support.edited_package import edit_package
from support.locks import made_up_lock
from support.pipeline import CHECKOUT, Pipeline

DELIVERY = Cause("delivery", Change("version 2 of delivery amal/2024-01-31", "came"))
CODE_LIST = Cause("code list", Change("seeds/codes/counted_types.csv", "changed"))
QUESTION = Cause("question", Change("models/questions", "changed"))


@pytest.fixture
def ends(small_sample: Pipeline, tmp_path: Path) -> tuple[Path, Path]:
    """Return the data packages of two annexes that differ in the contracts and attests of Atlas in 2022."""
    then, now = tmp_path / "then", tmp_path / "now"
    shutil.copytree(small_sample.folder / "annex", then)
    shutil.copytree(then, now)
    changed(now, "contracts")
    changed(now, "attests")
    return then, now


def changed(package: Path, measure: str) -> None:
    start = f"t2a,2024-01-31,2022,{measure},agency,atlas,Atlas,"
    edit_package(package / "tab_2ab.csv", start, f"{start}99")


def moved_by(ends: tuple[Path, Path], why: list[Cause], scratch: Path) -> dict[str, tuple[str, ...]]:
    """Return the kinds of cause that moved each measure, in the order of the steps."""
    steps = attribution.steps_between(ends[0], made_up_lock(), ends[1], None, why, scratch, lambda line: None)
    return {figure.measure: attribution.kinds_that_moved(figure, steps) for figure in compare_annexes(*ends).figures}


@pytest.fixture
def no_commits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let every checkout of a commit be a folder with the code lists of today; return it."""
    folder = tmp_path / "of then"
    shutil.copytree(CHECKOUT / "seeds", folder / "seeds")
    monkeypatch.setattr(attribution, "check_out", lambda commit, checkout: folder)
    return folder


def test_one_kind_of_cause_moved_everything_and_nothing_is_built(ends: tuple[Path, Path], tmp_path: Path) -> None:
    assert moved_by(ends, [DELIVERY, DELIVERY], tmp_path) == {"contracts": ("delivery",), "attests": ("delivery",)}
    assert moved_by(ends, [], tmp_path) == {"contracts": (), "attests": ()}


def test_an_annex_between_the_two_tells_causes_apart(
    ends: tuple[Path, Path], tmp_path: Path, no_commits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between = tmp_path / "between"
    shutil.copytree(ends[0], between)
    changed(between, "contracts")
    path = no_commits / "seeds" / "codes" / "counted_types.csv"
    known = path.read_bytes()
    path.write_text("what it was then", encoding="utf-8")
    built = []
    monkeypatch.setattr(Workspace, "build", lambda workspace, deliveries: built.append(path.read_bytes()))
    monkeypatch.setattr(Workspace, "export", lambda workspace, question: between)
    assert moved_by(ends, [DELIVERY, CODE_LIST], tmp_path) == {"contracts": ("code list",), "attests": ("delivery",)}
    assert built == [known]


def test_what_cannot_be_built_between_is_not_told_apart(
    ends: tuple[Path, Path], tmp_path: Path, no_commits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(workspace: Workspace, deliveries: object) -> None:
        raise click.ClickException("the new list has another column")

    monkeypatch.setattr(Workspace, "build", fails)
    together = ("code list", "question", "delivery")
    assert moved_by(ends, [DELIVERY, CODE_LIST, QUESTION], tmp_path) == {"contracts": together, "attests": together}
