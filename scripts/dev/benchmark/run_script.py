"""Run an SQL script in DuckDB: python scripts/dev/benchmark/run_script.py SCRIPT LANDING RESULT."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

DATABASE = ".duckdb"
SEEDS = Path(__file__).resolve().parents[3] / "seeds"


def main(script: str, landing: str, result: str) -> None:
    """Run a script that reads the variables `landing` and `seeds`.

    It writes the Parquet file `result`; or its tables stay in `result`, when that is a database.
    """
    with duckdb.connect(result if result.endswith(DATABASE) else ":memory:") as connection:
        connection.execute("set preserve_insertion_order = false")
        for name, value in (("landing", landing), ("seeds", SEEDS), ("result", result)):
            connection.execute(f"set variable {name} = ?", [str(value)])
        connection.execute(Path(script).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
