"""A question is one file: what is wrong with it is said before anything is written."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import click
import pytest
import yaml
from openpyxl import load_workbook

from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, TableChoice, newest_question, read_question
from support.annex_tables import table_rows
from support.pipeline import Pipeline, succeeded

REMOVED = object()


def spoiled(folder: Path, place: str, value: object) -> str:
    """Change one place in a copy of question 113 and return the message that reading it gives."""
    document = yaml.safe_load((QUESTIONS / "sv_2023_113.yml").read_text(encoding="utf-8"))
    *parents, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    target = document["exposures"][0]["config"]["meta"]
    for part in parents:
        target = target[part]
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value
    copied = folder / "sv_2023_113.yml"
    copied.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(click.ClickException) as refused:
        read_question("sv_2023_113", folder)
    assert "\n" not in refused.value.message
    return refused.value.message.removeprefix(f"{copied}: ")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("first_year", 2024, "first_year 2024 is after last_year 2022"),
        ("last_year", 2025, "last_year 2025 is after the reference date 2023-01-31"),
        ("provisional_years", [2017], "provisional_years are not all between first_year and last_year"),
        ("last_year", 2023, "last_year 2023 is not over on the reference date 2023-01-31; mend one of them, or set"),
        ("partial_year", True, "last_year 2022 is over on the reference date 2023-01-31; mend one of them, or set"),
        (
            "asked_on",
            datetime.date(2022, 10, 30),
            "asked_on 2022-10-30 is more than three months from the reference date",
        ),
        (
            "asked_on",
            datetime.date(2023, 5, 4),
            "asked_on 2023-05-04 is more than three months from the reference date",
        ),
        ("inherits", "sv_1999_1", "no question that can be read (inherits: sv_1999_1 is no other question in"),
        ("inherits", "sv_2023_113", "no question that can be read (inherits: sv_2023_113 is no other question in"),
        ("reference_date", "31/01/2024", "reference_date: Input should be a valid date"),
        ("kleur", "blauw", "kleur: Extra inputs are not permitted"),
        ("number", REMOVED, "number: Field required"),
        ("sub_questions.waarom", "Waarom?", "sub-question waarom: not both asked"),
        ("tabs.3.answers", ["9z"], "sub-question 2d, 9z: not both asked"),
        ("tabs.3.answers", [], "tabs.3.answers: Tuple should have at least 1 item"),
        ("tabs.3.title", "", "tabs.3.title: String should have at least 1 character"),
        ("tabs.3.title", "per {maand}", "no question that can be read ('maand')"),
        ("tabs.3.name", "2/c", "tabs.3.name: '2/c' cannot be the name of a sheet"),
        ("tabs.3.name", "x" * 32, f"tabs.3.name: '{'x' * 32}' cannot be the name of a sheet"),
        ("tabs.3.name", "toelichting", "tabs.3.name: 'toelichting' is a sheet that every annex has"),
        ("tabs.3.name", "2AB", "two tabs have the same name"),
        ("tabs.3.notes", ["grapje"], "tabs.3.notes.0: Input should be"),
        ("tabs.3.tables.0.name", "A1", "tabs.3.tables.0.name: 'A1' cannot be the name of a table"),
        ("tabs.3.tables.0.name", "t2c", "two tables have the same name"),
        ("tabs.3.tables.0.breakdown", ["gender", "gender"], "tabs.3.tables.0.breakdown: gender cannot be crossed"),
        ("tabs.3.tables.0.breakdown", ["gender", "agency", "province"], "tabs.3.tables.0.breakdown: Tuple should have"),
        ("tabs.3.tables.0.breakdown", [], "tabs.3.tables.0: a breakdown goes with rows of members"),
        ("tabs.3.tables.0.rows", "years", "tabs.3.tables.0: a breakdown goes with rows of members"),
        ("tabs.3.tables.0.rows", "maanden", "tabs.3.tables.0.rows: Input should be"),
        ("tabs.3.tables.0.measures", [], "tabs.3.tables.0.measures: Tuple should have at least 1 item"),
        ("tabs.3.tables.0.measures", ["attests", "attests"], "tabs.3.tables.0: measures: one stands there twice"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_with_its_place(
    tmp_path: Path, place: str, value: object, message: str
) -> None:
    assert spoiled(tmp_path, place, value).startswith(message)


@pytest.mark.parametrize(
    "name", ["number", "asked_by", "asked_on", "reference_date", "first_year", "last_year", "provisional_years"]
)
def test_what_a_question_is_about_is_never_inherited(tmp_path: Path, name: str) -> None:
    for file in QUESTIONS.glob("*.yml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    copied = tmp_path / "sv_2024_123.yml"
    lines = copied.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"        {name}:")]
    assert len(kept) == len(lines) - 1
    copied.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(click.ClickException, match=f"{name} is not inherited: say it in the question itself"):
        read_question("sv_2024_123", tmp_path)


def test_a_question_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    before, after = read_question("sv_2023_113"), read_question("sv_2024_123")
    assert after.tabs == before.tabs
    assert after.member_lists == before.member_lists
    assert (after.number, after.last_year, after.label) == (123, 2023, "Schriftelijke vraag 123 van 26 januari 2024")
    added = (QUESTIONS / "sv_2024_123.yml").read_text(encoding="utf-8").partition("meta:")[2]
    assert len(added.strip().splitlines()) <= 10


def test_a_year_that_is_not_over_says_so_in_every_header(small_sample: Pipeline, tmp_path: Path) -> None:
    question = newest_question().model_copy(update={"last_year": 2024, "partial_year": True})
    export_annex(question, small_sample.warehouse, tmp_path / "a.xlsx", last_green=True)
    workbook = load_workbook(tmp_path / "a.xlsx")
    for sheet in workbook:
        texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        about_the_year = [
            text for text in texts if "2024" in text and "/2024" not in text.replace("(tot 31/01/2024)", "")
        ]
        headers = [text for text in about_the_year if re.search(r"(^|, |in |Contracten |Attesten )2024", text)]
        assert all("2024 (tot 31/01/2024)" in text for text in headers), headers
    assert "Attesten 2024 (tot 31/01/2024)" in table_rows(workbook["2ab"], "t2a")[0]


def test_a_file_that_is_no_question_is_refused(tmp_path: Path) -> None:
    for content in ("exposures: []", "", "{", "exposures: [{name: x}]"):
        (tmp_path / "x.yml").write_text(content)
        with pytest.raises(click.ClickException, match=r"no question that can be read .*; compare it with others"):
            read_question("x", tmp_path)


def test_a_key_twice_is_refused(tmp_path: Path) -> None:
    text = (QUESTIONS / "sv_2024_123.yml").read_text(encoding="utf-8")
    (tmp_path / "sv_2024_123.yml").write_text(text.replace("number: 123", "number: 123\n        number: 124", 1))
    with pytest.raises(click.ClickException, match=r"line \d+: number stands there twice"):
        read_question("sv_2024_123", tmp_path)


def test_without_a_name_the_newest_question_is_exported() -> None:
    assert newest_question().name == "sv_2024_123"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"measures": ("lessen",)}, "annex_figures has no measure lessen; it has contracts, attests"),
        ({"breakdown": ("shoe_size",)}, "annex_figures has no breakdown shoe_size; it has agency, province"),
        ({"breakdown": ("gender", "shoe_size")}, "annex_figures has no breakdown shoe_size"),
        (
            {"measures": ("contracts",), "breakdown": ("not_registered_reason",)},
            "annex_figures has no contracts by breakdown not_registered_reason",
        ),
        (
            {"breakdown": ("agency", "not_registered_reason")},
            "annex_figures has no invited and registered and not_registered and reach by breakdown agency and "
            "not_registered_reason",
        ),
        (
            {"rows": "measures", "measures": ("invited", "contracts")},
            "annex_figures has no share of invited in contracts",
        ),
    ],
)
def test_a_figure_that_the_build_does_not_have_is_refused(
    small_sample: Pipeline, tmp_path: Path, changed: dict, message: str
) -> None:
    question = newest_question()
    table = question.tables[1].model_copy(update=changed)
    tab = question.tabs[0].model_copy(update={"tables": (table,)})
    with pytest.raises(click.ClickException, match=f"question sv_2024_123, table t1b_agentschap: {message}"):
        export_annex(
            question.model_copy(update={"tabs": (tab,)}), small_sample.warehouse, tmp_path / "a.xlsx", last_green=True
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("chart", ["reach", "per_year", "last_year"])
@pytest.mark.parametrize(
    ("table", "header", "charts"),
    [
        ({"measures": ("contracts", "invited"), "rows": "years"}, ["Jaar", "Contracten", "Uitgenodigd"], 0),
        ({"measures": ("registered", "invited"), "rows": "measures"}, ["Aanmelding", "Aantal", "Aandeel"], 0),
        ({"measures": ("attests",), "breakdown": "gender", "years": "last"}, ["Geslacht", "Aantal"], 1),
        ({"measures": ("reach",), "breakdown": "working_area"}, ["Werkingsgebied", "Bereik 2022", "Bereik 2023"], 1),
        (
            {"measures": ("reach", "invited"), "breakdown": ["region", "gender"], "years": "last"},
            ["Gewest", "Geslacht", "Bereik", "Uitgenodigd"],
            1,
        ),
        (
            {"measures": ("contracts",), "breakdown": ["nationality", "gender"], "years": "last"},
            ["Nationaliteit", "Geslacht", "Aantal"],
            0,
        ),
    ],
)
def test_any_measure_in_any_form_is_a_line_and_is_checked(
    small_sample: Pipeline, tmp_path: Path, chart: str, table: dict, header: list[str], charts: int
) -> None:
    tab = read_question("sv_2024_123").tabs[0]
    changed = {
        "name": "x",
        "tables": (TableChoice.model_validate({"name": "tx", **table}),),
        "notes": (),
        "chart": chart,
    }
    question = read_question("sv_2024_123").model_copy(
        update={"tabs": (tab.model_copy(update=changed),), "first_year": 2022, "provisional_years": ()}
    )
    export_annex(question, small_sample.warehouse, tmp_path / "a.xlsx", last_green=True)
    sheet = load_workbook(tmp_path / "a.xlsx")["x"]
    assert table_rows(sheet, "tx")[0] == header
    assert len(sheet._charts) == charts


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (("Man", "Vrouw", "X"), "'Onbepaald' is not in both"),
        (("Man", "Vrouw", "X", "Onbepaald", "Ander"), "'Ander' is not in both"),
        (("Vrouw", "Man", "X", "Onbepaald"), "they stand in another order"),
    ],
)
def test_a_member_list_that_is_not_counted_by_is_refused(
    small_sample: Pipeline, tmp_path: Path, members: tuple[str, ...], message: str
) -> None:
    question = newest_question().model_copy(update={"member_lists": {"gender": members}})
    with pytest.raises(click.ClickException, match=f"gender is counted by other members .{message}"):
        export_annex(question, small_sample.warehouse, tmp_path / "a.xlsx", last_green=True)


def test_published_figures_are_compared_on_screen_and_in_the_control_file(
    small_sample: Pipeline, tmp_path: Path
) -> None:
    printed = succeeded(small_sample.export("sv_2024_123", "--output", tmp_path / "annex.xlsx")).splitlines()
    sheet = load_workbook(tmp_path / "annex_controle.xlsx")["Controle"]
    rows = table_rows(sheet, "controle_gepubliceerd")[1:]
    assert len(rows) > 20
    differing = [row for row in rows if row[3]]
    assert rows[: len(differing)] == differing
    assert [abs(row[3]) for row in rows] == sorted((abs(row[3]) for row in rows), reverse=True)
    equal = f"{len(rows) - len(differing)} of {len(rows)} published figures are equal; see the control file"
    assert printed[1] == equal
    assert len(differing) > 10
    by_label = {row[0]: row for row in differing}
    for line in printed[2:12]:
        figure, _, said = line.strip().rpartition(": ")
        _, published, here, difference, *_ = by_label[figure]
        assert said.startswith(f"{here}, but {published} ")
        assert said.endswith(f"({difference:+})")
    assert printed[12] == f"  … {len(differing) - 10} more"
    to_look_at = [str(row[0].value) for row in sheet.iter_rows(max_col=1)]
    for label, published, here, *_ in differing:
        numbers = [f"{number:,}".replace(",", ".") for number in (here, published)]
        assert any(
            text.startswith(f"{label}: de bijlage telt {numbers[0]}, ") and f" is {numbers[1]}. " in text
            for text in to_look_at
        ), label


def test_a_reference_date_that_was_not_delivered_is_refused(small_sample: Pipeline, tmp_path: Path) -> None:
    question = newest_question().model_copy(update={"reference_date": datetime.date(2024, 3, 1)})
    with pytest.raises(click.ClickException, match=r"no delivery of Agentschap .* for reference date 2024-03-01"):
        export_annex(question, small_sample.warehouse, tmp_path / "a.xlsx", last_green=True)


def test_last_years_question_is_answered_from_its_file(small_sample: Pipeline, tmp_path: Path) -> None:
    annex = tmp_path / "annex.xlsx"
    succeeded(small_sample.export("sv_2023_113", "--output", annex))
    workbook = load_workbook(annex)
    sheet = workbook["2ab"]
    rows = table_rows(sheet, "t2a")
    assert rows[0][:6] == [
        "Agentschap",
        *(f"Contracten {year}" for year in range(2018, 2022)),
        "Contracten 2022 (voorlopig)",
    ]
    assert all(figure > 0 for figure in rows[-1][1:])
    assert "schriftelijke vraag 113 van 6 januari 2023" in workbook["Toelichting"]["A1"].value
    assert "31/01/2023" in workbook["Toelichting"]["B5"].value
