"""Measure how long each step takes on the sample, and how much memory, on the machine it runs on."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from inburgering.settings import CHECKOUT, SAMPLE_KEY

PYTHON = sys.executable
DBT = str(Path(sys.executable).with_name("dbt"))
STEPS = (
    ("generate the sample", (PYTHON, "scripts/generate_extracts.py"), 1),
    ("load", (PYTHON, "scripts/load_extracts.py"), 3),
    ("dbt build", (DBT, "build"), 4),
    ("export", (PYTHON, "scripts/export_annex.py"), 3),
)


@click.command()
@click.option("--scale", default=1.0, show_default=True, help="Size of the sample; 1 is full size.")
def main(scale: float) -> None:
    """Print median seconds and peak memory of every step; the first of several builds warms up and is left out."""
    click.echo(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, scale {scale:g}")
    click.echo(f"{'step':<22}{'seconds':>10}{'peak MB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "INBURGERING_EXTRACTS": f"{folder}/extracts",
            "INBURGERING_WAREHOUSE": f"{folder}/warehouse.duckdb",
            "INBURGERING_PSEUDONYM_KEY": SAMPLE_KEY,
            "DBT_TARGET_PATH": f"{folder}/target",
            "DBT_LOG_PATH": f"{folder}/logs",
        }
        for name, command, runs in STEPS:
            arguments = {"generate the sample": ["--scale", str(scale)], "export": ["--output", f"{folder}/annex.xlsx"]}
            measured = []
            for run in range(runs):
                # Every load starts from an empty landing; the last one is what the build reads.
                if name == "load":
                    environment["INBURGERING_LANDING"] = f"{folder}/landing{run}"
                measured.append(measure([*command, *arguments.get(name, [])], environment))
            warm = sorted(measured[1:] if name == "dbt build" else measured)
            seconds = warm[len(warm) // 2][0]
            click.echo(f"{name:<22}{seconds:>10.1f}{max(megabytes for _, megabytes in measured):>10.0f}")


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds and its peak memory in MB. Raises click.ClickException when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} failed; run it by itself to see why")
    return time.monotonic() - started, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
