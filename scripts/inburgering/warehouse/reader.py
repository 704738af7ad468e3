"""Open the warehouse for reading, and make sure that it is the green build its reader expects."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from inburgering.warehouse.build_status import GREEN, read_status


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse for reading; raises click.ClickException when it is not there, in use or no warehouse."""
    if not path.is_file():
        raise click.ClickException(f"{path}: no such warehouse; run dbt build first, or set INBURGERING_WAREHOUSE")
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        if "lock" in str(error):
            raise click.ClickException(f"{path}: in use by another program; try again later") from None
        raise click.ClickException(f"{path}: not a DuckDB warehouse; run dbt build anew") from None


def check_build(connection: duckdb.DuckDBPyConnection, warehouse: Path, last_green: bool) -> None:
    """Raise click.ClickException unless the warehouse holds a whole green build, the result of the last run of dbt."""
    try:
        [build] = connection.execute("select invocation_id, started_at from build").fetchall()
    except duckdb.CatalogException:
        raise click.ClickException(f"{warehouse}: not the result of a green build; run dbt build first") from None
    last_run = read_status(warehouse)
    if last_green or last_run is None or last_run.invocation_id == build[0]:
        return
    if last_run.outcome == GREEN and last_run.command == "build":
        raise click.ClickException(
            f"{warehouse}: a newer build took its place just now; export again, or export the green build of "
            f"{build[1]} UTC with --last-green"
        )
    raise click.ClickException(
        f"the last run (dbt {last_run.command}, started {last_run.started_at} UTC) is {last_run.outcome}: "
        f"{last_run.problem or 'it was no build'}; run dbt build until it is green, or export the green build of "
        f"{build[1]} UTC with --last-green"
    )
