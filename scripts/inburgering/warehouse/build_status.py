"""How the last run of dbt on a warehouse ended: a small file beside the warehouse."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from inburgering.settings import file_hash

RUNNING = "running"
GREEN = "green"
RED = "red"


@dataclass(frozen=True)
class BuildStatus:
    """A run of dbt: its id, command, start (UTC), outcome (running, green, red or partial), and what went wrong.

    `published` is the SHA-256 of the warehouse as the last whole green build left it. While one takes the place of
    another both stand there, with a space between them.
    """

    invocation_id: str
    command: str
    started_at: str
    outcome: str
    problem: str
    published: str = ""


def status_file(warehouse: Path) -> Path:
    """Return where the status of a warehouse is kept."""
    return warehouse.with_name(warehouse.name + ".status.json")


def read_status(warehouse: Path) -> BuildStatus:
    """Return how the last run ended; raises click.ClickException where no status says so."""
    path = status_file(warehouse)
    try:
        status = BuildStatus(**json.loads(path.read_text(encoding="utf-8")))
        if not all(isinstance(value, str) for value in asdict(status).values()):
            raise TypeError
    except FileNotFoundError:
        raise click.ClickException(f"{path}: not there, so how the last run of dbt ended is unknown") from None
    except (IsADirectoryError, PermissionError):
        raise click.ClickException(
            f"{path}: cannot be read as a file (remove it), so how the last run of dbt ended is unknown"
        ) from None
    except (TypeError, ValueError, RecursionError):
        raise click.ClickException(f"{path}: damaged, so how the last run of dbt ended is unknown") from None
    return status


def published_hash(warehouse: Path) -> str:
    """Return what the last status says of the published warehouse; nothing where no status can be read."""
    try:
        return read_status(warehouse).published
    except click.ClickException:
        return ""


def changes_file(warehouse: Path) -> Path:
    """Return where DuckDB keeps changes that it did not write into a warehouse yet, and reads them with it."""
    return warehouse.with_name(warehouse.name + ".wal")


def is_as_published(warehouse: Path, published: str) -> bool:
    """Say whether a warehouse is there, and has a published hash; raises OSError where nobody can read it."""
    if changes_file(warehouse).exists():
        return False
    return warehouse.is_file() and file_hash(warehouse) in published.split()


def write_status(warehouse: Path, status: BuildStatus) -> None:
    """Replace the status in one step, so that a reader never meets half of it."""
    path = status_file(warehouse)
    draft = path.with_name(path.name + ".new")
    try:
        draft.write_text(json.dumps(asdict(status), indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
