"""The annex of a question as one immutable value: tables with codes beside labels.

`reader.py` reads it once from the warehouse. The workbooks, the data package, the answer and the explanation are
written from it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from inburgering.annex.findings import Findings
from inburgering.annex.question import Question, Tab, TableChoice
from inburgering.annex.rules import Rules

TOTAL = "totaal"
TOTAL_BREAKDOWN = "total"

INTEGER = "integer"
PERCENTAGE = "percentage"
TEXT = "text"
NOTHING = "–"
NOT_APPLICABLE = "n.v.t."
NOT_YET = "nog niet te zeggen"
# By why a share or a number of months is not given.
ABSENT = {"not_applicable": NOT_APPLICABLE, "not_yet": NOT_YET}
# What the register of an annex says of the synthetic sample.
DATA, SYNTHETIC = "data", "synthetisch"


@dataclass(frozen=True)
class Figure:
    """What a figure of the question is: a measure of a year."""

    measure: str
    year: int


@dataclass(frozen=True)
class Column:
    """A column of a block: its header, how its values are shown, and the codes that its figures have in common.

    In a table of the question the codes are the measure, where all figures of the column have the same, and the year.
    """

    header: str
    kind: str = INTEGER
    codes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of a block: the codes behind its labels, its cells (labels first), and whether it is a total.

    In a table of the question, `figures` says of every cell after the labels what it is.
    """

    codes: tuple[Any, ...]
    cells: tuple[Any, ...]
    is_total: bool = False
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Block:
    """A block of figures: one Excel table and, below it, its totals.

    Rows have a cell per column; the first columns are labels, and the last rows are totals. Where a block `wraps`, a
    first label that does not fit goes on on a next line.
    """

    table_name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    label_columns: int = 1
    choice: TableChoice | None = None
    wraps: bool = False

    @property
    def listed_rows(self) -> tuple[Row, ...]:
        """Return the rows that are no totals: those of the Excel table."""
        return tuple(row for row in self.rows if not row.is_total)

    @property
    def chosen(self) -> TableChoice:
        """Return what the question chose here; raises LookupError for a block that every annex has."""
        if self.choice is None:
            raise LookupError(f"{self.table_name} is no table of the question")
        return self.choice


@dataclass(frozen=True)
class Measure:
    """A measure: its code, its name in a column header and in a title, who it counts, and of which event type.

    A share is a numerator divided by a denominator. Of those whom the denominator counts, a share or a number of months
    can be about the next step, and a share about those who took it within some months.
    """

    measure: str
    label: str
    title: str
    definition: str
    event_type: str
    unit: str
    numerator: str | None
    denominator: str | None
    next_step: str | None
    within_months: int | None
    is_revised: bool

    @property
    def is_share(self) -> bool:
        """Return whether the measure divides, where others count persons or months."""
        return self.unit == "share"


@dataclass(frozen=True)
class OutsideList:
    """A residence status that the question does not list: persons per year counted under another member."""

    measure: Measure
    label: str
    persons: dict[int, int]


@dataclass(frozen=True)
class SideFigure:
    """What another reading of the question gives per year: a whole number, a share, or None where there is none."""

    label: str
    figures: dict[int, float | None]


@dataclass(frozen=True)
class NotYet:
    """A measure of a year that is not given yet, and the first reference date at which it can be, where known."""

    measure: str
    year: int
    given_from: datetime.date | None


@dataclass(frozen=True)
class AcceptedRejections:
    """A file of which many rows were rejected, and the reason for which the question accepts it."""

    agency_label: str
    file_name: str
    sheet_name: str | None
    rows_delivered: int
    rows_rejected: int
    reason: str


@dataclass(frozen=True)
class Build:
    """What a build was made from besides deliveries: the commit, and a hash of the seeds and of the other files."""

    commit: str
    code_lists: str
    rules: str


@dataclass(frozen=True)
class Source:
    """A delivered file that the figures come from."""

    agency: str
    agency_label: str
    file_name: str
    sheet_name: str | None
    delivery_version: int
    sha256: str


@dataclass(frozen=True)
class TabContents:
    """A tab of the question, with its blocks."""

    tab: Tab
    blocks: tuple[Block, ...]


def event_types_of(table: TableChoice, measures: dict[str, Measure], other_event_types: dict[str, str]) -> set[str]:
    """Return the event types that the figures of a table come from: of its measures, and of a year of another step."""
    others = {other_event_types[breakdown] for breakdown in table.breakdown if breakdown in other_event_types}
    return others | {measures[measure].event_type for measure in table.measures}


@dataclass(frozen=True)
class Annex:
    """The annex of one question.

    `december` has the persons in no cohort per year of extraction; `side_figures` what other readings of the question
    give; `other_event_types` the event type of the step whose year a breakdown tells; `not_yet` what cannot be said
    yet; `not_approved` the choices that touch the annex and that nobody approved; `findings` what to look at;
    `is_synthetic` whether any delivery is of the synthetic sample; `build` and `sources` what the build was made from;
    `rules` what the texts say of the count.
    """

    question: Question
    tabs: tuple[TabContents, ...]
    checks: tuple[Block, ...]
    revision: tuple[Block, ...]
    previous_reference_date: datetime.date | None
    measures: dict[str, Measure]
    breakdowns: dict[str, str]
    other_event_types: dict[str, str]
    december: dict[int, int]
    outside_list: tuple[OutsideList, ...]
    side_figures: dict[str, SideFigure]
    not_yet: tuple[NotYet, ...]
    not_approved: tuple[str, ...]
    findings: Findings
    accepted_rejections: tuple[AcceptedRejections, ...]
    is_synthetic: bool
    build: Build
    sources: tuple[Source, ...]
    rules: Rules

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return every block, in the order of the tabs."""
        return (*(block for tab in self.tabs for block in tab.blocks), *self.checks, *self.revision)

    def event_types_of(self, table: TableChoice) -> set[str]:
        """Return the event types that the figures of a table come from."""
        return event_types_of(table, self.measures, self.other_event_types)

    @property
    def provenance(self) -> dict[str, str]:
        """Return the register: commit, hashes of code lists and rules, version and hash of every delivered file.

        It says so when any of the files is of the synthetic sample.
        """
        of_build = {
            **({DATA: SYNTHETIC} if self.is_synthetic else {}),
            "commit": self.build.commit,
            "code lists": self.build.code_lists,
            "rules": self.build.rules,
        }
        return of_build | {
            f"{source.agency}/{source.file_name}" + (f"/{source.sheet_name}" if source.sheet_name else ""): (
                f"version {source.delivery_version}, sha256 {source.sha256}"
            )
            for source in self.sources
        }
