"""The landing: decoded deliveries as Parquet, each in a folder of its own that appears whole or not at all.

<landing>/agency=<agency>/reference_date=<date>/version=<n>/<table>.parquet     the rows of a table, as text
                                                           /broken_rows.parquet  rows that could not be cut
                                                           /delivery.parquet     the register of its files
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import hmac
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from inburgering.csv_decoder import check_csv_file, decode_csv
from inburgering.decoding import DecodedTable, RefusedFileError
from inburgering.excel_decoder import decode_excel
from inburgering.extract_contract import AgencyContract, TableContract
from inburgering.workbook_file import check_workbook_file

FILE_CHECKS = {"csv": check_csv_file, "excel": check_workbook_file}
DECODERS = {"csv": decode_csv, "excel": decode_excel}
LARGEST_BROKEN_SHARE = 0.01
HMAC_BLOCK_BYTES = 64

# The check number is 97 minus the first nine digits modulo 97, with a 2 before them for births from 2000.
# HMAC-SHA-256 is written out because DuckDB has the hash but not the construction.
MACROS = (
    "create temp macro digits_of(value) as regexp_replace(value, '[^0-9]', '', 'g')",
    """
    create temp macro is_person_number(digits) as coalesce(
        length(digits) = 11
        and 97 - try_cast(substr(digits, 10, 2) as integer) in (
            try_cast(substr(digits, 1, 9) as bigint) % 97, try_cast('2' || substr(digits, 1, 9) as bigint) % 97
        ),
        false
    )
    """,
    """
    create temp macro pseudonym(digits, inner_pad, outer_pad) as
        sha256(outer_pad || unhex(sha256(inner_pad || encode(digits))))
    """,
    # Most values have too few digits to look into.
    """
    create temp macro may_hold_person_number(value) as
        length(value) >= 11 and length(translate(value, '0123456789', '')) <= length(value) - 11
    """,
)

# A row that slipped a column has its person number where another value belongs; it lands as the start of a pseudonym.
HIDDEN = """
case
    when may_hold_person_number("{name}") and is_person_number(digits_of(regexp_extract("{name}", '{pattern}', 1)))
        then replace(
            "{name}",
            regexp_extract("{name}", '{pattern}', 1),
            'persoon ' || substr(
                pseudonym(digits_of(regexp_extract("{name}", '{pattern}', 1)), inner_pad, outer_pad), 1, 16
            )
        )
    else "{name}"
end as "{name}"
"""
PERSON_NUMBER_PATTERN = "(?:^|[^0-9])([0-9]{2}[ .]?[0-9]{2}[ .]?[0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{2})(?:[^0-9]|$)"

LAND_TABLE = """
copy (
    with numbered as (
        select *, digits_of(person_number) as digits
        from decoded_rows
    )
    select
        {columns},
        '{file_name}' as file_name,
        {sheet_name} as sheet_name,
        row_number,
        case when digits <> '' then pseudonym(digits, inner_pad, outer_pad) end as person_pseudonym,
        is_person_number(digits) as is_person_number_valid
    from numbered
    cross join pseudonym_key
) to '{path}' (format parquet, compression zstd)
"""

# Rows with the same key are told apart by their order in the file.
COMPARE_VERSIONS = """
with earlier as (
    select *, row_number() over (partition by {key} order by row_number) as occurrence
    from read_parquet($earlier)
),
later as (
    select *, row_number() over (partition by {key} order by row_number) as occurrence
    from read_parquet($later)
)
select
    count(*) filter (where earlier.occurrence is null),
    count(*) filter (where later.occurrence is null),
    count(*) filter (where row({earlier_values}) is distinct from row({later_values})
        and earlier.occurrence is not null and later.occurrence is not null)
from earlier
full join later
    on earlier.{key} is not distinct from later.{key}
    and earlier.occurrence = later.occurrence
