"""Compare an issued annex with what the present build gives, and say what it was made from that differs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from inburgering.annex.comparison import DifferingFigure, compare_annexes
from inburgering.annex.export import export_annex
from inburgering.annex.question import QUESTIONS, read_question
from inburgering.issued.attribution import kinds_that_moved, steps_between
from inburgering.issued.causes import Cause, causes
from inburgering.issued.lock import Lock, read_lock
from inburgering.settings import CHECKOUT, file_hash
from inburgering.warehouse.open_build import open_build, read_record


@dataclass(frozen=True)
class MovedFigure:
    """A figure of an issued annex that comes out otherwise now, and the kinds of cause that moved it."""

    figure: DifferingFigure
    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.figure} ({', '.join(self.kinds) or 'cause not known'})"

    @property
    def cells(self) -> tuple[str | None, ...]:
        """Return the figure and its causes as a row of a table."""
        return (*astuple(self.figure), ", ".join(self.kinds))


@dataclass(frozen=True)
class Verified:
    """The figures of an issued annex that come out otherwise now, and everything that differs and may be the cause."""

    lock: Lock
    figures: tuple[MovedFigure, ...]
    causes: tuple[Cause, ...]


def verify_issued(folder: Path, warehouse: Path, say: Callable[[str], None]) -> Verified:
    """Compare the issued annex in a folder with the annex that the build in the warehouse gives.

    Where figures differ and more than one kind of cause may have moved them, annexes between then and now are built,
    each after a line of `say`.

    Raises click.ClickException when the folder is no longer what was issued, the warehouse may not be exported, or a
    delivery or the commit of then is needed and no longer there.
    """
    lock = read_lock(folder)
    with open_build(warehouse) as connection:
        made_from = read_record(connection, warehouse).made_from
    question = f"{lock.question}.yml"
    differing = causes(
        (made_from.deliveries, lock.deliveries),
        (made_from.files, lock.files),
        (file_hash(QUESTIONS / question), lock.issued[question]),
        (file_hash(CHECKOUT / "uv.lock"), lock.packages),
    )
    with tempfile.TemporaryDirectory() as scratch:
        then, now = folder / f"{lock.question}.xlsx", Path(scratch) / f"{lock.question}.xlsx"
        export_annex(read_question(lock.question), warehouse, now)
        figures = compare_annexes(then, now).figures
        steps = steps_between(then, lock, now, None, differing, Path(scratch), say) if figures else ()
    return Verified(lock, tuple(MovedFigure(figure, kinds_that_moved(figure, steps)) for figure in figures), differing)
