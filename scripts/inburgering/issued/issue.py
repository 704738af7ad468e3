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
from inburgering.annex.reader import read_annex
from inburgering.issued.lock import Lock, write_lock
from inburgering.output_files import drafts_beside
from inburgering.settings import CHECKOUT, UNCOMMITTED, code_version, file_hash, issued_folder
from inburgering.warehouse.open_build import BuildRecord, open_build, read_record
from inburgering.write_errors import reason


def issue_annex(
    question: Question,
    warehouse: Path,
    issued_on: datetime.date,
    issued_by: str | None = None,
    without_approval: bool = False,
) -> Path:
    """Write, check and record the annex of a question as issued on a day; return its folder.

    The folder appears whole or not at all. The control file stays inside, and is not recorded. With `without_approval`
    the lock names the choices that nobody approved.

    Raises click.ClickException when that annex was issued before, the project has changes that are not committed, the
    build is not a green one of this commit, nobody approved a choice that touches the annex, a figure differs or the
    folder cannot be written.
    """
    folder = issued_folder() / question.name / str(issued_on)
    if folder.exists():
        raise click.ClickException(f"{folder}: issued before, and what was issued stays; name another date")
    record = _record_of_this_commit(warehouse)
    not_approved = _not_approved(question, warehouse)
    if not_approved and not without_approval:
        raise click.ClickException(
            f"seeds/lists/choices.csv: nobody approved {len(not_approved)} choices that touch {question.name}, "
            f"{not_approved[0]} first; say there who did and when, or issue with --without-approval"
        )
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
            write_lock(draft, _lock(draft, question, issued_on, issued_by or getpass.getuser(), record, not_approved))
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


def _not_approved(question: Question, warehouse: Path) -> list[str]:
    with open_build(warehouse) as connection:
        return list(read_annex(connection, question).not_approved)


def _lock(
    draft: Path,
    question: Question,
    issued_on: datetime.date,
    issued_by: str,
    record: BuildRecord,
    not_approved: list[str],
) -> Lock:
    issued = sorted(path for path in draft.rglob("*") if path.is_file())
    return Lock(
        question=question.name,
        label=question.label,
        issued_on=issued_on,
        issued_by=issued_by,
        recorded_at=datetime.datetime.now(datetime.UTC).replace(microsecond=0),
        commit=record.commit,
        built_at=record.started_at,
        not_approved=not_approved,
        packages=file_hash(CHECKOUT / "uv.lock"),
        issued={path.relative_to(draft).as_posix(): file_hash(path) for path in issued},
        deliveries=record.made_from.deliveries,
        files=record.made_from.files,
    )
