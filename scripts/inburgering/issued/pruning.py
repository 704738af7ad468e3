"""Versions of deliveries that no issued annex and no newest delivery needs."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from filelock import FileLock

from inburgering.issued.lock import read_lock
from inburgering.settings import issued_folder
from inburgering.warehouse.made_from import version_folders
from inburgering.write_errors import reason


@dataclass(frozen=True)
class Unneeded:
    """A version that nobody needs: its name, its folder, and its size in bytes."""

    name: str
    folder: Path
    size: int


def prune(landing: Path, remove: bool) -> list[Unneeded]:
    """Return the versions in a landing that are neither the newest of their delivery nor named by a lock; remove them.

    Without `remove` they stay. Raises click.ClickException when there is no landing, a lock is gone or cannot be read
    (what it needs is not known then), or a version cannot be removed.
    """
    if not landing.is_dir():
        raise click.ClickException(f"{landing}: no such folder; set INBURGERING_LANDING")
    try:
        with FileLock(landing / ".lock"):
            unneeded = _unneeded(landing)
            for version in unneeded if remove else ():
                # In one step, so that a version is there whole or not at all; the loader takes leftovers away.
                gone = Path(tempfile.mkdtemp(prefix=".loading-", dir=landing))
                version.folder.rename(gone / version.folder.name)
                shutil.rmtree(gone)
    except OSError as error:
        raise click.ClickException(f"{landing}: a version cannot be removed ({reason(error)}); close it") from None
    return unneeded


def _unneeded(landing: Path) -> list[Unneeded]:
    folder = issued_folder()
    if os.environ.get("INBURGERING_ISSUED") and not folder.is_dir():
        raise click.ClickException(f"{folder}: no such folder, so what was issued is unknown; mend INBURGERING_ISSUED")
    issued = sorted(path for path in folder.glob("*/*") if path.is_dir())
    needed = {name for folder in issued for name in read_lock(folder).deliveries}
    newest: dict[Path, tuple[int, str]] = {}
    versions = version_folders(landing)
    for name, folder in versions.items():
        number = int(folder.name.partition("=")[2])
        newest[folder.parent] = max(newest.get(folder.parent, (0, "")), (number, name))
    needed |= {name for _, name in newest.values()}
    return [
        Unneeded(name, folder, sum(path.stat().st_size for path in folder.glob("*")))
        for name, folder in versions.items()
        if name not in needed
    ]
