"""Which figures differ between two annexes, and by what."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.edited_package import edit_package, replace_once
from support.pipeline import Pipeline, refused, succeeded


@pytest.fixture
def two(small_sample: Pipeline, tmp_path: Path) -> tuple[Path, Path]:
    """Return two copies of one annex, each a workbook with its data package."""
    for name in ("old", "new [1]"):
        shutil.copy(small_sample.folder / "annex.xlsx", tmp_path / f"{name}.xlsx")
        shutil.copytree(small_sample.folder / "annex", tmp_path / name)
    return tmp_path / "old.xlsx", tmp_path / "new [1].xlsx"


def edit(annex: Path, file: str, old: str, new: str) -> None:
    edit_package(annex.with_suffix("") / file, old, new)


def compared(pipeline: Pipeline, two: tuple[Path, Path], *options: object) -> list[str]:
    return succeeded(pipeline.script("compare_annex", *two, *options)).splitlines()


def line_of(annex: Path, start: str) -> str:
    lines = (annex.with_suffix("") / "tab_2ab.csv").read_text(encoding="utf-8").splitlines()
    [found] = [line for line in lines if line.startswith(start)]
    return found


def test_two_copies_do_not_differ(small_sample: Pipeline, two: tuple[Path, Path]) -> None:
    assert compared(small_sample, two) == ["0 figures differ"]
    folders = [annex.with_suffix("") for annex in two]
    assert compared(small_sample, (folders[0], folders[1])) == ["0 figures differ"]


def test_figures_that_changed_came_or_went_are_named(
    small_sample: Pipeline, two: tuple[Path, Path], tmp_path: Path
) -> None:
    changed = line_of(two[1], "t2a,2024-01-31,2023,contracts,agency,atlas,")
    persons = changed.split(",")[7]
    edit(two[1], "tab_2ab.csv", changed, changed.replace(f",{persons},", ",7,"))
    gone = line_of(two[1], "t2a,2024-01-31,2019,attests,agency,amal,")
    edit(two[1], "tab_2ab.csv", gone + "\n", "")
    descriptor = two[1].with_suffix("") / "datapackage.json"
    described = json.loads(descriptor.read_text(encoding="utf-8"))
    described["provenance"] |= {"code lists": "others", "amal/contracts.csv": "version 2"}
    descriptor.write_text(json.dumps(described), encoding="utf-8")
    assert compared(small_sample, two) == [
        "2 figures differ",
        "Differs too: the code lists (seeds)",
        "Differs too: delivered file amal/contracts.csv",
        f"  t2a, attests 2019, Amal: {gone.split(',')[7]} became –",
        f"  t2a, contracts 2023, Atlas: {persons} became 7",
    ]
    compared(small_sample, two, "--csv", tmp_path / "differing.csv")
    assert (tmp_path / "differing.csv").read_text(encoding="utf-8").splitlines() == [
        "table,year,measure,label,second_label,old,new",
        f"t2a,2019,attests,Amal,,{gone.split(',')[7]},",
        f"t2a,2023,contracts,Atlas,,{persons},7",
    ]


def test_an_export_says_which_figures_differ_from_the_annex_that_it_replaces(
    small_sample: Pipeline, two: tuple[Path, Path]
) -> None:
    changed = line_of(two[0], "t2a,2024-01-31,2023,contracts,agency,atlas,")
    persons = changed.split(",")[7]
    edit(two[0], "tab_2ab.csv", changed, changed.replace(f",{persons},", ",7,"))
    printed = succeeded(small_sample.export("--output", two[0])).splitlines()
    assert printed[-2:] == [
        "1 figures differ from the annex that was here before; differs too: nothing",
        f"  t2a, contracts 2023, Atlas: 7 became {persons}",
    ]
    assert not any("figures differ" in line for line in succeeded(small_sample.export("--output", two[0])).splitlines())


def test_a_data_package_that_somebody_changed_is_not_compared(small_sample: Pipeline, two: tuple[Path, Path]) -> None:
    package = two[1].with_suffix("")
    (package / "tab_9.csv").write_bytes((package / "tab_2c.csv").read_bytes())
    assert f"{package / 'tab_9.csv'}: came since the export, says datapackage.json" in refused(
        small_sample.script("compare_annex", *two)
    )
    (package / "tab_9.csv").unlink()
    changed = line_of(two[1], "t2a,2024-01-31,2023,contracts,agency,atlas,")
    replace_once(package / "tab_2ab.csv", changed, changed.replace(",contracts,", ",attests,"))
    assert f"{package / 'tab_2ab.csv'}: changed since the export, says datapackage.json" in refused(
        small_sample.script("compare_annex", *two)
    )


def test_what_is_no_annex_is_said_in_one_line(small_sample: Pipeline, two: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(small_sample.script("compare_annex", two[0], tmp_path / "empty")) == (
        f"Error: {tmp_path / 'empty'}: no data package of an annex that can be read; name an annex with the folder "
        "beside it"
    )
    edit(two[0], "tab_2c.csv", "table,reference_date", "tabel,reference_date")
    assert "tab_2c.csv: has other columns than the data packages of today; export that annex anew" in refused(
        small_sample.script("compare_annex", *two)
    )
