"""Make synthetic extracts of the three agencies, calibrated on the published figures. No real person is in them."""

from __future__ import annotations

import datetime
import math
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import click

from dev.sample.dialects import DialectWriter
from dev.sample.population import AGENCIES, Population
from inburgering.intake.extract_contract import read_contracts
from inburgering.screen import run
from inburgering.settings import SAMPLE_MARKER, file_hash, sample_extracts_folder, sample_hashes

MARKER_TEXT = (
    "These extracts are synthetic: made by scripts/dev/generate_extracts.py. No real person is in them.\n"
    "The loader accepts the public key of the sample for the files whose SHA-256 is listed here, and for no other.\n"
)


LARGEST_SCALE = 1000


def is_a_number(context: click.Context, parameter: click.Parameter, scale: float) -> float:
    """Return the scale, unless it is nan, which every range lets through."""
    if math.isnan(scale):
        raise click.BadParameter("nan is no number", context, parameter)
    return scale


@click.command()
@click.option(
    "--reference-date",
    "reference_dates",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    default=["2023-01-31", "2024-01-31"],
    show_default=True,
    help="A date to make deliveries for; may be given more than once.",
)
@click.option(
    "--scale",
    type=click.FloatRange(min=0, min_open=True, max=LARGEST_SCALE),
    callback=is_a_number,
    default=1.0,
    show_default=True,
    help="1 is full size; only there the published figures are reproduced.",
)
@click.option("--seed", type=int, default=123, show_default=True, help="The same seed gives the same files.")
def main(reference_dates: tuple[datetime.datetime, ...], scale: float, seed: int) -> None:
    """Write synthetic extracts into INBURGERING_EXTRACTS, or else into sample/extracts."""
    started = time.monotonic()
    folder = sample_extracts_folder()
    stranger = first_stranger(folder)
    if stranger:
        raise click.ClickException(
            f"{folder}: holds {stranger}, which is of no earlier sample; name another folder in INBURGERING_EXTRACTS"
        )
    dates = sorted({moment.date() for moment in reference_dates})
    population = Population(seed, dates, scale)
    work = [(agency, date) for date in dates for agency in AGENCIES]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=folder.parent) as workspace:
        draft = Path(workspace) / folder.name
        # Each delivery draws from a source of its own, so it does not matter which is written first.
        with ProcessPoolExecutor(initializer=share, initargs=(population, seed)) as processes:
            written = [processes.submit(write, *delivery, draft) for delivery in work]
            with click.progressbar(as_completed(written), len(written), label="Writing extracts") as bar:
                rows = sum(delivery.result() for delivery in bar)
        write_marker(draft)
        # The whole sample appears at once, in place of an earlier one.
        if folder.exists():
            folder.rename(Path(workspace) / "earlier sample")
        draft.rename(folder)
    click.echo(f"Wrote {len(work)} deliveries, {rows} rows, {time.monotonic() - started:.1f} s → {folder}")


_shared: tuple[Population, int]


def share(population: Population, seed: int) -> None:
    """Remember, in a process that writes deliveries, what they all come from."""
    global _shared
    _shared = population, seed


def write(agency: str, date: datetime.date, draft: Path) -> int:
    """Write one delivery and return the number of rows."""
    population, seed = _shared
    return DialectWriter(read_contracts()[agency], seed).write(population, date, draft / agency / date.isoformat())


def write_marker(folder: Path) -> None:
    """Mark the files in a folder as the synthetic sample, which the public key opens."""
    listed = [f"{file_hash(path)}  {path.relative_to(folder)}\n" for path in files_below(folder)]
    (folder / SAMPLE_MARKER).write_text(MARKER_TEXT + "".join(listed), encoding="utf-8")


def files_below(folder: Path) -> list[Path]:
    """Return every file below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def first_stranger(folder: Path) -> str | None:
    """Return a file in the folder that this program did not write; None where there is none."""
    if not folder.exists():
        return None
    own = sample_hashes(folder)
    for path in files_below(folder):
        if path != folder / SAMPLE_MARKER and (path.is_symlink() or file_hash(path) not in own):
            return str(path.relative_to(folder))
    return None


if __name__ == "__main__":
    run(main)
