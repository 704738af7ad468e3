"""The landing: decoded deliveries as Parquet, each in a folder of its own that appears whole or not at all.

<landing>/agency=<agency>/reference_date=<date>/version=<n>/<table>.parquet     the rows of a table, as text
                                                           /broken_rows.parquet  rows that could not be cut
                                                           /delivery.parquet     the register of its files
         /.damaged/agency=<agency>/…                             versions that are not whole, set aside by a later load
"""

from __future__ import annotations

import datetime
import hmac
import itertools
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from inburgering.intake.all_cores import GiveUp, on_all_cores
from inburgering.intake.csv_decoder import check_csv_file, decode_csv
from inburgering.intake.decoding import BrokenRow, DecodedTable, RefusedFileError, batch_of
from inburgering.intake.delivery import Delivery
from inburgering.intake.excel_decoder import decode_excel
from inburgering.intake.extract_contract import AgencyContract, TableContract
from inburgering.intake.landed_version import (
    BROKEN_ROWS,
    BROKEN_ROWS_SCHEMA,
    LANDED,
    REGISTER,
    REGISTER_SCHEMA,
    LandedVersion,
    find_versions,
    landed_file,
    landed_text,
    put_on_disk,
    put_version_on_disk,
    versions_in,
)
from inburgering.intake.pseudonyms import with_pseudonyms
from inburgering.intake.workbook_file import check_workbook_file
from inburgering.settings import SAMPLE_KEY, file_hash

FILE_CHECKS = {"csv": check_csv_file, "excel": check_workbook_file}
DECODERS = {"csv": decode_csv, "excel": decode_excel}
DAMAGED = ".damaged"
LARGEST_BROKEN_SHARE = 0.01
LARGEST_GONE_SHARE = 0.5
# Rows with the same key are told apart by their order in the file. What stands in them is compared by a hash, so that
# two versions of a large table need not stand in memory.
COMPARE_VERSIONS = """
with earlier as (
    select {key} as key, hash({content}) as content,
        row_number() over (partition by {key} order by row_number) as occurrence
    from read_parquet($earlier)
),
later as (
    select {key} as key, hash({content}) as content,
        row_number() over (partition by {key} order by row_number) as occurrence
    from read_parquet($later)
)
select
    count(*) filter (where earlier.occurrence is null),
    count(*) filter (where later.occurrence is null),
    count(*) filter (where earlier.content <> later.content)
from earlier
full join later
    on earlier.key is not distinct from later.key
    and earlier.occurrence = later.occurrence
"""
LARGEST_COMPARISON = "1GB"


@dataclass(frozen=True)
class Accepted:
    """What the user says is meant: a file without rows, a new version without most of the rows of the one before."""

    empty: bool = False
    fewer_rows: bool = False


@dataclass(frozen=True)
class LoadedFile:
    """A delivered file or sheet: its name, and how many of its rows are broken."""

    place: str
    rows_delivered: int
    rows_broken: int


@dataclass(frozen=True)
class LoadedDelivery:
    """What landing a delivery came to, in rows; `version` is None when the same content was there already.

    Added, gone and changed compare with the version before; of a first version every row is added. `mended` says which
    versions of the delivery were not whole, and why, and got their tables back from the same files; `set_aside` says
    which of them stand aside now, and where. `same_files` says which of its files came before, for another reference
    date.
    """

    version: int | None
    rows_delivered: int = 0
    rows_broken: int = 0
    rows_added: int = 0
    rows_gone: int = 0
    rows_changed: int = 0
    version_before: int | None = None
    files_with_broken_rows: tuple[LoadedFile, ...] = ()
    mended: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    same_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class _LandedTable:
    """A table that landed: its line in the register, but for what all lines have, and its broken rows."""

    line: dict[str, object]
    broken_rows: list[BrokenRow]


