"""Start and stop a small Spark cluster on this machine, for `dbt build --target spark`."""

from __future__ import annotations

import time

import click

from inburgering.settings import spark_folder, spark_server
from inburgering.spark_cluster import SparkCluster


@click.group()
def main() -> None:
    """A master, two workers and a Thrift server on 127.0.0.1, in the folder INBURGERING_SPARK_FOLDER."""


@main.command()
def start() -> None:
    """Start the cluster and wait until it answers on INBURGERING_SPARK_PORT."""
    started = time.monotonic()
    cluster = SparkCluster(spark_folder())
    cluster.start(spark_server().port)
    click.echo(f"Started in {time.monotonic() - started:.1f} s: {cluster.status()}")


@main.command()
def stop() -> None:
    """Stop the cluster; what was built on it is gone."""
    click.echo("Stopped" if SparkCluster(spark_folder()).stop() else "No cluster runs")


@main.command()
def status() -> None:
    """Say what runs; exit code 1 when nothing does."""
    running = SparkCluster(spark_folder()).status()
    click.echo(running or "No cluster runs; start one with python scripts/spark_cluster.py start")
    if running is None:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
