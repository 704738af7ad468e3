"""Compare an issued annex with what the present build gives, and say what it was made from that differs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from inburgering.annex.comparison import DifferingFigure, compare_annexes
from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, read_question
from inburgering.issued.causes import Cause, causes
from inburgering.issued.lock import Lock, read_lock
from inburgering.settings import CHECKOUT, file_hash
from inburgering.warehouse.open_build import open_build, read_record


@dataclass(frozen=True)
class Verified:
    """The figures of an issued annex that come out otherwise now, and everything that differs and may be the cause."""

    lock: Lock
    figures: tuple[DifferingFigure, ...]
    causes: tuple[Cause, ...]


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
    question = f"{lock.question}.yml"
    differing = causes(
        (made_from.deliveries, lock.deliveries),
        (made_from.files, lock.files),
        (file_hash(QUESTIONS / question), lock.issued[question]),
        (file_hash(CHECKOUT / "uv.lock"), lock.packages),
    )
    return Verified(lock, figures, differing)
