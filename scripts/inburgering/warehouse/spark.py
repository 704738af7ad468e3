"""The annex of a green build on Spark, copied over Thrift into a DuckDB of its own: from there the export is the same.

Only the models that an annex shows are copied: whoever is counted in them stays on the cluster.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
import duckdb
import pyarrow as pa

from inburgering.settings import SparkServer
from inburgering.warehouse.build_status import GREEN, BuildStatus

HOW_TO_BUILD = "run dbt build --target spark until it is green"


@contextmanager
def copied_annex(server: SparkServer, models: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB with the given models of the schema, as the last run of dbt on that server left them.

    Of each model, the rows under its condition are copied.

    Raises click.ClickException when the server does not answer, when the last run was no whole and green build or
    another one started meanwhile, and when a model is not there.
    """
    schema = SparkSchema(server)
    last_run = schema.last_run()
    schema.check_green(last_run)
    with duckdb.connect() as connection:
        for model, condition in models.items():
            _copy(schema, model, condition, connection)
        # Which files dbt read, nobody there can record.
        connection.execute(
            "create table build as select commit, commit as code_lists, commit as rules "
            "from (select 'unknown: built on Spark' as commit)"
        )
        if schema.last_run() != last_run:
            raise click.ClickException(f"{schema.name}: dbt runs on it just now; export again when it is done")
        yield connection


def _copy(schema: SparkSchema, model: str, condition: str, connection: duckdb.DuckDBPyConnection) -> None:
    columns, rows = schema.table(model, condition)
    # The types that the models use have the same names on both engines.
    declared = ", ".join(f'"{name}" {data_type}' for name, data_type in columns.items())
    connection.execute(f'create table "{model}" ({declared})')
    if rows:
        connection.register(
            "rows_to_copy", pa.table([list(values) for values in zip(*rows, strict=True)], list(columns))
        )
        connection.execute(f'insert into "{model}" select * from rows_to_copy')
        connection.unregister("rows_to_copy")


class SparkSchema:
    """A schema behind a Thrift server, opened for reading."""

    def __init__(self, server: SparkServer) -> None:
        """Connect; raises click.ClickException when the packages are missing or the server does not answer."""
        try:
            from pyhive import exc, hive
            from thrift.transport.TTransport import TTransportException
        except ImportError:
            raise click.ClickException("PyHive is not installed; run make setup-spark") from None
        self.name = f"{server.host}:{server.port}, schema {server.schema}"
        self._schema = server.schema
        self._error = exc.Error
        # What it would print is said below, whoever listens.
        logging.getLogger("thrift").setLevel(logging.CRITICAL + 1)
        try:
            self._cursor = hive.connect(host=server.host, port=server.port, username=server.user).cursor()
        except (TTransportException, OSError):
            raise click.ClickException(
                f"{server.host}:{server.port}: no Thrift server answers; start one with "
                "make spark-start, or set INBURGERING_SPARK_HOST and INBURGERING_SPARK_PORT"
            ) from None

    def _rows(self, query: str, missing: str) -> list[tuple]:
        try:
            self._cursor.execute(query)
            return self._cursor.fetchall()
        except self._error as error:
            if "NOT_FOUND" in str(error):
                raise click.ClickException(f"{self.name}: {missing}") from None
            raise click.ClickException(f"{self.name}: {_first_line(error)}") from None

    def last_run(self) -> BuildStatus:
        """Return how the last run of dbt on this schema ended."""
        columns = "invocation_id, command, started_at, outcome, problem"
        query = f"select {columns} from `{self._schema}`.last_run"
        return BuildStatus(*self._rows(query, f"dbt never ran on it; {HOW_TO_BUILD}")[0])

    def check_green(self, last_run: BuildStatus) -> None:
        """Raise click.ClickException unless the run was a whole and green build."""
        if last_run.outcome != GREEN or last_run.command != "build":
            raise click.ClickException(
                f"{self.name}: the last run (dbt {last_run.command}, started {last_run.started_at} UTC) is "
                f"{last_run.outcome}: {last_run.problem or 'it was no build'}; {HOW_TO_BUILD}"
            )

    def table(self, model: str, condition: str) -> tuple[dict[str, str], list[tuple]]:
        """Return the columns of a model with their types, and its rows under a condition."""
        missing = f"{model} is not there: built by another version of the models; {HOW_TO_BUILD}"
        columns = {row[0]: row[1] for row in self._rows(f"describe table `{self._schema}`.`{model}`", missing)}
        names = ", ".join(f"`{name}`" for name in columns)
        return columns, self._rows(f"select {names} from `{self._schema}`.`{model}` where {condition}", missing)


def _first_line(error: Exception) -> str:
    status = getattr(error.args[0], "status", None) if error.args else None
    return str(getattr(status, "errorMessage", None) or error).splitlines()[0]
