"""Record an annex as issued: its workbook, data package and question, with a lock."""

from __future__ import annotations

import datetime
import getpass
import shutil
from pathlib import Path

import click

from inburgering.annex.control_file import control_file
from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, Question
from inburgering.issued.lock import Lock, write_lock
from inburgering.output_files import drafts_beside
from inburgering.settings import CHECKOUT, UNCOMMITTED, code_version, file_hash, issued_folder
from inburgering.warehouse.open_build import BuildRecord, open_build, read_record
from inburgering.write_errors import reason


def issue_annex(question: Question, warehouse: Path, issued_on: datetime.date, issued_by: str | None = None) -> Path:
    """Write, check and record the annex of a question as issued on a day; return its folder.

    The folder appears whole or not at all. The control file stays inside, and is not recorded.

    Raises click.ClickException when that annex was issued before, the project has changes that are not committed, the
    build is not a green one of this commit, a figure differs or the folder cannot be written.
    """
    folder = issued_folder() / question.name / str(issued_on)
    if folder.exists():
        raise click.ClickException(f"{folder}: issued before, and what was issued stays; name another date")
    record = _record_of_this_commit(warehouse)
    try:
        with drafts_beside(folder) as drafts:
            draft = drafts.folder / folder.name
            draft.mkdir()
            workbook = draft / f"{question.name}.xlsx"
            export_annex(question, warehouse, workbook)
            control_file(workbook).unlink()
            shutil.copy(QUESTIONS / f"{question.name}.yml", draft)
            if _record(warehouse) != record:
                raise click.ClickException(f"{warehouse}: a newer build took its place just now; issue again")
            write_lock(draft, _lock(draft, question, issued_on, issued_by or getpass.getuser(), record))
            draft.rename(folder)
    except OSError as error:
        raise click.ClickException(
            f"{folder}: cannot be written ({reason(error)}); make room for it, or set INBURGERING_ISSUED"
        ) from None
    return folder


def _record_of_this_commit(warehouse: Path) -> BuildRecord:
    commit = code_version()
    if commit == "unknown":
        raise click.ClickException(
            f"{CHECKOUT}: no git history, so what makes the annex is unknown; issue from a clone"
        )
    if commit.endswith(UNCOMMITTED):
        raise click.ClickException(f"{CHECKOUT}: has changes that are not committed; commit them, run dbt build, issue")
    record = _record(warehouse)
    if record.commit != commit:
        raise click.ClickException(f"{warehouse}: built from {record.commit}, not from {commit}; run dbt build, issue")
    return record


def _record(warehouse: Path) -> BuildRecord:
    with open_build(warehouse) as connection:
        return read_record(connection, warehouse)


def _lock(draft: Path, question: Question, issued_on: datetime.date, issued_by: str, record: BuildRecord) -> Lock:
    issued = sorted(path for path in draft.rglob("*") if path.is_file())
    return Lock(
        question=question.name,
        label=question.label,
        issued_on=issued_on,
        issued_by=issued_by,
        recorded_at=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        commit=record.commit,
        built_at=record.started_at,
        packages=file_hash(CHECKOUT / "uv.lock"),
        issued={path.relative_to(draft).as_posix(): file_hash(path) for path in issued},
        deliveries=record.made_from.deliveries,
        files=record.made_from.files,
    )
