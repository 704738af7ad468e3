"""A small Spark cluster on this machine: a master, two workers and a Thrift server, from the PyPI package.

Everything it writes stands in one folder, and everything it opens listens on 127.0.0.1 only. Its catalog lives as long
as the Thrift server: a cluster that was stopped starts empty.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

import click

HOST = "127.0.0.1"
WORKERS = 2
OLDEST_JAVA = 17
SECONDS_TO_START = 120
SECONDS_TO_STOP = 20

MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
SUBMIT = "org.apache.spark.deploy.SparkSubmit"
THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"

# Most statements are short: compiling them to the last would take longer than running them.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:MetaspaceSize=512m -XX:+UseSerialGC"

SETTINGS = {
    # What the models ask of any cluster; every run of dbt checks it.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    # What suits a cluster on one machine.
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.ui.enabled": "false",
    "spark.master.rest.enabled": "false",
    "spark.log.level": "WARN",
}


@dataclass(frozen=True)
class RunningCluster:
    """The process ids of a cluster by name, the master's status port and the Thrift server's port."""

    processes: dict[str, int]
    status_port: int
    thrift_port: int


class SparkCluster:
    """The cluster of one folder. Separate commands start and stop it, so a file remembers its processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._record = self._folder / "cluster.json"
        self._settings = self._folder / "spark-defaults.conf"

    def start(self, thrift_port: int, settings: dict[str, str]) -> None:
        """Start all processes and wait until both workers and the Thrift server answer.

        The settings of Spark's, by name, take the place of those above.

        Raises click.ClickException when it runs already, when Java or pyspark is missing, when the port is taken, and
        when a process ends or does not answer in time; nothing keeps running then.
        """
        if self._running() is not None:
            raise click.ClickException(f"{self._folder}: a cluster runs already; stop it first")
        environment = self._environment()
        if _answers(thrift_port):
            raise click.ClickException(f"port {thrift_port}: in use; name another one in INBURGERING_SPARK_PORT")
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "temporary").mkdir(parents=True)
        self._write_settings(settings)
        master_port, status_port = free_ports(2)
        master = f"spark://{HOST}:{master_port}"
        common = ("--properties-file", self._settings)
        commands: dict[str, tuple[object, ...]] = {
            "master": (MASTER, *common, "--host", HOST, "--port", master_port, "--webui-port", status_port)
        }
        for number in range(1, WORKERS + 1):
            resources = ("--cores", 1, "--memory", "1g", "--work-dir", self._folder / f"worker-{number}")
            commands[f"worker-{number}"] = (WORKER, *common, "--host", HOST, "--webui-port", 0, *resources, master)
        listening = {
            "hive.server2.thrift.bind.host": HOST,
            "hive.server2.thrift.port": thrift_port,
            "hive.exec.scratchdir": self._folder / "temporary" / "scratch",
        }
        commands["thrift-server"] = (
            *(SUBMIT, *common, "--master", master, "--class", THRIFT_SERVER, "spark-internal"),
            *(part for name, value in listening.items() for part in ("--hiveconf", f"{name}={value}")),
        )
        cluster = RunningCluster({}, status_port, thrift_port)
        try:
            for name, command in commands.items():
                cluster.processes[name] = self._launch(name, command, environment)
                self._record.write_text(json.dumps(asdict(cluster)), encoding="utf-8")
            self._wait_until_ready(cluster)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> bool:
        """Stop all processes of this cluster, the Thrift server first; return whether one was running."""
        running = self._running()
        if running is None:
            return False
        for process in reversed(running.processes.values()):
            self._end(process)
        self._record.unlink()
        return True

    def status(self) -> str | None:
        """Say in one line what runs; None when nothing does."""
        running = self._running()
        if running is None:
            return None
        answers = "answers" if _answers(running.thrift_port) else "does not answer"
        return (
            f"{_workers_alive(running.status_port)} of {WORKERS} workers alive, Thrift server {answers} "
            f"on {HOST}:{running.thrift_port}"
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment of all processes: no settings or secrets of the user's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "INBURGERING_"))}
        return kept | {
            "JAVA_HOME": str(_java_home()),
            "SPARK_HOME": str(_spark_home()),
            "SPARK_CONF_DIR": str(self._folder),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "1g",
            "SPARK_DAEMON_JAVA_OPTS": f"{JAVA_OPTIONS} -Djava.io.tmpdir={self._folder / 'temporary'}",
        }

    def _write_settings(self, chosen: dict[str, str]) -> None:
        temporary = self._folder / "temporary"
        settings = SETTINGS | {
            "spark.sql.warehouse.dir": self._folder / "warehouse",
            "spark.local.dir": temporary,
            "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} -Djava.io.tmpdir={temporary}",
            "spark.executor.extraJavaOptions": JAVA_OPTIONS,
            **chosen,
        }
        lines = (f"{name} {value}\n" for name, value in settings.items())
        self._settings.write_text("".join(lines), encoding="utf-8")

    def _launch(self, name: str, command: tuple[object, ...], environment: dict[str, str]) -> int:
        program = Path(environment["SPARK_HOME"]) / "bin" / "spark-class"
        with (self._folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(  # noqa: S603
                [str(part) for part in (program, *command)],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return process.pid

    def _wait_until_ready(self, cluster: RunningCluster) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while _workers_alive(cluster.status_port) < WORKERS or not _answers(cluster.thrift_port):
            for name, process in cluster.processes.items():
                if not self._is_ours(process):
                    raise click.ClickException(f"{self._folder / f'{name}.log'}: the {name} ended; the log says why")
            if time.monotonic() > deadline:
                raise click.ClickException(
                    f"{self._folder}: the cluster did not start within {SECONDS_TO_START} s; its logs say why"
                )
            time.sleep(0.2)

    def _end(self, process: int) -> None:
        deadline = time.monotonic() + SECONDS_TO_STOP
        sent = None
        while self._is_ours(process):
            wanted = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
            if sent != wanted:
                os.kill(process, wanted)
                sent = wanted
            time.sleep(0.1)

    def _running(self) -> RunningCluster | None:
        if not self._record.is_file():
            return None
        recorded = RunningCluster(**json.loads(self._record.read_text(encoding="utf-8")))
        return recorded if any(self._is_ours(process) for process in recorded.processes.values()) else None

    def _is_ours(self, process: int) -> bool:
        """Say whether a process id is still a process of this cluster: its command line names the settings file."""
        listed = subprocess.run(  # noqa: S603
            ["ps", "-ww", "-o", "command=", "-p", str(process)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        return str(self._settings) in listed.stdout


def _spark_home() -> Path:
    package = importlib.util.find_spec("pyspark")
    if package is None or package.origin is None:
        raise click.ClickException("pyspark is not installed; run make setup-spark")
    return Path(package.origin).parent


def _java_home() -> Path:
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin" if home else None)
    if program is None:
        raise click.ClickException(f"no Java found; install Java {OLDEST_JAVA} and put it on PATH or in JAVA_HOME")
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r'version "(\d+)', answer.stderr)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise click.ClickException(f"{program}: too old; Spark needs Java {OLDEST_JAVA}, on PATH or in JAVA_HOME")
    return Path(program).resolve().parents[1]


def _workers_alive(status_port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{status_port}/json/", timeout=5) as page:
            return json.load(page)["aliveworkers"]
    except (urllib.error.URLError, OSError, ValueError):
        return 0


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((HOST, port)) == 0


def free_ports(number: int) -> list[int]:
    """Return ports on 127.0.0.1 that nobody uses, below those that systems give to whoever asks for any port.

    Of those any, one can be taken between this look and its use: by the other processes of a cluster, which ask often.
    """
    free: set[int] = set()
    while len(free) < number:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind((HOST, port))
            free.add(port)
    return list(free)
