"""Step 1 of 3: decode what the agencies delivered and land it as Parquet, persons under a pseudonym."""

from __future__ import annotations

import time

import click

from inburgering.intake.delivery import Delivery, find_deliveries
from inburgering.intake.extract_contract import read_contracts
from inburgering.intake.landing import Accepted, Landing, LoadedDelivery
from inburgering.intake.loading import CannotLoadError, load_deliveries
from inburgering.intake.progress import shown_progress
from inburgering.screen import run
from inburgering.settings import extracts_folder, landing_folder, pseudonym_key, sample_hashes


@click.command()
@click.option("--allow-empty", is_flag=True, help="Accept a file or sheet that has a header but no rows.")
@click.option("--accept-fewer-rows", is_flag=True, help="Accept a new version without most of the rows before.")
def main(allow_empty: bool, accept_fewer_rows: bool) -> None:
    """Load every delivery of INBURGERING_EXTRACTS that is new or changed into INBURGERING_LANDING."""
    started = time.monotonic()
    extracts = extracts_folder()
    if not extracts.is_dir():
        raise click.ClickException(f"{extracts}: no such folder; put the extracts there or set INBURGERING_EXTRACTS")
    folder = landing_folder()
    if folder.resolve().is_relative_to(extracts.resolve()):
        raise click.ClickException(
            f"{folder}: is among the extracts; name a folder outside {extracts} in INBURGERING_LANDING"
        )
    key, contracts = pseudonym_key(extracts), read_contracts()
    landing = Landing(folder, contracts, key, sample_hashes(extracts))
    deliveries, problems = find_deliveries(extracts, contracts)
    if not deliveries and not problems:
        raise click.ClickException(f"{extracts}: no delivery found; expected <agency>/<yyyy-mm-dd>/ with its files")
    accepted = Accepted(allow_empty, accept_fewer_rows)
    size = sum(delivery.size_bytes for delivery in deliveries)
    try:
        with shown_progress(size) as progress:
            outcome = load_deliveries(landing, deliveries, extracts, accepted, progress)
    except CannotLoadError as error:
        raise click.ClickException(str(error)) from None
    for delivery, loaded in outcome.loaded:
        click.echo(describe(delivery, loaded))
        for same_file in loaded.same_files:
            click.echo(f"  {same_file}; is it of the right reference date?")
        for file in loaded.files_with_broken_rows:
            click.echo(
                f"  {file.place}: {file.rows_broken} of {file.rows_delivered} rows broken "
                f"({100 * file.rows_broken / file.rows_delivered:.2f} %); after dbt build, python "
                "scripts/report_rejects.py lists them"
            )
    new = [(delivery, loaded) for delivery, loaded in outcome.loaded if loaded.version is not None]
    rows_delivered = sum(loaded.rows_delivered for _, loaded in new)
    rows_broken = sum(loaded.rows_broken for _, loaded in new)
    click.echo(
        f"Loaded {len(new)} of {len(deliveries)} deliveries: {sum(len(delivery.files) for delivery, _ in new)} files, "
        f"{rows_delivered} rows delivered, {rows_delivered - rows_broken} landed, {rows_broken} broken and set aside, "
        f"{time.monotonic() - started:.1f} s → {landing.folder}"
    )
    for problem in (*problems, *outcome.problems):
        click.echo(f"Refused: {problem}", err=True)
    if problems or outcome.problems:
        raise SystemExit(1)


def describe(delivery: Delivery, loaded: LoadedDelivery) -> str:
    """Say in one line what loading a delivery came to."""
    if loaded.version is None:
        line = f"{delivery.name}: unchanged" + ("" if loaded.mended else ", nothing to do")
    else:
        line = (
            f"{delivery.name}: version {loaded.version}, {loaded.rows_delivered} rows delivered, "
            f"{loaded.rows_delivered - loaded.rows_broken} landed, {loaded.rows_broken} broken and set aside"
        )
    if loaded.version_before:
        line += (
            f"; since version {loaded.version_before}: {loaded.rows_added} rows added, {loaded.rows_gone} gone, "
            f"{loaded.rows_changed} changed"
        )
    if loaded.mended:
        line += f"; mended what was not whole: {', '.join(loaded.mended)}"
    if loaded.set_aside:
        line += f"; set aside what was not whole: {', '.join(loaded.set_aside)}"
    return line


if __name__ == "__main__":
    run(main)
