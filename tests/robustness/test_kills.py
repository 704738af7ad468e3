"""Load, build and export are killed at random moments; `make soak` does it more than a hundred times."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from support.soak import Soak


def test_a_kill_at_any_moment_damages_nothing_and_the_next_run_gives_the_same_annex(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    soak = Soak(tmp_path, pytestconfig.getoption("kill_seed"))
    for step in soak.steps(pytestconfig.getoption("kills")):
        soak.kill(step)
    click.echo(soak.summary())
