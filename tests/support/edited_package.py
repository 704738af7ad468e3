"""Change the data package of an annex as a test needs it."""

from __future__ import annotations

from pathlib import Path

from inburgering.settings import file_hash


def edit_package(path: Path, old: str, new: str) -> None:
    """Change a file of a data package, and the hash of it, as another build would have written it."""
    hash_before = file_hash(path)
    replace_once(path, old, new)
    replace_once(path.with_name("datapackage.json"), hash_before, file_hash(path))


def replace_once(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
