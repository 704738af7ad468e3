"""Folders and the pseudonym key, taken from the environment."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import click

CHECKOUT = Path(__file__).resolve().parents[2]

# Public on purpose: it only opens the files of the synthetic sample, whose hashes stand in its marker file.
SAMPLE_KEY = "public-key-of-the-synthetic-sample"
SAMPLE_MARKER = "SYNTHETIC_SAMPLE.txt"
SHA256_DIGITS = 64
SHORTEST_KEY = 32

# What means something else in a path: to SQL, to a pattern of file names, to {name} in a source, to an address.
NOT_IN_A_PATH = "'\"`*?[]{};#:" + ("\\" if os.sep == "/" else "")
UNCOMMITTED = ", with changes that are not committed"
NOT_A_DATABASE = ("", "main", "memory", "temp", "system", "information_schema", "pg_catalog")

HOW_TO_MAKE_A_KEY = (
    "make one with (umask 077; openssl rand -hex 32 > ~/.inburgering.key) "
    'and set INBURGERING_PSEUDONYM_KEY="$(cat ~/.inburgering.key)"'
)


def folder(variable: str, default: str) -> Path:
    """Return the path that an environment variable names, or the default inside the checkout.

    Raises click.ClickException for a path that SQL, patterns of file names or addresses would read as something else.
    """
    value = os.environ.get(variable)
    if value is not None and not value.strip():
        raise click.ClickException(f"{variable} is empty; name a path in it, or unset it")
    path = Path(value) if value else CHECKOUT / default
    wrong = [char for char in str(path) if char in NOT_IN_A_PATH or not char.isprintable()]
    if wrong:
        raise click.ClickException(f"{variable}: the path {str(path)!r} has {wrong[0]!r} in it; name another path")
    return path


def extracts_folder() -> Path:
    """Return the folder with what the agencies delivered (`INBURGERING_EXTRACTS`)."""
    return folder("INBURGERING_EXTRACTS", "extracts")


def sample_extracts_folder() -> Path:
    """Return the folder for the synthetic sample (`INBURGERING_EXTRACTS`), by default not that of the agencies."""
    return folder("INBURGERING_EXTRACTS", "sample/extracts")


def sample_hashes(extracts: Path) -> frozenset[str]:
    """Return the SHA-256 of every file of the sample in this folder; none where the folder is no sample."""
    marker = extracts / SAMPLE_MARKER
    if not marker.is_file():
        return frozenset()
    words = (line.split() for line in marker.read_text(encoding="utf-8", errors="replace").splitlines())
    return frozenset(parts[0] for parts in words if parts and len(parts[0]) == SHA256_DIGITS)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def landing_folder() -> Path:
    """Return the folder with the landed Parquet files (`INBURGERING_LANDING`)."""
    path = folder("INBURGERING_LANDING", "landing")
    if path.resolve() == path.resolve().parent:
        raise click.ClickException(f"INBURGERING_LANDING: {path} is no folder of its own; name one below it")
    return path


def issued_folder() -> Path:
    """Return the folder with the annexes that were issued, which is under version control (`INBURGERING_ISSUED`)."""
    return folder("INBURGERING_ISSUED", "issued")


def warehouse_file() -> Path:
    """Return the DuckDB file that dbt builds (`INBURGERING_WAREHOUSE`).

    Raises click.ClickException for one whose name means something else in DuckDB, which names the database after it.
    """
    path = folder("INBURGERING_WAREHOUSE", "warehouse.duckdb")
    if path.name.partition(".")[0].casefold() in NOT_A_DATABASE:
        raise click.ClickException(
            f"INBURGERING_WAREHOUSE: {path.name} has a name that means something else in DuckDB; name another file"
        )
    return path


def check_settings() -> None:
    """Raise click.ClickException when dbt could not work with a path or a setting of the environment."""
    landing_folder()
    warehouse_file()
    contracts = os.environ.get("INBURGERING_CONTRACTS", "True")
    if contracts not in ("True", "False"):
        raise click.ClickException(f"INBURGERING_CONTRACTS: {contracts} is neither True nor False; unset it")


@dataclass(frozen=True)
class SparkServer:
    """Where a Spark Thrift server answers, and the schema that dbt builds in; profiles.yml reads the same variables."""

    host: str
    port: int
    schema: str
    user: str


def spark_server() -> SparkServer:
    """Return the Thrift server of the target spark (`INBURGERING_SPARK_HOST`, `_PORT`, `_SCHEMA`, `_USER`)."""
    port = os.environ.get("INBURGERING_SPARK_PORT") or "10000"
    if not port.isdecimal():
        raise click.ClickException(f"INBURGERING_SPARK_PORT: {port} is no port; set a number")
    return SparkServer(
        os.environ.get("INBURGERING_SPARK_HOST") or "127.0.0.1",
        int(port),
        os.environ.get("INBURGERING_SPARK_SCHEMA") or "inburgering",
        os.environ.get("INBURGERING_SPARK_USER") or "dbt",
    )


def spark_folder() -> Path:
    """Return the folder of the Spark cluster on this machine (`INBURGERING_SPARK_FOLDER`)."""
    return folder("INBURGERING_SPARK_FOLDER", ".spark")


def code_version() -> str:
    """Return the commit of the checkout and whether its files differ from it; `unknown` without git or its history."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    commit, changes = (
        subprocess.run([git, "-C", str(CHECKOUT), *arguments], capture_output=True, text=True, check=False)  # noqa: S603
        for arguments in (("rev-parse", "HEAD"), ("status", "--porcelain"))
    )
    if commit.returncode or changes.returncode:
        return "unknown"
    return commit.stdout.strip() + (UNCOMMITTED if changes.stdout.strip() else "")


def pseudonym_key(extracts: Path) -> str:
    """Return the key for the pseudonyms of the persons in these extracts.

    Raises click.ClickException when there is none, or when the sample's public key is used on extracts that are not
    the sample.
    """
    key = os.environ.get("INBURGERING_PSEUDONYM_KEY", "")
    if not key.strip():
        raise click.ClickException(f"INBURGERING_PSEUDONYM_KEY is not set; {HOW_TO_MAKE_A_KEY}")
    try:
        key.encode()
    except UnicodeEncodeError:
        raise click.ClickException(f"INBURGERING_PSEUDONYM_KEY is not UTF-8 text; {HOW_TO_MAKE_A_KEY}") from None
    if len(os.fsencode(key)) < SHORTEST_KEY:
        raise click.ClickException(
            f"INBURGERING_PSEUDONYM_KEY is shorter than {SHORTEST_KEY} bytes and could be guessed; {HOW_TO_MAKE_A_KEY}"
        )
    if key == SAMPLE_KEY and not sample_hashes(extracts):
        raise click.ClickException(
            f"INBURGERING_PSEUDONYM_KEY is the public key of the synthetic sample, and {extracts} is not that sample; "
            f"{HOW_TO_MAKE_A_KEY}"
        )
    return key
