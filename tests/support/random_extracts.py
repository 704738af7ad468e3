"""Small, random and deliberately dirty extracts, for a test that compares two ways of counting them.

Everything is drawn from one `Random`: the same seed gives the same CSV bytes and the same workbook cells. The tables of
weights at the top say what occurs and how often; take a line out and that trap no longer occurs. What is left out on
purpose: files that must be refused (headers, numbers of fields, quotes), unknown types, control characters other than
tab and newline, cells that Excel would read as a formula, digits that are not 0-9.
"""

import calendar
import csv
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from openpyxl import Workbook

REFERENCE = Path(__file__).parents[2] / "seeds" / "reference"

Cell = str | int | float | date | datetime
Row = list[Cell]
T = TypeVar("T")

# --- How often --------------------------------------------------------------------------------------------------------

SINGLE_ROW_FILE = 0.04
UNUSABLE_NUMBER = 0.18
WHITE_SPACE_AROUND = 0.05
OTHER_CAPITALS = 0.15
UNREADABLE_EVENT_DATE = 0.07
UNREADABLE_OTHER_DATE = 0.06
EVENT_ON_THE_PERSONS_OWN_DAY = 0.3
NATIONALITY_THAT_CHANGES_THAT_DAY = 0.7
ODD_KEY = 0.03
EMPTY_EXCEL_ROW = 0.3
FULLY_QUOTED_HEADER = 0.2
FULLY_QUOTED_ROW = 0.1
NEEDLESS_QUOTES = 0.03
BYTE_ORDER_MARK = 0.5

WHITE_SPACE = {" ": 5, "   ": 1, "\t": 2, "\u00a0": 2, "\n": 1, " \u00a0": 1}
LINE_ENDINGS = {"\r\n": 1, "\n": 1}
FILE_ENDS = {"": 2, "{newline}": 5, "{newline}{newline}": 1, "{newline}{newline}{newline}": 1}
CAPITALS: dict[Callable[[str], str], float] = {str.upper: 1, str.lower: 1, str.swapcase: 1, str.title: 1}

# Rows with one key in the order of the file; the same letter is the same row. a: a row; b: a with one cell changed;
# c: another row; u and v: rows whose event date is unusable; w: a, but with white space around its key.
SAME_KEY = {
    "a": 130,
    **dict.fromkeys(("aa", "ab", "ac", "aw", "au", "ua"), 4),
    **dict.fromkeys(("uu", "uv", "aaa", "aba", "aab", "abb", "abc", "acu", "aua", "auc", "uac", "uva"), 1),
}

# --- Code values ------------------------------------------------------------------------------------------------------

STATUS_LABELS = (
    "arbeidsmigrant EU+",
    "EU+ in afwachting",
    "gezinshereniging met derdelander",
    "student derdelander",
    "gezinshereniging met EU+",
    "gezinshereniging met Belg",
    "erkend vluchteling",
    "student EU+",
    "beschikker voldoende bestaansmiddelen EU+",
    "arbeidsmigrant derdelander",
    "andere reden derdelander",
    "geregulariseerd",
    "Belg nieuwkomer",
    "andere reden EU+",
    "gezinshereniging met EU+ of Belg",
    "asielzoeker",
    "subsidiaire bescherming",
    "overige",
    "onbepaald",
    "tijdelijk ontheemde",
)
STATUS_CODES = tuple(f"VR{number:02}" for number in range(1, len(STATUS_LABELS) + 1))

# A table of codes per fact; an empty code is among them where empty is a value of the list.
SHARED_CODES = {
    "reason": {
        **dict.fromkeys(("RECHTHEBBEND", "VERHUISD_BUITENLAND", "VERHUISD_GEWEST", "GEEN_DOELGROEP"), 3),
        **dict.fromkeys(("OVERLEDEN", "ONBEKEND", ""), 3),
    },
    "trajectory": {
        **dict.fromkeys(("TT_IBVP", "TT_IBRH"), 15),
        **dict.fromkeys(("TT_IBGD", "TT_IB-18", "TT_IBNB", "TT_IBBXL", "TT_IBAS", "TT_IBLING"), 6),
        **dict.fromkeys(("TT_NT2", "TT_OBVDAB", "TT_OBOCMW", "TT_WCIB", "TT_WCTB", "TT_OBSEC"), 1),
        **dict.fromkeys(("TT_NT2OCMW", "TT_NT2VDAB", "TT_OBMAT", "TT_NIV_BEPALING", "TT_WCTK"), 1),
    },
    "attest_type": {"AI023": 5, "AEVC05": 1},
}
UNKNOWN_CODES = {
    "reason": ("GEEN DOELGROEP", "RECHT", "VERHUISD"),
    "trajectory": ("TT_IB", "TT_IB18", "TT_IB_VP", "TT IBVP", "IBVP", "TT_IBVPX"),
    "attest_type": ("AI23", "AI024", "AI 023", "AEVC5", "AI023x"),
    "nationality": ("UK", "EL", "XX", "SU", "YU", "XXA", "ROM", "SUN", "YUG", "0150", "15", "999", "700", "801"),
    "gender": ("0", "3", "Vrouwen", "F", "O"),
    "target_group": ("VERPLICHT ", "RECHT PLICHT", "PLICHTIG", "N", "verplicht recht"),
    "status": ("VR00", "VR21", "VR1", "gezinshereniging", "gezinshereniging  met Belg", "student EU", "vluchteling"),
}
EMPTY_KEY = 0.04

