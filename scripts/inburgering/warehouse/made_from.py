"""What a build is made from: the deliveries in the landing, and the files that dbt reads."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inburgering.settings import CHECKOUT, file_hash, landing_folder

FILES = ("*.yml", "models/**/*", "seeds/**/*", "macros/**/*", "tests/data/**/*")
# The export reads the question itself, and no model reads it.
QUESTIONS = CHECKOUT / "models" / "questions"
# In place of a hash; no file has it.
CHANGED = "changed while dbt read it"


@dataclass(frozen=True)
class MadeFrom:
    """Every version of a delivery, and every file that dbt reads, each with a hash of what is in it."""

    deliveries: dict[str, str]
    files: dict[str, str]

    @classmethod
    def from_json(cls, deliveries: str, files: str) -> MadeFrom:
        """Return what a build recorded; raises TypeError or ValueError where the record is damaged."""
        return cls(dict(json.loads(deliveries)), dict(json.loads(files)))

    @property
    def code_lists(self) -> str:
        """Return one hash over the seeds."""
        return _hash_over({name: known for name, known in self.files.items() if name.startswith("seeds/")})

    @property
    def rules(self) -> str:
        """Return one hash over the other files that dbt reads."""
        return _hash_over({name: known for name, known in self.files.items() if not name.startswith("seeds/")})

    def first_date_since(self, built: MadeFrom) -> str | None:
        """Return the first reference date of which a delivery came, changed or went since a build; or None."""
        return min(
            (name.rpartition("/")[2] for name, _ in self.deliveries.items() ^ built.deliveries.items()), default=None
        )

    def since(self, built: MadeFrom) -> str | None:
        """Say the first thing that is other than when a build was made; None when nothing is."""
        found = [*changes(self.deliveries, built.deliveries), *changes(self.files, built.files)]
        return str(found[0]) if found else None


def _hash_over(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """A delivery or a file that came, changed or is gone."""

    name: str
    how: str

    def __str__(self) -> str:
        return f"{self.name} {self.how}"


def changes(now: dict[str, str], then: dict[str, str]) -> list[Change]:
    """Return every name, in order, that came, changed or is gone."""
    return [
        Change(name, "came" if name not in then else "is gone" if name not in now else "changed")
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    ]


def what_is_there() -> MadeFrom:
    """Return what a build would be made from now."""
    return MadeFrom(deliveries_in(landing_folder()), {_name(path): file_hash(path) for path in _files()})


def read_since(started: datetime.datetime) -> MadeFrom:
    """Return what a run of dbt that started at this moment reads.

    dbt may have read a file before or after it changed meanwhile: such a file equals no file.
    """
    now = what_is_there()
    started_at, moment = started.timestamp(), datetime.datetime.now().timestamp()
    changed = [
        _name(path) for path in _files() if any(started_at < time <= moment for time in _times_of_a_change(path))
    ]
    return MadeFrom(now.deliveries, now.files | dict.fromkeys(changed, CHANGED))


def read_from_begin_to_end(begin: MadeFrom, end: MadeFrom) -> MadeFrom:
    """Return what a run of dbt read, from what `read_since` said at its begin and at its end.

    It reads a seed only when it builds it, so a file that changed in between equals no file.
    """
    changed = [change.name for change in changes(end.files, begin.files)]
    return MadeFrom(begin.deliveries, begin.files | dict.fromkeys(changed, CHANGED))


def _times_of_a_change(path: Path) -> tuple[float, float]:
    """Return when a file was written and when it came into its place; a copy may keep the first of its original."""
    found = path.stat()
    return found.st_mtime, found.st_ctime


def _files() -> Iterable[Path]:
    found = {path for pattern in FILES for path in CHECKOUT.glob(pattern) if path.is_file()}
    return [path for path in found if not path.is_relative_to(QUESTIONS)]


def _name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def deliveries_in(landing: Path) -> dict[str, str]:
    """Return every version in a landing, with a hash of its register and of the sizes of its files."""
    return dict(_hashed(landing))


def _hashed(landing: Path) -> Iterator[tuple[str, str]]:
    for name, folder in version_folders(landing).items():
        content = hashlib.sha256()
        for path in sorted(folder.glob("*")):
            content.update(f"{path.name} {path.stat().st_size}\n".encode())
            if path.name == "delivery.parquet":
                content.update(path.read_bytes())
        yield name, content.hexdigest()


def version_folders(landing: Path) -> dict[str, Path]:
    """Return the folder of every version in a landing, by the name that a build records."""
    folders = {}
    for folder in sorted(landing.glob("agency=*/reference_date=*/version=*")):
        agency, reference_date, version = (part.partition("=")[2] for part in folder.parts[-3:])
        folders[f"version {version} of delivery {agency}/{reference_date}"] = folder
    return folders
