"""A mistake in a sources file: one line each, which names the file and the place."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from unittest import mock

import click
import pytest

from inburgering.intake.extract_contract import read_contracts
from inburgering.screen import run
from support.pipeline import CHECKOUT

AGII = "agii/_agii__sources.yml"
ATLAS = "atlas/_atlas__sources.yml"
TYPE = "agii.tables.contracten.columns.TYPE_TRAJECT.config.meta"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a copy of the sources files."""
    for path in (CHECKOUT / "models").glob("staging/*/_*__sources.yml"):
        copy = tmp_path / path.relative_to(CHECKOUT / "models")
        copy.parent.mkdir(parents=True)
        shutil.copy(path, copy)
    return tmp_path


def change(models: Path, name: str, old: str, new: str) -> Path:
    """Put a text in the place of another one; in the columns, from the contracts on."""
    path = models / "staging" / name
    text = path.read_text(encoding="utf-8")
    start = text.index("- name: contracten") if "attribute" in old else 0
    assert old in text[start:]
    path.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            AGII,
            '"A900001", "AI023", "18/12/2023"]',
            '"A900001", "AI023"]',
            "agii.tables.attesten: an example has another number of values than the 10 columns",
        ),
        (
            AGII,
            '{reference_date: "2023-01-31", text',
            "{reference_date: morgen, text",
            "agii.config.meta.changes.0.reference_date: Input should be a valid date or datetime, input is too short",
        ),
        (AGII, "format: csv", "format: tsv", "agii.config.meta.format: Input should be 'csv' or 'excel'"),
        (AGII, "        format: csv\n", "", "agii.config.meta.format: Field required"),
        (AGII, "format: csv", "format: csv\n        format: excel", "format stands there twice"),
        (
            AGII,
            "encoding: utf-8 ",
            "encoding: utf-9 ",
            "agii.config.meta.encoding: utf-9 is no encoding that Python knows",
        ),
        (AGII, '        separator: ";"\n', "", "agii.config.meta: separator: missing"),
        (
            AGII,
            'separator: ";"',
            'separator: ";;"',
            "agii.config.meta.separator: String should have at most 1 character",
        ),
        (AGII, 'separator: ";"', 'seperator: ";"', "agii.config.meta.seperator: Extra inputs are not permitted"),
        (
            AGII,
            "{attribute: type_code}",
            "{attribute: geslacht}",
            f"{TYPE}.attribute: Input should be 'dossier_number',",
        ),
        (
            AGII,
            "{attribute: type_code}",
            "{}",
            f"{TYPE}: say either which attribute it is or added_by_loader: true",
        ),
        (
            AGII,
            "{attribute: type_code}",
            "{attribute: event_number}",
            "agii.tables.contracten: 2 columns with attribute event_number; contracts have 1",
        ),
        (
            AGII,
            "{attribute: type_code}",
            "{attribute: letter_sent_on_as_delivered}",
            "agii.tables.contracten: 0 columns with attribute type_code; contracts have 1",
        ),
        (
            AGII,
            "name: WERVINGSBRIEF",
            "name: AANMELDING",
            "agii.tables.uitnodigingen: two columns have the same name",
        ),
        (
            AGII,
            "event_type: attests",
            "event_type: contracts",
            "agii: tables for invitations, contracts, contracts; expected one each for invitations, contracts, attests",
        ),
        (AGII, "event_type: attests, ", "", "agii.tables.attesten.config.meta.event_type: Field required"),
        (
            AGII,
            ", file: attesten.csv",
            "",
            "agii: attesten: name its file, in the table or for all tables of the agency",
        ),
        (ATLAS, ", sheet: Attesten", "", "atlas: attesten: name a sheet for Excel, and none for CSV"),
        (ATLAS, "        file: atlas.xlsx\n", "", "atlas: uitnodigingen: name its file"),
        (AGII, "sources:", "source:", "no sources that can be read ('sources')"),
        (AGII, "sources:", "sources: [", "no sources that can be read (while parsing"),
    ],
)
def test_a_mistake_has_a_line(models: Path, name: str, old: str, new: str, message: str) -> None:
    path = change(models, name, old, new)
    with pytest.raises(click.ClickException) as error:
        read_contracts(models)
    lines = str(error.value).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: "), lines
    assert message in lines[0]


def test_every_mistake_in_every_file_is_named(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(models, AGII, "event_type: attests, ", "")
    change(models, AGII, "{attribute: type_code}", "{attribute: geslacht}")
    change(models, ATLAS, "format: excel", "format: ods")
    command = click.command()(lambda: read_contracts(models))
    with mock.patch.object(sys, "argv", ["load"]), pytest.raises(SystemExit):
        run(command)
    assert [line.split(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        f"{TYPE}.attribute",
        "agii.tables.attesten.config.meta.event_type",
        "atlas.config.meta.format",
    ]