UNKNOWN_ANYWHERE = (
    "?", "-", "NULL", "nan", "None", "N/A", "#", "n.v.t.", "pad\\", "'", "a;b", "a,b", 'een "ander"', '"',
    "één – œuvre", "100 €", "België", "regel 1\nregel 2", 'alles; in, "één"\nwaarde',
)  # fmt: skip
OUTSIDE_WINDOWS_1252 = ("Łódź", "不明", "Ελλάδα", "😀")

CODE_KINDS = {"own": 84, "other agency": 4, "unknown": 6, "empty": 6}

FREQUENT_COUNTRIES = ("GB", "HR", "BE", "NO", "CH", "GR", "NA", "AF")
NATIONALITY_KINDS = {"frequent": 5, "any": 3, "special": 1}
SPECIAL_NATIONALITIES = {
    "agii": ("711", "822", "169", "172"),
    "atlas": ("NA", "na", "Na", "GB", "HR"),
    "amal": ("NAM", "GBR", "HRV"),
}
MUNICIPALITY_KINDS = {"city": 3, "current": 10, "past": 3, "known prefix": 1, "unknown": 1, "empty": 1}
CITIES = ("11002", "44021", "21004", "11007")
UNKNOWN_MUNICIPALITIES = ("99999", "0", "1", "011002", "00000", "11002A", "NIS 11002", "Gent", "1100", "110020")

# --- Numbers of persons and keys --------------------------------------------------------------------------------------

MONTHS_ADDED = {0: 6, 20: 1, 40: 1}
UNKNOWN_BIRTHDAY = 0.03
CENTURIES = {"": 3, "2": 2}
NUMBER_NOTATIONS = {
    "agii": {"plain": 30, "dotted": 1},
    "atlas": {"dotted": 20, "number": 12, "plain": 3, "spaced": 1},
    "amal": {"plain": 30, "spaced": 1},
}
KEY_STYLES = {"K-{n}": 6, "k-{n}": 3, "{n}": 4, "{n:05}": 1, "#{n}": 0.3, "É{n}": 0.3}
ODD_KEYS = ("NA", "NULL", "nan", "0", "TRUE", "12.0", "1e5", "100000", "K;1", "K,1", 'K"1', "K 1", "K  1")

# --- Days -------------------------------------------------------------------------------------------------------------

TURNING_POINTS = (
    date(2003, 12, 31),
    date(2004, 1, 1),
    date(2013, 6, 30),
    date(2013, 7, 1),
    date(2020, 1, 31),
    date(2020, 2, 1),
    date(2024, 12, 31),
    date(2025, 1, 1),
)
LEAP_DAYS = (date(2016, 2, 29), date(2020, 2, 29), date(2024, 2, 29))
FUTURE_DAYS = (date(2050, 6, 15), date(2099, 12, 31), date(9999, 12, 31))
OLD_DAYS = (
    date(202, 3, 1),
    date(1900, 3, 1),
    date(1957, 8, 9),
    date(1999, 12, 31),
    date(2004, 2, 29),
    date(2008, 5, 4),
)
FIRST_EXCEL_DAY = date(1900, 3, 1)

DAY_MONTH_YEAR = "{d:02}/{m:02}/{y:04}"
YEAR_MONTH_DAY = "{y:04}-{m:02}-{d:02}"
# What is no date at an agency: the first form is the other agencies', the rest are forms that a lenient reader takes.
NO_DATE_FORMS = {
    DAY_MONTH_YEAR: {
        YEAR_MONTH_DAY: 5, "{d:02}/{m:02}/{yy:02}": 3, "{d}/{m}/{yy}": 1, "{d:02}-{m:02}-{y:04}": 1,
        "{d:02}.{m:02}.{y:04}": 1, "{d:02}/{m:02}/{y:04} 00:00": 1, "{y:04}/{m:02}/{d:02}": 1, "{d}/{m}/{y}": 1,
    },
    YEAR_MONTH_DAY: {
        DAY_MONTH_YEAR: 5, "{yy:02}-{m:02}-{d:02}": 3, "{y:04}/{m:02}/{d:02}": 1, "{y:04}{m:02}{d:02}": 1,
        "{y:04}-{m:02}-{d:02}T00:00:00": 1, "{y:04}-{m:02}-{d:02} 00:00:00": 1, "{y}-{m}-{d}": 1, "{y:04}-{m:02}": 1,
    },
}  # fmt: skip
NO_DATE_TEXTS = ("onbekend", "n.v.t.", "NULL", "-", "?", "2 mei 2023", "vandaag", "today")
# Day, month, year (or none: that of the row).
IMPOSSIBLE_DAYS = (
    (29, 2, 2023), (29, 2, 2100), (30, 2, 2020), (31, 4, None), (31, 11, None), (32, 1, None), (0, 5, None),
    (15, 0, None), (15, 13, None), (0, 0, 0), (99, 99, 9999),
)  # fmt: skip
UNREADABLE_KINDS = {"empty": 4, "form": 5, "impossible": 3, "text": 2, "number": 2}
EXCEL_DATE_KINDS = {"date": 6, "time": 3, "text": 3}
EXCEL_DATE_FORMATS = {"dd/mm/yyyy": 4, "yyyy-mm-dd": 2, "mm-dd-yy": 1, "d-mmm-yy": 1}
EXCEL_TIME_FORMATS = {"dd/mm/yyyy hh:mm": 2, "yyyy-mm-dd hh:mm:ss": 2, "dd/mm/yyyy": 1}
TIMES = (time(0, 0), time(0, 0, 1), time(9, 30), time(12, 0), time(17, 45, 12), time(23, 59), time(23, 59, 59))


