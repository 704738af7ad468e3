"""A version of a delivery in the landing: the files in its folder, its register, and whether it is whole.

The publisher looks at every version before a build, and the loader before it loads.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from inburgering.intake.decoding import RefusedFileError, shown
from inburgering.intake.delivery import read_reference_date
from inburgering.intake.extract_contract import AgencyContract, TableContract
from inburgering.settings import file_hash

REGISTER = "delivery.parquet"
BROKEN_ROWS = "broken_rows.parquet"
# Beside its lines, a register has a text that says as which version it landed, and a hash of all that landed.
LANDED = "landed"

BROKEN_ROWS_SCHEMA = pa.schema(
    [
        ("event_type", pa.string()),
        ("file_name", pa.string()),
        ("sheet_name", pa.string()),
        ("row_number", pa.int64()),
        ("reason", pa.string()),
    ]
)
REGISTER_SCHEMA = pa.schema(
    [
        ("event_type", pa.string()),
        ("file_name", pa.string()),
        ("sheet_name", pa.string()),
        ("sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("landed_bytes", pa.int64()),
        ("rows_delivered", pa.int64()),
        ("rows_broken", pa.int64()),
        ("rows_added", pa.int64()),
        ("rows_gone", pa.int64()),
        ("rows_changed", pa.int64()),
        ("loaded_at", pa.timestamp("s", tz="UTC")),
        ("key_fingerprint", pa.string()),
    ]
)


def landed_text(place: str, register: list[dict], hashes: dict[str, str]) -> str:
    """Return what a register says beside its lines: where it landed, a hash of these lines, and those of the files.

    It begins with a hash of itself.
    """
    text = json.dumps({"as": place, "lines": _hash_of_lines(register), "sha256": hashes})
    return f"{_hash(text)} {text}"


def _hash_of_lines(register: list[dict]) -> str:
    return _hash(json.dumps(register, default=str))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def landed_file(table: TableContract) -> str:
    """Return the name of the file in which a table lands."""
    return f"{table.name}.parquet"


@dataclass(frozen=True)
class LandedVersion:
    """A folder agency=<agency>/reference_date=<date>/version=<n> of the landing."""

    folder: Path

    @property
    def number(self) -> int:
        """Return which version of its delivery it is."""
        return int(self.folder.name.partition("=")[2])

    @property
    def agency(self) -> str:
        """Return whose delivery it is."""
        return self.folder.parts[-3].partition("=")[2]

    @cached_property
    def register(self) -> list[dict]:
        """Return a line per table: from which file it came and what landed of it.

        Raises pyarrow.ArrowInvalid or FileNotFoundError when it is not there whole, and RefusedFileError when an
        earlier version of this project wrote it.
        """
        register = pq.read_table(self.folder / REGISTER, partitioning=None)
        if not set(REGISTER_SCHEMA.names) <= set(register.column_names):
            raise RefusedFileError(
                f"{self.folder}: landed by an earlier version of this project; load everything anew into an empty "
                "landing"
            )
        return register.to_pylist()

    @property
    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each delivered file, by name."""
        return {line["file_name"]: line["sha256"] for line in self.register}

    @property
    def place(self) -> str:
        """Return the folders in the landing in which it stands."""
        return "/".join(self.folder.parts[-3:])

    @property
    def landed_as(self) -> str:
        """Return where in the landing the loader put it; where it stands when no register says so."""
        return self._landed.get("as", self.place)

    @property
    def _landed(self) -> dict:
        """Return what the register says beside its lines; nothing when an earlier version of this project wrote it.

        Raises ValueError when that is not as it was written.
        """
        said = (pq.read_metadata(self.folder / REGISTER).metadata or {}).get(LANDED.encode())
        if said is None:
            return {}
        known, _, text = said.decode().partition(" ")
        if known != _hash(text):
            raise ValueError(f"{REGISTER} is not as it was written")
        return json.loads(text)

    def damage(self, contract: AgencyContract | None) -> str | None:
        """Say what keeps the version from being whole and in its place; None when it is."""
        return self.loss(contract) or (f"landed as {self.landed_as}" if self.landed_as != self.place else None)

    def loss(self, contract: AgencyContract | None) -> str | None:
        """Say what of the version is not as it landed; None when all of it is."""
        for name in (REGISTER, BROKEN_ROWS):
            try:
                pq.read_table(self.folder / name, partitioning=None)
                landed = self._landed
            except FileNotFoundError:
                return f"{name} is missing"
            except PermissionError:
                raise
            except (OSError, pa.ArrowException, ValueError):
                return f"{name} cannot be read"
        if landed.get("lines") not in (None, _hash_of_lines(self.register)):
            return f"{REGISTER} has other lines than were written"
        if contract is None:
            return f"no agency of dbt_project.yml is called {self.agency}"
        for table in contract.tables:
            path = self.folder / landed_file(table)
            if not path.is_file():
                return f"{path.name} is missing"
            landed_bytes = [line["landed_bytes"] for line in self.register if line["event_type"] == table.event_type]
            if [path.stat().st_size] != landed_bytes:
                return f"{path.name} is not as large as {REGISTER} says"
        for name, known in landed.get("sha256", {}).items():
            if file_hash(self.folder / name) != known:
                return f"{name} has another content than {REGISTER} says"
        return None


def find_versions(landing: Path) -> tuple[list[LandedVersion], list[str]]:
    """Return every version in the landing, and a line for each folder with a name that the loader never gave."""
    versions, strange = [], []
    for agency in sorted(landing.glob("agency=*")):
        for delivery in sorted(agency.glob("reference_date=*")):
            versions += versions_in(delivery)
            strange += [folder for folder in (delivery, *delivery.glob("version=*")) if not _is_of_loader(folder)]
        strange += [] if _is_of_loader(agency) else [agency]
    return versions, [
        f"{folder.parent / shown(folder.name)}: no folder that the loader made; move it out of the landing"
        for folder in sorted(strange)
    ]


def first_damage(landing: Path, contracts: dict[str, AgencyContract]) -> str | None:
    """Say in one line what keeps the first of the versions in a landing from being whole; None when all are."""
    versions, strange = find_versions(landing)
    for version in versions:
        try:
            damage = version.damage(contracts.get(version.agency))
        except RefusedFileError as refused:
            return str(refused)
        if damage:
            strange.append(f"{version.folder}: is not whole ({damage})")
    return strange[0] if strange else None


def versions_in(delivery: Path) -> list[LandedVersion]:
    """Return the versions in the folder of a delivery, oldest first."""
    versions = [LandedVersion(folder) for folder in delivery.glob("version=*") if _is_of_loader(folder)]
    return sorted(versions, key=lambda version: version.number)


def _is_of_loader(folder: Path) -> bool:
    """Return whether the loader gives such a name to a folder."""
    kind, _, value = folder.name.partition("=")
    if kind == "reference_date":
        is_right = read_reference_date(value) is not None
    else:
        is_right = re.fullmatch(r"[1-9][0-9]*" if kind == "version" else r"\w+", value) is not None
    return is_right and folder.is_dir()


def put_on_disk(path: Path) -> None:
    """See that the content of a file, or the names in a folder, are on the disk and not only on their way to it."""
    if path.is_dir() and os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_version_on_disk(folder: Path) -> None:
    """Put every file of a folder and the names of these on the disk."""
    for path in (*folder.iterdir(), folder):
        put_on_disk(path)
