"""Write rows as CSV, in which no text is a formula or breaks a line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from inburgering.annex.plain_cell import no_formula
from inburgering.output_files import drafts_beside
from inburgering.write_errors import reason


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows; raises click.ClickException when the file that `--csv` names cannot be written."""
    try:
        with drafts_beside(path) as drafts:
            draft = drafts.folder / path.name
            with draft.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(headers)
                writer.writerows([no_formula(value) for value in row] for row in rows)
            draft.replace(path.resolve())
    except OSError as error:
        raise click.ClickException(
            f"{path}: cannot be written ({reason(error)}); close it or name another file with --csv"
        ) from None
