"""Compare two annexes by their data packages: which figures differ, and what they were made from that differs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from inburgering.annex.annex import DATA, NOTHING
from inburgering.annex.data_package import COLUMNS, DESCRIPTOR
from inburgering.settings import file_hash
from inburgering.warehouse.made_from import changes

# What tells one figure from another; of what is not broken down twice, the second member is empty.
KEY = ("table", "year", "measure", "member", "second_member")
DIFFERING = """
select
    coalesce(old."table", new."table"), coalesce(old.year, new.year), coalesce(old.measure, new.measure),
    coalesce(new.label, old.label), coalesce(new.second_label, old.second_label),
    coalesce(old.persons, old.share, old.months), coalesce(new.persons, new.share, new.months)
from old
full join new
    on
        old."table" = new."table" and old.year = new.year and old.measure = new.measure and old.member = new.member
        and old.second_member is not distinct from new.second_member
where
    old."table" is null or new."table" is null
    or old.persons is distinct from new.persons
    or old.share is distinct from new.share
    or old.months is distinct from new.months
order by all
"""
HEADERS = ("table", "year", "measure", "label", "second_label", "old", "new")


@dataclass(frozen=True)
class DifferingFigure:
    """A figure that differs; None where an annex does not have it, and `n.v.t.` is empty text."""

    table: str
    year: str
    measure: str
    label: str
    second_label: str | None
    old: str | None
    new: str | None

    def __str__(self) -> str:
        labels = " – ".join(label for label in (self.label, self.second_label) if label)
        figures = f"{self.old or NOTHING} became {self.new or NOTHING}"
        return f"{self.table}, {self.measure} {self.year}, {labels}: {figures}"


@dataclass(frozen=True)
class Comparison:
    """The figures that differ between two annexes, and what differs in what they were made from."""

    figures: tuple[DifferingFigure, ...]
    made_from: tuple[str, ...]


def compare_annexes(old: Path, new: Path) -> Comparison:
    """Compare two annexes, each named by its workbook or by the folder of its data package.

    Raises click.ClickException when one of them has no data package, or one of another form.
    """
    folders = [path.with_suffix("") if path.suffix.lower() == ".xlsx" else path for path in (old, new)]
    descriptors = [_descriptor(folder) for folder in folders]
    with duckdb.connect() as connection:
        for name, folder in zip(("old", "new"), folders, strict=True):
            _read_figures(connection, name, folder)
        figures = tuple(DifferingFigure(*row) for row in connection.execute(DIFFERING).fetchall())
    return Comparison(figures, tuple(_differences(*descriptors)))


def _descriptor(folder: Path) -> dict:
    try:
        descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        files = {resource["path"]: resource["hash"] for resource in descriptor["resources"]}
        there = {path.name: f"sha256:{file_hash(path)}" for path in folder.glob("tab_*.csv")}
        said = {"name": descriptor["name"], "created": descriptor["created"], **descriptor["provenance"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise click.ClickException(
            f"{folder}: no data package of an annex that can be read; name an annex with the folder beside it"
        ) from None
    if differing := changes(there, files):
        raise click.ClickException(
            f"{folder / differing[0].name}: {differing[0].how} since the export, says {DESCRIPTOR}; export that annex "
            "anew, or take it back from version control"
        )
    return said


def _read_figures(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    columns = ", ".join(f'"{column}" varchar' for column in COLUMNS)
    connection.execute(f"create table {name} ({columns})")
    for path in sorted(folder.glob("tab_*.csv")):
        try:
            connection.execute(f"insert into {name} by name from read_csv($1, all_varchar = true)", [_escaped(path)])
        except duckdb.Error:
            raise click.ClickException(
                f"{path}: has other columns than the data packages of today; export that annex anew"
            ) from None


def _escaped(path: Path) -> str:
    """Return a path in which no character stands for others."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))


def _differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Say what differs: the question, its reference date, the code lists, the rules, and every delivered file."""
    said = {
        "name": "the question",
        DATA: "whether the figures are of the synthetic sample",
        "created": "the reference date",
        "code lists": "the code lists (seeds)",
        "rules": "the rules (models, macros, variables)",
    }
    differing = [name for name in {**old, **new} if old.get(name) != new.get(name) and name != "commit"]
    return [
        *(text for name, text in said.items() if name in differing),
        *(f"delivered file {name}" for name in differing if name not in said),
    ]
