"""The lock of an issued annex: what was issued, by whom, when, and what it was made from."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import click
import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from inburgering.settings import file_hash, issued_folder
from inburgering.yaml_file import read_yaml

LOCK = "lock.yml"
REPLACED = "replaced.yml"


def _within_the_folder(files: dict[str, str]) -> dict[str, str]:
    if not files:
        raise ValueError("names no file")
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"{name} is not in the folder of the lock")
    return files


class Lock(BaseModel):
    """What stands in a lock: `issued` has a hash of every issued file, the other hashes are of what it was made from.

    `commit` is that of the whole project: models, seeds and scripts. `packages` is a hash of
    uv.lock. `not_approved` names the choices that nobody had approved.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    label: str
    issued_on: datetime.date
    issued_by: str
    recorded_at: datetime.datetime
    commit: str
    built_at: str
    not_approved: list[str]
    packages: str
    issued: Annotated[dict[str, str], AfterValidator(_within_the_folder)]
    deliveries: dict[str, str]
    files: dict[str, str]


def write_lock(folder: Path, lock: Lock) -> None:
    """Write the lock of an issued annex into its folder."""
    said = yaml.safe_dump(lock.model_dump(), sort_keys=False, allow_unicode=True, width=120)
    (folder / LOCK).write_text(said, encoding="utf-8")


def read_lock(folder: Path) -> Lock:
    """Return the lock in a folder.

    Raises click.ClickException when it cannot be read, or an issued file is no longer the one that was issued.
    """
    path = folder / LOCK
    try:
        lock = Lock.model_validate(read_yaml(path))
    except (OSError, UnicodeDecodeError, ValidationError, yaml.YAMLError, RecursionError):
        raise click.ClickException(f"{path}: no lock that can be read; take it back from version control") from None
    for name, known in lock.issued.items():
        if not (folder / name).is_file() or file_hash(folder / name) != known:
            raise click.ClickException(
                f"{folder / name}: not the file that was issued; take it back from version control"
            )
    return lock


def replaced_by(folder: Path) -> str | None:
    """Return the day of the edition that replaced the one in a folder; None when none did.

    Raises click.ClickException when the file that says so cannot be read.
    """
    path = folder / REPLACED
    if not path.is_file():
        return None
    try:
        return str(read_yaml(path)["replaced_by"])
    except (OSError, UnicodeDecodeError, LookupError, TypeError, yaml.YAMLError, RecursionError):
        raise click.ClickException(
            f"{path}: does not say which edition replaced this one; take it back from version control"
        ) from None


def folder_of(question: str, issued_on: str) -> Path:
    """Return the folder of what was issued of a question on a day.

    Raises click.ClickException, with what was issued, when nothing was.
    """
    folder = issued_folder() / question / issued_on
    if not (folder / LOCK).is_file():
        known = ", ".join(f"{path.parent.name} {path.name}" for path in issued_annexes())
        raise click.ClickException(f"{folder}: nothing was issued there; issued are {known}")
    return folder


def issued_annexes(question: str | None = None) -> list[Path]:
    """Return the folders of the issued annexes, of one question or of all, the oldest of a question first.

    Raises click.ClickException when there is none.
    """
    found = sorted(path.parent for path in issued_folder().glob(f"*/*/{LOCK}"))
    chosen = [folder for folder in found if question in (None, folder.parent.name)]
    if not chosen:
        of_question = f" of question {question}" if question else ""
        raise click.ClickException(
            f"{issued_folder()}: no issued annex{of_question}; issue one with issue_annex.py, or set INBURGERING_ISSUED"
        )
    return chosen
