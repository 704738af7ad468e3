"""The data package beside the workbook: the standard's own tool accepts it, and it holds the workbook's figures."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import click
import duckdb
import frictionless
import pytest
from openpyxl import Workbook, load_workbook

from inburgering.annex import data_package
from inburgering.annex.annex import Annex
from inburgering.annex.data_package import check_package, package_folder, tidy_tables, write_package
from inburgering.annex.export import export_annex
from inburgering.annex.question import Question, newest_question, read_question
from inburgering.annex.reader import read_annex
from support.annex_tables import table_rows
from support.pipeline import Pipeline, refused

FRICTIONLESS = Path(sys.executable).with_name("frictionless")
LABELS = {
    "contracts": "Contracten",
    "attests": "Attesten",
    "invited": "Uitgenodigd",
    "registered": "Aangemeld",
    "not_registered": "Niet aangemeld",
    "reach": "Bereik",
}
# What a share is a share of, where measures stand below each other.
COUNTED = {"reach": "Aangemeld", "not_registered_share": "Niet aangemeld", "invited_share": "Uitgenodigd"}


@dataclass(frozen=True)
class Export:
    """A question's workbook and its package, as one export wrote them."""

    question: Question
    path: Path
    workbook: Workbook

    @property
    def folder(self) -> Path:
        return self.path.with_suffix("")

    @property
    def descriptor(self) -> dict:
        return json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))

    def rows(self, resource: str) -> list[dict[str, str]]:
        with (self.folder / f"{resource}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def cells(self, sheet: str) -> dict[tuple[str, int, str], object]:
        """Return every cell of a sheet's tables and of the totals below them, keyed by table, row and header."""
        found: dict[tuple[str, int, str], object] = {}
        for name in self.workbook[sheet].tables:
            header, *rows = table_rows(self.workbook[sheet], name)
            for number, row in enumerate(rows, start=1):
                found |= {(name, number, title): value for title, value in zip(header, row, strict=True)}
        return found


@pytest.fixture(scope="module", params=["sv_2024_123", "sv_2023_113", "voorbeeld_gekruist"])
def export(request: pytest.FixtureRequest, small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Export:
    path = tmp_path_factory.mktemp("package") / "bijlage.xlsx"
    export_annex(read_question(request.param), small_sample.warehouse, path, last_green=True)
    return Export(read_question(request.param), path, load_workbook(path))


def test_frictionless_accepts_the_package(export: Export) -> None:
    descriptor = export.folder / "datapackage.json"
    step = subprocess.run([FRICTIONLESS, "validate", descriptor], capture_output=True, text=True, check=False)
    assert step.returncode == 0, step.stdout
    assert step.stdout.count("VALID") == len(export.workbook.sheetnames) - 1
    assert "INVALID" not in step.stdout


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("first tab", ",agency,", ",agentschap,"),
        ("first tab", ",true\n", ",waar\n"),
        ("datapackage.json", '"type": "year"', '"type": "jaar"'),
    ],
)
def test_frictionless_refuses_a_package_that_was_changed(
    export: Export, tmp_path: Path, file: str, old: str, new: str
) -> None:
    for path in export.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = file.replace("first tab", f"tab_{export.question.tabs[0].name}.csv")
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_every_figure_of_the_tables_is_in_the_package_and_the_other_way_round(export: Export) -> None:
    compared = 0
    for tab in export.question.tabs:
        tables = {table.name: table for table in tab.tables}
        found = {}
        for row in export.rows(f"tab_{tab.name}"):
            table = tables[row["table"]]
            year = export.question.year_header(int(row["year"]))
            labels = (row["label"], row.get("second_label"))[: len(table.breakdown)]
            if table.rows == "measures":
                labels = (COUNTED.get(row["measure"]) or LABELS[row["measure"]],)
                header = "Aandeel" if row["measure"] in COUNTED else "Aantal"
            elif table.rows == "years":
                labels, header = (year,), LABELS[row["measure"]]
            elif table.years == "last":
                header = LABELS[row["measure"]] if table.measures[1:] else "Aantal"
            else:
                header = f"{LABELS[row['measure']]} {year}"
            figure: float | str = int(row["persons"]) if row["persons"] else "n.v.t."
            if row.get("share"):
                figure = float(row["share"])
            key = (row["table"], labels, header)
            assert key not in found
            found[key] = figure
        cells = export.cells(tab.name)
        lines: dict[tuple[str, int], list[object]] = {}
        for (name, number, _), value in cells.items():
            lines.setdefault((name, number), []).append(value)
        in_workbook = {
            (table, tuple(lines[table, number][: len(tables[table].breakdown) or 1]), header): value
            for (table, number, header), value in cells.items()
            if value == "n.v.t." or not isinstance(value, str)
        }
        expected = {
            key: value if isinstance(value, str) else pytest.approx(value, rel=1e-15) for key, value in found.items()
        }
        assert expected == in_workbook
        assert list(found) == [key for key in in_workbook if key in found]
        compared += len(found)
    assert compared > 500