# --- Reference data ---------------------------------------------------------------------------------------------------


@functools.cache
def reference(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a reference list, every value as text."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@functools.cache
def municipalities(*, current: bool) -> Mapping[str, tuple[str, ...]]:
    """Return the NIS codes per province, those that still exist or those that were merged away."""
    codes: dict[str, list[str]] = {}
    for row in reference("municipalities"):
        if (row["valid_until"] == "") == current:
            codes.setdefault(row["province"], []).append(row["nis_code"])
    return {province: tuple(of_province) for province, of_province in codes.items()}


@functools.cache
def codes_outside_the_list() -> tuple[str, ...]:
    """Return NIS codes that do not exist, with a prefix that does."""
    known = {row["nis_code"] for row in reference("municipalities")}
    prefixes = sorted({code[:2] for code in known})
    return tuple(f"{prefix}{end}" for prefix in prefixes for end in ("998", "999") if f"{prefix}{end}" not in known)


@functools.cache
def countries(column: str) -> Mapping[str, str]:
    """Return the code of every country that has one in this column, by ISO alpha-2 code."""
    return {row["nationality"]: row[column] for row in reference("nationalities") if row[column]}


@functools.cache
def membership_changes() -> Mapping[date, tuple[str, ...]]:
    """Return the countries that enter or leave the EU on a day, for that day and the day before."""
    changes: dict[date, tuple[str, ...]] = {}
    for row in reference("eu_memberships"):
        for text in filter(None, (row["member_from"], row["member_until"])):
            for day in (date.fromisoformat(text), date.fromisoformat(text) - timedelta(days=1)):
                changes[day] = (*changes.get(day, ()), row["nationality"])
    return changes


# --- Agencies ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agency:
    """The dialect of an agency: its code lists, its date form, its columns."""

    name: str
    date_form: str
    country_column: str
    codes: Mapping[str, Mapping[str, float]]
    common_columns: tuple[str, ...]
    table_columns: Mapping[str, tuple[str, ...]]
    file_names: Mapping[str, str]
    separator: str = ""
    encoding: str = ""

    @property
    def is_excel(self) -> bool:
        """Tell whether the agency delivers a workbook."""
        return not self.separator

    def header(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table in file order."""
        return self.common_columns + self.table_columns[table]


def equally(codes: Sequence[str]) -> dict[str, float]:
    """Return a table in which every code is as frequent as the others."""
    return dict.fromkeys(codes, 1.0)


AGENCIES = (
    Agency(
        name="agii",
        date_form=DAY_MONTH_YEAR,
        country_column="rijksregister_code",
        codes={
            "gender": {"1": 5, "2": 5, "": 1},
            "target_group": equally(
                ("PLICHT", "RECHT", "RECHT_PLICHT", "MINDERJARIG", "NADER_TE_BEPALEN", "GEEN")
            ),
            "status": equally(STATUS_LABELS),
            **SHARED_CODES,
        },
        common_columns=(
            "KBI_NUMMER", "INSZ", "NIS_GEMEENTE", "NATIONALITEIT", "GESLACHT", "DOELGROEP", "VERBLIJFSREDEN",
        ),
        table_columns={
            "invitations": ("EERSTE_EXTRACTIE", "WERVINGSBRIEF", "AANMELDING", "REDEN_GEEN_AANMELDING"),
            "contracts": ("CONTRACT_ID", "TYPE_TRAJECT", "DATUM_ONDERTEKENING"),
            "attests": ("ATTEST_ID", "TYPE_ATTEST", "DATUM_ONDERTEKENING"),
        },
        file_names={"invitations": "uitnodigingen.csv", "contracts": "contracten.csv", "attests": "attesten.csv"},
        separator=";",
        encoding="utf-8",
    ),
    Agency(
        name="atlas",
        date_form=DAY_MONTH_YEAR,
        country_column="nationality",
        codes={
            "gender": {"Man": 5, "Vrouw": 5, "X": 1},
            "target_group": equally(("Verplicht", "Rechthebbend", "Onbepaald")),
            "status": equally(STATUS_LABELS),
            **SHARED_CODES,
        },
        common_columns=(
            "Dossiernummer", "Rijksregisternummer", "Gemeente (NIS)", "Nationaliteit", "Geslacht", "Doelgroep",
            "Verblijfsreden",
        ),
        table_columns={
            "invitations": ("Eerste extractie", "Wervingsbrief", "Aanmelding", "Reden geen aanmelding"),
            "contracts": ("Contractnummer", "Traject", "Ondertekend op"),
            "attests": ("Attestnummer", "Type", "Behaald op"),
        },
        file_names={"invitations": "Uitnodigingen", "contracts": "Contracten", "attests": "Attesten"},
    ),
    Agency(
        name="amal",
        date_form=YEAR_MONTH_DAY,
        country_column="iso_alpha3",
        codes={
            "gender": {"M": 5, "V": 5, "X": 1},
            "target_group": equally(("V", "R", "O")),
            "status": equally(STATUS_CODES),
            **SHARED_CODES,
        },
        common_columns=(
            "dossier_id", "insz", "nis_code", "nationality", "gender", "target_group", "residence_status",
        ),
        table_columns={
            "invitations": ("first_extraction", "letter_sent", "registered", "no_show_reason"),
            "contracts": ("contract_id", "trajectory", "signed_on"),
            "attests": ("attest_id", "attest_type", "obtained_on"),
        },
        file_names={"invitations": "invitations.csv", "contracts": "contracts.csv", "attests": "attests.csv"},
        separator=",",
        encoding="windows-1252",
    ),
)  # fmt: skip


# --- Chance -----------------------------------------------------------------------------------------------------------


def shift(day: date, days: int) -> date:
    """Return the day so many days later, or the last day that a date can be."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def three_months_before(day: date) -> date:
    """Return the day three calendar months earlier, or the end of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - 3, 12)
    last = month_end(year, month + 1)
    return last.replace(day=min(day.day, last.day))


def date_text(form: str, day: int, month: int, year: int) -> str:
    """Return day, month and year in this form; they need not be a date."""
    return form.format(d=day, m=month, y=year, yy=year % 100)


def check_number(nine_digits: str, century: str) -> int:
    """Return the check number of a person number; `century` is "2" for births from 2000, else empty."""
    return 97 - int(century + nine_digits) % 97


def with_wrong_check(nine_digits: str, random: Random) -> str:
    """Return a number whose check number is right for no century."""
    right = [check_number(nine_digits, century) for century in CENTURIES]
    return f"{nine_digits}{random.choice([check for check in range(100) if check not in right]):02}"


def notation_of(number: str, notation: str) -> Cell:
    """Return a person number in one of the notations; as a number it loses its leading zeros."""
    birth = (number[:2], number[2:4], number[4:6])
    serial, check = number[6:9], number[9:]
    notations: dict[str, Cell] = {
        "plain": number,
        "dotted": f"{'.'.join(birth)}-{serial}.{check}",
        "spaced": f"{''.join(birth)} {serial} {check}",
        "number": int(number),
    }
    return notations[notation]


@dataclass(frozen=True)
class Person:
    """A person of the pool, with days of their own so that events of that person fall together."""

    number: str
    event_day: date
    extraction: date
    letter: date | None


class World:
    """The persons, keys and days around one reference date, and the dice."""

    def __init__(self, random: Random, reference_date: date, rows: int):
        self.random = random
        self.reference_date = reference_date
        self.rows = rows
        self.busy_days = [self.recent_day() for _ in range(8)]
        numbers = [self.valid_number() for _ in range(max(3, rows))]
        numbers[0] = self.number_with_check(97)
        self.unusable_numbers = self.make_unusable_numbers(numbers)
        self.persons = [Person(number, self.day(), *self.invitation()) for number in numbers]
        self.frequent_persons = self.persons[: max(2, rows // 8)]

    # Dice.

    def pick(self, table: Mapping[T, float]) -> T:
        """Draw from a table of weights."""
        return self.random.choices(list(table), weights=list(table.values()))[0]

    def chance(self, share: float) -> bool:
        """Be true this often."""
        return self.random.random() < share

    def dressed(self, text: str) -> str:
        """Return the text, now and then with white space around it."""
        return self.padded(text) if self.chance(WHITE_SPACE_AROUND) else text

    def padded(self, text: str) -> str:
        """Return the text with white space before it, after it or both."""
        before, after = self.random.choice(((True, False), (False, True), (True, True)))
        return f"{self.pick(WHITE_SPACE) if before else ''}{text}{self.pick(WHITE_SPACE) if after else ''}"

    # Days.

    def recent_day(self) -> date:
        """Return a day of the last six years."""
        return shift(self.reference_date, -self.random.randrange(6 * 365))

    def turn_of_a_year(self) -> date:
        """Return a 31 December or a 1 January not long ago."""
        year = self.reference_date.year - self.random.randrange(6)
        return self.random.choice((date(year - 1, 12, 31), date(year, 1, 1)))

    def day(self) -> date:
        """Return any day on which something may be said to have happened."""
        return self.pick(DAYS)(self)

    # Person numbers.

    def birth(self, century: str) -> str:
        """Return the first six digits of a person number; a BIS number has something added to its month."""
        year = self.random.randrange(self.reference_date.year % 100 or 1) if century else self.random.randrange(100)
        month, day = (
            (0, 0) if self.chance(UNKNOWN_BIRTHDAY) else (self.random.randint(1, 12), self.random.randint(1, 28))
        )
        return f"{year:02}{month + self.pick(MONTHS_ADDED):02}{day:02}"

    def valid_number(self) -> str:
        """Return a valid person number; many of those from 2000 have a leading zero."""
        century = self.pick(CENTURIES)
        nine = f"{self.birth(century)}{self.random.randint(1, 998):03}"
        return f"{nine}{check_number(nine, century):02}"

    def number_with_check(self, check: int) -> str:
        """Return a valid person number of a birth in the nineties with this check number."""
        start = int(f"9{self.random.randrange(10)}0101001")
        nine = next(str(number) for number in range(start, start + 97) if check_number(str(number), "") == check)
        return f"{nine}{check:02}"

    def make_unusable_numbers(self, valid: Sequence[str]) -> list[str]:
        """Return numbers that are no person number; they are few, so that several dossiers share them."""
        some = [self.random.choice(valid) for _ in range(4)]
        with_zero = [number for number in valid if number.startswith("0")][:2]
        return [
            *(with_wrong_check(number[:9], self.random) for number in some),
            *(number.lstrip("0") for number in with_zero),
            f"{self.number_with_check(97)[:9]}00",
            f"{some[0]}0",
            f"0{some[1]}",
            some[2][:-1],
            "00000000000",
            "99999999999",
            "0",
            "onbekend",
            "NULL",
            "..-.",
        ]

    def number_cell(self, agency: Agency, person: Person) -> Cell:
        """Return the person number in a notation of the agency, or something that is no person number."""
        if self.chance(UNUSABLE_NUMBER):
            number = self.random.choice(self.unusable_numbers) if self.chance(0.6) else ""
            return self.as_number(agency, self.dressed(number), 0.3)
        notation = self.pick(NUMBER_NOTATIONS[agency.name])
        written = notation_of(person.number, notation)
        return self.dressed(written) if isinstance(written, str) else written

    def someone(self) -> Person:
        """Return a person of the pool."""
        return self.random.choice(self.frequent_persons if self.chance(0.25) else self.persons)

    # Cells.

    def as_number(self, agency: Agency, text: str, share: float) -> Cell:
        """Return the text, in Excel this often as a number if it is nothing but digits."""
        return int(text) if agency.is_excel and text.isdecimal() and self.chance(share) else text

    def key(self, agency: Agency, numbers: int) -> Cell:
        """Return a key; keys differ in capitals or leading zeros, are numbers in Excel at times, and some are empty."""
        if self.chance(EMPTY_KEY):
            return self.dressed("")
        if self.chance(ODD_KEY):
            return self.dressed(self.random.choice(ODD_KEYS))
        key = self.dressed(self.pick(KEY_STYLES).format(n=self.random.randint(1, numbers)))
        return key if key.startswith("0") else self.as_number(agency, key, 0.5)

    def other_dossier(self, agency: Agency) -> Cell:
        """Return a dossier number for a table in which it is no key: one of a few, so that dossiers recur."""
        return self.key(agency, max(2, self.rows // 25))

    def code(self, agency: Agency, fact: str) -> Cell:
        """Return a code of the agency, of another agency or of nobody."""
        kind = self.pick(CODE_KINDS)
        if kind == "empty":
            return self.dressed("")
        if kind == "unknown":
            return self.unknown_code(agency, fact)
        speaker = agency if kind == "own" else self.random.choice(AGENCIES)
        code = self.nationality_code(speaker) if fact == "nationality" else self.pick(speaker.codes[fact])
        if self.chance(OTHER_CAPITALS):
            code = self.pick(CAPITALS)(code)
        return self.as_number(agency, self.dressed(code), 0.3)

    def unknown_code(self, agency: Agency, fact: str) -> Cell:
        """Return a code that is on no list of this kind, as far as that can be said of `X` and the like.

        An unknown type keeps an export from being written, which a test of its own shows: here it is empty.
        """
        if fact in ("trajectory", "attest_type"):
            return ""
        anywhere = UNKNOWN_ANYWHERE if agency.encoding == "windows-1252" else UNKNOWN_ANYWHERE + OUTSIDE_WINDOWS_1252
        code = self.random.choice(UNKNOWN_CODES[fact] if self.chance(0.5) else anywhere)
        return self.dressed(code)

    def nationality_code(self, agency: Agency) -> str:
        """Return a code of the agency's own list of countries."""
        codes = countries(agency.country_column)
        choices = {
            "frequent": [codes[country] for country in FREQUENT_COUNTRIES],
            "any": list(codes.values()),
            "special": SPECIAL_NATIONALITIES[agency.name],
        }
        return self.random.choice(choices[self.pick(NATIONALITY_KINDS)])

    def nationality(self, agency: Agency, day: date) -> Cell:
        """Return a nationality; on a day when the EU changes often that of the country concerned."""
        changing = membership_changes().get(day)
        if changing and self.chance(NATIONALITY_THAT_CHANGES_THAT_DAY):
            return self.dressed(countries(agency.country_column)[self.random.choice(changing)])
        return self.code(agency, "nationality")

    def municipality(self, agency: Agency) -> Cell:
        """Return a NIS code, from every province alike; in Excel mostly a number."""
        current, past = municipalities(current=True), municipalities(current=False)
        choices = {
            "city": CITIES,
            "current": self.random.choice(list(current.values())),
            "past": self.random.choice(list(past.values())),
            "known prefix": codes_outside_the_list(),
            "unknown": UNKNOWN_MUNICIPALITIES,
            "empty": ("",),
        }
        code = self.dressed(self.random.choice(choices[self.pick(MUNICIPALITY_KINDS)]))
        return self.as_number(agency, code, 0.7)

    def date_cell(self, agency: Agency, day: date | None, unreadable: float) -> Cell:
        """Return the day as the agency writes it, this often something that is no date; nothing for no day."""
        if day is None:
            return self.dressed("")
        if self.chance(unreadable):
            return self.no_date(agency, day)
        kind = self.pick(EXCEL_DATE_KINDS) if agency.is_excel and day >= FIRST_EXCEL_DAY else "text"
        if kind == "date":
            return day
        if kind == "time":
            return datetime.combine(day, self.random.choice(TIMES))
        return self.dressed(date_text(agency.date_form, day.day, day.month, day.year))

    def no_date(self, agency: Agency, day: date) -> Cell:
        """Return what is no date at this agency."""
        kind = self.pick(UNREADABLE_KINDS)
        if kind == "number":
            serial = (day - date(1899, 12, 30)).days
            number = self.random.choice((serial, serial + 0.5, day.year * 10000 + day.month * 100 + day.day, day.year))
            return number if agency.is_excel else str(number)
        impossible_day, impossible_month, year = self.random.choice(IMPOSSIBLE_DAYS)
        texts = {
            "empty": "",
            "form": date_text(self.pick(NO_DATE_FORMS[agency.date_form]), day.day, day.month, day.year),
            "impossible": date_text(
                agency.date_form, impossible_day, impossible_month, day.year if year is None else year
            ),
            "text": self.random.choice(NO_DATE_TEXTS),
        }
        return self.dressed(texts[kind])

    def unusable_date(self, agency: Agency) -> Cell:
        """Return a event date that sets its row aside."""
        outside = self.random.choice((date(2003, 12, 31), shift(self.reference_date, 1), *FUTURE_DAYS))
        return self.date_cell(agency, outside, unreadable=0.7)

    # Rows.

    def invitation(self) -> tuple[date, date | None]:
        """Return a first extraction and a letter that belong together."""
        return self.pick(INVITATIONS)(self)

    def attributes(self, agency: Agency, dossier: Cell, person: Person, day: date) -> Row:
        """Return the seven cells that all tables begin with."""
        return [
            dossier,
            self.number_cell(agency, person),
            self.municipality(agency),
            self.nationality(agency, day),
            self.code(agency, "gender"),
            self.code(agency, "target_group"),
            self.code(agency, "status"),
        ]

    def invitation_row(self, agency: Agency, key: Cell) -> Row:
        """Return a row of the invitations; the key is the dossier number."""
        person = self.someone()
        extraction, letter = self.pick(PERSONS_INVITATION)(self, person)
        registration = self.pick(REGISTRATIONS)(self, extraction, letter or extraction)
        return [
            *self.attributes(agency, key, person, letter or extraction),
            self.date_cell(agency, extraction, UNREADABLE_EVENT_DATE),
            self.date_cell(agency, letter, UNREADABLE_OTHER_DATE),
            self.date_cell(agency, registration, UNREADABLE_OTHER_DATE),
            self.code(agency, "reason"),
        ]

    def event_row(self, agency: Agency, key: Cell, type_fact: str) -> Row:
        """Return a row of the contracts or the attests."""
        person = self.someone()
        own_day = self.chance(EVENT_ON_THE_PERSONS_OWN_DAY)
        day = person.event_day if own_day else self.day()
        return [
            *self.attributes(agency, self.other_dossier(agency), person, day),
            key,
            self.code(agency, type_fact),
            self.date_cell(agency, day, UNREADABLE_EVENT_DATE),
        ]


DAYS: dict[Callable[[World], date], float] = {
    World.recent_day: 58,
    lambda w: w.random.choice(w.busy_days): 12,
    lambda w: w.random.choice(TURNING_POINTS): 7,
    World.turn_of_a_year: 7,
    lambda w: w.random.choice(LEAP_DAYS): 3,
    lambda w: w.reference_date: 3,
    lambda w: shift(w.reference_date, 1): 3,
    lambda w: w.random.choice(FUTURE_DAYS): 2,
    lambda w: w.random.choice(OLD_DAYS): 2,
}


def letter_in_the_same_year(world: World) -> tuple[date, date]:
    """Return a letter at most four months after the extraction, in its year; also on the same day."""
    extraction = world.day()
    return extraction, min(shift(extraction, world.random.randrange(120)), date(extraction.year, 12, 31))


def letter_after_new_year(world: World) -> tuple[date, date]:
    """Return an extraction in or near December and a letter in or near the January after it."""
    year = world.reference_date.year - world.random.randrange(6)
    extractions = (
        *((year - 1, 12, day) for day in (1, 31, world.random.randint(2, 30), world.random.randint(2, 30))),
        (year - 1, 11, 30),
        (year, 1, 1),
    )
    letters = (
        *((year, 1, day) for day in (1, 31, world.random.randint(2, 30), world.random.randint(2, 30))),
        (year - 1, 12, 31),
        (year, 2, 1),
    )
    return date(*world.random.choice(extractions)), date(*world.random.choice(letters))


def letter_three_months_ago(world: World) -> tuple[date, date]:
    """Return a letter about three months before the reference date, and an extraction in its year."""
    edge = three_months_before(world.reference_date)
    end = month_end(edge.year, edge.month)
    letter = world.random.choice(
        (edge, edge, shift(edge, -1), shift(edge, 1), shift(end, -1), end, shift(end, 1), shift(edge, 20))
    )
    return max(shift(letter, -world.random.randrange(60)), date(letter.year, 1, 1)), letter


def letter_before_the_extraction(world: World) -> tuple[date, date]:
    """Return a letter up to half a year before the extraction."""
    extraction = world.day()
    return extraction, shift(extraction, -world.random.randint(1, 180))


INVITATIONS: dict[Callable[[World], tuple[date, date | None]], float] = {
    letter_in_the_same_year: 45,
    letter_after_new_year: 10,
    letter_three_months_ago: 14,
    letter_before_the_extraction: 5,
    lambda w: (w.day(), w.day()): 8,
    lambda w: (w.day(), None): 8,
    lambda w: (w.recent_day(), shift(w.reference_date, w.random.choice((0, 1, 2, 40)))): 6,
}
# Whether a row repeats what is known of the person: both days, the letter or the extraction only, nothing.
PERSONS_INVITATION: dict[Callable[[World, Person], tuple[date, date | None]], float] = {
    lambda w, person: (person.extraction, person.letter): 6,
    lambda w, person: (shift(person.extraction, w.random.randint(-3, 3)), person.letter): 2,
    lambda w, person: (w.day(), person.letter): 1,
    lambda w, person: (person.extraction, w.invitation()[1]): 1,
    lambda w, person: w.invitation(): 4,
}
REGISTRATIONS: dict[Callable[[World, date, date], date | None], float] = {
    lambda w, extraction, letter: None: 60,
    lambda w, extraction, letter: shift(letter, w.random.randrange(150)): 20,
    lambda w, extraction, letter: shift(extraction, -w.random.randint(1, 60)): 5,
    lambda w, extraction, letter: shift(w.reference_date, w.random.choice((-1, 0, 1, 1, 30))): 8,
    lambda w, extraction, letter: w.day(): 7,
}


# --- Tables -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """How the rows of a table are made, and in which columns its key and its event date stand."""

    name: str
    key: int
    event_date: int
    make_row: Callable[[World, Agency, Cell], Row]


TABLES = (
    Table("invitations", 0, 7, World.invitation_row),
    Table("contracts", 7, 9, functools.partial(World.event_row, type_fact="trajectory")),
    Table("attests", 7, 9, functools.partial(World.event_row, type_fact="attest_type")),
)


def rows_with_one_key(world: World, agency: Agency, table: Table) -> list[Row]:
    """Return the rows of one key, in the order that the file must have them."""
    pattern = world.pick(SAME_KEY)
    first = table.make_row(world, agency, world.key(agency, 2 * world.rows))
    key = first[table.key]
    variants: dict[str, Row] = {"a": first}
    for letter in sorted(set(pattern) - {"a"}):
        other = table.make_row(world, agency, key)
        if letter in "uv":
            other[table.event_date] = world.unusable_date(agency)
        if letter == "b":
            column = world.random.choice([number for number in range(len(first)) if number != table.key])
            other = [*first[:column], other[column], *first[column + 1 :]]
        if letter == "w":
            other = list(first)
            other[table.key] = world.padded(str(key))
        variants[letter] = other
    return [variants[letter] for letter in pattern]


def table_rows(world: World, agency: Agency, table: Table) -> list[Row]:
    """Return the rows of a file: rows with the same key keep their order, with others between them."""
    if world.chance(SINGLE_ROW_FILE):
        return rows_with_one_key(world, agency, table)[:1]
    groups: list[list[Row]] = []
    while sum(map(len, groups)) < max(1, world.rows):
        groups.append(rows_with_one_key(world, agency, table))
    turns = [number for number, group in enumerate(groups) for _ in group]
    world.random.shuffle(turns)
    remaining = [iter(group) for group in groups]
    return [next(remaining[number]) for number in turns]


# --- Files ------------------------------------------------------------------------------------------------------------


def csv_line(world: World, agency: Agency, cells: Sequence[Cell], quoted_fully: float) -> str:
    """Return a line of a CSV file, without its line ending; quotes where needed and now and then where not."""
    every_cell = world.chance(quoted_fully)
    values = []
    for text in map(str, cells):
        if agency.separator in text and ("\n" in text or "\r" in text):
            # Such a value is broken structure, and a file with some of these is refused.
            text = text.replace("\n", " ").replace("\r", " ")
        needed = any(character in text for character in (agency.separator, '"', "\n"))
        quoted = needed or every_cell or world.chance(NEEDLESS_QUOTES)
        doubled = text.replace('"', '""')
        values.append(f'"{doubled}"' if quoted else text)
    return agency.separator.join(values)


def write_csv(world: World, agency: Agency, table: Table, rows: list[Row], folder: Path) -> None:
    """Write one CSV file."""
    lines = [csv_line(world, agency, agency.header(table.name), FULLY_QUOTED_HEADER)]
    lines += [csv_line(world, agency, row, FULLY_QUOTED_ROW) for row in rows]
    newline = world.pick(LINE_ENDINGS)
    mark = "\ufeff" if agency.encoding == "utf-8" and world.chance(BYTE_ORDER_MARK) else ""
    text = f"{mark}{newline.join(lines)}{world.pick(FILE_ENDS).format(newline=newline)}"
    (folder / agency.file_names[table.name]).write_bytes(text.encode(agency.encoding))


def write_workbook(world: World, agency: Agency, rows_of: Mapping[str, list[Row]], folder: Path) -> None:
    """Write a workbook with a sheet per table."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for table in TABLES:
        sheet = workbook.create_sheet(agency.file_names[table.name])
        rows: list[Sequence[Cell]] = [agency.header(table.name), *rows_of[table.name]]
        if len(rows) > 2 and world.chance(EMPTY_EXCEL_ROW):
            rows.insert(world.random.randrange(2, len(rows)), ())
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value == "":
                    continue
                cell = sheet.cell(line, column, value)
                if isinstance(value, date):
                    formats = EXCEL_TIME_FORMATS if isinstance(value, datetime) else EXCEL_DATE_FORMATS
                    cell.number_format = world.pick(formats)
    workbook.save(folder / "atlas.xlsx")


def write_delivery(world: World, agency: Agency, rows_of: Mapping[str, list[Row]], folder: Path) -> None:
    """Write the rows of every table into `folder/<agency>/<reference date>/`."""
    delivery = folder / agency.name / world.reference_date.isoformat()
    delivery.mkdir(parents=True, exist_ok=True)
    if agency.is_excel:
        write_workbook(world, agency, rows_of, delivery)
        return
    for table in TABLES:
        write_csv(world, agency, table, rows_of[table.name], delivery)


def write_random_extracts(folder: Path, reference_dates: list[date], random: Random, rows: int = 150) -> None:
    """Write one delivery per agency and reference date, about `rows` rows per file.

    Now and then a file has a single row. The files stand in `folder/<agency>/<yyyy-mm-dd>/`.
    """
    for reference_date in reference_dates:
        world = World(random, reference_date, rows)
        for agency in AGENCIES:
            write_delivery(world, agency, {table.name: table_rows(world, agency, table) for table in TABLES}, folder)


# What becomes of a row in the next delivery.
REDELIVERED = {
    "unchanged": 60, "gone": 5, "other cell": 12, "other person": 5, "other date": 6, "unusable date": 4,
    "other type": 4, "other number": 2, "no number": 2, "twice": 3, "other row with that number": 3,
}  # fmt: skip
NEW_ROWS = 0.1
SHUFFLED = 0.3
NOT_DELIVERED = 0.25


def redelivered(world: World, agency: Agency, table: Table, row: Row) -> list[Row]:
    """Return what the next delivery has of a row."""
    fate = world.pick(REDELIVERED)
    other = table.make_row(world, agency, world.key(agency, 2 * world.rows))
    columns = {
        "other cell": world.random.randrange(len(row)),
        "other person": 1,
        "other date": table.event_date if table.name != "invitations" else world.random.choice((7, 8, 9)),
        "unusable date": table.event_date,
        "other type": 8,
        "other number": table.key,
        "no number": table.key,
    }
    if fate in ("unchanged", "gone", "twice"):
        return [row] * {"unchanged": 1, "gone": 0, "twice": 2}[fate]
    if fate == "other row with that number":
        other[table.key] = row[table.key]
        return [row, other]
    if fate == "unusable date":
        other[table.event_date] = world.unusable_date(agency)
    if fate == "no number":
        other[table.key] = ""
    column = columns[fate]
    return [[*row[:column], other[column], *row[column + 1 :]]]


def write_redelivered_extracts(folder: Path, reference_dates: list[date], random: Random, rows: int = 120) -> None:
    """Write deliveries that each hold most rows of the one before; an agency may be missing in between."""
    world = World(random, reference_dates[0], rows)
    deliveries = [(agency, {table.name: table_rows(world, agency, table) for table in TABLES}) for agency in AGENCIES]
    for reference_date in reference_dates:
        world.reference_date = reference_date
        is_between = reference_date not in (reference_dates[0], reference_dates[-1])
        for agency, tables in deliveries:
            if reference_date != reference_dates[0]:
                for table in TABLES:
                    kept = [new for row in tables[table.name] for new in redelivered(world, agency, table, row)]
                    kept += [
                        table.make_row(world, agency, world.key(agency, 2 * rows))
                        for _ in range(max(1, int(NEW_ROWS * len(kept))))
                    ]
                    if world.chance(SHUFFLED):
                        random.shuffle(kept)
                    tables[table.name] = kept
            if not (is_between and world.chance(NOT_DELIVERED)):
                write_delivery(world, agency, tables, folder)
