"""A step that runs in a fork does what it does in a process that starts from nothing, and dbt parses nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.pipeline import CHECKOUT, Pipeline, succeeded
from support.steps import run_anew, run_step, start_step

SEEN = "import os, sys; print(sys.argv, sys.path[0], os.getcwd(), os.environ['NAME'], sys.stdin.read(), __name__)"
LATE = "import threading as t; t.Thread(target=lambda: (t.main_thread().join(), print('late'))).start()"
CASES = {
    "lines": ["-c", SEEN, "one", "two"],
    "an odd end": ["-c", "import sys; sys.exit(7)"],
    "a last word": ["-c", "import sys; sys.exit('that is all')"],
    "a signal": ["-c", "import os; os.kill(os.getpid(), 9)"],
    "what is done at the end": ["-c", "import atexit, sys; atexit.register(print, 'bye'); print('x', file=sys.stderr)"],
    "a thread": ["-c", LATE],
    "a module": ["-m", "dev.generate_extracts", "--scale", "0"],
    "a script": [str(CHECKOUT / "scripts" / "explain_cell.py"), "--help"],
    "dbt": [],
}


def run_both(arguments: list[str], tmp_path: Path) -> list[subprocess.CompletedProcess[str]]:
    environment = Pipeline(tmp_path).environment | {"NAME": "a value"}
    command = [sys.executable, *arguments] if arguments else [str(Path(sys.executable).with_name("dbt")), "nothing"]
    return [run(command, tmp_path, environment) for run in (run_step, run_anew)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without forks every step starts from nothing")
@pytest.mark.parametrize("case", CASES)
def test_a_fork_does_what_a_process_does(case: str, tmp_path: Path) -> None:
    forked, anew = run_both(CASES[case], tmp_path)
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)


def test_an_error_has_a_traceback_in_a_fork_too(tmp_path: Path) -> None:
    for step in run_both(["-c", "1 / 0"], tmp_path):
        assert step.returncode == 1
        assert step.stderr.startswith("Traceback (most recent call last):\n")
        assert step.stderr.endswith("\nZeroDivisionError: division by zero\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without forks nothing is started so")
def test_a_step_under_way_can_be_killed(tmp_path: Path) -> None:
    with Path(os.devnull).open("w") as nowhere:
        step = start_step([sys.executable, "-c", "input()"], tmp_path, dict(os.environ), (nowhere, nowhere))
        assert step.wait() == 1  # there is nobody to answer
        step = start_step([sys.executable, "-c", "import signal; signal.pause()"], tmp_path, {}, (nowhere, nowhere))
        assert step.poll() is None
        os.killpg(step.pid, signal.SIGKILL)
        assert (step.wait(), step.poll()) == (-signal.SIGKILL, -signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without forks the place of the warehouse makes dbt parse anew")
def test_dbt_parses_nothing_anew_for_another_landing_and_another_warehouse(pipeline: Pipeline) -> None:
    printed = succeeded(pipeline.dbt("--debug", "parse"))
    assert "Partial parsing enabled, no changes found, skipping parsing" in printed
    assert "Unable to do partial parsing" not in printed
