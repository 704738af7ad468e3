"""Start and stop a small Spark cluster on this machine, for `dbt build --target spark`."""

from __future__ import annotations

import re
import time

import click

from dev.spark_cluster import SparkCluster
from inburgering.screen import run
from inburgering.settings import spark_folder, spark_server


@click.group()
def main() -> None:
    """A master, two workers and a Thrift server on 127.0.0.1, in the folder INBURGERING_SPARK_FOLDER."""


@main.command()
@click.option(
    "--setting",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="A setting of Spark's in place of the cluster's own, for example spark.driver.memory=2g; may be repeated.",
)
def start(settings: tuple[str, ...]) -> None:
    """Start the cluster and wait until it answers on INBURGERING_SPARK_PORT."""
    started = time.monotonic()
    for setting in settings:
        if not re.fullmatch(r"spark\.[^=\s]+=\S+", setting):
            raise click.ClickException(f"--setting {setting}: not a setting of Spark's; write it as spark.NAME=VALUE")
    cluster = SparkCluster(spark_folder())
    cluster.start(spark_server().port, dict(setting.split("=", 1) for setting in settings))
    click.echo(f"Started in {time.monotonic() - started:.1f} s: {cluster.status()}")


@main.command()
def stop() -> None:
    """Stop the cluster; what was built on it is gone."""
    click.echo("Stopped" if SparkCluster(spark_folder()).stop() else "No cluster runs")


@main.command()
def status() -> None:
    """Say what runs; exit code 1 when nothing does."""
    running = SparkCluster(spark_folder()).status()
    click.echo(running or "No cluster runs; start one with make spark-start")
    if running is None:
        raise SystemExit(1)


if __name__ == "__main__":
    run(main)