"""

BROKEN_ROWS_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("file_name", pa.string()),
        ("sheet_name", pa.string()),
        ("row_number", pa.int64()),
        ("reason", pa.string()),
    ]
)
REGISTER_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("file_name", pa.string()),
        ("sheet_name", pa.string()),
        ("sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("rows_delivered", pa.int64()),
        ("rows_broken", pa.int64()),
        ("rows_added", pa.int64()),
        ("rows_gone", pa.int64()),
        ("rows_changed", pa.int64()),
        ("loaded_at", pa.timestamp("s", tz="UTC")),
        ("key_fingerprint", pa.string()),
    ]
)


@dataclass(frozen=True)
class Delivery:
    """What one agency handed over for one reference date."""

    contract: AgencyContract
    reference_date: datetime.date
    folder: Path

    @property
    def name(self) -> str:
        """Name the delivery as its folder does: agency/reference date."""
        return f"{self.contract.agency}/{self.reference_date}"


@dataclass(frozen=True)
class LoadedDelivery:
    """What landing a delivery came to, in rows; `version` is None when the same content was there already.

    Added, gone and changed compare with the version before; of a first version every row is added.
    """

    version: int | None
    rows_delivered: int
    rows_broken: int
    rows_added: int = 0
    rows_gone: int = 0
    rows_changed: int = 0


class Landing:
    """The landing folder, opened for loading with one pseudonym key."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._key_fingerprint = hmac.digest(key, b"key fingerprint", "sha256").hex()[:16]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the landing for this loader alone; a second loader waits."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for left_over in self._folder.glob(".loading-*"):
                shutil.rmtree(left_over)
            yield

    def check_key(self) -> None:
        """Raise RefusedFileError when persons in the landing have pseudonyms made with another key."""
        registers = self._folder / "agency=*/reference_date=*/version=*/delivery.parquet"
        if not any(self._folder.glob("agency=*/reference_date=*/version=*/delivery.parquet")):
            return
        with duckdb.connect() as connection:
            other = connection.execute(
                "select count(*) from read_parquet(?) where key_fingerprint <> ?",
                [str(registers), self._key_fingerprint],
            ).fetchone()
        if other[0]:
            raise RefusedFileError(
                f"{self._folder}: loaded with another INBURGERING_PSEUDONYM_KEY, so persons would not be recognised; "
                "use that key, or load everything anew into an empty landing"
            )

    def load(self, delivery: Delivery, allow_empty: bool) -> LoadedDelivery:
        """Decode a delivery and land it as its newest version, unless the newest version has the same content.

        Raises RefusedFileError when any of its files breaks the contract; nothing is landed then.
        """
        hashes = _file_hashes(delivery)
        target = self._folder / f"agency={delivery.contract.agency}" / f"reference_date={delivery.reference_date}"
        newest = max((int(path.name.partition("=")[2]) for path in target.glob("version=*")), default=0)
        if newest:
            known = _registered(target / f"version={newest}")
            if known.hashes == hashes:
                return LoadedDelivery(None, known.rows_delivered, known.rows_broken)
        version = newest + 1
        workspace = Path(tempfile.mkdtemp(prefix=".loading-", dir=self._folder))
        try:
            earlier = target / f"version={newest}" if newest else None
            loaded = self._write(delivery, hashes, workspace, version, earlier, allow_empty)
            workspace.chmod(0o755)
            target.mkdir(parents=True, exist_ok=True)
            workspace.rename(target / f"version={version}")
        except BaseException:
            shutil.rmtree(workspace, ignore_errors=True)
            raise
        return loaded

    def _write(
        self,
        delivery: Delivery,
        hashes: dict[str, str],
        workspace: Path,
        version: int,
        earlier: Path | None,
        allow_empty: bool,
    ) -> LoadedDelivery:
        broken: list[dict] = []
        register: list[dict] = []
        loaded_at = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        with duckdb.connect() as connection:
            inner_pad, outer_pad = _hmac_pads(self._key)
            connection.execute(
                "create temp table pseudonym_key as select ?::blob as inner_pad, ?::blob as outer_pad",
                [inner_pad, outer_pad],
            )
            for macro in MACROS:
                connection.execute(macro)
            for file_name in hashes:
                FILE_CHECKS[delivery.contract.file_format](delivery.folder / file_name, file_name)
            for table in delivery.contract.tables:
                path = delivery.folder / table.file_name
                decoded = DECODERS[delivery.contract.file_format](path, delivery.contract, table)
                origin = {
                    "table_name": table.name,
                    "file_name": table.file_name,
                    "sheet_name": table.sheet_name,
                }
                landed_file = workspace / f"{table.name}.parquet"
                rows_landed = _land_table(connection, decoded, table, landed_file)
                rows_broken = len(decoded.broken_rows)
                _check_row_counts(table, rows_landed, decoded, allow_empty)
                added, gone, changed = (
                    _compare(connection, table, earlier / landed_file.name, landed_file)
                    if earlier
                    else (rows_landed, 0, 0)
                )
                broken += [{**origin, "row_number": r.row_number, "reason": r.reason} for r in decoded.broken_rows]
                register.append(
                    {
                        **origin,
                        "sha256": hashes[table.file_name],
                        "size_bytes": path.stat().st_size,
                        "rows_delivered": rows_landed + rows_broken,
                        "rows_broken": rows_broken,
                        "rows_added": added,
                        "rows_gone": gone,
                        "rows_changed": changed,
                        "loaded_at": loaded_at,
                        "key_fingerprint": self._key_fingerprint,
                    }
                )
            _write_parquet(connection, broken, BROKEN_ROWS_SCHEMA, workspace / "broken_rows.parquet")
            _write_parquet(connection, register, REGISTER_SCHEMA, workspace / "delivery.parquet")
        counted = ("rows_delivered", "rows_broken", "rows_added", "rows_gone", "rows_changed")
        return LoadedDelivery(version, **{name: sum(row[name] for row in register) for name in counted})


