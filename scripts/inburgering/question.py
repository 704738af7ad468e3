"""A parliamentary question as configuration: a dbt exposure whose metadata says what the annex must show."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import click
import yaml

from inburgering.settings import CHECKOUT


@dataclass(frozen=True)
class TabText:
    """What a tab is called and which part of the question it answers."""

    name: str
    title: str
    question: str


@dataclass(frozen=True)
class Question:
    """A question: what was asked, as of which reference date, and for which years (first to last, inclusive)."""

    name: str
    label: str
    number: int
    asked_on: datetime.date
    asked_in: str
    answered_by: str
    title: str
    reference_date: datetime.date
    first_year: int
    last_year: int
    provisional_years: tuple[int, ...]
    tabs: tuple[TabText, ...]

    @property
    def years(self) -> range:
        """Return the years the annex shows."""
        return range(self.first_year, self.last_year + 1)

    def tab(self, name: str) -> TabText:
        """Return the texts of the tab with this name."""
        return next(tab for tab in self.tabs if tab.name == name)


def read_question(name: str, folder: Path = CHECKOUT / "models" / "questions") -> Question:
    """Read the question `<folder>/<name>.yml`; raises click.ClickException when there is none or it lacks something."""
    path = folder / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yml")))
        raise click.ClickException(f"{path}: no such question; known are {known}")
    exposure = yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"][0]
    meta = dict(exposure["config"]["meta"])
    try:
        question = Question(
            name=exposure["name"],
            label=exposure["label"],
            provisional_years=tuple(meta.pop("provisional_years")),
            tabs=tuple(TabText(tab["name"], tab["title"].format(**meta), tab["question"]) for tab in meta.pop("tabs")),
            **meta,
        )
    except (KeyError, TypeError) as error:
        raise click.ClickException(f"{path}: {error}; compare it with the other questions") from None
    if question.first_year > question.last_year:
        raise click.ClickException(f"{path}: first_year {question.first_year} is after last_year {question.last_year}")
    return question


def newest_question(folder: Path = CHECKOUT / "models" / "questions") -> Question:
    """Return the question with the latest reference date."""
    questions = [read_question(path.stem, folder) for path in sorted(folder.glob("*.yml"))]
    return max(questions, key=lambda question: (question.reference_date, question.asked_on))
