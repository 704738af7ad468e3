"""A dbt-duckdb plugin: dbt builds in a file of its own, and a whole green build replaces the warehouse in one step.

Readers keep the file they opened and never block a build; a build that is killed or red leaves the warehouse as it was.
The hooks of dbt_project.yml call it through `adapter.store_relation`, at the start and at the end of a run.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import shutil
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import click
import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.flags import get_flags
from dbt_common.events.event_manager_client import add_callback_to_manager
from dbt_common.exceptions import DbtRuntimeError
from dbt_common.invocation import get_invocation_started_at
from duckdb import DuckDBPyConnection
from filelock import FileLock, Timeout

from inburgering.intake.extract_contract import read_contracts
from inburgering.intake.landed_version import first_damage
from inburgering.screen import survive_every_console
from inburgering.settings import CHECKOUT, check_paths, code_version, landing_folder
from inburgering.warehouse.build_status import GREEN, RED, RUNNING, BuildStatus, write_status
from inburgering.warehouse.made_from import MadeFrom, read_since
from inburgering.warehouse.progress import say_steps
from inburgering.write_errors import NO_ROOM, reason

# DuckDB names a database after what stands before the first dot, so views keep working under both names.
WORKSPACE_SUFFIX = ".building"
DRAFT_SUFFIX = ".new"


class Plugin(BasePlugin):
    """Knows the warehouse behind the workspace that dbt builds in."""

    _made_from: MadeFrom
    _commit: str

    def initialize(self, plugin_config: dict) -> None:
        """Claim the workspace for this process; dbt calls this before it opens the file."""
        survive_every_console()
        # A reader that goes away (dbt build | head) is no traceback per line.
        logging.raiseExceptions = False
        if get_flags().QUIET:
            add_callback_to_manager(say_steps(click.echo, time.monotonic))
        try:
            check_paths()
        except click.ClickException as error:
            raise DbtRuntimeError(error.message) from None
        if Path.cwd() != CHECKOUT and not os.environ.get("INBURGERING_LANDING"):
            raise DbtRuntimeError(
                f"{Path.cwd()}: dbt looks for the landing here; run dbt in {CHECKOUT}, or set INBURGERING_LANDING"
            )
        self._workspace = Path(self.creds.path)  # type: ignore[union-attr]  # dbt-duckdb always passes them
        self._warehouse = self._workspace.with_name(self._workspace.name.removesuffix(WORKSPACE_SUFFIX))
        if self._warehouse.is_dir():
            raise DbtRuntimeError(f"{self._warehouse}: is a folder; name a file in INBURGERING_WAREHOUSE")
        try:
            self._workspace.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._workspace.with_name(self._workspace.name + ".lock"), blocking=False)
            self._lock.acquire()
            self._open_workspace()
        except Timeout:
            raise DbtRuntimeError(
                f"{self._warehouse}: another dbt is at work on this warehouse; wait for it, or name another file in "
                "INBURGERING_WAREHOUSE"
            ) from None
        except (OSError, duckdb.Error) as error:
            raise self._cannot_be_written(error) from None

    def _open_workspace(self) -> None:
        """See that the workspace can be opened; one that no DuckDB can read, left by a broken-off run, is removed."""
        try:
            duckdb.connect(str(self._workspace)).close()
        except duckdb.Error as error:
            if "Could not set lock" in str(error):
                raise DbtRuntimeError(
                    f"{self._workspace}: open in another program; close it there and run dbt again"
                ) from None
            out_of_memory = isinstance(error, duckdb.OutOfMemoryException)
            if out_of_memory or reason(error) == NO_ROOM or "Cannot open file" in str(error):
                raise  # the file itself may well be whole
            for suffix in ("", ".wal"):
                self._workspace.with_name(self._workspace.name + suffix).unlink(missing_ok=True)
            duckdb.connect(str(self._workspace)).close()

    def _cannot_be_written(self, error: OSError | duckdb.Error) -> DbtRuntimeError:
        return DbtRuntimeError(
            f"{self._warehouse}: cannot be written ({reason(error)}); the last green build stays; make room or name "
            "another file in INBURGERING_WAREHOUSE, and run dbt build again"
        )

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Remember the connection, to bring everything into the file before it is copied."""
        self._connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Record how far a run is; publish the workspace when a whole build is green."""
        status = BuildStatus(**target_config.config)
        try:
            if status.outcome == RUNNING:
                started = get_invocation_started_at().replace(tzinfo=datetime.UTC)
                self._made_from = read_since(started)
                self._commit = code_version()
                damage = first_damage(landing_folder(), read_contracts())
                if damage:
                    # An older version, or fewer rows, would count.
                    raise DbtRuntimeError(
                        f"{damage}; load again with python scripts/load_extracts.py, which mends it or says what to do"
                    )
            if status.outcome == GREEN and status.command == "build":
                self._publish(status)
            write_status(self._warehouse, status)
        except (OSError, duckdb.Error) as error:
            with suppress(OSError):
                write_status(self._warehouse, replace(status, outcome=RED, problem="it could not be published"))
            raise self._cannot_be_written(error) from None

    def _publish(self, status: BuildStatus) -> None:
        cursor = self._connection.cursor()
        cursor.execute(
            "create or replace table build as "
            "select ? as invocation_id, ? as started_at, ? as commit, ? as code_lists, ? as rules, ? as deliveries, "
            "? as files",
            [
                status.invocation_id,
                status.started_at,
                self._commit,
                self._made_from.code_lists,
                self._made_from.rules,
                json.dumps(self._made_from.deliveries),
                json.dumps(self._made_from.files),
            ],
        )
        cursor.execute("checkpoint")
        draft = self._warehouse.with_name(self._warehouse.name + DRAFT_SUFFIX)
        try:
            shutil.copyfile(self._workspace, draft)
            draft.replace(self._warehouse)
        finally:
            draft.unlink(missing_ok=True)
