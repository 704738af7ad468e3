"""Load deliveries one after the other, and hand back what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from inburgering.intake.decoding import RefusedFileError
from inburgering.intake.delivery import Delivery
from inburgering.intake.landing import Accepted, Landing, LoadedDelivery
from inburgering.intake.progress import Progress
from inburgering.write_errors import reason


@dataclass
class Outcome:
    """What came of loading: the deliveries that are in the landing now, and a line for each thing that is wrong."""

    loaded: list[tuple[Delivery, LoadedDelivery]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class CannotLoadError(Exception):
    """Nothing more can be loaded; the message names the place, the reason and the remedy."""


def load_deliveries(
    landing: Landing, deliveries: list[Delivery], extracts: Path, accepted: Accepted, progress: Progress
) -> Outcome:
    """Load deliveries; one that is refused is a problem and holds up no other.

    Raises CannotLoadError when the key, the landing or the machine holds up all of them.
    """
    outcome = Outcome()
    try:
        with landing.locked():
            landing.check_key()
            read = 0
            for delivery in deliveries:
                try:
                    loaded = landing.load(delivery, accepted, _progress_within(delivery, read, progress))
                    outcome.loaded.append((delivery, loaded))
                except RefusedFileError as refused:
                    outcome.problems.append(f"{delivery.name}/{refused}")
                read += delivery.size_bytes
                progress(read, delivery.name)
            outcome.problems += landing.problems()
    except RefusedFileError as refused:
        raise CannotLoadError(str(refused)) from None
    except (OSError, duckdb.IOException) as error:
        raise CannotLoadError(cannot(error, extracts, landing)) from None
    except (MemoryError, duckdb.OutOfMemoryException):
        raise CannotLoadError(
            f"{landing.folder}: not enough memory to load; close other programs and load again"
        ) from None
    return outcome


def _progress_within(delivery: Delivery, read: int, progress: Progress) -> Callable[[float], None]:
    """Return what hears how many tables of a delivery have been read, and passes it on in bytes."""
    size, tables = delivery.size_bytes, len(delivery.contract.tables)
    return lambda tables_read: progress(int(read + size * tables_read / tables), delivery.name)


def cannot(error: OSError | duckdb.IOException, extracts: Path, landing: Landing) -> str:
    """Say which folder cannot be read or written, why, and what to do."""
    if isinstance(error, OSError) and error.filename and Path(error.filename).is_relative_to(extracts):
        return f"{error.filename}: cannot be read ({reason(error)}); make it readable and load again"
    what_is_there = "every delivery in it is whole; " if _is_whole(landing) else ""
    return (
        f"{landing.folder}: cannot be written ({reason(error)}); {what_is_there}make room or name another folder in "
        "INBURGERING_LANDING, and load again"
    )


def _is_whole(landing: Landing) -> bool:
    try:
        return not landing.problems()
    except OSError:
        return False
