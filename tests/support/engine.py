"""Run the project's steps on DuckDB and on a Spark cluster."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from inburgering.settings import SparkServer
from support.pipeline import Pipeline, succeeded

# A few rows are done before code for them is compiled, a plan is changed underway or a second task has started.
FOR_TINY_DATA = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.default.parallelism": "1",
    "spark.sql.parquet.compression.codec": "uncompressed",
    "spark.driver.memory": "2g",
    "spark.driver.defaultJavaOptions": "-Xmn600m",
}


@dataclass(frozen=True)
class SparkPipeline(Pipeline):
    """A pipeline that also builds on the Spark cluster behind a port of this machine, in a schema of its own."""

    port: int = 10000
    schema: str = "inburgering"

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "INBURGERING_SPARK_FOLDER": str(self.folder / "cluster"),
            "INBURGERING_SPARK_PORT": str(self.port),
            "INBURGERING_SPARK_SCHEMA": self.schema,
        }

    @property
    def server(self) -> SparkServer:
        return SparkServer("127.0.0.1", self.port, self.schema, "dbt")


@dataclass(frozen=True)
class Engine:
    """A target of dbt, and a pipeline that builds on it."""

    target: str
    pipeline: Pipeline

    def inline(self, template: str) -> subprocess.CompletedProcess[str]:
        """Let dbt, connected to this engine, run a Jinja template that calls the project's macros."""
        template = "{% if execute %}" + template + "{% endif %}"
        return self.pipeline.dbt("--quiet", "compile", "--target", self.target, "--inline", template)

    def render(self, template: str) -> str:
        """Return what such a template prints."""
        return succeeded(self.inline(template))

    def refusal_to_build(self, *arguments: object) -> str:
        """Return the one line in which `dbt build` says what is wrong; fail when it says more than that and where."""
        step = self.pipeline.dbt("--no-use-colors", "--quiet", "build", "--target", self.target, *arguments)
        assert step.returncode != 0
        assert step.stderr == ""
        problem = re.fullmatch(
            r"[\d:]+ +\[ERROR\]: Encountered an error:\n"
            r"Compilation Error in operation \S+ \(\S+\)\n"
            r"  (?P<line>.+)\n"
            r"  \n"
            r"(  > (in macro|called by operation|called by macro) .+\n)+",
            step.stdout,
        )
        assert problem, step.stdout[-3000:]
        return problem["line"]
