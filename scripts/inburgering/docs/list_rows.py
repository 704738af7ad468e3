"""The rows of the lists (dbt's seeds) as the docs page shows them, found by code and by country in two languages."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from babel import Locale

COUNTRY = "nationality"
MARKDOWN = re.compile(r"([\\`*\[\]<>|~])")


def read_lists(checkout: Path, manifest: dict) -> dict[str, list[dict[str, str]]]:
    """Return the rows of every seed by its unique id, with the names of a country beside its code."""
    lists = {
        key: read_rows(checkout / node["original_file_path"])
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "seed"
    }
    dutch = {row[COUNTRY]: row["label"] for rows in lists.values() for row in rows if COUNTRY in row and "label" in row}
    english = Locale("en").territories
    for rows in lists.values():
        for row in rows:
            if COUNTRY in row:
                row.setdefault("label", dutch.get(row[COUNTRY], ""))
                row["in English"] = english.get(row[COUNTRY], "")
    return lists


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a seed, every value as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_text(rows: list[dict[str, str]]) -> str:
    """Return the rows as a table in Markdown, each under the number of its line in the file; empty without rows."""
    if not rows:
        return ""
    lines = [["line", *rows[0]], ["---"] * (len(rows[0]) + 1)]
    lines += [[str(place), *row.values()] for place, row in enumerate(rows, start=2)]
    return "\n\n**Rows of this list**\n\n" + "\n".join("| " + " | ".join(map(in_a_cell, line)) + " |" for line in lines)


def in_a_cell(text: str) -> str:
    """Return a text that stands in a cell of a table as it is written."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
