"""Of a file of which more than a tenth of the rows is rejected, an annex is written for a reason only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest
import yaml
from openpyxl import load_workbook

from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, AcceptedShare, Question, read_question
from support.pipeline import Pipeline, changing

REASON = "De datums van 2019 staan in een andere vorm; het agentschap zocht de contracten op."


@pytest.fixture
def warehouse(small_sample: Pipeline, tmp_path: Path) -> Path:
    """Return a warehouse of which 101 of the 1000 contracts of AgII are rejected."""
    path = tmp_path / "warehouse.duckdb"
    shutil.copy(small_sample.warehouse, path)
    set_rejected(path, 101)
    return path


def set_rejected(warehouse: Path, rows: int) -> None:
    with changing(warehouse) as connection:
        changed = connection.execute(
            "update annex_checks_deliveries set rows_delivered = 1000, rows_rejected = ? "
            "where agency = 'agii' and event_type = 'contracts' and reference_date = '2024-01-31'",
            [rows],
        ).fetchall()
    assert changed == [(1,)]


def accepting(*files: tuple[str, str]) -> Question:
    accepted = tuple(AcceptedShare(agency=agency, event_type=event, reason=REASON) for agency, event in files)
    return read_question("sv_2024_123").model_copy(update={"accepts_rejected": accepted})


def test_a_tenth_is_exported_and_one_row_more_is_refused(warehouse: Path, tmp_path: Path) -> None:
    output = tmp_path / "annex.xlsx"
    for question in (accepting(), accepting(("atlas", "contracts"), ("agii", "attests"))):
        with pytest.raises(click.ClickException) as refusal:
            export_annex(question, warehouse, output, last_green=True)
        assert refusal.value.message == (
            "101 of the 1000 rows of contracts of Agentschap Integratie en Inburgering are rejected, more than 10%: "
            "scripts/report_rejects.py lists them; have the file mended and load it anew, or accept it in "
            "models/questions/sv_2024_123.yml: accepts_rejected: [{agency: agii, event_type: contracts, reason: …}]"
        )
    assert not output.exists()
    set_rejected(warehouse, 100)
    export_annex(accepting(), warehouse, output, last_green=True)
    assert said_on_the_cover(output) == []


def test_what_is_accepted_stands_in_the_annex_with_its_reason(warehouse: Path, tmp_path: Path) -> None:
    output = tmp_path / "annex.xlsx"
    exported = export_annex(accepting(("agii", "contracts")), warehouse, output, last_green=True)
    line = f"Agentschap Integratie en Inburgering, contracten.csv: 101 van de 1.000 rijen. {REASON}"
    assert said_on_the_cover(output) == [line]
    package = json.loads((tmp_path / "annex" / "datapackage.json").read_text(encoding="utf-8"))
    assert f"\n\nTerzijde gelegde rijen: {line}\n\n" in package["description"]
    assert [notice for notice in exported.notices if notice.startswith("Rejected: 101")] == [
        "Rejected: 101 of 1000 rows of contracten.csv of Agentschap Integratie en Inburgering (10%); see the control "
        "file, and for the rows scripts/report_rejects.py"
    ]


def said_on_the_cover(annex: Path) -> list[str]:
    rows = load_workbook(annex)["Toelichting"].iter_rows(values_only=True)
    return [text for label, text, *_ in rows if label == "Terzijde gelegde rijen"]


def test_a_file_that_nobody_delivered_cannot_be_accepted(warehouse: Path, tmp_path: Path) -> None:
    question = accepting(("agii", "contracts"), ("agii", "contracten"))
    with pytest.raises(click.ClickException, match="accepts_rejected: no contracten of agii were delivered; name"):
        export_annex(question, warehouse, tmp_path / "annex.xlsx", last_green=True)


def test_next_years_question_accepts_nothing_that_this_years_did(tmp_path: Path) -> None:
    for name in ("sv_2023_113", "sv_2024_123"):
        document = yaml.safe_load((QUESTIONS / f"{name}.yml").read_text(encoding="utf-8"))
        if name == "sv_2023_113":
            document["exposures"][0]["config"]["meta"]["accepts_rejected"] = [
                {"agency": "agii", "event_type": "contracts", "reason": REASON}
            ]
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert len(read_question("sv_2023_113", tmp_path).accepts_rejected) == 1
    assert read_question("sv_2024_123", tmp_path).accepts_rejected == ()
