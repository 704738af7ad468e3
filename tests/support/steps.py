"""Run steps in forks of one process that has imported what they import (`step_server`)."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

SERVER = Path(__file__).with_name("step_server.py")
# What Python reads when it starts, and a fork does not.
READ_AT_THE_START = {name: os.environ.get(name) for name in ("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONHASHSEED")}


@dataclass
class StartedStep:
    """A step that is under way, in the fork of that number."""

    pid: int
    _end: IO[str]
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return how the step ended; None while it has not."""
        if self.returncode is None and select.select([self._end], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self) -> int:
        """Return how the step ended, when it has; a signal that ended it counts below zero."""
        if self.returncode is None:
            self.returncode = int(self._end.readline())
            self._end.close()
        return self.returncode


def start_step(
    command: list[str], folder: Path, environment: dict[str, str], printed: tuple[IO[str], IO[str]]
) -> StartedStep:
    """Start Python, or what is written in it such as dbt, in a fork with a process group of its own."""
    step = {
        "command": command[1:] if command[0] == sys.executable else command,
        "folder": str(folder),
        "environment": environment,
    }
    answers, tell = os.pipe()
    try:
        handles = [*(file.fileno() for file in printed), tell]
        socket.send_fds(server(), [json.dumps(step).encode()], handles)
    finally:
        os.close(tell)
    # Not buffered, so that `select` sees the second line.
    pid = b"".join(iter(lambda: os.read(answers, 1).strip(), b""))
    return StartedStep(int(pid), os.fdopen(answers))


def run_step(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; Python and what is written in it, such as dbt, in a fork."""
    is_python = Path(command[0]).parent == Path(sys.executable).parent
    starts_otherwise = any(environment.get(name) != value for name, value in READ_AT_THE_START.items())
    if not is_python or starts_otherwise or not hasattr(os, "fork"):
        return run_anew(command, folder, environment)
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        code = start_step(command, folder, environment, (stdout, stderr)).wait()
        for printed in (stdout, stderr):
            printed.seek(0)
        return subprocess.CompletedProcess(command, code, stdout.read(), stderr.read())


def run_anew(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a process that starts from nothing, as a user does."""
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@cache
def server() -> socket.socket:
    """Start the process that forks; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE_"))}
    environment |= {name: value for name, value in READ_AT_THE_START.items() if value is not None}
    subprocess.Popen(
        [sys.executable, "-P", SERVER, str(theirs.fileno())],
        env=environment,
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    return ours
