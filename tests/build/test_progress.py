"""A quiet build says now and then how far it is."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

from inburgering.warehouse.progress import say_steps
from support.handmade import write_deliveries
from support.pipeline import CHECKOUT, Pipeline, command, succeeded


def start_of(step: int) -> SimpleNamespace:
    """Return what dbt says at the start of a step, as far as it is heard."""
    data = SimpleNamespace(index=step, total=106, description=f"sql table model main.model_{step}")
    return SimpleNamespace(info=SimpleNamespace(name="LogStartLine"), data=data)


def test_the_first_step_is_said_and_then_one_in_ten_seconds() -> None:
    seconds = iter([0.0, 9.9, 10.0, 15.0, 60.0])
    said: list[str] = []
    hear = say_steps(said.append, lambda: next(seconds))
    hear(SimpleNamespace(info=SimpleNamespace(name="LogHookStartLine"), data=SimpleNamespace()))
    for step in (1, 2, 3, 4, 5):
        hear(start_of(step))
    assert said == [f"Building: step {step} of 106, sql table model main.model_{step}" for step in (1, 3, 5)]


def test_a_console_that_is_gone_stops_no_step() -> None:
    def gone(line: str) -> None:
        raise BrokenPipeError(line)

    say_steps(gone, lambda: 0.0)(start_of(1))


def test_a_quiet_build_says_its_steps_and_a_plain_build_not_twice(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    seed = ("seed", "--select", "event_types")
    assert succeeded(pipeline.dbt("--quiet", *seed)) == "Building: step 1 of 1, seed file main.event_types\n"
    assert "Building: step" not in succeeded(pipeline.dbt(*seed))


def test_a_reader_that_goes_away_is_no_traceback(pipeline: Pipeline) -> None:
    write_deliveries(pipeline.extracts)
    succeeded(pipeline.load())
    seed = command("dbt", "seed", "--select", "event_types")
    with subprocess.Popen(
        seed, env=pipeline.environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as step:
        assert step.stdout
        assert step.stderr
        assert any("START" in line for line in step.stdout)
        step.stdout.close()
        assert step.stderr.read() == ""
    assert step.returncode == 0
