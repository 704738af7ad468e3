"""Why a file could not be written, in a few words that stand in a message."""

from __future__ import annotations

import os
import re

import duckdb

NO_ROOM = "No space left on device"

# DuckDB and Arrow wrap what the system said in texts of their own, some of them JSON.
ERROR_NUMBER = re.compile(r'"errno":"(\d+)"')


def reason(error: OSError | duckdb.Error) -> str:
    """Return what the system said."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else str(error)
    text = str(error)
    if NO_ROOM in text:
        return NO_ROOM
    number = ERROR_NUMBER.search(text)
    return os.strerror(int(number[1])) if number else text.splitlines()[0].rpartition('": ')[2]
