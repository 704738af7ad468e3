"""Put a keyed pseudonym in the place of every person number."""

from __future__ import annotations

import itertools
import re
import unicodedata

import polars as pl
import polars_hash

PERSON_NUMBER_DIGITS = 11
BORN_FROM_2000 = 2_000_000_000

# Ten or eleven digits with up to eight signs between two of them that are no letter and no digit: what people and
# programs write for a person number. Any number of signs is found quicker than eight, and looked at then. A number that
# Excel took for a number lost its leading zero.
# Signs that only look like letters, what the web writes for a space or a new line, and what programs write for a new
# line or a tab are between digits what spaces are.
LIKE_A_SPACE = (
    r"&(?:[a-zA-Z]{2,6};?|#[0-9]{2,5};|#[xX][0-9a-fA-F]{2,4};)|</?[a-zA-Z]{1,4} ?/?>|\\[nrt]"
    r"|[\u115F\u1160\u3164\uFFA0ªº\u02B0-\u02C1\u02D0\u02D1\u0640\u01C0-\u01C3\u3005\u30FC\uA4F8-\uA4FD]"
)
SEPARATOR = rf"(?:[^\p{{L}}\p{{Nd}}\p{{No}}]|{LIKE_A_SPACE})*"
DIGIT = r"[\p{Nd}\p{No}]"
MAY_HOLD_A_NUMBER = rf"{DIGIT}(?:{SEPARATOR}{DIGIT}){{9}}"
LARGEST_STEP = 9
SLIPPED_PSEUDONYM_LENGTH = 16
# What may stand before a number that begins with a whole year of birth.
CENTURIES = ([1, 9], [2, 0])
# So many values show whether the values of a column come back.
FEW = 1_000


def with_pseudonyms(rows: pl.DataFrame, person_number: str, key: str) -> pl.DataFrame:
    """Return the rows without the column `person_number`, with `person_pseudonym` and `is_person_number_valid` instead.

    The pseudonym is the HMAC-SHA-256 of the number's digits, in hexadecimal; it is null where there are no digits. A
    valid number that stands in another column is hidden there.
    """
    digits = digits_of(rows[person_number])
    others = [hide_slipped(column, key) for column in rows.drop(person_number)]
    return pl.DataFrame([*others, pseudonyms(digits, key), is_person_number(digits)])


def digits_of(texts: pl.Series) -> pl.Series:
    """Return only the digits of each text; most files write a number without anything else."""
    return texts.str.replace_all("[^0-9]", "") if texts.str.contains("[^0-9]").any() else texts


def pseudonyms(digits: pl.Series, key: str) -> pl.Series:
    """Return the pseudonym of each person number, null where it has no digits."""
    has_digits = pl.col("digits").str.len_bytes() > 0
    hashed = pl.when(has_digits).then(polars_hash.col("digits").chash.hmac_sha256(key=key))
    return pl.DataFrame({"digits": digits}).select(person_pseudonym=hashed).to_series()


def is_person_number(digits: pl.Series) -> pl.Series:
    """Return whether each is a person number: eleven digits of which the last two are the check number.

    That is 97 minus the first nine digits modulo 97, with a 2 before them for births from 2000. Nine
    zeros are no number.
    """
    number = pl.col("digits").cast(pl.Int64, strict=False)
    first_nine, remainder = number // 100, 97 - number % 100
    checked = (remainder == first_nine % 97) | (remainder == (BORN_FROM_2000 + first_nine) % 97)
    checked &= first_nine != 0
    is_valid = (pl.col("digits").str.len_bytes() == PERSON_NUMBER_DIGITS) & checked
    return pl.DataFrame({"digits": digits}).select(is_person_number_valid=is_valid.fill_null(value=False)).to_series()