class Landing:
    """The landing folder, opened for loading with one pseudonym key."""

    def __init__(
        self,
        folder: Path,
        contracts: Mapping[str, AgencyContract],
        key: str,
        sample_files: frozenset[str] = frozenset(),
    ) -> None:
        """Load with a key; `sample_files` has the SHA-256 of the files that the public key of the sample is for."""
        self.folder = folder
        self._contracts = contracts
        self._sample_files = sample_files
        self._key = key
        self._key_fingerprint = key_fingerprint(key)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the landing for this loader alone; a second loader waits."""
        if not self.folder.parent.is_dir():
            raise RefusedFileError(
                f"{self.folder.parent}: no such folder, so no landing is made in it; make it or mend "
                "INBURGERING_LANDING"
            )
        if self.folder.exists() and not self.folder.is_dir():
            raise RefusedFileError(f"{self.folder}: is no folder; name a folder in INBURGERING_LANDING, and load again")
        self.folder.mkdir(exist_ok=True)
        with FileLock(self.folder / ".lock"):
            for left_over in self.folder.glob(".loading-*"):
                shutil.rmtree(left_over)
            yield

    def problems(self) -> list[str]:
        """Return a line for each folder in the landing that is not a whole version of a delivery."""
        versions, problems = find_versions(self.folder)
        damages = [(version, self._damage(version)) for version in versions]
        return problems + [
            f"{version.folder}: is not whole ({damage}); put its delivery back among the extracts and load again, or "
            "move that folder out of the landing"
            for version, damage in damages
            if damage
        ]

    def _damage(self, version: LandedVersion) -> str | None:
        agency = version.folder.parents[1].name.partition("=")[2]
        return version.damage(self._contracts.get(agency))

    def check_key(self) -> None:
        """Raise RefusedFileError when persons in the landing have pseudonyms made with another key."""
        whole = [version for version in find_versions(self.folder)[0] if not self._damage(version)]
        if any(line["key_fingerprint"] != self._key_fingerprint for version in whole for line in version.register):
            raise RefusedFileError(
                f"{self.folder}: loaded with another INBURGERING_PSEUDONYM_KEY, so persons would not be recognised; "
                "use that key, or load everything anew into an empty landing"
            )

    def load(self, delivery: Delivery, accepted: Accepted, progress: Callable[[float], None]) -> LoadedDelivery:
        """Decode a delivery and land it as its newest version, unless the newest version has the same content.

        `progress` is called now and then with how many of its tables have been read, parts of a table included.

        Raises RefusedFileError when any of its files breaks the contract; nothing is landed then.
        """
        hashes = _file_hashes(delivery)
        self._check_sample_and_key(hashes)
        target = self.folder / f"agency={delivery.contract.agency}" / f"reference_date={delivery.reference_date}"
        mended = self._mend(delivery, hashes, target, progress)
        versions = versions_in(target)
        damages = {version: damage for version in versions if (damage := self._damage(version))}
        newest = versions[-1] if versions else None
        if newest and newest not in damages and newest.hashes == hashes:
            loaded = LoadedDelivery(None, files_with_broken_rows=_with_broken_rows(newest.register))
        else:
            before = next((version for version in reversed(versions) if version not in damages), None)
            loaded = self._land(
                delivery, hashes, target, newest.number + 1 if newest else 1, before, accepted, progress
            )
        # Only now: until the new version is there, the build is to see that something is not whole.
        set_aside = tuple(
            f"version {version.number} ({damage}) to {self._set_aside(version, self._came_from(version, hashes))}"
            for version, damage in damages.items()
        )
        return replace(loaded, mended=mended, set_aside=set_aside, same_files=self._same_files(target, hashes))

    def _mend(
        self, delivery: Delivery, hashes: dict[str, str], target: Path, progress: Callable[[float], None]
    ) -> tuple[str, ...]:
        """Give versions that are not whole their tables back, when these came from the same files; say which.

        A version keeps its number and its register, so that what was issued from it can be built from it again.
        """
        for version in versions_in(self.folder / DAMAGED / target.relative_to(self.folder)):
            if self._came_from(version, hashes) and not (target / version.folder.name).exists():
                target.mkdir(parents=True, exist_ok=True)
                version.folder.rename(target / version.folder.name)
        damages = {
            version: damage
            for version in versions_in(target)
            if (damage := self._damage(version)) and self._came_from(version, hashes)
        }
        for version in damages:
            with self._workspace() as workspace:
                place = version.folder.relative_to(self.folder)
                anyhow = Accepted(empty=True, fewer_rows=True)
                self._write(delivery, hashes, workspace, place, None, anyhow, progress)
                _check_unchanged(delivery, hashes)
                put_version_on_disk(workspace)
                shutil.copyfile(version.folder / REGISTER, workspace / REGISTER)
                # Another version of a library may write a table otherwise; that is another version of the delivery.
                if LandedVersion(workspace).loss(delivery.contract) is None:
                    for table in list(workspace.iterdir()):
                        if table.name != REGISTER:
                            table.replace(version.folder / table.name)
                    put_on_disk(version.folder)
        return tuple(
            f"version {version.number} ({damage})" for version, damage in damages.items() if not self._damage(version)
        )

    def _came_from(self, version: LandedVersion, hashes: dict[str, str]) -> bool:
        """Return whether a register that can be read says that a version came from these files, with this key."""
        try:
            is_same = version.hashes == hashes and version.landed_as == version.place
            return is_same and all(line["key_fingerprint"] == self._key_fingerprint for line in version.register)
        except (OSError, pa.ArrowException, ValueError):
            return False

    def _set_aside(self, version: LandedVersion, is_for_good: bool) -> Path:
        """Move a version that is not whole to where no build reads it, and return where that is.

        For good: under a name by which nothing brings it back, since its own files could not mend it.
        """
        aside = self.folder / DAMAGED / version.folder.relative_to(self.folder)
        aside.parent.mkdir(parents=True, exist_ok=True)
        others = (aside.with_name(f"{aside.name} ({number})") for number in itertools.count(2))
        return version.folder.rename(
            next(place for place in itertools.chain([] if is_for_good else [aside], others) if not place.exists())
        )

    def _same_files(self, target: Path, hashes: dict[str, str]) -> tuple[str, ...]:
        """Say which files are byte for byte those of the newest version of the agency's other reference dates."""
        others = (
            versions_in(other)[-1:] for other in sorted(target.parent.glob("reference_date=*")) if other != target
        )
        return tuple(
            f"{file_name}: the same file as in {version.agency}/{version.folder.parent.name.partition('=')[2]}"
            for versions in others
            for version in versions
            if not self._damage(version)
            for file_name, found in version.hashes.items()
            if hashes.get(file_name) == found
        )

    def _check_sample_and_key(self, hashes: dict[str, str]) -> None:
        """Raise RefusedFileError for a file of the sample under another key, or another file under the sample's key.

        A landing has one key, so the sample and real deliveries are never in one landing.
        """
        for file_name, found in hashes.items():
            is_of_sample = found in self._sample_files
            if self._key == SAMPLE_KEY and not is_of_sample:
                raise RefusedFileError(
                    f"{file_name}: is no file of the synthetic sample, and INBURGERING_PSEUDONYM_KEY is the sample's "
                    "public key; put it into a folder of its own and load it with a key of your own"
                )
            if self._key != SAMPLE_KEY and is_of_sample:
                raise RefusedFileError(
                    f"{file_name}: is a file of the synthetic sample, and INBURGERING_PSEUDONYM_KEY is a key of yours; "
                    f"take it away, or load the sample with the key {SAMPLE_KEY} into a landing of its own"
                )

    def _land(
        self,
        delivery: Delivery,
        hashes: dict[str, str],
        target: Path,
        number: int,
        before: LandedVersion | None,
        accepted: Accepted,
        progress: Callable[[float], None],
    ) -> LoadedDelivery:
        """Write a version in a folder of its own, and give it its name when all of it is on the disk."""
        with self._workspace() as workspace:
            place = target.relative_to(self.folder) / f"version={number}"
            loaded = self._write(delivery, hashes, workspace, place, before, accepted, progress)
            _check_unchanged(delivery, hashes)
            workspace.chmod(0o755)
            put_version_on_disk(workspace)
            target.mkdir(parents=True, exist_ok=True)
            workspace.rename(self.folder / place)
            for folder in (target, target.parent, self.folder):
                put_on_disk(folder)
        return replace(loaded, version=number)

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        """Make a folder to write a version in; what is still there at the end is removed."""
        workspace = Path(tempfile.mkdtemp(prefix=".loading-", dir=self.folder))
        try:
            yield workspace
        finally:
            shutil.rmtree(workspace, ignore_errors=True)

    def _write(
        self,
        delivery: Delivery,
        hashes: dict[str, str],
        workspace: Path,
        place: Path,
        before: LandedVersion | None,
        accepted: Accepted,
        progress: Callable[[float], None],
    ) -> LoadedDelivery:
        contract = delivery.contract
        loaded_at = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        for file_name, path in delivery.files.items():
            FILE_CHECKS[contract.file_format](path, file_name)
        progress_of = _ProgressOfTables(progress)
        # What does not fit is spilled beside the workspace, under a name that the next loader clears away.
        spilled = f"{workspace}-spilled"
        with duckdb.connect(config={"memory_limit": LARGEST_COMPARISON, "temp_directory": spilled}) as connection:

            def land(table: TableContract, give_up: GiveUp) -> _LandedTable:
                path, file = delivery.files[table.file_name], workspace / landed_file(table)
                decoded = DECODERS[contract.file_format](path, contract, table)
                rows_landed = _land_table(decoded, table, self._key, file, progress_of, give_up)
                rows_broken = len(decoded.broken_rows)
                _check_row_counts(table, rows_landed, decoded, accepted)
                added, gone, changed = (
                    _compare(connection, table, before.folder / file.name, file) if before else (rows_landed, 0, 0)
                )
                if before and not accepted.fewer_rows:
                    _check_rows_are_kept(table, gone, before)
                line = {
                    "sha256": hashes[table.file_name],
                    "size_bytes": path.stat().st_size,
                    "landed_bytes": file.stat().st_size,
                    "rows_delivered": rows_landed + rows_broken,
                    "rows_broken": rows_broken,
                    "rows_added": added,
                    "rows_gone": gone,
                    "rows_changed": changed,
                    "loaded_at": loaded_at,
                    "key_fingerprint": self._key_fingerprint,
                }
                return _LandedTable(line, decoded.broken_rows)

            landed = on_all_cores(land, contract.tables)
            register: list[dict] = []
            broken: list[dict] = []
            for table, of_table in zip(contract.tables, landed, strict=True):
                origin = {
                    "event_type": table.event_type,
                    "file_name": table.file_name,
                    "sheet_name": table.sheet_name,
                }
                register.append(origin | of_table.line)
                broken += [{**origin, "row_number": r.row_number, "reason": r.reason} for r in of_table.broken_rows]
            _write_parquet(connection, broken, BROKEN_ROWS_SCHEMA, workspace / BROKEN_ROWS)
            hashes_landed = {path.name: file_hash(path) for path in sorted(workspace.iterdir())}
            said = {LANDED: landed_text(place.as_posix(), register, hashes_landed)}
            _write_parquet(connection, register, REGISTER_SCHEMA, workspace / REGISTER, said)
        counted = ("rows_delivered", "rows_broken", "rows_added", "rows_gone", "rows_changed")
        counts = {name: sum(row[name] for row in register) for name in counted}
        return LoadedDelivery(
            None,
            **counts,
            version_before=before.number if before else None,
            files_with_broken_rows=_with_broken_rows(register),
        )


