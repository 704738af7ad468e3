"""Every script, on whatever it is given, ends well or says in one line what is wrong; `make soak` tries many more."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Template
from openpyxl import load_workbook

import compare_annex
import explain_cell
import export_annex
import report_rejects
import write_answer
import write_delivery_specification
import write_docs
from dev import generate_extracts
from inburgering.annex.question import QUESTIONS, read_question
from inburgering.screen import on_one_line, run
from inburgering.warehouse.build_status import read_status, status_file
from support.pipeline import CHECKOUT, Pipeline, changing, refused, succeeded

# Each example of the profile stands for so many here: most take a few milliseconds.
EXAMPLES = settings().max_examples
MANY = settings(max_examples=20 * EXAMPLES)
FEW = settings(max_examples=4 * EXAMPLES)
COMMANDS = {
    "export_annex": export_annex.main,
    "write_answer": write_answer.main,
    "report_rejects": report_rejects.main,
    "explain_cell": explain_cell.main,
    "write_delivery_specification": write_delivery_specification.main,
}
VALUES = ["5", "[]", "null", '"a\\eb"', "{}", ".nan", "-1", "99999999999"]
HOSTILE = '=HYPERLINK("x")\x1b[31m\r\nnext\u202e\u2028@'


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: object
    screen: str
    errors: str


def ends_well_or_says_one_line(command: click.Command, arguments: list[str]) -> Said:
    """Run the command of a script in this process; fail when it ends with anything but success or one line."""
    said = ends_of(command, arguments)
    if said.code == 0:
        assert said.errors == ""
    else:
        assert said.errors.startswith("Error: ")
        assert said.errors.count("\n") == 1
        assert said.errors.endswith("\n")
        assert said.errors[:-1].isprintable()
        assert "which nobody expected" not in said.errors
    return said


@pytest.fixture(scope="module")
def folder(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small sample's warehouse and annex, in which the scripts run."""
    folder = tmp_path_factory.mktemp("one_line")
    for path in small_sample.folder.glob("warehouse.duckdb*"):
        shutil.copy(path, folder)
    shutil.copytree(small_sample.landing, folder / "landing")
    shutil.copy(small_sample.folder / "annex.xlsx", folder)
    return folder


@pytest.fixture(scope="module")
def here(folder: Path) -> object:
    """Let the commands of this module run in that folder."""
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith(("INBURGERING_", "DBT_"))]:
            patched.delenv(name)
        for name, value in Pipeline(folder).environment.items():
            if name.startswith(("INBURGERING_", "DBT_")):
                patched.setenv(name, value)
        patched.chdir(folder)
        yield folder


ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from(
            "--help --output --last-green --target spark duckdb --template --csv --reference-date 2024-01-31 "
            "1899-01-01 9999-12-31 --output-folder sv_2024_123 sv_2023_113 ../x 2c!D14 2c!A1 1!B8 1!B8:C9 Controle!F7 "
            "'x'!A0 annex.xlsx warehouse.duckdb landing new.xlsx new.docx new.csv missing/new.xlsx annex.xlsx/new.xlsx "
            "warehouse.duckdb/x . .. -- --x= -".split()
        ),
        st.text(max_size=20).filter(lambda text: "/" not in text),
        st.just("x" * 5000),
        st.just(""),
    ),
    max_size=5,
)


@given(name=st.sampled_from(sorted(COMMANDS)), arguments=ARGUMENTS)
@MANY
def test_arguments_of_every_kind(here: Path, name: str, arguments: list[str]) -> None:
    # Only with this folder first does nothing go to the user's own.
    out = ["--output-folder", "out"]
    first = {"report_rejects": out, "write_delivery_specification": out, "explain_cell": []}
    suffix = "docx" if name == "write_answer" else "xlsx"
    ends_well_or_says_one_line(COMMANDS[name], [*first.get(name, ["--output", f"out/a.{suffix}"]), *arguments])


@pytest.mark.parametrize("scale", ["nan", "inf", "-inf", "-1", "0", "1e400", "x", ""])
def test_a_scale_that_is_none(here: Path, scale: str) -> None:
    assert ends_well_or_says_one_line(generate_extracts.main, ["--scale", scale]).code == 2