def test_rows_say_what_their_figures_are(export: Export) -> None:
    question = export.question
    for tab in question.tabs:
        tables = {table.name: table for table in tab.tables}
        for row in export.rows(f"tab_{tab.name}"):
            table = tables[row["table"]]
            assert row["reference_date"] == str(question.reference_date)
            assert int(row["year"]) in question.years
            assert row["measure"] in table.measures or table.rows == "measures"
            breakdowns = (row["breakdown"], row.get("second_breakdown", "total"))
            assert breakdowns == (*table.breakdown, "total", "total")[:2]
            assert row["provisional"] == ("true" if int(row["year"]) in question.provisional_years else "false")
            assert (row["label"] == "Totaal") == (row["member"] == "totaal")
            is_total = row["member"] == "totaal" or (len(table.breakdown) > 1 and row["second_member"] == "totaal")
            if table.rows == "members":
                assert row["total"] == ("true" if is_total else "false")
    tab = next(tab for tab in question.tabs if any(table.breakdown[:1] == ("agency",) for table in tab.tables))
    rows = export.rows(f"tab_{tab.name}")
    members = {row["member"]: row["label"] for row in rows if row["breakdown"] == "agency"}
    assert members == {
        "agii": "Agentschap Integratie en Inburgering",
        "atlas": "Atlas",
        "amal": "Amal",
        "totaal": "Totaal",
    }


