"""Person numbers under a pseudonym, counted a second time in plain Python with the standard library's HMAC."""

from __future__ import annotations

import hashlib
import hmac
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inburgering.intake.decoding import shown
from inburgering.intake.pseudonyms import with_pseudonyms
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
        draw(st.sampled_from(["", " ", "zie ", "x", "1", "19"]))
        + number
        + draw(st.sampled_from(["", "\t", " en ", "é", "1"]))
    )


CELLS = st.one_of(st.none(), st.just(""), notations(), st.tuples(notations(), notations()).map("".join))


def pseudonym(digits: str) -> str:
    return hmac.new(KEY.encode(), digits.encode(), hashlib.sha256).hexdigest()


def is_valid(digits: str) -> bool:
    if re.fullmatch("[0-9]{11}", digits) is None:
        return False
    if digits[:9] == "000000000":
        return False
    return int(digits[9:]) in {97 - int(century + digits[:9]) % 97 for century in ("", "2")}


def hidden(text: str | None) -> str | None:
    return None if text is None else hidden_in(text)


def hidden_in(text: str, begin: int = 0) -> str:
    """Try every part of a text, from left to right, eleven digits before ten; return what comes from `begin` on."""
    for start in range(begin, len(text)):
        before, after = re.findall(r"\d*$", text[:start])[0], re.findall(r"^\d*", text[start:])[0]
        are_many = len(before + after) % 11 == 0
        may_begin = not before.strip("0") or before in ("19", "20") or (are_many and len(before) % 11 == 0)
        if not after or not may_begin:
            continue
        for length in (11,) if before else (11, 10):
            for end in range(start + length, len(text) + 1):
                part = text[start:end]
                digits = "".join(str(int(one)) for one in part if one.isdecimal())
                goes_on = text[end : end + 1].isdecimal() and not (are_many and length == 11)
                if len(digits) != length or not part[-1].isdecimal() or goes_on:
                    continue
                gaps = re.split(r"[^\W\d]|\d", part)
                whole = not any(one.isalpha() for one in part) and max(map(len, gaps)) <= 3
                if whole and is_valid(digits.zfill(11)) and (length == 11 or len(part) == 10):
                    return text[begin:start] + f"persoon {pseudonym(part)[:16]}" + hidden_in(text, end)
    return text[begin:]


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
    written = f"{valid[:6]}-{valid[6:9]}.{valid[9:]}"
    rows = [(valid, f"zie {written}!"), ("17073003384", "17073003385"), ("x", None)]
    found = with_pseudonyms(pl.DataFrame(rows, ["number", "text"], orient="row"), "number", KEY)
    assert found.rows() == [
        (f"zie persoon {pseudonym(written)[:16]}!", pseudonym(valid), True),
        ("17073003385", pseudonym("17073003384"), True),
        (None, None, False),
    ]


SEPARATORS = ["", " ", ".", "-", "_", "/", ":", ",", " - ", "\u00a0", "\u2009", "\u202f", "\u200b", "\ufeff", "'", "\t"]
SEPARATORS += [" " * 8, "&nbsp;", "&#160;", "&#xA0;", "\u3164", "\u115f"]
SEPARATORS += [
    "&nbsp",
    "<br>",
    "<br/>",
    "</p><p>",
    "\\n",
    "\\t",
    "º",
    "ª",
    "\u02bc",
    "\u02b9",
    "\u30fc",
    "\u01c0",
    "\ua4f8",
]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "around", ["{}", "'{}", "({})", "zie {} en 12", "12345678901 {}", "{0}; {0}", "x{}x", "19{}", "geboren 20{}"]
)
def test_no_notation_of_a_number_stays_readable(separator: str, around: str) -> None:
    valid = person_number(7)
    for digits in (valid, valid.translate({ord("0") + n: 0xFF10 + n for n in range(10)})):
        parts = (digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:])
        text = around.format(separator.join(parts))
        found = with_pseudonyms(pl.DataFrame([("", text)], ["number", "text"], orient="row"), "number", KEY)
        shown = "".join(str(int(char)) for char in found["text"][0] if char.isdecimal())
        assert "persoon " in found["text"][0]
        assert valid not in shown


@pytest.mark.parametrize("around", ["0{}", "000{}", "{0}{0}", "{0}{0}{0}", "x0{}y"])
@pytest.mark.parametrize("alphabet", ["⁰¹²³⁴⁵⁶⁷⁸⁹", "⓪①②③④⑤⑥⑦⑧⑨", "٠١٢٣٤٥٦٧٨٩", "0123456789"])
def test_no_zeros_before_and_no_number_behind_it_keep_a_number_readable(around: str, alphabet: str) -> None:
    valid = person_number(7)
    text = around.format("".join(alphabet[int(digit)] for digit in valid))
    rows = pl.DataFrame([("", text)], ["number", "text"], orient="row")
    found = with_pseudonyms(rows, "number", KEY)["text"][0]
    left = re.sub("persoon [0-9a-f]{16}", "", found)
    assert found.count("persoon ") == around.count("{")
    assert len(left) < len(around)


def test_two_ways_to_write_a_number_stay_two_values_and_a_lost_zero_hides_nothing() -> None:
    number = f"010203004{97 - 10203004 % 97:02}"
    texts = [number, f"{number[:6]}-{number[6:]}", number[1:]]
    rows = pl.DataFrame([("", text) for text in texts], ["number", "text"], orient="row")
    found = with_pseudonyms(rows, "number", KEY)["text"].to_list()
    assert len(set(found)) == 3
    assert all(re.fullmatch("persoon [0-9a-f]{16}", text) for text in found)


def test_nine_zeros_are_no_number() -> None:
    rows = pl.DataFrame([("00000000097", "00000000097")], ["number", "text"], orient="row")
    assert with_pseudonyms(rows, "number", KEY).rows() == [("00000000097", pseudonym("00000000097"), False)]


@pytest.mark.parametrize("separator", [*SEPARATORS, "\n", "; ", "+", " " * 20, "abc"])
@pytest.mark.parametrize("alphabet", ["0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", "⓪①②③④⑤⑥⑦⑧⑨"])
def test_no_message_shows_the_number_in_the_name_of_a_file(separator: str, alphabet: str) -> None:
    digits = "".join(alphabet[int(digit)] for digit in person_number(7))
    name = separator.join((digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:]))
    assert not any(char.isdigit() and char in digits for char in shown(f"lijst {name}.csv").partition("\\")[0])
    assert "#" in shown(name)


def test_a_message_shows_the_day_in_the_name_of_a_file() -> None:
    assert shown("contracten 31-01-2024.csv") == "contracten 31-01-2024.csv"
