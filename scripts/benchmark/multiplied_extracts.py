"""CSV extracts many times the size of others, to load: the lines below the header, as many times.

The loader does the same work for a line that was there before as for a new one. Workbooks cannot grow, since a sheet
holds 1 048 576 rows; their agencies are left out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from inburgering.extract_contract import read_contracts
from inburgering.settings import SAMPLE_MARKER


def multiply_csv_extracts(source: Path, target: Path, copies: int) -> None:
    """Write the CSV files of `source` with every line below the header `copies` times; `target` must not exist yet."""
    target.mkdir(parents=True)
    shutil.copy(source / SAMPLE_MARKER, target)
    for agency, contract in read_contracts().items():
        if contract.file_format != "csv":
            continue
        for file in sorted((source / agency).glob("*/*.csv")):
            multiplied = target / file.relative_to(source)
            multiplied.parent.mkdir(parents=True, exist_ok=True)
            header, _, lines = file.read_bytes().partition(b"\n")
            with multiplied.open("wb") as out:
                out.write(header + b"\n")
                for _ in range(copies):
                    out.write(lines)
