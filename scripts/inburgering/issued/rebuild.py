"""Build again from the deliveries as they were known, in a folder of its own."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
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


@dataclass(frozen=True)
class Workspace:
    """A folder with a landing and a warehouse of its own, and the checkout whose models and scripts build there."""

    folder: Path
    checkout: Path

    def build(self, deliveries: Iterable[str]) -> None:
        """Build from these versions of deliveries; raises click.ClickException where that does not succeed."""
        wanted = set(deliveries)
        for name, version in version_folders(landing_folder()).items():
            if name in wanted:
                shutil.copytree(version, self.folder / "landing" / version.relative_to(landing_folder()))
        self._run(str(Path(sys.executable).with_name("dbt")), "build", "--quiet")

    def export(self, question: str) -> Path:
        """Return the annex of a question from what was built; raises click.ClickException where that fails."""
        workbook = self.folder / "annex" / f"{question}.xlsx"
        self._run(sys.executable, "scripts/export_annex.py", question, "--output", str(workbook))
        return workbook

    def _run(self, *command: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INBURGERING_", "DBT_"))}
        environment = kept | {
            "INBURGERING_LANDING": str(self.folder / "landing"),
            "INBURGERING_WAREHOUSE": str(self.folder / "warehouse.duckdb"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            # The modules of that checkout, whatever the caller's are.
            "PYTHONPATH": str(self.checkout / "scripts"),
        }
        done = subprocess.run(  # noqa: S603
            command, cwd=self.checkout, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            what = f"{Path(command[0]).name} in {self.checkout}"
            raise click.ClickException(f"{what}: {(said or ['failed'])[-1]}; see {self.folder}/logs")


def rebuild_issued(folder: Path, into: Path) -> Rebuilt:
    """Build the issued annex in a folder again, from its commit and its deliveries, in a new folder.

    Raises click.ClickException when a delivery or the commit is no longer there, or a step does not succeed.
    """
    lock = read_lock(folder)
    require_deliveries(lock.deliveries)
    workspace = make_workspace(into, lock.commit)
    workspace.build(lock.deliveries)
    workbook = workspace.export(lock.question)
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
    make_workspace(into, commit=None).build(known)
    return known


def require_deliveries(known: dict[str, str]) -> None:
    """Raise click.ClickException unless every delivery, by name with its hash, is still in the landing."""
    there = deliveries_in(landing_folder())
    for name, content in known.items():
        if there.get(name) != content:
            how = "other than it was" if name in there else "not there"
            raise click.ClickException(f"{landing_folder()}: {name} is {how}; take the landing of then from a backup")


def make_workspace(into: Path, commit: str | None) -> Workspace:
    """Make a folder to build in, with a checkout of a commit; None: the present checkout, as it is.

    Raises click.ClickException when the folder is there already or the commit is not.
    """
    try:
        into.mkdir(parents=True)
    except FileExistsError:
        raise click.ClickException(f"{into}: there already; name another folder with --into, or remove it") from None
    except OSError as error:
        raise click.ClickException(f"{into}: cannot be made ({reason(error)}); name another with --into") from None
    return Workspace(into, check_out(commit, into / "checkout") if commit else CHECKOUT)


def check_out(commit: str, checkout: Path) -> Path:
    """Return a new checkout of a commit; raises click.ClickException when that is not there."""
    _git("clone", "--quiet", "--shared", "--no-checkout", str(CHECKOUT), str(checkout))
    _git("-C", str(checkout), "checkout", "--quiet", "--detach", commit)
    return checkout


def _loaded_at(version: Path) -> datetime.datetime:
    query = "select max(loaded_at) at time zone 'UTC' from read_parquet(?)"
    with duckdb.connect() as connection:
        [(loaded_at,)] = connection.execute(query, [str(version / REGISTER)]).fetchall()
    return loaded_at.replace(tzinfo=datetime.UTC)


def _git(*arguments: str) -> None:
    git = shutil.which("git")
    if git is None:
        raise click.ClickException("git: not installed; install it, and rebuild")
    done = subprocess.run([git, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"git {arguments[0]}: {(done.stderr.splitlines() or ['failed'])[-1]}")
