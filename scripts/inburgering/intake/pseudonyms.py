"""Put a keyed pseudonym in the place of every person number."""

from __future__ import annotations

import polars as pl
import polars_hash

PERSON_NUMBER_DIGITS = 11
BORN_FROM_2000 = 2_000_000_000

# A number that slipped into another column, as people and programs write it.
NUMBER_IN_TEXT = "(?:^|[^0-9])([0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{2}[ ./-]?[0-9]{3}[ ./-]?[0-9]{2})(?:[^0-9]|$)"
SLIPPED_PSEUDONYM_LENGTH = 16


def with_pseudonyms(rows: pl.DataFrame, person_number: str, key: str) -> pl.DataFrame:
    """Return the rows without the column `person_number`, with `person_pseudonym` and `is_person_number_valid` instead.

    The pseudonym is the HMAC-SHA-256 of the number's digits, in hexadecimal; it is null where there are no digits. A
    valid number that stands in another column is hidden there.
    """
    digits = digits_of(rows[person_number])
    others = [hide_slipped(column, key) for column in rows.drop(person_number)]
    return pl.DataFrame([*others, pseudonyms(digits, key), is_person_number(digits)])


def digits_of(texts: pl.Series) -> pl.Series:
    """Return only the digits of each text."""
    return texts.str.replace_all("[^0-9]", "")


def pseudonyms(digits: pl.Series, key: str) -> pl.Series:
    """Return the pseudonym of each person number, null where it has no digits."""
    has_digits = pl.col("digits").str.len_bytes() > 0
    hashed = pl.when(has_digits).then(polars_hash.col("digits").chash.hmac_sha256(key=key))
    return pl.DataFrame({"digits": digits}).select(person_pseudonym=hashed).to_series()


def is_person_number(digits: pl.Series) -> pl.Series:
    """Return whether each is a person number: eleven digits of which the last two are the check number.

    That is 97 minus the first nine digits modulo 97, with a 2 before them for births from 2000.
    """
    number = pl.col("digits").cast(pl.Int64, strict=False)
    first_nine, remainder = number // 100, 97 - number % 100
    checked = (remainder == first_nine % 97) | (remainder == (BORN_FROM_2000 + first_nine) % 97)
    is_valid = (pl.col("digits").str.len_bytes() == PERSON_NUMBER_DIGITS) & checked
    return pl.DataFrame({"digits": digits}).select(is_person_number_valid=is_valid.fill_null(value=False)).to_series()


def hide_slipped(column: pl.Series, key: str) -> pl.Series:
    """Return a column in which each valid person number is replaced by the start of its pseudonym."""
    if column.dtype != pl.String or not (column.str.len_bytes() >= PERSON_NUMBER_DIGITS).any():
        return column
    suspects = column.str.contains(NUMBER_IN_TEXT).fill_null(value=False)
    if not suspects.any():
        return column
    texts = column.filter(suspects)
    found = texts.str.extract(NUMBER_IN_TEXT)
    digits = digits_of(found)
    hidden = [
        text.replace(number, f"persoon {pseudonym[:SLIPPED_PSEUDONYM_LENGTH]}") if is_valid else text
        for text, number, pseudonym, is_valid in zip(
            texts, found, pseudonyms(digits, key), is_person_number(digits), strict=True
        )
    ]
    return column.scatter(suspects.arg_true(), hidden)