def test_the_descriptor_says_what_a_user_must_know(export: Export) -> None:
    descriptor = export.descriptor
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert descriptor["name"] == export.question.name
    assert descriptor["created"] == f"{export.question.reference_date}T00:00:00Z"
    assert [licence["name"] for licence in descriptor["licenses"]] == ["EUPL-1.2"]
    assert len(descriptor["sources"]) == 9
    assert "Toestand op 31/01/" in descriptor["description"]
    paths = [f"tab_{tab.name}.csv" for tab in export.question.tabs]
    assert [resource["path"] for resource in descriptor["resources"]] == paths
    assert sorted(path.name for path in export.folder.iterdir()) == sorted(["datapackage.json", *paths])
    for resource in descriptor["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert all(field["description"] and field["title"] for field in fields.values())
        assert ("share" in fields) == (resource["name"] in ("tab_1", "tab_c"))
        assert set(resource["schema"]["primaryKey"]) <= set(fields)
        if "persons" in fields:
            assert fields["persons"]["unit"] == "personen"
            assert fields["persons"]["constraints"]["minimum"] == 0
            # A figure is there in every row, unless the row is about a share.
            assert ("required" in fields["persons"]["constraints"]) == ("share" not in fields)
    descriptions = [resource["description"] for resource in descriptor["resources"]]
    assert any("Aantal personen naar jaar van extractie" in description for description in descriptions)


def test_files_are_plain_utf8_with_lf(export: Export) -> None:
    for path in export.folder.iterdir():
        content = path.read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        assert content.endswith(b"\n")
        assert "ë" in content.decode() or path.name != "tab_2d.csv"


def test_the_same_build_gives_the_same_bytes(export: Export, small_sample: Pipeline, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    export_annex(export.question, small_sample.warehouse, again, last_green=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "again.xlsx", "again_controle.xlsx"]
    written = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert written == {path.name: path.read_bytes() for path in export.folder.iterdir()}


def test_a_folder_with_something_else_is_never_replaced(small_sample: Pipeline, tmp_path: Path) -> None:
    stranger = tmp_path / "bijlage" / "notes.txt"
    stranger.parent.mkdir()
    stranger.write_text("mine")
    message = refused(small_sample.export("--output", tmp_path / "bijlage.xlsx"))
    assert message == (
        f"Error: {tmp_path / 'bijlage'}: the data package goes here, but it holds notes.txt; "
        "move that or name another file with --output"
    )
    assert stranger.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["bijlage"]


def test_a_place_that_cannot_be_a_folder_of_its_own_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    (tmp_path / "b").symlink_to(tmp_path)
    (tmp_path / "c" / "datapackage.json").mkdir(parents=True)
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        with pytest.raises(click.ClickException, match="data package goes"):
            package_folder(tmp_path / name)
    assert package_folder(tmp_path / "e.xlsx") == tmp_path / "e"


@pytest.mark.parametrize("made_before", [True, False])
def test_workbook_and_package_are_replaced_together_or_not_at_all(
    small_sample: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_before: bool
) -> None:
    output, question = tmp_path / "bijlage.xlsx", newest_question()
    if made_before:
        export_annex(read_question("sv_2023_113"), small_sample.warehouse, output, last_green=True)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def in_use(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(Path, "replace", in_use)
    with pytest.raises(click.ClickException, match="cannot be written"):
        export_annex(question, small_sample.warehouse, output, last_green=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    monkeypatch.undo()
    export_annex(question, small_sample.warehouse, output, last_green=True)
    assert json.loads((tmp_path / "bijlage" / "datapackage.json").read_text())["name"] == question.name


def test_a_package_that_differs_from_the_warehouse_does_not_appear(
    small_sample: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_another_figure(folder: Path, annex: Annex) -> None:
        write_package(folder, annex)
        first = folder / "tab_2c.csv"
        content = first.read_text(encoding="utf-8").replace(",false,true\n", ",true,true\n", 1)
        first.write_text(content, encoding="utf-8")
        descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        for resource in descriptor["resources"]:
            if resource["path"] == first.name:
                resource["hash"] = data_package._hash(content.encode())
        (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")

    monkeypatch.setattr("inburgering.annex.export.write_package", write_another_figure)
    with pytest.raises(click.ClickException, match=r"tab_2c.csv, line \d+: is .* the warehouse says"):
        export_annex(newest_question(), small_sample.warehouse, tmp_path / "a.xlsx", last_green=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_described_does_not_appear(small_sample: Pipeline, tmp_path: Path) -> None:
    question = newest_question()
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        annex = read_annex(connection, question)
        write_package(tmp_path / "package", annex)
        check_package(tmp_path / "package", annex)
        (tmp_path / "package" / "tab_2c.csv").write_text("x\n")
        with pytest.raises(click.ClickException, match=r"is not the file that datapackage\.json describes"):
            check_package(tmp_path / "package", annex)
        (tmp_path / "package" / "tab_2c.csv").unlink()
        with pytest.raises(click.ClickException, match="files are missing or unexpected"):
            check_package(tmp_path / "package", annex)


def test_tabs_get_file_names_of_their_own_and_formulas_are_refused(small_sample: Pipeline) -> None:
    question = newest_question()
    names = ["2 c", "2-c", "Verblijfsreden (é)", "…"]
    tabs = [tab.model_copy(update={"name": name}) for tab, name in zip(question.tabs, names, strict=False)]
    question = question.model_copy(update={"tabs": tuple(tabs)})
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        annex = read_annex(connection, question)
        tables = [table.name for table in tidy_tables(annex)]
        assert tables[:4] == ["tab_2_c", "tab_2_c_x", "tab_verblijfsreden_e", "tab_x"]
        block = annex.tabs[0].blocks[1]
        rows = tuple(replace(row, codes=tuple(f"={code}" for code in row.codes)) for row in block.rows)
        tab = replace(annex.tabs[0], blocks=(replace(block, rows=rows),))
        with pytest.raises(click.ClickException, match=r"tab_2_c.csv: member '=agii' starts as a formula does"):
            tidy_tables(replace(annex, tabs=(tab, *annex.tabs[1:])))
