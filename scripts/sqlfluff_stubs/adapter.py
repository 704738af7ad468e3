"""What sqlfluff sees in place of dbt's adapter."""

from __future__ import annotations

from collections.abc import Callable


def quote(identifier: str) -> str:
    """Stand in for the engine's quoting of a name."""
    return f'"{identifier}"'


def dispatch(name: str) -> Callable[..., str]:
    """Return a macro that reads as a column: which engine's text stands there is dbt's to choose."""
    return lambda *_: name