@given(data=st.data())
@FEW
def test_damaged_workbooks(here: Path, data: st.DataObject) -> None:
    content = bytearray((here / "annex.xlsx").read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 50))] = data.draw(st.binary(max_size=50))
    damaged = here / "damaged.xlsx"
    damaged.write_bytes(bytes(content[: data.draw(st.one_of(st.none(), st.integers(0, len(content))))]))
    ends_well_or_says_one_line(explain_cell.main, [str(damaged), "2c!B7", "--last-green"])


@pytest.mark.parametrize(
    ("value", "identifier"),
    [(True, None), ("8", None), (None, None), (7.5, None), ("=1+1", None), (8, "../sv"), (8, ""), (8, "x" * 9999)],
)
def test_edited_cells_and_questions(here: Path, value: object, identifier: str | None) -> None:
    workbook = load_workbook(here / "annex.xlsx")
    workbook["1"]["B8"] = value
    workbook.properties.identifier = "sv_2024_123" if identifier is None else identifier
    workbook.save(here / "edited.xlsx")
    assert ends_well_or_says_one_line(explain_cell.main, ["edited.xlsx", "1!B8"]).code == 1


@pytest.mark.parametrize("reference", ["A1:C3", "A7:XFD1048576", "A6:A6"])
def test_edited_tables(here: Path, reference: str) -> None:
    workbook = load_workbook(here / "annex.xlsx")
    for table in workbook["1"].tables.values():
        table.ref = reference
    workbook.save(here / "edited.xlsx")
    for cell in ("1!B8", "1!A1", "1!C3", "1!XFD9", "1!B1048576"):
        ends_well_or_says_one_line(explain_cell.main, ["edited.xlsx", cell])