def hide_slipped(column: pl.Series, key: str) -> pl.Series:
    """Return a column in which every valid person number is replaced by the start of its pseudonym."""
    if column.dtype != pl.String:
        return column
    # No shorter text holds a number. Bytes are counted quicker than characters, and are as many or more.
    texts = column.filter(column.str.len_bytes() >= PERSON_NUMBER_DIGITS - 1)
    # Of dates and statuses, each different one is looked at once; of numbers of dossiers, finding these costs more.
    if texts.head(FEW).n_unique() < FEW / 2:
        texts = texts.unique()
    suspects = texts.filter(texts.str.contains(MAY_HOLD_A_NUMBER)).unique()
    if suspects.is_empty():
        return column
    return column.replace(suspects, pl.Series(_without_numbers(suspects.to_list(), key), dtype=pl.String))


def _without_numbers(texts: list[str], key: str) -> list[str]:
    """Return texts with a pseudonym in the place of every valid person number."""
    found = [_possible_numbers(re.sub(LIKE_A_SPACE, _spaces, text)) for text in texts]
    digits = pl.Series([number for numbers in found for _, _, number in numbers], dtype=pl.String)
    # Of the number as it was written: two ways to write it are two values, before and after.
    written = pl.Series(
        [text[start:end] for text, numbers in zip(texts, found, strict=True) for start, end, _ in numbers],
        dtype=pl.String,
    )
    verdicts = iter(zip(pseudonyms(written, key), is_person_number(digits), strict=True))
    hidden = []
    for text, numbers in zip(texts, found, strict=True):
        valid = [(start, end, name) for (start, end, _), (name, is_valid) in zip(numbers, verdicts) if is_valid]  # noqa: B905
        parts, place = [], 0
        for start, end, name in valid:
            if start >= place:
                parts += [text[place:start], f"persoon {name[:SLIPPED_PSEUDONYM_LENGTH]}"]
                place = end
        hidden.append("".join([*parts, text[place:]]))
    return hidden


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _possible_numbers(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, eleven digits) of all that can be a person number in a text, from left to right.

    It begins and ends at the edge of a group of digits, but for zeros or a century before it and for numbers without
    anything between them. Ten digits behind one another lost the zero before them.
    """
    # A digit may stand in a circle or above the line.
    digits = [(place, unicodedata.digit(char)) for place, char in enumerate(text) if char.isdigit()]
    places = {place for place, _ in digits}
    groups = _within_groups(digits)
    found = []
    for first, (start, _) in enumerate(digits):
        before, only_zeros, together = groups[first]
        is_one_of_many = together % PERSON_NUMBER_DIGITS == 0
        is_behind_a_century = before == 2 and [digit for _, digit in digits[first - 2 : first]] in CENTURIES
        if not (only_zeros or is_behind_a_century or (is_one_of_many and before % PERSON_NUMBER_DIGITS == 0)):
            continue
        for length in (PERSON_NUMBER_DIGITS, PERSON_NUMBER_DIGITS - 1):
            own = digits[first : first + length]
            end = own[-1][0] + 1
            is_too_short = length < PERSON_NUMBER_DIGITS and (end - start > length or before)
            goes_on = end in places and not (is_one_of_many and length == PERSON_NUMBER_DIGITS)
            if len(own) < length or goes_on or is_too_short:
                continue
            widest = max(later - earlier for (earlier, _), (later, _) in itertools.pairwise(own))
            if widest > LARGEST_STEP or any(char.isalpha() for char in text[start:end]):
                continue
            number = "".join(str(digit) for _, digit in own).zfill(PERSON_NUMBER_DIGITS)
            found.append((start, end, number))
    return found


def _within_groups(digits: list[tuple[int, int]]) -> list[tuple[int, bool, int]]:
    """Return of each digit how many digits stand directly before it, whether only zeros, and how many are together."""
    before: list[tuple[int, bool]] = []
    for number, (place, _) in enumerate(digits):
        goes_on = number > 0 and digits[number - 1][0] == place - 1
        many, only_zeros = before[-1] if goes_on else (0, True)
        before.append((many + 1, only_zeros and digits[number - 1][1] == 0) if goes_on else (0, True))
    together: list[int] = []
    for number in reversed(range(len(digits))):
        goes_on = number + 1 < len(digits) and before[number + 1][0] > 0
        together.append(together[-1] if goes_on else before[number][0] + 1)
    return [(*one, many) for one, many in zip(before, reversed(together), strict=True)]
