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
from importlib.metadata import version
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
from inburgering.settings import CHECKOUT, check_settings, code_version, file_hash, landing_folder
from inburgering.warehouse.build_status import (
    GREEN,
    RED,
    RUNNING,
    BuildStatus,
    changes_file,
    is_as_published,
    published_hash,
    write_status,
)
from inburgering.warehouse.made_from import MadeFrom, read_from_begin_to_end, read_since, what_is_there
from inburgering.warehouse.progress import say_steps
from inburgering.write_errors import NO_ROOM, reason

# DuckDB names a database after what stands before the first dot, so views keep working under both names.
WORKSPACE_SUFFIX = ".building"
DRAFT_SUFFIX = ".new"
# Another version of one of these may count otherwise.
ENGINE = ", ".join(f"{package} {version(package)}" for package in ("duckdb", "dbt-core", "dbt-duckdb"))
# Later than every reference date: nothing is built again.
NO_DATE = "9999-12-31"


class Plugin(BasePlugin):
    """Knows the warehouse behind the workspace that dbt builds in."""

    _made_from: MadeFrom
    _commit: str
    _started_from: MadeFrom | None = None

    def initialize(self, plugin_config: dict) -> None:
        """Claim the workspace for this process; dbt calls this before it opens the file."""
        survive_every_console()
        # A reader that goes away (dbt build | head) is no traceback per line.
        logging.raiseExceptions = False
        if get_flags().QUIET:
            add_callback_to_manager(say_steps(click.echo, time.monotonic))
        try:
            check_settings()
        except click.ClickException as error:
            raise DbtRuntimeError(error.message) from None
        # Either would build something else than the record of the build says.
        if Path(get_flags().PROFILES_DIR).resolve() != CHECKOUT:
            raise DbtRuntimeError(
                f"{get_flags().PROFILES_DIR}: dbt reads its settings there, which no annex would name; leave out "
                f"--profiles-dir and DBT_PROFILES_DIR, so that it reads those of {CHECKOUT}"
            )
        if Path(get_flags().PROJECT_DIR).resolve() != CHECKOUT:
            raise DbtRuntimeError(
                f"{get_flags().PROJECT_DIR}: dbt reads its models there, which no annex would name; leave out "
                f"--project-dir and DBT_PROJECT_DIR, so that it reads those of {CHECKOUT}"
            )
        if not getattr(get_flags(), "PARTIAL_PARSE_FILE_DIFF", True):
            raise DbtRuntimeError(
                "partial_parse_file_diff is off, so dbt would build what its files were before; leave out "
                "--no-partial-parse-file-diff and DBT_PARTIAL_PARSE_FILE_DIFF"
            )
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
            self._start_from_last_green()
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
            self._remove_workspace()
            duckdb.connect(str(self._workspace)).close()

    def _remove_workspace(self) -> None:
        for path in (self._workspace, changes_file(self._workspace)):
            path.unlink(missing_ok=True)

    def _start_from_last_green(self) -> None:
        """Let a whole build start from the last green one, or from nothing when it is to build all."""
        if not _is_whole_build():
            return
        self._remove_workspace()
        built = None if get_flags().FULL_REFRESH else self._last_green()
        if built is not None and built.files == what_is_there().files:
            shutil.copyfile(self._warehouse, self._workspace)
            self._started_from = built

    def _last_green(self) -> MadeFrom | None:
        """Return what the build in the warehouse was made from, when this engine made it and nobody changed it."""
        with suppress(duckdb.Error, OSError, TypeError, ValueError):
            if not is_as_published(self._warehouse, published_hash(self._warehouse)):
                return None
            with duckdb.connect(str(self._warehouse), read_only=True) as connection:
                [(engine, *recorded)] = connection.execute("select engine, deliveries, files from build").fetchall()
            return MadeFrom.from_json(*recorded) if engine == ENGINE else None
        return None

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
        status = BuildStatus(**{**target_config.config, "published": published_hash(self._warehouse)})
        try:
            if status.outcome == RUNNING:
                self._made_from = read_since(self._started)
                self._commit = code_version()
                damage = first_damage(landing_folder(), read_contracts())
                if damage:
                    # An older version, or fewer rows, would count.
                    write_status(self._warehouse, replace(status, outcome=RED, problem=damage))
                    raise DbtRuntimeError(
                        f"{damage}; load again with python scripts/load_extracts.py, which mends it or says what to do"
                    )
                self._say_from_which_date_to_build()
            if status.outcome == GREEN and status.command == "build":
                self._made_from = read_from_begin_to_end(self._made_from, read_since(self._started))
                status = self._publish(status)
            write_status(self._warehouse, status)
        except (OSError, duckdb.Error) as error:
            with suppress(OSError):
                write_status(self._warehouse, replace(status, outcome=RED, problem="it could not be published"))
            raise self._cannot_be_written(error) from None

    @property
    def _started(self) -> datetime.datetime:
        return get_invocation_started_at().replace(tzinfo=datetime.UTC)

    def _say_from_which_date_to_build(self) -> None:
        """Tell the models from which reference date they are built; null where they are built whole."""
        first_date = None
        if self._started_from is not None and self._started_from.files == self._made_from.files:
            first_date = self._made_from.first_date_since(self._started_from) or NO_DATE
        self._connection.cursor().execute(
            "create or replace table dates_to_build as select try_cast(? as date) as first_date", [first_date]
        )

    def _publish(self, status: BuildStatus) -> BuildStatus:
        """Let the workspace take the place of the warehouse; return the status with its hash."""
        cursor = self._connection.cursor()
        cursor.execute(
            "create or replace table build as "
            "select ? as invocation_id, ? as started_at, ? as commit, ? as engine, ? as code_lists, ? as rules, "
            "? as deliveries, ? as files",
            [
                status.invocation_id,
                status.started_at,
                self._commit,
                ENGINE,
                self._made_from.code_lists,
                self._made_from.rules,
                json.dumps(self._made_from.deliveries),
                json.dumps(self._made_from.files),
            ],
        )
        cursor.execute("drop table dates_to_build")
        cursor.execute("checkpoint")
        draft = self._warehouse.with_name(self._warehouse.name + DRAFT_SUFFIX)
        try:
            shutil.copyfile(self._workspace, draft)
            published = file_hash(draft)
            # Whenever this run is killed, a warehouse that it published is known as such.
            both = f"{status.published} {published}"
            write_status(self._warehouse, replace(status, outcome=RUNNING, published=both))
            # Of the warehouse before, and of no other.
            changes_file(self._warehouse).unlink(missing_ok=True)
            draft.replace(self._warehouse)
        finally:
            draft.unlink(missing_ok=True)
        return replace(status, published=published)


def _is_whole_build() -> bool:
    """Whether dbt is to make every table anew; other runs go on with what is in the workspace."""
    flags = get_flags()
    return (
        flags.WHICH == "build"
        and not (flags.SELECT or flags.EXCLUDE or flags.RESOURCE_TYPES or flags.EXCLUDE_RESOURCE_TYPES)
        and not (flags.EMPTY or flags.VARS)
        # `dbt retry` says that it is the command it does again.
        and "retry" not in flags.INVOCATION_COMMAND.split()
    )