@given(
    name=st.sampled_from(sorted(COMMANDS)),
    model=st.sampled_from(
        "build annex_figures annex_cube annex_checks_deliveries annex_members measures dim_agency annex_breakdowns "
        "feedback_rows feedback_problems stg_landing__current_files annex_counted_persons event_types int_codes".split()
    ),
    how=st.sampled_from(
        ["select 1 as other", "from {model} where false", "select columns(*)::varchar from {model}", "gone", "twice"]
    ),
)
@FEW
def test_warehouses_of_other_models(here: Path, name: str, model: str, how: str) -> None:
    other = here / "other.duckdb"
    shutil.copy(here / "warehouse.duckdb", other)
    with changing(other) as connection:
        connection.execute(f"create table changed as from {model}")
        [(kind,)] = connection.execute(
            "select lower(table_type) from information_schema.tables where table_name = ?", [model]
        ).fetchall()
        connection.execute(f"drop {'view' if 'view' in kind else 'table'} {model}")
        if how == "twice":
            connection.execute(f"create table {model} as from changed union all from changed")
        elif how != "gone":
            connection.execute(f"create table {model} as " + how.format(model="changed"))
    arguments = {
        "export_annex": ["--output", "out/other.xlsx"],
        "write_answer": ["--output", "out/other.docx"],
        "report_rejects": ["--output-folder", "out"],
        "write_delivery_specification": ["agii", "--output-folder", "out"],
        "explain_cell": ["annex.xlsx", "2c!B7"],
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("INBURGERING_WAREHOUSE", str(other))
        ends_well_or_says_one_line(COMMANDS[name], [*arguments[name], "--last-green"])


@given(
    file=st.sampled_from(["datapackage.json", "tab_2c.csv"]),
    content=st.one_of(
        st.binary(max_size=200),
        st.sampled_from(
            [b"[" * 100_000, b'{"name": 1}', b"table,year\n,\n", b'{"name": {}, "created": [], "provenance": 7}']
        ),
    ),
    place=st.sampled_from(["old", "old.xlsx", "missing", "warehouse.duckdb", ".", "old/datapackage.json"]),
)
@MANY
def test_packages_of_every_kind(here: Path, small_sample: Pipeline, file: str, content: bytes, place: str) -> None:
    for name in ("old", "new"):
        shutil.rmtree(here / name, ignore_errors=True)
        shutil.copytree(small_sample.folder / "annex", here / name)
    (here / "old" / file).write_bytes(content)
    ends_well_or_says_one_line(compare_annex.main, [place, "new"])
    ends_well_or_says_one_line(compare_annex.main, ["new", place])


@given(content=st.one_of(st.binary(max_size=200), st.just(b"[" * 100_000), st.just(b'{"invocation_id": {}}')))
@MANY
def test_statuses_of_every_kind(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    warehouse = tmp_path_factory.getbasetemp() / "status.duckdb"
    status_file(warehouse).write_bytes(content)
    refusal = refusal_of(lambda: read_status(warehouse))
    assert refusal is None or "damaged, so how the last run of dbt ended is unknown" in refusal


@given(data=st.data())
@MANY
def test_questions_of_every_kind(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "questions"
    folder.mkdir(exist_ok=True)
    lines = (QUESTIONS / "sv_2023_113.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    for _ in range(data.draw(st.integers(0, 3))):
        line = data.draw(st.integers(0, len(lines) - 1))
        odd = [
            "[" * 5000,
            "\x00",
            "\x1b[31m",
            "{first_year.x}",
            "- &a [*a]",
            "? []",
            "!!python/object:x",
            "é: ",
            "\ud7ff",
        ]
        key = lines[line].partition(":")[0]
        lines[line] = data.draw(
            st.one_of(
                st.sampled_from(odd).map(lambda text: f"{text}\n"),
                st.sampled_from([f"{key}: {value}\n" for value in (*VALUES, *odd)]),
                st.just(""),
            )
        )
    (folder / "sv_2023_113.yml").write_text("".join(lines), encoding="utf-8")
    refusal = refusal_of(lambda: read_question("sv_2023_113", folder))
    assert refusal is None or refusal.startswith(f"{folder / 'sv_2023_113.yml'}: ")


def refusal_of(read: Callable[[], object]) -> str | None:
    """Return why something cannot be read; None when it can."""
    try:
        read()
    except click.ClickException as refusal:
        return refusal.message
    return None


def test_ctrl_c_is_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inburgering.annex.question.read_question", pressed)
    said = ends_of(export_annex.main, ["x"])
    assert said.code == 130
    assert said.errors.strip() == "Error: stopped; what was there before stays"


def test_what_nobody_expected_is_one_line_without_the_message_of_the_error(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_: str) -> None:
        raise ZeroDivisionError("a person number")

    monkeypatch.setattr("inburgering.annex.question.read_question", wrong)
    said = ends_of(export_annex.main, ["x"])
    assert said.code == 1
    assert said.errors.startswith("Error: ZeroDivisionError in test_one_line.py, line ")
    assert said.errors.endswith(", which nobody expected; report this as a bug\n")


def ends_of(command: click.Command, arguments: list[str]) -> Said:
    """Run a command in this process, and say how it ended."""
    screen, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["script", *arguments])
        with (
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(errors),
            pytest.raises(SystemExit) as end,
        ):
            run(command)
    return Said(end.value.code or 0, screen.getvalue(), errors.getvalue())


def test_the_rows_of_a_figure_are_never_written_over_the_annex(here: Path) -> None:
    before = (here / "annex.xlsx").read_bytes()
    said = ends_well_or_says_one_line(explain_cell.main, ["annex.xlsx", "2c!B7", "--last-green", "--csv", "annex.xlsx"])
    assert said.errors == "Error: annex.xlsx: cannot be the name of this file; name one that ends in .csv\n"
    assert (here / "annex.xlsx").read_bytes() == before


def test_text_from_the_warehouse_is_neither_a_formula_nor_a_command(here: Path) -> None:
    hostile = here / "hostile.duckdb"
    shutil.copy(here / "warehouse.duckdb", hostile)
    with changing(hostile) as connection:
        connection.execute("update stg_landing__current_files set file_name = ?", [HOSTILE])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("INBURGERING_WAREHOUSE", str(hostile))
        explained = ends_well_or_says_one_line(explain_cell.main, ["annex.xlsx", "2c!B7", "--last-green"])
        written = ends_well_or_says_one_line(
            explain_cell.main, ["annex.xlsx", "2c!B7", "--last-green", "--csv", "rows.csv"]
        )
    spelled = r'=HYPERLINK("x")\x1b[31m\r\nnext\u202e\u2028@'
    assert (explained.code, written.code) == (0, 0)
    assert f"\t{spelled}\t" in explained.screen
    assert explained.screen.replace("\n", "").replace("\t", "").isprintable()
    with (here / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 1
    assert {row["file_name"] for row in rows} == {f"'{spelled}"}


def test_a_value_on_one_line_keeps_what_can_be_read() -> None:
    assert on_one_line("Algerië → 3 €") == "Algerië → 3 €"
    assert on_one_line("a\tb\r\n\x1b[2J\x9b\ud800\u200b") == r"a\tb\r\n\x1b[2J\x9b\ud800\u200b"


@pytest.fixture(scope="module")
def own_sample(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a copy of the small sample, and of its extracts, in which a step may run."""
    pipeline = small_sample.copy(tmp_path_factory.mktemp("own_sample"))
    shutil.copytree(small_sample.extracts, pipeline.extracts)
    return pipeline


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "iso-8859-1"])
def test_a_console_that_lacks_a_character_shows_its_code(
    own_sample: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    for step in (
        own_sample.script("report_rejects", "--output-folder", tmp_path),
        own_sample.load(),
        own_sample.dbt("--quiet", "compile", "--inline", "{% do print('→') %}"),
    ):
        # Where the encoding is ASCII, click writes UTF-8.
        assert "\\u2192" in succeeded(step) or "→" in step.stdout
    assert "→" in refused(own_sample.script("export_annex", "→")).replace("\\u2192", "→")


def test_dbt_from_elsewhere_is_one_line(own_sample: Pipeline, tmp_path: Path) -> None:
    step = own_sample.dbt("compile", "--project-dir", own_sample.checkout)
    succeeded(step)
    elsewhere = Elsewhere(tmp_path, own_sample.key)
    refused_step = elsewhere.dbt("build", "--project-dir", own_sample.checkout, "--profiles-dir", own_sample.checkout)
    assert refused_step.returncode != 0
    assert "Traceback" not in refused_step.stdout + refused_step.stderr
    assert f"{tmp_path}: dbt looks for the landing here; run dbt in {own_sample.checkout}" in refused_step.stdout


@dataclass(frozen=True)
class Elsewhere(Pipeline):
    """A pipeline that runs dbt in its own folder, and names no landing."""

    @property
    def checkout(self) -> Path:
        return self.folder

    @property
    def environment(self) -> dict[str, str]:
        return {name: value for name, value in super().environment.items() if name != "INBURGERING_LANDING"}


def test_an_empty_variable_is_no_variable() -> None:
    named = {
        "environment": lambda name, default=None: "" if name.startswith("INBURGERING_") else default,
        "flags": SimpleNamespace(PROFILES_DIR="/checkout"),
        "target": SimpleNamespace(schema="main"),
    }
    files = [CHECKOUT / "profiles.yml", *(CHECKOUT / "models" / "staging").glob("*/_*__sources.yml")]
    assert len(files) == 5
    for path in files:
        template = path.read_text(encoding="utf-8").replace("env_var(", "environment(")
        found = re.findall(r"(?:path|external_location): .*", template)
        assert len(found) == 1
        rendered = Template(found[0]).render(named)
        assert ("'landing/agency=" if "external" in rendered else '"/checkout/warehouse.duckdb.building"') in rendered


def test_docs_without_or_with_damaged_files(here: Path) -> None:
    assert "is not there; run dbt docs generate" in ends_well_or_says_one_line(write_docs.main, []).errors
    (here / "target").mkdir()
    for content in ("", "{", "[]", "null"):
        for name in ("index.html", "manifest.json", "catalog.json"):
            (here / "target" / name).write_text(content)
        assert ends_well_or_says_one_line(write_docs.main, []).code == 1
