"""What is known of the build that the docs page describes: read from its warehouse, without one row of a person."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from inburgering.annex.annex import Measure
from inburgering.annex.reader import MEASURES_QUERY
from inburgering.annex.rules import read_rules
from inburgering.annex.texts import filled_definition
from inburgering.warehouse.open_build import open_build, read_record

DELIVERIES_QUERY = """
select
    reference_date, agency_label, event_types.label as event_type_label, file_name, sheet_name, delivery_version,
    sha256, is_synthetic, rows_delivered, rows_accepted, rows_rejected
from annex_checks_deliveries
inner join event_types using (event_type)
order by reference_date desc, agency_sort_order, event_type_sort_order
"""

CHOICES_QUERY = """
select
    choice, label, effect, persons, persons_are, persons_moved, alternative, not_counted_because, model, line_of_data,
    approved_by, approved_on
from annex_checks_choices
inner join (select max(reference_date) as reference_date from annex_checks_choices) using (reference_date)
order by persons desc nulls last, label
"""

PUBLISHED_QUERY = """
select label, persons, persons_published, difference, is_exact, published_on, source
from annex_checks_published
inner join (select max(reference_date) as reference_date from annex_checks_published) using (reference_date)
where is_comparable
order by abs(difference) desc, label
"""


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery that counts, with the hash of its content and what became of its rows."""

    reference_date: datetime.date
    agency: str
    event_type: str
    file_name: str
    sheet_name: str | None
    version: int
    sha256: str
    is_synthetic: bool
    rows_delivered: int
    rows_accepted: int
    rows_rejected: int


@dataclass(frozen=True)
class Choice:
    """A choice of this project: how many persons it is about on the last reference date, and who approved it.

    `persons_moved` counts the persons for whom a figure would differ under the `alternative`, where one is stated.
    """

    name: str
    label: str
    effect: str
    persons: int | None
    persons_are: str | None
    persons_moved: int | None
    alternative: str | None
    not_counted_because: str | None
    model: str
    line_of_data: str | None
    approved_by: str | None
    approved_on: datetime.date | None


@dataclass(frozen=True)
class ComparedFigure:
    """A figure that is already public, beside that of the last reference date."""

    label: str
    persons: int
    persons_published: int
    difference: int
    is_exact: bool
    published_on: datetime.date
    source: str


@dataclass(frozen=True)
class Evidence:
    """The green build behind a docs page.

    `definitions` has the name of every measure and whom it counts; `rows`, for every test of data, the rows of the
    tables that the test looked at.
    """

    started_at: str
    commit: str
    code_lists: str
    rules: str
    files: list[DeliveredFile]
    choices: list[Choice]
    published: list[ComparedFigure]
    definitions: dict[str, tuple[str, str]]
    rows: dict[str, int]

    @property
    def reference_date(self) -> datetime.date:
        """Return the last reference date of the build."""
        return max(file.reference_date for file in self.files)


def read_evidence(warehouse: Path, manifest: dict) -> Evidence:
    """Return what is known of the last build; raises click.ClickException where there is no green one."""
    try:
        with open_build(warehouse) as connection:
            record = read_record(connection, warehouse)
            return Evidence(
                record.started_at,
                record.commit,
                record.made_from.code_lists,
                record.made_from.rules,
                files=[DeliveredFile(*row) for row in connection.execute(DELIVERIES_QUERY).fetchall()],
                choices=[Choice(*row) for row in connection.execute(CHOICES_QUERY).fetchall()],
                published=[ComparedFigure(*row) for row in connection.execute(PUBLISHED_QUERY).fetchall()],
                definitions=_definitions(connection),
                rows=_rows_of_tests(connection, manifest),
            )
    except click.ClickException as error:
        # Who reads the page has no use for a folder of the machine that made it.
        raise click.ClickException(error.message.replace(f"{warehouse.parent}/", "")) from None


def is_data_test(node: dict) -> bool:
    """Return whether a node is a test that every build runs: one that guards data, and not code only."""
    return node["resource_type"] == "test" and "code" not in node["tags"]


def _definitions(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    [(last,)] = connection.execute("select max(reference_date) from annex_checks_deliveries").fetchall()

    def select(query: str) -> list[tuple]:
        named = {"reference_date": last} if "$reference_date" in query else {}
        return connection.execute(query, named).fetchall()

    rules = read_rules(select)
    measures = [Measure(*row) for row in select(MEASURES_QUERY)]
    return {measure.measure: (measure.label, filled_definition(measure, rules)) for measure in measures}


def _rows_of_tests(connection: duckdb.DuckDBPyConnection, manifest: dict) -> dict[str, int]:
    tests = {key: node["depends_on"]["nodes"] for key, node in manifest["nodes"].items() if is_data_test(node)}
    names = {parent: manifest["nodes"][parent]["name"] for parents in tests.values() for parent in parents}
    rows = {parent: _number_of_rows(connection, name) for parent, name in names.items()}
    return {test: sum(rows[parent] for parent in parents) for test, parents in tests.items()}


def _number_of_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(rows,)] = connection.execute(f'select count(*) from "{table}"').fetchall()
    return rows
