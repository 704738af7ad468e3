"""The full-size sample reproduces the figures that are public, at both reference dates."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import duckdb
import pytest

from inburgering.settings import SAMPLE_KEY
from support.pipeline import CHECKOUT, Pipeline, succeeded

REFERENCE_DATES = (datetime.date(2023, 1, 31), datetime.date(2024, 1, 31))


@pytest.fixture(scope="module")
def full_sample(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = Pipeline(tmp_path_factory.mktemp("full_sample"), SAMPLE_KEY)
    succeeded(pipeline.maintain("generate_extracts"))
    succeeded(pipeline.load())
    succeeded(pipeline.dbt("build"))
    return pipeline


def published(reference_date: datetime.date) -> dict[tuple[str, ...], int]:
    """Return the exact published figures of closed years since 2017 that belong to a reference date."""
    with (CHECKOUT / "seeds" / "reference" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        # The sample is not calibrated on where the persons of one agency lived.
        rows = [row for row in csv.DictReader(file) if row["is_exact"] == "true" and not row["of_agency"]]
    published_of: dict[tuple[str, ...], dict[datetime.date, int]] = {}
    for row in rows:
        if 2017 <= int(row["year"]) < reference_date.year:
            key = (row["measure"], row["year"], row["breakdown"], row["member"])
            published_of.setdefault(key, {})[datetime.date.fromisoformat(row["published_on"])] = int(row["persons"])
    return {
        key: figures[min((day for day in figures if day > reference_date), default=max(figures))]
        for key, figures in published_of.items()
    }


@pytest.mark.parametrize("reference_date", REFERENCE_DATES)
def test_the_figures_that_are_public_are_reproduced(full_sample: Pipeline, reference_date: datetime.date) -> None:
    with duckdb.connect(str(full_sample.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select measure, cast(year as varchar), breakdown, member, persons "
            "from annex_cube where second_breakdown = 'total' and reference_date = ?",
            [reference_date],
        ).fetchall()
    found = {tuple(row[:4]): row[4] for row in rows}
    expected = published(reference_date)
    assert len(expected) >= 25
    assert {key: found[key] for key in expected} == expected


def test_the_ten_published_nationalities_of_2019_are_the_largest(full_sample: Pipeline) -> None:
    with duckdb.connect(str(full_sample.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select label from annex_figures where reference_date = '2024-01-31' and year = 2019 "
            "and measure = 'contracts' and breakdown = 'nationality' and second_breakdown = 'total' "
            "and member <> 'totaal' order by persons desc limit 10"
        ).fetchall()
    assert [label for (label,) in rows] == [
        "Marokko",
        "Afghanistan",
        "Roemenië",
        "Turkije",
        "Syrië",
        "Palestina",
        "Bulgarije",
        "India",
        "Polen",
        "Irak",
    ]


@pytest.mark.parametrize(
    ("what", "at_least"),
    [
        ("int_events", 500_000),
        ("annex_checks_deliveries where is_synthetic", 20),
        ("fct_contracts where is_counted_type and not is_first_contract", 5_000),
        ("fct_contracts where not is_counted_type", 5_000),
        ("fct_attests where type_code = 'AEVC05'", 1_000),
        ("fct_invitations where is_december_case", 1_000),
        ("int_events where nationality_code = '822'", 500),
        ("int_event_warnings where warning = 'nis_code_not_valid_on_day'", 1_000),
        ("int_event_warnings where warning like 'empty%'", 1_000),
        ("int_event_warnings where warning like 'unknown%'", 100),
        ("(select distinct rejection_reason from int_rejected_rows)", 8),
        ("(select person_key from fct_contracts group by all having count(distinct agency) > 1)", 1_000),
        ("(select distinct persons from annex_cube where breakdown = 'total' and year = 2021 and persons > 20000)", 2),
    ],
)
def test_the_sample_has_what_real_extracts_have(full_sample: Pipeline, what: str, at_least: int) -> None:
    with duckdb.connect(str(full_sample.warehouse), read_only=True) as connection:
        [(found,)] = connection.execute(f"select count(*) from {what}").fetchall()
    assert found >= at_least


def test_the_same_seed_gives_the_same_files_and_another_seed_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for folder, seed in zip(folders, ("1", "1", "2"), strict=True):
        # Another order of sets and dictionaries makes no difference.
        monkeypatch.setenv("PYTHONHASHSEED", str(folders.index(folder)))
        succeeded(Pipeline(folder).maintain("generate_extracts", "--scale", "0.002", "--seed", seed))
    first, second, third = (
        {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()} for folder in folders
    )
    assert len(first) == 2 * 7 + 1
    assert first == second
    assert first != third


def test_other_reference_dates_on_request(tmp_path: Path) -> None:
    pipeline = Pipeline(tmp_path)
    succeeded(pipeline.maintain("generate_extracts", "--scale", "0.002", "--reference-date", "2025-01-31"))
    assert sorted(path.name for path in pipeline.extracts.glob("*/*")) == ["2025-01-31"] * 3


def test_a_folder_with_other_extracts_is_left_alone(pipeline: Pipeline) -> None:
    delivery = pipeline.extracts / "agii" / "2024-01-31"
    delivery.mkdir(parents=True)
    (delivery / "contracten.csv").write_text("echt")
    step = pipeline.maintain("generate_extracts", "--scale", "0.002")
    assert step.returncode == 1
    assert "holds agii/2024-01-31/contracten.csv, which is of no earlier sample" in step.stderr
    assert [path.name for path in pipeline.extracts.rglob("*") if path.is_file()] == ["contracten.csv"]
