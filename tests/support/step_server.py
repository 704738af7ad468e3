"""A process that has imported what the steps import, and becomes one in a fork: starting Python and dbt takes seconds.

A step still is a process of its own, with its own environment, folder and end; only the imports are shared. None of the
project's own modules is among them, so a copy of the project runs its own.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

# Nothing that starts a thread: a fork would not have it.
PRELOADED = (
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.adapters.duckdb",
    "dbt.adapters.duckdb.impl",
    "duckdb",
    "openpyxl",
    "docx",
    "babel.dates",
    "babel.lists",
    "babel.numbers",
    "pydantic.fields",
    "pydantic.functional_validators",
    "pydantic.json_schema",
    "pydantic.main",
    "filelock",
    "python_calamine",
    "coverage",
)
LARGEST_REQUEST = 1_000_000


def serve(control: socket.socket) -> list[str]:
    """Fork for every step that is asked for, until nobody asks any more; in a fork, return its command line."""
    while True:
        request, handles, _, _ = socket.recv_fds(control, LARGEST_REQUEST, 3)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            step = os.fork()
            if step == 0:
                return prepare(json.loads(request), *handles)
            # The fork does the same, and whoever is first has done it for both.
            put_in_a_group_of_its_own(step)
            os.write(handles[2], f"{step}\n".encode())
            _, status = os.waitpid(step, 0)
            os.write(handles[2], f"{os.waitstatus_to_exitcode(status)}\n".encode())
            os._exit(0)
        for handle in handles:
            os.close(handle)


def put_in_a_group_of_its_own(process: int) -> None:
    """Let a signal for all of a step, and what it starts, reach nothing else."""
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(process, process)


def prepare(step: dict, stdout: int, stderr: int, ended: int) -> list[str]:
    """Give this process what a new one would start with."""
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    for handle in (stdout, stderr, ended):
        os.close(handle)
    put_in_a_group_of_its_own(0)
    os.chdir(step["folder"])
    os.environ.clear()
    os.environ.update(step["environment"])
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        importlib.import_module("coverage").process_startup()
    return step["command"]


def run(program: str, *arguments: str) -> None:
    """Run a file, a module or lines as Python does: `<file> …`, `-m <module> …` or `-c <lines> …`."""
    if program == "-m":
        sys.path.insert(0, str(Path.cwd()))
        sys.argv[:] = arguments
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    elif program == "-c":
        sys.path.insert(0, "")
        sys.argv[:] = ["-c", *arguments[1:]]
        exec(compile(arguments[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    else:
        sys.path.insert(0, str(Path(program).parent))
        sys.argv[:] = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


def become(command: list[str]) -> NoReturn:
    """Run a step to its end, and end as Python would, without the seconds of taking down all that was imported."""
    code: object = 0
    try:
        run(*command)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)  # noqa: T201
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def forget_where_the_warehouse_stands() -> None:
    """Let dbt go on from what it parsed for another warehouse: no model depends on where the warehouse stands."""
    credentials = importlib.import_module("dbt.adapters.duckdb.credentials").DuckDBCredentials
    keys = credentials._connection_keys
    credentials._connection_keys = lambda self: tuple(key for key in keys(self) if key != "path")


if __name__ == "__main__":
    for name in PRELOADED:
        importlib.import_module(name)
    forget_where_the_warehouse_stands()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    become(serve(socket.socket(fileno=int(sys.argv[1]))))
