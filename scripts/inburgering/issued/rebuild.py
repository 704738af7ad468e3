"""Build again from the deliveries as they were known, in a folder of its own."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb

from inburgering.intake.landed_version import REGISTER
from inburgering.issued.lock import read_lock
from inburgering.settings import CHECKOUT, file_hash, landing_folder
from inburgering.warehouse.made_from import deliveries_in, version_folders
from inburgering.write_errors import reason


@dataclass(frozen=True)
class Rebuilt:
    """An annex that was built again: its workbook, and whether it is the issued one to the byte.

    `same_packages` says whether the packages of the issued annex are those of this environment.
    """

    workbook: Path
    is_same: bool
    same_packages: bool


def rebuild_issued(folder: Path, into: Path) -> Rebuilt:
    """Build the issued annex in a folder again, from its commit and its deliveries, in a new folder.

    Raises click.ClickException when a delivery or the commit is no longer there, or a step does not succeed.
    """
    lock = read_lock(folder)
    there = deliveries_in(landing_folder())
    for name, known in lock.deliveries.items():
        if there.get(name) != known:
            how = "other than it was" if name in there else "not there"
            raise click.ClickException(f"{landing_folder()}: {name} is {how}; take the landing of then from a backup")
    _make(into)
    checkout = into / "checkout"
    _git("clone", "--quiet", "--shared", "--no-checkout", str(CHECKOUT), str(checkout))
    _git("-C", str(checkout), "checkout", "--quiet", "--detach", lock.commit)
    _copy_versions(set(lock.deliveries), into / "landing")
    workbook = into / "annex" / f"{lock.question}.xlsx"
    _step(into, checkout, str(Path(sys.executable).with_name("dbt")), "build", "--quiet")
    _step(into, checkout, sys.executable, "scripts/export_annex.py", lock.question, "--output", str(workbook))
    return Rebuilt(
        workbook,
        file_hash(workbook) == lock.issued[workbook.name],
        file_hash(CHECKOUT / "uv.lock") == lock.packages,
    )


def build_as_of(moment: datetime.datetime, into: Path) -> tuple[str, ...]:
    """Build from the deliveries that were known at a moment, with the present models; return these deliveries.

    Raises click.ClickException when no delivery was known then, or a step does not succeed.
    """
    known = tuple(name for name, folder in version_folders(landing_folder()).items() if _loaded_at(folder) <= moment)
    if not known:
        raise click.ClickException(f"{landing_folder()}: no delivery was loaded until {moment:%Y-%m-%d %H:%M} UTC")
    _make(into)
    _copy_versions(set(known), into / "landing")
    _step(into, CHECKOUT, str(Path(sys.executable).with_name("dbt")), "build", "--quiet")
    return known


def _loaded_at(version: Path) -> datetime.datetime:
    query = "select max(loaded_at) at time zone 'UTC' from read_parquet(?)"
    with duckdb.connect() as connection:
        [(loaded_at,)] = connection.execute(query, [str(version / REGISTER)]).fetchall()
    return loaded_at.replace(tzinfo=datetime.UTC)


def _make(into: Path) -> None:
    try:
        into.mkdir(parents=True)
    except FileExistsError:
        raise click.ClickException(f"{into}: there already; name another folder with --into, or remove it") from None
    except OSError as error:
        raise click.ClickException(f"{into}: cannot be made ({reason(error)}); name another with --into") from None


def _copy_versions(names: set[str], landing: Path) -> None:
    for name, folder in version_folders(landing_folder()).items():
        if name in names:
            shutil.copytree(folder, landing / folder.relative_to(landing_folder()))


def _git(*arguments: str) -> None:
    git = shutil.which("git")
    if git is None:
        raise click.ClickException("git: not installed; install it, and rebuild")
    done = subprocess.run([git, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"git {arguments[0]}: {(done.stderr.splitlines() or ['failed'])[-1]}")


def _step(into: Path, checkout: Path, *command: str) -> None:
    """Run a step of the pipeline in a checkout, on the landing and the warehouse of a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INBURGERING_", "DBT_"))}
    environment = kept | {
        "INBURGERING_LANDING": str(into / "landing"),
        "INBURGERING_WAREHOUSE": str(into / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(into / "target"),
        "DBT_LOG_PATH": str(into / "logs"),
        # The modules of that checkout, whatever the caller's are.
        "PYTHONPATH": str(checkout / "scripts"),
    }
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        what = f"{Path(command[0]).name} in {checkout}"
        raise click.ClickException(f"{what}: {(said or ['failed'])[-1]}; see {into}/logs")
