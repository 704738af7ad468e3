"""Person numbers under a pseudonym, counted a second time in plain Python with the standard library's HMAC."""

from __future__ import annotations

import hashlib
import hmac
import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from inburgering.intake.pseudonyms import NUMBER_IN_TEXT, with_pseudonyms
from support.bad_inputs import person_number

KEY = "a key that only the tests use, longer than the sixty-four bytes of a block of the hash, é"

VALID = st.integers(1, 999).map(person_number)
DIGITS = st.one_of(VALID, VALID, st.text("0123456789", max_size=12), st.integers(0, 97 * 10**9).map("{:011}".format))


@st.composite
def notations(draw: st.DrawFn) -> str:
    """Return a number with marks between its digits, as it may stand in a cell, and text around it."""
    marks = st.sampled_from(["", "", "", "", ".", "-", " ", "/", ",", "\u00a0"])
    number = "".join(digit + draw(marks) for digit in draw(DIGITS))
    return (
        draw(st.sampled_from(["", " ", "zie ", "x", "1"]))
        + number
        + draw(st.sampled_from(["", "\t", " en ", "é", "1"]))
    )


CELLS = st.one_of(st.none(), st.just(""), notations(), st.tuples(notations(), notations()).map("".join))


def pseudonym(digits: str) -> str:
    return hmac.new(KEY.encode(), digits.encode(), hashlib.sha256).hexdigest()


def is_valid(digits: str) -> bool:
    if re.fullmatch("[0-9]{11}", digits) is None:
        return False
    return int(digits[9:]) in {97 - int(century + digits[:9]) % 97 for century in ("", "2")}


def hidden(text: str | None) -> str | None:
    found = re.search(NUMBER_IN_TEXT, text or "")
    if text is None or found is None:
        return text
    digits = re.sub("[^0-9]", "", found[1])
    return text.replace(found[1], f"persoon {pseudonym(digits)[:16]}") if is_valid(digits) else text


@settings(max_examples=300)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=40))
def test_every_row_has_the_pseudonym_of_its_number_and_no_number_in_another_column(rows: list[tuple]) -> None:
    cells = pl.DataFrame(rows, {"number": pl.String, "text": pl.String}, orient="row")
    found = with_pseudonyms(cells, "number", KEY)
    assert found.columns == ["text", "person_pseudonym", "is_person_number_valid"]
    expected = []
    for number, text in rows:
        digits = re.sub("[^0-9]", "", number or "")
        expected.append((hidden(text), pseudonym(digits) if digits else None, is_valid(digits)))
    assert found.rows() == expected


def test_the_rows_of_that_test_have_what_it_is_about() -> None:
    """Valid numbers that begin with 19 and 20, and one of each kind that is hidden or stays."""
    valid = person_number(7)
    rows = [(valid, f"zie {valid[:6]}-{valid[6:9]}.{valid[9:]}!"), ("17073003384", "17073003385"), ("x", None)]
    found = with_pseudonyms(pl.DataFrame(rows, ["number", "text"], orient="row"), "number", KEY)
    assert found.rows() == [
        (f"zie persoon {pseudonym(valid)[:16]}!", pseudonym(valid), True),
        ("17073003385", pseudonym("17073003384"), True),
        (None, None, False),
    ]