def key_fingerprint(key: str) -> str:
    """Return what tells keys apart, and no more; the build knows the sample by the fingerprint of its public key."""
    return hmac.digest(key.encode(), b"key fingerprint", "sha256").hex()[:16]


def _file_hashes(delivery: Delivery) -> dict[str, str]:
    def hashed(item: tuple[str, Path], give_up: GiveUp) -> str:
        give_up.check()
        file_name, path = item
        if path.is_symlink() or not path.is_file():
            raise RefusedFileError(f"{file_name}: missing (a link does not count); put the file into {delivery.folder}")
        try:
            return file_hash(path)
        except OSError as error:
            raise RefusedFileError(f"{file_name}: cannot be read ({error.strerror}); give it read permission") from None

    return dict(zip(delivery.files, on_all_cores(hashed, delivery.files.items()), strict=True))


def _check_unchanged(delivery: Delivery, hashes: dict[str, str]) -> None:
    """Raise RefusedFileError when a file is no longer what it was before it was decoded."""
    for file_name, found in _file_hashes(delivery).items():
        if found != hashes[file_name]:
            raise RefusedFileError(
                f"{file_name}: changed while it was read (is it still being copied?); load again when it is whole"
            )


class _ProgressOfTables:
    """Hears how much of each table was read, 0 to 1, and passes on how many that are together."""

    def __init__(self, progress: Callable[[float], None]) -> None:
        self._progress = progress
        self._shares: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, table: TableContract, share: float) -> None:
        with self._lock:
            self._shares[table.name] = share
            self._progress(sum(self._shares.values()))