@dataclass(frozen=True)
class _Registered:
    hashes: dict[str, str]
    rows_delivered: int
    rows_broken: int


def _registered(version_folder: Path) -> _Registered:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select file_name, sha256, rows_delivered, rows_broken from read_parquet(?)",
            [str(version_folder / "delivery.parquet")],
        ).fetchall()
    return _Registered({row[0]: row[1] for row in rows}, sum(row[2] for row in rows), sum(row[3] for row in rows))


def _file_hashes(delivery: Delivery) -> dict[str, str]:
    hashes = {}
    for file_name in dict.fromkeys(table.file_name for table in delivery.contract.tables):
        path = delivery.folder / file_name
        if path.is_symlink() or not path.is_file():
            raise RefusedFileError(f"{file_name}: missing (a link does not count); put the file into {delivery.folder}")
        try:
            with path.open("rb") as file:
                hashes[file_name] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise RefusedFileError(f"{file_name}: cannot be read ({error.strerror}); give it read permission") from None
    return hashes


def _hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the two blocks that HMAC (RFC 2104) hashes before the message and before the inner hash."""
    if len(key) > HMAC_BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(HMAC_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def _land_table(connection: duckdb.DuckDBPyConnection, decoded: DecodedTable, table: TableContract, path: Path) -> int:
    names = ["person_number" if name == table.person_number_column else name for name in table.columns]
    schema = pa.schema([("row_number", pa.int64()), *((name, pa.string()) for name in names)])
    refusals: list[RefusedFileError] = []
    batches = _record_batches(decoded, schema, refusals)
    connection.register("decoded_rows", pa.RecordBatchReader.from_batches(schema, batches))
    statement = LAND_TABLE.format(
        columns=", ".join(
            HIDDEN.format(name=name, pattern=PERSON_NUMBER_PATTERN) for name in names if name != "person_number"
        ),
        file_name=table.file_name,
        sheet_name="cast(null as varchar)" if table.sheet_name is None else f"'{table.sheet_name}'",
        path=str(path).replace("'", "''"),
    )
    try:
        rows_landed = connection.execute(statement).fetchone()[0]
    except duckdb.Error:
        if refusals:
            raise refusals[0] from None
        raise
    finally:
        connection.unregister("decoded_rows")
    return rows_landed


def _compare(
    connection: duckdb.DuckDBPyConnection, table: TableContract, earlier: Path, later: Path
) -> tuple[int, int, int]:
    """Return how many rows of a table were added, are gone and changed between two versions of a delivery."""
    values = [f'"{name}"' for name in table.columns if name != table.person_number_column] + ["person_pseudonym"]
    statement = COMPARE_VERSIONS.format(
        key=f'"{table.key_column}"',
        earlier_values=", ".join(f"earlier.{value}" for value in values),
        later_values=", ".join(f"later.{value}" for value in values),
    )
    return connection.execute(statement, {"earlier": str(earlier), "later": str(later)}).fetchall()[0]


def _record_batches(
    decoded: DecodedTable, schema: pa.Schema, refusals: list[RefusedFileError]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows as Arrow batches; keep a refusal aside, since DuckDB wraps what is raised while it reads."""
    try:
        for batch in decoded.batches:
            yield _record_batch(batch, schema)
    except RefusedFileError as refused:
        refusals.append(refused)
        raise


def _record_batch(batch: list[tuple[int, list[str | None]]], schema: pa.Schema) -> pa.RecordBatch:
    numbers, rows = zip(*batch, strict=True)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(numbers, pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _check_row_counts(table: TableContract, rows_landed: int, decoded: DecodedTable, allow_empty: bool) -> None:
    rows_broken = len(decoded.broken_rows)
    if rows_landed + rows_broken == 0 and not allow_empty:
        raise RefusedFileError(f"{table.place}: no rows; deliver the rows, or pass --allow-empty when none is meant")
    if rows_broken > LARGEST_BROKEN_SHARE * (rows_landed + rows_broken):
        first = decoded.broken_rows[0]
        raise RefusedFileError(
            f"{table.place}, row {first.row_number}: {first.reason.replace('_', ' ')}, the first of {rows_broken} "
            f"broken rows out of {rows_landed + rows_broken} (1 % is the limit); mend the file's structure"
        )


def _write_parquet(connection: duckdb.DuckDBPyConnection, rows: list[dict], schema: pa.Schema, path: Path) -> None:
    connection.register("rows_to_write", pa.Table.from_pylist(rows, schema=schema))
    connection.sql("from rows_to_write").write_parquet(str(path))
    connection.unregister("rows_to_write")
