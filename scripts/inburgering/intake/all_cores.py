"""Do the same work on several things at once, with the outcome of doing it on one after the other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class GaveUpError(Exception):
    """Work was given up, because work on another item failed; nobody sees this error."""


class GiveUp:
    """Tells work that it is in vain."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def tell(self) -> None:
        """Tell everyone who checks."""
        self._told.set()

    def check(self) -> None:
        """Raise GaveUpError when the work that calls this is in vain."""
        if self._told.is_set():
            raise GaveUpError


def on_all_cores(work: Callable[[Item, GiveUp], Outcome], items: Iterable[Item]) -> list[Outcome]:
    """Return what the work makes of each item, in their order; as many are worked on at once as there are cores.

    Raises what the first item that fails raises. Work on the items after it is told to give up, and has ended then.
    """
    give_up = GiveUp()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = [pool.submit(work, item, give_up) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            give_up.tell()
            pool.shutdown(cancel_futures=True)
            raise
