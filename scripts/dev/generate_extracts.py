"""Make synthetic extracts of the three agencies, calibrated on the published figures. No real person is in them."""

from __future__ import annotations

import datetime
import tempfile
import time
from pathlib import Path

import click

from dev.sample.dialects import DialectWriter
from dev.sample.population import AGENCIES, Population
from inburgering.intake.extract_contract import read_contracts
from inburgering.settings import SAMPLE_MARKER, extracts_folder

MARKER_TEXT = (
    "These extracts are synthetic: made by scripts/dev/generate_extracts.py. No real person is in them.\n"
    "The loader accepts the public key of the sample for a folder with this file, and for no other.\n"
)


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
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="1 is full size; only there the published figures are reproduced.",
)
@click.option("--seed", type=int, default=123, show_default=True, help="The same seed gives the same files.")
def main(reference_dates: tuple[datetime.datetime, ...], scale: float, seed: int) -> None:
    """Write synthetic extracts into INBURGERING_EXTRACTS."""
    started = time.monotonic()
    folder = extracts_folder()
    if folder.exists() and any(folder.iterdir()) and not (folder / SAMPLE_MARKER).is_file():
        raise click.ClickException(
            f"{folder}: holds extracts that are no sample; name another folder in INBURGERING_EXTRACTS"
        )
    dates = sorted({moment.date() for moment in reference_dates})
    population = Population(seed, dates, scale)
    contracts = read_contracts()
    work = [(agency, date) for date in dates for agency in AGENCIES]
    rows = 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sample-", dir=folder.parent) as workspace:
        draft = Path(workspace) / folder.name
        with click.progressbar(work, label="Writing extracts") as bar:
            for agency, date in bar:
                writer = DialectWriter(contracts[agency], seed)
                rows += writer.write(population, date, draft / agency / date.isoformat())
        (draft / SAMPLE_MARKER).write_text(MARKER_TEXT, encoding="utf-8")
        # The whole sample appears at once, in place of an earlier one.
        if folder.exists():
            folder.rename(Path(workspace) / "earlier sample")
        draft.rename(folder)
    click.echo(f"Wrote {len(work)} deliveries, {rows} rows, {time.monotonic() - started:.1f} s → {folder}")


if __name__ == "__main__":
    main()
