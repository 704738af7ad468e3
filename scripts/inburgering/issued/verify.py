"""Compare an issued annex with what the present build gives, and say what it was made from that differs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from inburgering.annex.comparison import DifferingFigure, compare_annexes
from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, read_question
from inburgering.issued.lock import Lock, read_lock
from inburgering.settings import CHECKOUT, file_hash
from inburgering.warehouse.made_from import MadeFrom, differences
from inburgering.warehouse.open_build import open_build, read_record


@dataclass(frozen=True)
class Verified:
    """The figures of an issued annex that come out otherwise now, and everything that differs and may be the cause."""

    lock: Lock
    figures: tuple[DifferingFigure, ...]
    causes: tuple[str, ...]


def verify_issued(folder: Path, warehouse: Path) -> Verified:
    """Compare the issued annex in a folder with the annex that the build in the warehouse gives.

    Raises click.ClickException when the folder is no longer what was issued, or the warehouse may not be exported.
    """
    lock = read_lock(folder)
    with tempfile.TemporaryDirectory() as drafts:
        now = Path(drafts) / f"{lock.question}.xlsx"
        export_annex(read_question(lock.question), warehouse, now)
        figures = compare_annexes(folder / now.name, now).figures
    with open_build(warehouse) as connection:
        made_from = read_record(connection, warehouse).made_from
    return Verified(lock, figures, tuple(_causes(folder, lock, made_from)))


def _causes(folder: Path, lock: Lock, now: MadeFrom) -> list[str]:
    """Name every delivery, code list and rule that differs, the question and the packages."""
    question = f"{lock.question}.yml"
    causes = [f"delivery: {said}" for said in differences(now.deliveries, lock.deliveries)]
    for said in differences(now.files, lock.files):
        causes.append(f"{'code list' if said.startswith('seeds/') else 'rule'}: {said}")
    if file_hash(QUESTIONS / question) != file_hash(folder / question):
        causes.append(f"question: models/questions/{question} changed")
    if file_hash(CHECKOUT / "uv.lock") != lock.packages:
        causes.append("packages: uv.lock changed")
    return causes
