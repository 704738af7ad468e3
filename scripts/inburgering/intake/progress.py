"""Show how far a load is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

# Hears how many bytes have been read, and in which delivery the loader is.
Progress = Callable[[int, str], None]

SECONDS_BETWEEN_LINES = 10


@contextmanager
def shown_progress(size: int) -> Iterator[Progress]:
    """Give what shows how much of so many bytes has been read: a bar on a terminal, elsewhere a line now and then."""
    if not sys.stdout.isatty():
        yield lines_of_progress(size, click.echo, time.monotonic)
        return
    with click.progressbar(length=size, label="Loading", item_show_func=lambda name: name) as bar:
        yield lambda read, name: bar.update(read - bar.pos, name)


def lines_of_progress(size: int, say: Callable[[str], None], clock: Callable[[], float]) -> Progress:
    """Return what says how far a load is when it has said nothing for ten seconds."""
    said = clock()

    def progress(read: int, name: str) -> None:
        nonlocal said
        now = clock()
        if now - said >= SECONDS_BETWEEN_LINES:
            said = now
            say(f"Loading {name}: {100 * read // max(size, 1)} % of all files has been read")

    return progress
