"""Say now and then how far dbt is, where dbt itself is quiet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

SECONDS_BETWEEN_LINES = 10


def say_steps(say: Callable[[str], None], clock: Callable[[], float]) -> Callable[[Any], None]:
    """Return what hears every event of dbt; it says the first step that starts, and then one in ten seconds."""
    said: float | None = None

    def hear(event: Any) -> None:
        nonlocal said
        if event.info.name != "LogStartLine":
            return
        now = clock()
        if said is None or now - said >= SECONDS_BETWEEN_LINES:
            said = now
            step = event.data
            with suppress(OSError):  # nobody listens any more, which is no reason to stop
                say(f"Building: step {step.index} of {step.total}, {step.description}")

    return hear
