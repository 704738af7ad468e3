"""Step 1 of 3: decode what the agencies delivered and land it as Parquet, persons under a pseudonym."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import duckdb

from inburgering.intake.decoding import RefusedFileError, shown
from inburgering.intake.extract_contract import AgencyContract, read_contracts
from inburgering.intake.landing import Delivery, Landing, LoadedDelivery
from inburgering.screen import run
from inburgering.settings import SAMPLE_KEY, extracts_folder, landing_folder, pseudonym_key, sample_hashes
from inburgering.write_errors import reason


@click.command()
@click.option("--allow-empty", is_flag=True, help="Accept a file or sheet that has a header but no rows.")
def main(allow_empty: bool) -> None:
    """Load every delivery of INBURGERING_EXTRACTS that is new or changed into INBURGERING_LANDING."""
    started = time.monotonic()
    extracts = extracts_folder()
    key = pseudonym_key(extracts)
    landing = Landing(landing_folder(), key, sample_hashes(extracts) if key == SAMPLE_KEY else None)
    deliveries, problems = find_deliveries(extracts, read_contracts())
    if not deliveries and not problems:
        raise click.ClickException(f"{extracts}: no delivery found; expected <agency>/<yyyy-mm-dd>/ with its files")
    files = rows_delivered = rows_broken = loaded_deliveries = 0
    lines = []
    try:
        for delivery, loaded in load_deliveries(landing, deliveries, allow_empty, problems):
            lines.append(describe(delivery, loaded))
            if loaded.version is not None:
                loaded_deliveries += 1
                files += len({table.file_name for table in delivery.contract.tables})
                rows_delivered += loaded.rows_delivered
                rows_broken += loaded.rows_broken
    except (OSError, duckdb.IOException) as error:
        raise click.ClickException(cannot(error, extracts)) from None
    except (MemoryError, duckdb.OutOfMemoryException):
        raise click.ClickException(
            f"{landing_folder()}: not enough memory to load; close other programs and load again"
        ) from None
    for line in lines:
        click.echo(line)
    click.echo(
        f"Loaded {loaded_deliveries} of {len(deliveries)} deliveries: {files} files, {rows_delivered} rows delivered, "
        f"{rows_delivered - rows_broken} landed, {rows_broken} broken and set aside, "
        f"{time.monotonic() - started:.1f} s → {landing_folder()}"
    )
    for problem in problems:
        click.echo(f"Refused: {problem}", err=True)
    if problems:
        raise SystemExit(1)


def load_deliveries(
    landing: Landing, deliveries: list[Delivery], allow_empty: bool, problems: list[str]
) -> Iterator[tuple[Delivery, LoadedDelivery]]:
    """Load deliveries one after the other; a delivery that is refused gets a line in `problems`."""
    with landing.locked():
        try:
            landing.check_key()
        except RefusedFileError as refused:
            raise click.ClickException(str(refused)) from None
        size = sum(delivery.size_bytes for delivery in deliveries)
        with click.progressbar(length=size, label="Loading", item_show_func=lambda name: name) as bar:
            for delivery in deliveries:
                show = shown_progress(bar, delivery)
                show(0)
                try:
                    yield delivery, landing.load(delivery, allow_empty, show)
                except RefusedFileError as refused:
                    problems.append(f"{delivery.name}/{refused}")
                show(len(delivery.contract.tables))


def shown_progress(bar: Any, delivery: Delivery) -> Callable[[float], None]:
    """Return what moves the bar, which counts bytes, when it hears how many tables of the delivery have been read."""
    start, size, tables = bar.pos, delivery.size_bytes, len(delivery.contract.tables)
    return lambda tables_read: bar.update(int(start + size * tables_read / tables) - bar.pos, delivery.name)


def cannot(error: OSError | duckdb.IOException, extracts: Path) -> str:
    """Say which folder cannot be read or written, why, and what to do."""
    if isinstance(error, OSError) and error.filename and Path(error.filename).is_relative_to(extracts):
        return f"{error.filename}: cannot be read ({reason(error)}); make it readable and load again"
    return (
        f"{landing_folder()}: cannot be written ({reason(error)}); every delivery in it is whole; make room or name "
        "another folder in INBURGERING_LANDING, and load again"
    )


def find_deliveries(extracts: Path, contracts: dict[str, AgencyContract]) -> tuple[list[Delivery], list[str]]:
    """Return the deliveries under the extracts folder, oldest first, and a line for each folder that is none."""
    if not extracts.is_dir():
        raise click.ClickException(f"{extracts}: no such folder; put the extracts there or set INBURGERING_EXTRACTS")
    deliveries, problems = [], []
    for agency_folder in _visible_folders(extracts):
        contract = contracts.get(agency_folder.name)
        if contract is None:
            problems.append(f"{shown(agency_folder.name)}: no such agency; expected one of {', '.join(contracts)}")
            continue
        if agency_folder.is_symlink():
            problems.append(f"{contract.agency}: is a link, which is not followed; put the folder itself there")
            continue
        for folder in _visible_folders(agency_folder):
            name = f"{contract.agency}/{shown(folder.name)}"
            reference_date = read_reference_date(folder.name)
            if reference_date is None:
                problems.append(f"{name}: not a folder named after a reference date; name it yyyy-mm-dd")
                continue
            if folder.is_symlink():
                problems.append(f"{name}: is a link, which is not followed; put the folder itself there")
                continue
            deliveries.append(Delivery(contract, reference_date, folder))
    return sorted(deliveries, key=lambda delivery: delivery.reference_date), problems


def _visible_folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_reference_date(name: str) -> datetime.date | None:
    """Read a folder name of the form yyyy-mm-dd; None for any other."""
    try:
        reference_date = datetime.date.fromisoformat(name)
    except ValueError:
        return None
    return reference_date if reference_date.isoformat() == name else None


def describe(delivery: Delivery, loaded: LoadedDelivery) -> str:
    """Say in one line what loading a delivery came to."""
    if loaded.version is None:
        return f"{delivery.name}: unchanged, nothing to do"
    line = (
        f"{delivery.name}: version {loaded.version}, {loaded.rows_delivered} rows delivered, "
        f"{loaded.rows_delivered - loaded.rows_broken} landed, {loaded.rows_broken} broken and set aside"
    )
    if loaded.version > 1:
        line += (
            f"; since version {loaded.version - 1}: {loaded.rows_added} rows added, {loaded.rows_gone} gone, "
            f"{loaded.rows_changed} changed"
        )
    return line


if __name__ == "__main__":
    run(main)
