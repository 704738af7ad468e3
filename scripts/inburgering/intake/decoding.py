"""What the decoders of all file formats have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

BATCH_ROWS = 50_000

# What one cell of a workbook can hold; a longer value could not be sent back to the agency.
LONGEST_VALUE = 32_767

# UTF-8 that somebody read as windows-1252 (ï became Ã¯), and the sign for a character that was lost.
WRONGLY_DECODED = re.compile("[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|ï»¿|\ufffd")

LONGEST_SHOWN_TEXT = 80
# A person number has eleven digits, or ten when it lost its zero; a name with more than nine digits shows none of them.
MOST_SHOWN_DIGITS = 9


class RefusedFileError(Exception):
    """A file that breaks the extract contract as a whole; the message names place, expectation and remedy."""


@dataclass(frozen=True)
class BrokenRow:
    """A row that cannot be cut into the declared columns. Its text is not kept: it may hold a person number."""

    row_number: int
    reason: str


@dataclass
class DecodedTable:
    """The rows of one table as text, in batches of `row_number` and the contract's columns, and the broken rows.

    `broken_rows` is complete only when `batches` has been read to its end; `share_read` says how far that is, 0 to 1.
    """

    batches: Iterator[pl.DataFrame] = field(default_factory=lambda: iter(()))
    broken_rows: list[BrokenRow] = field(default_factory=list)
    share_read: float = 0.0


def batch_of(numbers: Sequence[int], texts: Mapping[str, Sequence[str | None]]) -> pl.DataFrame:
    """Return rows as a batch: their numbers, and their values by column, in the contract's order."""
    columns = [pl.Series(name, values, pl.String) for name, values in texts.items()]
    return pl.DataFrame([pl.Series("row_number", numbers, pl.Int64), *columns])


def shown(text: str) -> str:
    """Return text that somebody else wrote as a message can show it: short, on one line, without a person number."""
    if sum(map(str.isdigit, text)) > MOST_SHOWN_DIGITS:
        text = _without_digits(text)
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return text if len(text) <= LONGEST_SHOWN_TEXT else text[:LONGEST_SHOWN_TEXT] + "…"


def _without_digits(text: str) -> str:
    return "".join("#" if char.isdigit() else char for char in text)


def check_text(place: str, text: str) -> None:
    """Raise RefusedFileError for text that was decoded wrongly before it came, or that has NUL bytes in it."""
    if text.isascii() and "\0" not in text:
        return
    if "\0" in text:
        raise RefusedFileError(f"{place}: NUL bytes in the text; export the file anew, as plain text")
    wrong = WRONGLY_DECODED.search(text)
    if wrong:
        raise RefusedFileError(
            f"{place}: {wrong[0]!r} is text that was decoded wrongly before it came; export it anew from its source"
        )


def check_header(place: str, expected: tuple[str, ...], found: list[str]) -> None:
    """Raise RefusedFileError unless the header is exactly the declared one, naming the first column that differs.

    What was found is shown without its digits: a file without a header has a person there.
    """
    if tuple(found) == expected:
        return
    for position, (want, have) in enumerate(zip(expected, found, strict=False), start=1):
        if want != have:
            raise RefusedFileError(
                f"{place}: column {position} should be {want!r} but is '{shown(_without_digits(have))}'; "
                "deliver the columns of the extract contract, in its order and separator"
            )
    if len(found) < len(expected):
        raise RefusedFileError(
            f"{place}: {len(expected)} columns expected, {len(found)} found; "
            f"column {len(found) + 1}, {expected[len(found)]!r}, is missing (is the separator right?)"
        )
    raise RefusedFileError(
        f"{place}: {len(expected)} columns expected, {len(found)} found; "
        f"remove the extra column '{shown(_without_digits(found[len(expected)]))}'"
    )
