"""A parliamentary question as configuration: a dbt exposure whose metadata says what the annex must show."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal

import click
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from inburgering.settings import CHECKOUT
from inburgering.yaml_file import read_yaml

QUESTIONS = CHECKOUT / "models" / "questions"
OWN_SHEETS = ("Toelichting",)
LONGEST_SHEET_NAME = 31
LIKE_A_CELL = re.compile(r"[a-z]{1,3}\d+|r\d*(c\d*)?|c\d*", re.IGNORECASE)
OF_EVERY_QUESTION = ("number", "asked_by", "asked_on", "reference_date", "first_year", "last_year", "provisional_years")
LONGEST_TIME_TO_THE_REFERENCE_DATE = datetime.timedelta(days=92)


def _sheet_name(name: str) -> str:
    if not name or len(name) > LONGEST_SHEET_NAME or re.search(r"[\[\]:*?/\\]", name) or name.strip("'") != name:
        raise ValueError(f"{name!r} cannot be the name of a sheet: 1 to 31 characters, none of []:*?/\\, no outer '")
    if name.casefold() in {sheet.casefold() for sheet in OWN_SHEETS}:
        raise ValueError(f"{name!r} is a sheet that every annex has")
    return name


def _table_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or LIKE_A_CELL.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot be the name of a table: letters, digits and _, and no cell such as T2 or R1C1"
        )
    return name


def _as_list(breakdown: object) -> object:
    return [breakdown] if isinstance(breakdown, str) else breakdown


def _different(breakdown: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(breakdown)) < len(breakdown):
        raise ValueError(f"{breakdown[0]} cannot be crossed with itself")
    return breakdown


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TableChoice(_Strict):
    """An Excel table: which measures stand side by side, and what its rows are.

    `rows` are the members of a breakdown or of two crossed, the years, or the measures (of the last year, below each
    other, with their share; the last of them is what the others add up to). `years` says which years have a column.
    """

    name: Annotated[str, AfterValidator(_table_name)]
    measures: tuple[str, ...] = Field(min_length=1)
    rows: Literal["members", "years", "measures"] = "members"
    breakdown: Annotated[
        tuple[str, ...], Field(max_length=2), BeforeValidator(_as_list), AfterValidator(_different)
    ] = ()
    years: Literal["all", "last"] = "all"

    @model_validator(mode="after")
    def _has_what_its_rows_need(self) -> TableChoice:
        if (self.rows == "members") != bool(self.breakdown):
            raise ValueError("a breakdown goes with rows of members, and with no others")
        if len(set(self.measures)) < len(self.measures):
            raise ValueError("measures: one stands there twice")
        return self

    @property
    def has_year_columns(self) -> bool:
        """Return whether every year of the question has columns of its own."""
        return self.rows == "members" and self.years == "all"


class Tab(_Strict):
    """A tab: its tables below each other, the notes below them, and what its chart shows."""

    name: Annotated[str, AfterValidator(_sheet_name)]
    title: str = Field(min_length=1)
    answers: tuple[str, ...] = Field(min_length=1)
    tables: tuple[TableChoice, ...] = Field(min_length=1)
    notes: tuple[
        Literal[
            "december_rule",
            "no_feed_for_brussels",
            "status_outside_list",
            "letters_persons",
            "reach_of_term_over",
            "contracts_signed",
            "contract_signers",
            "attests_obtained",
        ],
        ...,
    ] = ()
    chart: Literal["reach", "per_year", "last_year", "stacked", "within_months"] = "last_year"


class AcceptedShare(_Strict):
    """A file of an agency of which more rows may be rejected than an export allows, and why."""

    agency: str
    event_type: str
    reason: str = Field(min_length=1)


class Question(_Strict):
    """A question: what was asked, as of which reference date, and for which years (first to last, inclusive).

    `is_quoted` says that the sub-questions stand here word for word; else the annex says that they are a summary.
    `sentences` is the template of the answer, in scripts/inburgering/answer.
    A member list says which members of a breakdown the question prescribes, by their labels and in its order.
    """

    name: str
    label: str
    number: int
    asked_on: datetime.date
    asked_by: str
    asked_in: str
    answered_by: str
    title: str
    reference_date: datetime.date
    first_year: int
    last_year: int
    provisional_years: tuple[int, ...]
    partial_year: bool = False
    is_quoted: bool = False
    sentences: str = Field(default="antwoord.md", pattern=r"^[\w-]+\.md$")
    sub_questions: dict[str, str] = Field(min_length=1)
    member_lists: dict[str, tuple[str, ...]] = {}
    accepts_rejected: tuple[AcceptedShare, ...] = ()
    tabs: tuple[Tab, ...] = Field(min_length=1)

    @property
    def years(self) -> range:
        """Return the years the annex shows."""
        return range(self.first_year, self.last_year + 1)

    @property
    def tables(self) -> tuple[TableChoice, ...]:
        """Return the tables of all tabs."""
        return tuple(table for tab in self.tabs for table in tab.tables)

    def title_of(self, tab: Tab) -> str:
        """Return the title of a tab with the question's years filled in."""
        return tab.title.format(
            first_year=self.year_header(self.first_year), last_year=self.year_header(self.last_year)
        )

    def year_header(self, year: int) -> str:
        """Name a year as the annex does, with whether it is provisional and until which day it is counted."""
        remarks = [f"tot {self.reference_date:%d/%m/%Y}"] if year == self.last_year and self._ends_within_a_year else []
        remarks += ["voorlopig"] if year in self.provisional_years else []
        return f"{year} ({', '.join(remarks)})" if remarks else str(year)

    @property
    def _ends_within_a_year(self) -> bool:
        return self.reference_date < datetime.date(self.last_year, 12, 31)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Question:
        if self.first_year > self.last_year:
            raise ValueError(f"first_year {self.first_year} is after last_year {self.last_year}")
        if self.last_year > self.reference_date.year:
            raise ValueError(f"last_year {self.last_year} is after the reference date {self.reference_date}")
        if self.partial_year != self._ends_within_a_year:
            raise ValueError(
                f"last_year {self.last_year} is {'not ' if self._ends_within_a_year else ''}over on the reference date "
                f"{self.reference_date}; mend one of them, or set partial_year: {str(not self.partial_year).lower()}"
            )
        if abs(self.asked_on - self.reference_date) > LONGEST_TIME_TO_THE_REFERENCE_DATE:
            raise ValueError(
                f"asked_on {self.asked_on} is more than three months from the reference date {self.reference_date}; "
                "mend the one that was left from another question"
            )
        if not set(self.provisional_years) <= set(self.years):
            raise ValueError("provisional_years are not all between first_year and last_year")
        answered = {part for tab in self.tabs for part in tab.answers}
        if answered != set(self.sub_questions):
            differing = ", ".join(sorted(answered ^ set(self.sub_questions)))
            raise ValueError(f"sub-question {differing}: not both asked in sub_questions and answered by a tab")
        for what, names in (("tab", [tab.name for tab in self.tabs]), ("table", [table.name for table in self.tables])):
            folded = [name.casefold() for name in names]
            if len(set(folded)) < len(folded):
                raise ValueError(f"two {what}s have the same name")
        return self