def _land_table(
    decoded: DecodedTable, table: TableContract, key: str, path: Path, progress: _ProgressOfTables, give_up: GiveUp
) -> int:
    """Write the rows of a table and return how many these are; a batch is written while the next one is decoded."""
    no_rows = _landed(batch_of([], dict.fromkeys(table.columns, ())), table, key)
    # A dictionary of values that are all different costs time and room; no model looks for a value by its bounds.
    unique = {table.column_of("dossier_number"), table.key_column, "person_pseudonym", "row_number"}
    dictionaries = [name for name in no_rows.column_names if name not in unique]
    rows_landed = 0
    with (
        pq.ParquetWriter(
            path, no_rows.schema, compression="zstd", use_dictionary=dictionaries, write_statistics=["row_number"]
        ) as parquet,
        ThreadPoolExecutor(1) as writer,
    ):
        written = None
        for batch in decoded.batches:
            give_up.check()
            rows = _landed(batch, table, key)
            if written:
                written.result()
            written = writer.submit(parquet.write_table, rows)
            rows_landed += len(rows)
            progress(table, decoded.share_read)
        if written:
            written.result()
    return rows_landed


def _landed(batch: pl.DataFrame, table: TableContract, key: str) -> pa.Table:
    """Return a batch as it lands: its values as delivered, their event type, row and pseudonym."""
    rows = with_pseudonyms(batch, table.person_number_column, key).with_columns(event_type=pl.lit(table.event_type))
    values = [name for name in table.columns if name != table.person_number_column]
    added = ("event_type", "row_number", "person_pseudonym", "is_person_number_valid")
    return rows.select(*values, *added).to_arrow(compat_level=pl.CompatLevel.newest())


