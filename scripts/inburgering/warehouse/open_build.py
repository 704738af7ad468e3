"""Open the warehouse for reading, and make sure that it is the green build its reader expects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from inburgering.warehouse.build_status import GREEN, is_as_published, read_status, status_file
from inburgering.warehouse.made_from import MadeFrom, what_is_there

BUILD = "select invocation_id, started_at, commit, deliveries, files from build"


@dataclass(frozen=True)
class BuildRecord:
    """What a green build says of itself: the run of dbt, its start (UTC), the commit, and what it was made from."""

    invocation_id: str
    started_at: str
    commit: str
    made_from: MadeFrom


@contextmanager
def open_build(warehouse: Path, last_green: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open for reading a whole green build: the result of the last run of dbt, made from what is there now.

    With `last_green` it may be any green build. Raises click.ClickException when it is not, or when its models lack
    what is read.
    """
    with _open_warehouse(warehouse) as connection:
        try:
            _check_build(connection, warehouse, last_green)
            yield connection
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            raise click.ClickException(f"{warehouse}: built by another version of the models; run dbt build") from None


def _open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        raise click.ClickException(f"{path}: no such warehouse; run dbt build first, or set INBURGERING_WAREHOUSE")
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise click.ClickException(f"{path}: in use by another program; try again later") from None
        raise click.ClickException(f"{path}: not a DuckDB warehouse; run dbt build anew") from None


def read_record(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> BuildRecord:
    """Return what the build behind a connection says of itself; raises click.ClickException where it says nothing."""
    try:
        [(invocation_id, started_at, commit, *recorded)] = connection.execute(BUILD).fetchall()
        return BuildRecord(invocation_id, str(started_at), commit, MadeFrom.from_json(*recorded))
    except duckdb.CatalogException:
        raise click.ClickException(f"{warehouse}: not the result of a green build; run dbt build first") from None
    except (TypeError, ValueError):
        raise click.ClickException(f"{warehouse}: its record of the build is damaged; run dbt build") from None


def _check_build(connection: duckdb.DuckDBPyConnection, warehouse: Path, last_green: bool) -> None:
    record = read_record(connection, warehouse)
    started_at = record.started_at
    try:
        last_run = read_status(warehouse)
    except click.ClickException as unknown:
        raise click.ClickException(f"{unknown.message}; run dbt build") from None
    if not is_as_published(warehouse, last_run.published):
        raise click.ClickException(
            f"{warehouse}: not known to be as the build of {started_at} UTC left it; run dbt build, and keep "
            f"{status_file(warehouse).name} beside it"
        )
    if last_green:
        return
    otherwise = f"or export the green build of {started_at} UTC with --last-green"
    if last_run.invocation_id == record.invocation_id:
        difference = what_is_there().since(record.made_from)
        if difference:
            raise click.ClickException(
                f"{warehouse}: {difference} since dbt built it at {started_at} UTC; run dbt build, {otherwise}"
            )
    elif last_run.outcome == GREEN and last_run.command == "build":
        raise click.ClickException(f"{warehouse}: a newer build took its place just now; export again, {otherwise}")
    else:
        raise click.ClickException(
            f"the last run (dbt {last_run.command}, started {last_run.started_at} UTC) is {last_run.outcome}: "
            f"{last_run.problem or 'it was no build'}; run dbt build until it is green, {otherwise}"
        )