def read_question(name: str, folder: Path = QUESTIONS) -> Question:
    """Read the question `<folder>/<name>.yml`; raises click.ClickException saying what is wrong with it."""
    path = folder / f"{name}.yml"
    if not re.fullmatch(r"\w{1,100}", name) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yml")))
        raise click.ClickException(f"{path}: no such question; known are {known}")
    try:
        exposure = _exposure(path)
        question = Question(name=exposure["name"], label=exposure["label"], **_inherited(exposure, folder))
        titles = [question.title_of(tab) for tab in question.tabs]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise click.ClickException(f"{path}: {place + ': ' if place else ''}{message}") from None
    except RecursionError:
        raise click.ClickException(f"{path}: is nested too deeply; compare it with others") from None
    except (yaml.YAMLError, OSError, AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        text = " ".join(str(error).split())
        raise click.ClickException(f"{path}: no question that can be read ({text}); compare it with others") from None
    if question.name != name or not all(titles):
        raise click.ClickException(f"{path}: the exposure is called {question.name}; give it the name of its file")
    return question


def _exposure(path: Path) -> dict:
    """Return the exposure in the file of a question."""
    exposure = read_yaml(path)["exposures"][0]
    _refuse_control_characters(exposure)
    return exposure


def _refuse_control_characters(said: object) -> None:
    """Raise ValueError for a character that no cell, name of a sheet or line of a message can hold."""
    if isinstance(said, str) and not said.replace("\n", "").replace("\xa0", "").isprintable():
        raise ValueError(f"a control character in {said!r}")
    if isinstance(said, dict):
        said = [*said.keys(), *said.values()]
    if isinstance(said, list):
        for one in said:
            _refuse_control_characters(one)


def _inherited(exposure: dict, folder: Path) -> dict:
    """Return what a question says, and for the rest what the question says that it inherits from."""
    said = dict(exposure["config"]["meta"])
    if "inherits" in said:
        missing = [name for name in OF_EVERY_QUESTION if name not in said]
        if missing:
            raise ValueError(f"{missing[0]} is not inherited: say it in the question itself")
    seen = {exposure["name"]}
    while "inherits" in said:
        parent = said.pop("inherits")
        path = folder / f"{parent}.yml"
        if parent in seen or not path.is_file():
            raise ValueError(f"inherits: {parent} is no other question in {folder}")
        seen.add(parent)
        inherited = dict(_exposure(path)["config"]["meta"])
        # What was accepted of other deliveries says nothing about these.
        inherited.pop("accepts_rejected", None)
        said = inherited | said
    return said


def all_questions(folder: Path = QUESTIONS) -> list[Question]:
    """Return every question, those of the latest reference date first."""
    questions = [read_question(path.stem, folder) for path in sorted(folder.glob("*.yml"))]
    return sorted(questions, key=lambda question: (question.reference_date, question.asked_on), reverse=True)


def newest_question(folder: Path = QUESTIONS) -> Question:
    """Return the question with the latest reference date."""
    return all_questions(folder)[0]