def _compare(
    connection: duckdb.DuckDBPyConnection, table: TableContract, earlier: Path, later: Path
) -> tuple[int, int, int]:
    """Return how many rows of a table were added, are gone and changed between two versions of a delivery."""
    values = [f'"{name}"' for name in table.columns if name != table.person_number_column] + ["person_pseudonym"]
    statement = COMPARE_VERSIONS.format(key=f'"{table.key_column}"', content=", ".join(values))
    # A connection has one answer at a time; its cursors share its memory.
    with connection.cursor() as cursor:
        return cursor.execute(statement, {"earlier": str(earlier), "later": str(later)}).fetchall()[0]


def _check_row_counts(table: TableContract, rows_landed: int, decoded: DecodedTable, accepted: Accepted) -> None:
    rows_broken = len(decoded.broken_rows)
    if rows_landed + rows_broken == 0 and not accepted.empty:
        raise RefusedFileError(f"{table.place}: no rows; deliver the rows, or pass --allow-empty when none is meant")
    if rows_broken > LARGEST_BROKEN_SHARE * (rows_landed + rows_broken):
        first = decoded.broken_rows[0]
        raise RefusedFileError(
            f"{table.place}, row {first.row_number}: {first.reason.replace('_', ' ')}, the first of {rows_broken} "
            f"broken rows out of {rows_landed + rows_broken} (1 % is the limit); mend the file's structure"
        )


def _check_rows_are_kept(table: TableContract, gone: int, before: LandedVersion) -> None:
    rows_before = sum(
        line["rows_delivered"] - line["rows_broken"]
        for line in before.register
        if line["event_type"] == table.event_type
    )
    if gone > LARGEST_GONE_SHARE * rows_before:
        raise RefusedFileError(
            f"{table.place}: {gone} of the {rows_before} rows of version {before.number} are gone; deliver the whole "
            "file, or pass --accept-fewer-rows when it is meant"
        )


def _with_broken_rows(register: list[dict]) -> tuple[LoadedFile, ...]:
    return tuple(
        LoadedFile(", ".join(filter(None, (line["file_name"], line["sheet_name"]))), *counts)
        for line in register
        if (counts := (line["rows_delivered"], line["rows_broken"]))[1]
    )


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    rows: list[dict],
    schema: pa.Schema,
    path: Path,
    said: Mapping[str, str] | None = None,
) -> None:
    """Write rows, and texts that are said of them beside the rows."""
    connection.register("rows_to_write", pa.Table.from_pylist(rows, schema=schema))
    texts = ", ".join(f"{name}: {duckdb.ConstantExpression(text)!s}" for name, text in (said or {}).items())
    connection.execute(f"copy rows_to_write to ($path) (format parquet, kv_metadata {{{texts}}})", {"path": str(path)})
    connection.unregister("rows_to_write")
