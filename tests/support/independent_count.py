"""A second, independent implementation of the counting rules, in plain Python.

It shares no code with the warehouse: it was written from the specification alone (the extracts, the counting rules and
the annex) and reads only the deliveries and three code lists. A property test compares the two cell by cell, so this
module prefers the plainest wording of every rule over speed.
"""

import calendar
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from operator import attrgetter
from pathlib import Path

from openpyxl import load_workbook

REFERENCE_LISTS = Path(__file__).parents[2] / "seeds" / "reference"

EARLIEST_EVENT = date(2004, 1, 1)
CIVIC_INTEGRATION_CONTRACTS = frozenset(
    {"tt_ibvp", "tt_ibrh", "tt_ibgd", "tt_ib-18", "tt_ibnb", "tt_ibbxl", "tt_ibas", "tt_ibling"}
)
CIVIC_INTEGRATION_ATTESTS = frozenset({"ai023"})

ONBEPAALD = "Onbepaald"
TOTAAL = "Totaal"

PROVINCES = {
    "antwerpen": "Antwerpen",
    "limburg": "Limburg",
    "oost_vlaanderen": "Oost-Vlaanderen",
    "vlaams_brabant": "Vlaams-Brabant",
    "west_vlaanderen": "West-Vlaanderen",
    "brussels_gewest": "Brussels Hoofdstedelijk Gewest",
    "ander_gewest": "Ander gewest",
}
FLEMISH_REGION = "Vlaams Gewest"
FLEMISH_PROVINCES = frozenset({"Antwerpen", "Limburg", "Oost-Vlaanderen", "Vlaams-Brabant", "West-Vlaanderen"})
REGIONS = (FLEMISH_REGION, "Brussels Hoofdstedelijk Gewest", "Ander gewest", ONBEPAALD)
CITY_OF_ANTWERP = "11002"
CITY_OF_GHENT = "44021"
BORSBEEK = "11007"
BORSBEEK_IS_ANTWERP_FROM = date(2025, 1, 1)
# The working area of the rest of a province or region, where it has another name than that.
REST_OF = {
    "Antwerpen": "Antwerpen zonder de stad",
    "Oost-Vlaanderen": "Oost-Vlaanderen zonder Gent",
    "Brussels Hoofdstedelijk Gewest": "Brussels Gewest",
}
WORKING_AREAS = (
    "Stad Antwerpen",
    "Stad Gent",
    "Antwerpen zonder de stad",
    "Oost-Vlaanderen zonder Gent",
    "Limburg",
    "Vlaams-Brabant",
    "West-Vlaanderen",
    "Brussels Gewest",
    "Ander gewest",
    ONBEPAALD,
)
NATIONALITY_GROUPS = ("EU", "niet-EU", ONBEPAALD)
GENDERS = ("Man", "Vrouw", "X", ONBEPAALD)
TARGET_GROUPS = ("Verplicht", "Rechthebbend", ONBEPAALD)

RESIDENCE_STATUSES = (
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
)
OTHER_STATUS = "overige"
UNDETERMINED_STATUS = "onbepaald"
DISPLACED = "tijdelijk ontheemde"  # VR20: exists, but the question does not list it
KNOWN_STATUSES = (*RESIDENCE_STATUSES, DISPLACED)
STATUS_BY_LABEL = {label.lower(): label for label in KNOWN_STATUSES}
STATUS_BY_CODE = {f"vr{number:02}": label for number, label in enumerate(KNOWN_STATUSES, start=1)}

TERM_RUNNING = "Termijn loopt nog"
UNKNOWN_REASON = "Onbekend"
REASONS = {
    "rechthebbend": "Rechthebbend",
    "verhuisd_buitenland": "Verhuisd naar het buitenland",
    "verhuisd_gewest": "Verhuisd naar een ander gewest",
    "geen_doelgroep": "Geen doelgroep na controle",
    "overleden": "Overleden",
    "onbekend": UNKNOWN_REASON,
}
NOT_REGISTERED_LABELS = (TERM_RUNNING, *REASONS.values())

REFUGEE_CODES = {"822": "AF"}  # Rijksregister codes of refugees of known origin

# The columns of a file under the names of this module, in file order. `event` is the event date of the row.
COMMON_FIELDS = ("dossier", "insz", "municipality", "nationality", "gender", "target_group", "status")
EVENT_TYPES = {
    "invitations": (*COMMON_FIELDS, "event", "letter", "registered", "reason"),
    "contracts": (*COMMON_FIELDS, "number", "type", "event"),
    "attests": (*COMMON_FIELDS, "number", "type", "event"),
}

Record = list[object] | None  # the cells of one row, or None for a row that cannot be read
Table = list[tuple]


# ---------------------------------------------------------------------------------------------------------------------
# The three dialects


@dataclass(frozen=True)
class Dialect:
    """How one agency writes its extracts."""

    label: str
    read_records: Callable[[Path], dict[str, list[Record]]]
    headers: dict[str, list[str]]
    date_form: re.Pattern[str]
    nationality_column: str
    genders: dict[str, str]
    target_groups: dict[str, str]
    statuses: dict[str, str]


def csv_records(path: Path, encoding: str, separator: str) -> list[Record]:
    """Read the records of a CSV file, header first; a blank line is no record."""
    with path.open(encoding=encoding, newline="") as file:
        return [record for record in strict_csv(file, separator) if record != []]


def strict_csv(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """Yield every record of a CSV text, and None for one whose quotes are wrong."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        try:
            yield list(next(reader))
        except csv.Error:
            yield None
        except StopIteration:
            return


def read_agii(folder: Path) -> dict[str, list[Record]]:
    """Read the records per event_type of a delivery by the Agentschap Integratie en Inburgering."""
    files = {"invitations": "uitnodigingen.csv", "contracts": "contracten.csv", "attests": "attesten.csv"}
    return {event_type: csv_records(folder / name, "utf-8-sig", ";") for event_type, name in files.items()}


def read_amal(folder: Path) -> dict[str, list[Record]]:
    """Read the records per event_type of a delivery by Amal."""
    files = {"invitations": "invitations.csv", "contracts": "contracts.csv", "attests": "attests.csv"}
    return {event_type: csv_records(folder / name, "cp1252", ",") for event_type, name in files.items()}


def read_atlas(folder: Path) -> dict[str, list[Record]]:
    """Read the records per event_type of a delivery by Atlas."""
    sheets = {"invitations": "Uitnodigingen", "contracts": "Contracten", "attests": "Attesten"}
    workbook = load_workbook(folder / "atlas.xlsx", data_only=True)
    return {
        event_type: sheet_records(workbook[name].iter_rows(values_only=True)) for event_type, name in sheets.items()
    }


def sheet_records(rows: Iterable[tuple]) -> list[Record]:
    """Read the records of a sheet, header first, each as wide as the header; an empty row is no record."""
    filled = [record for record in map(without_empty_end, rows) if record]
    width = len(filled[0]) if filled else 0
    return [record + [None] * (width - len(record)) for record in filled]


def without_empty_end(cells: Sequence[object]) -> list[object]:
    """Return the cells up to the last one that holds something."""
    filled = [position for position, cell in enumerate(cells) if read_text(cell)]
    return list(cells[: filled[-1] + 1]) if filled else []


def agency_headers(common: list[str], invitations: list[str], contracts: list[str], attests: list[str]) -> dict:
    """Return the header per event_type: the columns all three files share, then the event_type's own."""
    own = {"invitations": invitations, "contracts": contracts, "attests": attests}
    return {event_type: common + columns for event_type, columns in own.items()}


DAY_FIRST = re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})")
YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")

# In the order in which ties are decided. A code that is not listed is undetermined.
AGENCIES = {
    "agii": Dialect(
        label="Agentschap Integratie en Inburgering",
        read_records=read_agii,
        headers=agency_headers(
            [
                "KBI_NUMMER",
                "INSZ",
                "NIS_GEMEENTE",
                "NATIONALITEIT",
                "GESLACHT",
                "DOELGROEP",
                "VERBLIJFSREDEN",
            ],
            ["EERSTE_EXTRACTIE", "WERVINGSBRIEF", "AANMELDING", "REDEN_GEEN_AANMELDING"],
            ["CONTRACT_ID", "TYPE_TRAJECT", "DATUM_ONDERTEKENING"],
            ["ATTEST_ID", "TYPE_ATTEST", "DATUM_ONDERTEKENING"],
        ),
        date_form=DAY_FIRST,
        nationality_column="rijksregister_code",
        genders={"1": "Man", "2": "Vrouw"},
        target_groups={"plicht": "Verplicht", "recht": "Rechthebbend"},
        statuses=STATUS_BY_LABEL,
    ),
    "atlas": Dialect(
        label="Atlas",
        read_records=read_atlas,
        headers=agency_headers(
            [
                "Dossiernummer",
                "Rijksregisternummer",
                "Gemeente (NIS)",
                "Nationaliteit",
                "Geslacht",
                "Doelgroep",
                "Verblijfsreden",
            ],
            ["Eerste extractie", "Wervingsbrief", "Aanmelding", "Reden geen aanmelding"],
            ["Contractnummer", "Traject", "Ondertekend op"],
            ["Attestnummer", "Type", "Behaald op"],
        ),
        date_form=DAY_FIRST,
        nationality_column="nationality",
        genders={"man": "Man", "vrouw": "Vrouw", "x": "X"},
        target_groups={"verplicht": "Verplicht", "rechthebbend": "Rechthebbend"},
        statuses=STATUS_BY_LABEL,
    ),
    "amal": Dialect(
        label="Amal",
        read_records=read_amal,
        headers=agency_headers(
            [
                "dossier_id",
                "insz",
                "nis_code",
                "nationality",
                "gender",
                "target_group",
                "residence_status",
            ],
            ["first_extraction", "letter_sent", "registered", "no_show_reason"],
            ["contract_id", "trajectory", "signed_on"],
            ["attest_id", "attest_type", "obtained_on"],
        ),
        date_form=YEAR_FIRST,
        nationality_column="iso_alpha3",
        genders={"m": "Man", "v": "Vrouw", "x": "X"},
        target_groups={"v": "Verplicht", "r": "Rechthebbend"},
        statuses=STATUS_BY_CODE,
    ),
}
AGENCY_RANK = {agency: rank for rank, agency in enumerate(AGENCIES)}


# ---------------------------------------------------------------------------------------------------------------------
# The code lists


def read_list(name: str) -> list[dict[str, str]]:
    """Read one of the reference lists."""
    with (REFERENCE_LISTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def province_by_municipality() -> dict[str, str]:
    """Return the label of the province per NIS code, whether or not the code is still valid."""
    return {line["nis_code"]: PROVINCES[line["province"]] for line in read_list("municipalities.csv")}


@cache
def countries_by_code(column: str) -> dict[str, str]:
    """Return the ISO alpha-2 code per nationality code of the kind that the column holds."""
    lines = read_list("nationalities.csv")
    countries = {line[column].lower(): line["nationality"] for line in lines if line[column]}
    return countries | REFUGEE_CODES if column == "rijksregister_code" else countries


@cache
def country_labels() -> dict[str, str]:
    """Return the Dutch name per ISO alpha-2 code."""
    return {line["nationality"]: line["label"] for line in read_list("nationalities.csv")}


@cache
def eu_memberships() -> dict[str, list[tuple[date, date]]]:
    """Return the periods of EU membership per country: first day, first day no longer."""
    periods = defaultdict(list)
    for line in read_list("eu_memberships.csv"):
        until = date.fromisoformat(line["member_until"]) if line["member_until"] else date.max
        periods[line["nationality"]].append((date.fromisoformat(line["member_from"]), until))
    return dict(periods)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a value


def read_text(cell: object) -> str:
    """Return a cell as text without surrounding white space; a whole number as its digits."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def read_code(cell: object) -> str:
    """Return a code or label in the form in which codes compare: without regard to capitals."""
    return read_text(cell).lower()


def read_date(cell: object, form: re.Pattern[str]) -> date | None:
    """Return a real date without its time, or a text in exactly the agency's form; anything else is no date."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = form.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return None
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def read_insz(cell: object) -> str:
    """Return the digits of a person number; a number gets its leading zeros back."""
    digits = re.sub("[^0-9]", "", read_text(cell))
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return digits.zfill(11) if is_number else digits


def is_valid_insz(digits: str) -> bool:
    """Tell whether the check number is right for a birth before 2000 or from 2000."""
    if len(digits) != 11 or digits[:9] == "000000000":
        return False
    before_2000 = int(digits[:9])
    from_2000 = int("2" + digits[:9])
    return int(digits[9:]) in (97 - before_2000 % 97, 97 - from_2000 % 97)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a row


@dataclass(frozen=True)
class Row:
    """A row that can be placed in a year.

    `letter`, `registered` and `reason` say something in invitations only, `type` only in contracts and attests.
    """

    agency: str
    key: str
    place: int
    person: Hashable
    event: date
    municipality: str
    province: str
    country: str | None
    gender: str
    target_group: str
    status: str
    type: str
    letter: date | None
    registered: date | None
    reason: str


def read_row(agency: str, event_type: str, place: int, record: Record, reference_date: date) -> Row | None:
    """Return the row of a record, or None when it has another width than the header or no usable event date."""
    fields = EVENT_TYPES[event_type]
    if record is None or len(record) != len(fields):
        return None
    dialect = AGENCIES[agency]
    cells = dict(zip(fields, record, strict=True))
    event = past_date(cells["event"], dialect, reference_date)
    if event is None:
        return None
    dossier = read_text(cells["dossier"])
    return Row(
        agency=agency,
        key=dossier if event_type == "invitations" else read_text(cells["number"]),
        person=identify_person(agency, event_type, place, dossier, cells["insz"]),
        place=place,
        event=event,
        municipality=read_text(cells["municipality"]),
        province=province_by_municipality().get(read_text(cells["municipality"]), ONBEPAALD),
        country=countries_by_code(dialect.nationality_column).get(read_code(cells["nationality"])),
        gender=dialect.genders.get(read_code(cells["gender"]), ONBEPAALD),
        target_group=dialect.target_groups.get(read_code(cells["target_group"]), ONBEPAALD),
        status=dialect.statuses.get(read_code(cells["status"]), UNDETERMINED_STATUS),
        type=read_code(cells.get("type")),
        letter=past_date(cells.get("letter"), dialect, reference_date),
        registered=past_date(cells.get("registered"), dialect, reference_date),
        reason=REASONS.get(read_code(cells.get("reason")), UNKNOWN_REASON),
    )


def past_date(cell: object, dialect: Dialect, reference_date: date) -> date | None:
    """Return the date in a cell, or None when it is no date, lies before 2004 or after the reference date."""
    day = read_date(cell, dialect.date_form)
    return day if day is not None and EARLIEST_EVENT <= day <= reference_date else None


def identify_person(agency: str, event_type: str, place: int, dossier: str, insz: object) -> Hashable:
    """Return who a row is about: the holder of a valid INSZ, otherwise the dossier at the agency, otherwise the row."""
    digits = read_insz(insz)
    if is_valid_insz(digits):
        return digits
    return (agency, dossier) if dossier else (agency, event_type, place)


@dataclass(frozen=True)
class Extract:
    """What one agency delivered about one event_type."""

    delivered: int
    accepted: list[Row]


def read_extract(agency: str, event_type: str, records: list[Record], reference_date: date) -> Extract:
    """Check the header and accept the rows that can be counted, the last one of every key."""
    header, *body = records or [None]
    if header != AGENCIES[agency].headers[event_type]:
        raise ValueError(f"{agency} {event_type}: refused, the header is {header}")
    rows = [read_row(agency, event_type, place, record, reference_date) for place, record in enumerate(body)]
    # Of a number the last row stays; an empty number is no number, so every such row stays.
    accepted = {row.key or row.place: row for row in rows if row is not None}
    return Extract(len(body), list(accepted.values()))


def read_delivery(agency: str, extracts: Path, reference_date: date) -> dict[str, Extract]:
    """Read everything one agency delivered for the reference date."""
    records = AGENCIES[agency].read_records(extracts / agency / reference_date.isoformat())
    return {
        event_type: read_extract(agency, event_type, records[event_type], reference_date) for event_type in EVENT_TYPES
    }


def read_accepted(extracts: Path, reference_date: date) -> dict[str, list[Row]]:
    """Return the accepted rows of all agencies per event type."""
    deliveries = [read_delivery(agency, extracts, reference_date) for agency in AGENCIES]
    return {
        event_type: [row for delivery in deliveries for row in delivery[event_type].accepted]
        for event_type in EVENT_TYPES
    }


# ---------------------------------------------------------------------------------------------------------------------
# Counting persons


def rows_by_person(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows of every person."""
    persons = defaultdict(list)
    for row in rows:
        persons[row.person].append(row)
    return list(persons.values())


def first_of_each_person(rows: Iterable[Row], types: frozenset[str]) -> list[Row]:
    """Return the first row of every person among those of the types that count."""
    counting = (row for row in rows if row.type in types)
    return [
        min(own, key=lambda row: (row.event, AGENCY_RANK[row.agency], row.key == "", row.key, row.place))
        for own in rows_by_person(counting)
    ]


def counted_rows(accepted: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the row that counts for every person with a contract and for every person with an attest."""
    return {
        "contracts": first_of_each_person(accepted["contracts"], CIVIC_INTEGRATION_CONTRACTS),
        "attests": first_of_each_person(accepted["attests"], CIVIC_INTEGRATION_ATTESTS),
    }


@dataclass(frozen=True)
class Invitee:
    """A person to whom a recruitment letter was sent."""

    extraction: date
    letter: date
    carrier: Row
    registered: bool

    @property
    def december(self) -> bool:
        """Whether the extraction was in December and the letter in the next January."""
        return self.extraction.month == 12 and (self.letter.year, self.letter.month) == (self.extraction.year + 1, 1)


def find_invitees(rows: Iterable[Row]) -> list[Invitee]:
    """Return every person with a letter, whatever the years."""
    return [invitee(own) for own in rows_by_person(rows) if any(row.letter for row in own)]


def invitee(rows: list[Row]) -> Invitee:
    """Sum up the rows of one person of whom at least one carries a letter."""
    letter, carrier = min(
        ((row.letter, row) for row in rows if row.letter),
        key=lambda one: (one[0], one[1].event, AGENCY_RANK[one[1].agency], one[1].key == "", one[1].key, one[1].place),
    )
    return Invitee(
        extraction=min(row.event for row in rows),
        letter=letter,
        carrier=carrier,
        registered=any(row.registered for row in rows),
    )


def find_cohort(rows: Iterable[Row], year: int) -> list[Invitee]:
    """Return the persons invited in a year: first extraction and first letter both fall in it."""
    return [person for person in find_invitees(rows) if person.extraction.year == person.letter.year == year]


def months_after(day: date, months: int) -> date:
    """Return the same day some calendar months later, or the last day of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def not_registered_label(person: Invitee, reference_date: date) -> str:
    """Return why a person is not registered."""
    return TERM_RUNNING if months_after(person.letter, 3) > reference_date else person.carrier.reason


# ---------------------------------------------------------------------------------------------------------------------
# The labels of a counted row


def agency_label(row: Row) -> str:
    """Return the agency that delivered the row."""
    return AGENCIES[row.agency].label


def province_label(row: Row) -> str:
    """Return the province of residence at the event."""
    return row.province


def region_label(row: Row) -> str:
    """Return the region of residence at the event."""
    return FLEMISH_REGION if row.province in FLEMISH_PROVINCES else row.province


def working_area_label(row: Row, day: date) -> str:
    """Return the working area of residence, on the day that the row counts on."""
    is_merged = row.municipality == BORSBEEK and day >= BORSBEEK_IS_ANTWERP_FROM
    if row.municipality == CITY_OF_ANTWERP or is_merged:
        return "Stad Antwerpen"
    if row.municipality == CITY_OF_GHENT:
        return "Stad Gent"
    return REST_OF.get(row.province, row.province)


def nationality_group_label(row: Row) -> str:
    """Return whether the country was a member of the EU on the day of the event."""
    if row.country is None:
        return ONBEPAALD
    periods = eu_memberships().get(row.country, [])
    return "EU" if any(start <= row.event < end for start, end in periods) else "niet-EU"


def nationality_label(row: Row) -> str:
    """Return the Dutch name of the country."""
    return ONBEPAALD if row.country is None else country_labels()[row.country]


def gender_label(row: Row) -> str:
    """Return the gender."""
    return row.gender


def target_group_label(row: Row) -> str:
    """Return the target group at the event."""
    return row.target_group


def status_label(row: Row) -> str:
    """Return the residence status of the question's list under which the row counts."""
    return OTHER_STATUS if row.status == DISPLACED else row.status


AGENCY_LABELS = tuple(dialect.label for dialect in AGENCIES.values())
PROVINCE_LABELS = (*PROVINCES.values(), ONBEPAALD)

# Tables of tab 2 with a closed list of labels.
CLOSED_TABLES = {
    "t2a": (AGENCY_LABELS, agency_label),
    "t2b": (PROVINCE_LABELS, province_label),
    "t2b_gewest": (REGIONS, region_label),
    "t2c": (NATIONALITY_GROUPS, nationality_group_label),
    "t2e": (GENDERS, gender_label),
    "t2f": (TARGET_GROUPS, target_group_label),
    "t2g": (RESIDENCE_STATUSES, status_label),
}


# ---------------------------------------------------------------------------------------------------------------------
# The tables


def invited_table(cohort: list[Invitee], labels: Sequence[str], label_of: Callable[[Row], str]) -> Table:
    """Return invited, registered, not registered and reach per label."""
    invited = Counter(label_of(person.carrier) for person in cohort)
    registered = Counter(label_of(person.carrier) for person in cohort if person.registered)
    rows = [invited_row(label, invited[label], registered[label]) for label in labels]
    return [*rows, invited_row(TOTAAL, invited.total(), registered.total())]


def invited_row(label: str, invited: int, registered: int) -> tuple:
    """Return one row of a table of invited persons."""
    reach = registered / invited if invited else "n.v.t."
    return (label, invited, registered, invited - registered, reach)


def not_registered_table(cohort: list[Invitee], reference_date: date) -> Table:
    """Return the persons who did not register, by reason."""
    counts = Counter(not_registered_label(person, reference_date) for person in cohort if not person.registered)
    return [*((label, counts[label]) for label in NOT_REGISTERED_LABELS), (TOTAAL, counts.total())]


def year_table(counted: list[Row], labels: Sequence[str], label_of: Callable[[Row], str], years: range) -> Table:
    """Return the persons per label and year; the total counts the persons, whatever their label."""
    counts = Counter((label_of(row), row.event.year) for row in counted)
    totals = Counter(row.event.year for row in counted)
    rows = [(label, *(counts[label, year] for year in years)) for label in labels]
    return [*rows, (TOTAAL, *(totals[year] for year in years))]


def nationality_labels(counted: list[Row], contracts: list[Row], years: range) -> list[str]:
    """Return the countries that occur in the years shown, most contracts in the last year first, then undetermined."""
    in_last_year = Counter(nationality_label(row) for row in contracts if row.event.year == years[-1])
    shown = {nationality_label(row) for row in counted if row.event.year in years} - {ONBEPAALD}
    return [*sorted(shown, key=lambda label: (-in_last_year[label], label)), ONBEPAALD]


def tab_1(rows: list[Row], reference_date: date, years: range) -> dict[str, Table]:
    """Return the tables about the invitations of the last year, and of every year since the first extraction."""
    cohort = find_cohort(rows, years[-1])
    invited, registered = len(cohort), sum(person.registered for person in cohort)
    since = min((row.event.year for row in rows), default=years[-1])
    return {
        "t1_aanmelding": [
            (label, count, count / invited if invited else "n.v.t.")
            for label, count in (
                ("Aangemeld", registered),
                ("Niet aangemeld", invited - registered),
                ("Uitgenodigd", invited),
            )
        ],
        "t1b_agentschap": invited_table(cohort, AGENCY_LABELS, agency_label),
        "t1c_provincie": invited_table(cohort, PROVINCE_LABELS, province_label),
        "t1_niet_aangemeld": not_registered_table(cohort, reference_date),
        "t1_per_jaar": [
            invited_row(str(year), len(persons), sum(person.registered for person in persons))
            for year in years
            if year >= min(since, years[-1])
            for persons in [find_cohort(rows, year)]
        ],
    }


def tab_2(counted: dict[str, list[Row]], years: range) -> dict[str, Table]:
    """Return the tables about contracts and attests, which stand side by side."""
    contracts, attests = counted["contracts"], counted["attests"]
    nationalities = nationality_labels([*contracts, *attests], contracts, years)
    breakdowns = CLOSED_TABLES | {"t2d": (nationalities, nationality_label)}
    return {
        name: side_by_side(
            year_table(contracts, labels, label_of, years), year_table(attests, labels, label_of, years), 1
        )
        for name, (labels, label_of) in breakdowns.items()
    }


def side_by_side(left: Table, right: Table, labels: int) -> Table:
    """Put the figures of two tables with the same rows beside each other, after the labels."""
    assert [row[:labels] for row in left] == [row[:labels] for row in right]
    return [(*row, *other[labels:]) for row, other in zip(left, right, strict=True)]


# ---------------------------------------------------------------------------------------------------------------------
# Two breakdowns crossed: what question voorbeeld_gekruist asks

AGENCY = (AGENCY_LABELS, agency_label)
PROVINCE = (PROVINCE_LABELS, province_label)
NATIONALITY_GROUP = (NATIONALITY_GROUPS, nationality_group_label)
GENDER = (GENDERS, gender_label)


def crossed_table(rows: list[tuple[str, str, int]], first: Sequence[str], second: Sequence[str], years: range) -> Table:
    """Return the persons per year of every pair of labels, with totals both ways; a row is (label, label, year)."""
    counts: Counter[tuple[str, str, int]] = Counter()
    for first_label, second_label, year in rows:
        counts.update((a, b, year) for a in (first_label, TOTAAL) for b in (second_label, TOTAAL))
    lines = [(a, b, *(counts[a, b, year] for year in years)) for a in (*first, TOTAAL) for b in (*second, TOTAAL)]
    # What has a total stands below the table.
    return sorted(lines, key=lambda row: TOTAAL in row[:2])


def crossed_rows(rows: list[Row], first: tuple, second: tuple, years: range) -> Table:
    """Return the table of counted rows by two breakdowns, each given as its labels and how a row gets one."""
    labelled = [(first[1](row), second[1](row), row.event.year) for row in rows]
    return crossed_table(labelled, first[0], second[0], years)


def crossed_reach(cohort: list[Invitee], first: tuple, second: tuple) -> Table:
    """Return invited, registered, not registered and reach by two breakdowns."""
    year = range(1)
    labelled = [(first[1](person.carrier), second[1](person.carrier), 0, person.registered) for person in cohort]
    invited = crossed_table([(a, b, zero) for a, b, zero, _ in labelled], first[0], second[0], year)
    registered = crossed_table([(a, b, zero) for a, b, zero, is_in in labelled if is_in], first[0], second[0], year)
    return [
        (a, *invited_row(b, count, registered_count))
        for (a, b, count), (_, _, registered_count) in zip(invited, registered, strict=True)
    ]


def count_crossed(extracts: Path, reference_date: date, first_year: int, last_year: int) -> dict[str, list[tuple]]:
    """Return every table of question voorbeeld_gekruist, its arguments and form as those of `count_annex`."""
    accepted = read_accepted(extracts, reference_date)
    counted = counted_rows(accepted)
    years = range(first_year, last_year + 1)
    cohort = find_cohort(accepted["invitations"], last_year)
    reasons = [
        (agency_label(person.carrier), not_registered_label(person, reference_date), year)
        for year in years
        for person in find_cohort(accepted["invitations"], year)
        if not person.registered
    ]
    nationalities = nationality_labels(counted["contracts"], counted["contracts"], years)
    by_nationality = crossed_rows(counted["contracts"], (nationalities, nationality_label), AGENCY, years)
    return {
        "t_agentschap_geslacht": side_by_side(
            crossed_rows(counted["contracts"], AGENCY, GENDER, years),
            crossed_rows(counted["attests"], AGENCY, GENDER, years),
            2,
        ),
        "t_provincie_groep": crossed_rows(counted["contracts"], PROVINCE, NATIONALITY_GROUP, years),
        "t_geslacht": invited_table(cohort, *GENDER),
        "t_geslacht_agentschap": crossed_reach(cohort, GENDER, AGENCY),
        "t_agentschap_reden": crossed_table(reasons, AGENCY_LABELS, NOT_REGISTERED_LABELS, years),
        # Of a nationality only what occurs.
        "t_nationaliteit_agentschap": [row for row in by_nationality if row[0] == TOTAAL or any(row[2:])],
    }


# ---------------------------------------------------------------------------------------------------------------------
# From letter to contract to attest: what question doorstroom asks

OTHER_ORDER = "other order"
NONE = "none"
NOT_YET = "nog niet te zeggen"
TARGET_GROUP = (TARGET_GROUPS, target_group_label)


@dataclass(frozen=True)
class Step:
    """A step that a person took: the day, the row that counts, and the days of the steps to look at beside it."""

    day: date
    row: Row
    earlier: date | None = None
    later: date | None = None
    registered: date | None = None


def find_steps(accepted: dict[str, list[Row]]) -> dict[str, list[Step]]:
    """Return the steps per measure: the letters of invited persons, first contracts, first attests."""
    invited = {
        one.carrier.person: one
        for one in find_invitees(accepted["invitations"])
        if one.extraction.year == one.letter.year
    }
    registered: dict[object, date] = {}
    for row in accepted["invitations"]:
        if row.registered:
            registered[row.person] = min(row.registered, registered.get(row.person, date.max))
    counted = {measure: {row.person: row for row in rows} for measure, rows in counted_rows(accepted).items()}
    contracts, attests = counted["contracts"], counted["attests"]

    def day_of(rows: dict, person: object) -> date | None:
        return rows[person].event if person in rows else None

    return {
        "invited": [
            Step(one.letter, one.carrier, later=day_of(contracts, person), registered=registered.get(person))
            for person, one in invited.items()
        ],
        "contracts": [
            Step(row.event, row, invited[person].letter if person in invited else None, day_of(attests, person))
            for person, row in contracts.items()
        ],
        "attests": [Step(row.event, row, day_of(contracts, person)) for person, row in attests.items()],
    }


def linked_year(first: date | None, second: date | None, other: date | None) -> str:
    """Return the year of the other of two steps, or that there is none, or that the second came before the first."""
    if other is None or first is None or second is None:
        return NONE
    return OTHER_ORDER if second < first else str(other.year)


def flow_tables(rows: list[tuple[Step, str]], names: tuple[str, str], table: str, years: range) -> dict[str, Table]:
    """Return the persons by linked year, alone and beside agency and target group; only the years that occur."""
    order = [*map(str, range(2000, 2100)), OTHER_ORDER, NONE]
    label_of = {OTHER_ORDER: names[0], NONE: names[1]}
    alone = Counter((member, step.day.year) for step, member in rows)
    totals = Counter(step.day.year for step, _ in rows)
    members = [member for member in order if any(alone[member, year] for year in years)]
    tables = {
        table: [
            *((label_of.get(member, member), *(alone[member, year] for year in years)) for member in members),
            (TOTAAL, *(totals[year] for year in years)),
        ]
    }
    for suffix, (labels, label) in (("agentschap", AGENCY), ("doelgroep", TARGET_GROUP)):
        labelled = [(label(step.row), label_of.get(member, member), step.day.year) for step, member in rows]
        shown = [label_of.get(member, member) for member in members]
        tables[f"{table}_{suffix}"] = [
            row for row in crossed_table(labelled, labels, shown, years) if row[1] == TOTAAL or any(row[2:])
        ]
    return tables


def share_in_time(
    steps: list[Step], year: int, reached: Callable[[Step], date | None], months: int, at: date
) -> object:
    """Return which part took a step within some months, unless nobody could or not everybody had that time yet."""
    if not steps:
        return "n.v.t."
    if months_after(date(year, 12, 31), months) > at:
        return NOT_YET
    in_time = [step for step in steps if (day := reached(step)) and day <= months_after(step.day, months)]
    return len(in_time) / len(steps)


def median_months(steps: list[Step], year: int, at: date) -> object:
    """Return within how many months half of the persons obtained an attest, if everybody had that time."""
    if not steps:
        return "n.v.t."
    months = 0
    while months_after(date(year, 12, 31), months) <= at:
        in_time = [step for step in steps if step.later and step.later <= months_after(step.day, months)]
        if 2 * len(in_time) >= len(steps):
            return months
        months += 1
    return NOT_YET


def count_flow(extracts: Path, reference_date: date, first_year: int, last_year: int) -> dict[str, list[tuple]]:
    """Return every table of question doorstroom, its arguments and form as those of `count_annex`."""
    accepted = read_accepted(extracts, reference_date)
    steps = find_steps(accepted)
    years = range(first_year, last_year + 1)
    tables: dict[str, list[tuple]] = {}
    for table, measure, names in (
        ("t1_contract", "invited", ("Contract vóór de wervingsbrief", "Nog geen contract")),
        ("t2_uitnodiging", "contracts", ("Pas na het contract uitgenodigd", "In geen jaar als uitgenodigd geteld")),
        ("t3_attest", "contracts", ("Attest vóór het contract", "Nog geen attest")),
        ("t4_contract", "attests", ("Pas na het attest een contract", "Geen contract")),
    ):
        is_later = table in ("t1_contract", "t3_attest")
        rows = [
            (
                step,
                linked_year(step.day, step.later, step.later)
                if is_later
                else linked_year(step.earlier, step.day, step.earlier),
            )
            for step in steps[measure]
        ]
        tables |= flow_tables(rows, names, table, years)
    shares = {
        "t5_12": ("contracts", attrgetter("later"), 12),
        "t5_18": ("contracts", attrgetter("later"), 18),
        "t5_24": ("contracts", attrgetter("later"), 24),
        "t5_36": ("contracts", attrgetter("later"), 36),
        "t7_3": ("invited", attrgetter("registered"), 3),
        "t7_6": ("invited", attrgetter("later"), 6),
        "t7_12": ("invited", attrgetter("later"), 12),
    }
    figures: dict[str, Callable[[list[Step], int], object]] = {}
    for name, (_, reached, months) in shares.items():
        figures[name] = partial(share_in_time, reached=reached, months=months, at=reference_date)
    figures["t6"] = partial(median_months, at=reference_date)
    measure_of = {name: measure for name, (measure, _, _) in shares.items()} | {"t6": "contracts"}
    for name, figure in figures.items():
        of_measure = steps[measure_of[name]]
        for suffix, (labels, label) in (("agentschap", AGENCY), ("doelgroep", TARGET_GROUP)):
            tables[f"{name}_{suffix}"] = [
                (
                    wanted,
                    *(
                        figure(
                            [
                                step
                                for step in of_measure
                                if step.day.year == year and wanted in (TOTAAL, label(step.row))
                            ],
                            year,
                        )
                        for year in years
                    ),
                )
                for wanted in (*labels, TOTAAL)
            ]
    for table, event_type, measure in (("t5_jaar", "contracts", "contracts"), ("t7_jaar", "invitations", "invited")):
        since = min((row.event.year for row in accepted[event_type]), default=last_year)
        tables[table] = [
            (
                str(year),
                *(
                    figures[name]([step for step in steps[measure] if step.day.year == year], year)
                    for name in shares
                    if name.startswith(table[:2])
                ),
            )
            for year in years
            if year >= min(since, last_year)
        ]
    return tables


# ---------------------------------------------------------------------------------------------------------------------
# What the property test asks


def count_annex(extracts: Path, reference_date: date, first_year: int, last_year: int) -> dict[str, list[tuple]]:
    """Return every table of tabs 1 to 2g of the annex, with the totals below it.

    Args:
        extracts: The folder with the deliveries, `<agency>/<reference date>/…`.
        reference_date: The day whose situation the deliveries describe.
        first_year: The first year of tab 2.
        last_year: The last year of tab 2, and the year of tab 1.

    Returns:
        Table name -> rows (label, *figures) in the order of the annex, the totals last, without the header.
    """
    accepted = read_accepted(extracts, reference_date)
    years = range(first_year, last_year + 1)
    return tab_1(accepted["invitations"], reference_date, years) | tab_2(counted_rows(accepted), years)


def count_areas(extracts: Path, reference_date: date, years: range) -> dict[tuple[str, str, str, str, int], int]:
    """Return the persons by region and by working area, beside every agency.

    Returns:
        (measure, breakdown, label, label of the agency, year) -> persons, with the zeros and with totals both ways.
    """
    accepted = read_accepted(extracts, reference_date)
    counted = {measure: [(row, row.event) for row in rows] for measure, rows in counted_rows(accepted).items()}
    invited = [one for one in find_invitees(accepted["invitations"]) if one.extraction.year == one.letter.year]
    counted["invited"] = [(one.carrier, one.letter) for one in invited]
    counted["registered"] = [(one.carrier, one.letter) for one in invited if one.registered]
    persons = {}
    for measure, rows in counted.items():
        by_region = [(region_label(row), agency_label(row), day.year) for row, day in rows]
        by_area = [(working_area_label(row, day), agency_label(row), day.year) for row, day in rows]
        for breakdown, labels, labelled in (("region", REGIONS, by_region), ("working_area", WORKING_AREAS, by_area)):
            for label, agency, *figures in crossed_table(labelled, labels, AGENCY_LABELS, years):
                persons.update(
                    {(measure, breakdown, label, agency, year): n for year, n in zip(years, figures, strict=True)}
                )
    return persons


def count_rows(extracts: Path, reference_date: date) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return per (agency, event_type) the number of rows delivered, accepted and set aside."""
    counts = {}
    for agency in AGENCIES:
        for event_type, extract in read_delivery(agency, extracts, reference_date).items():
            accepted = len(extract.accepted)
            counts[agency, event_type] = (extract.delivered, accepted, extract.delivered - accepted)
    return counts


def count_notes(extracts: Path, reference_date: date, first_year: int, last_year: int) -> dict:
    """Return the figures of the notes, only for years in the range where there are any.

    Args:
        extracts: The folder with the deliveries.
        reference_date: The day whose situation the deliveries describe.
        first_year: The first year shown.
        last_year: The last year shown.

    Returns:
        `december`: persons per year of an extraction in December with the letter in the next January;
        `tijdelijk ontheemde`: per measure, the persons per year who count under `overige` because of that status;
        and per other reading of the question its figure per year.
    """
    accepted = read_accepted(extracts, reference_date)
    years = range(first_year, last_year + 1)
    invitees = find_invitees(accepted["invitations"])
    displaced = {
        measure: per_year((row.event for row in rows if row.status == DISPLACED), years)
        for measure, rows in counted_rows(accepted).items()
    }
    december = per_year((person.extraction for person in invitees if person.december), years)
    return {
        "december": december,
        DISPLACED: displaced,
        **count_other_readings(accepted, invitees, reference_date, years),
    }


def count_other_readings(
    accepted: dict[str, list[Row]], invitees: list[Invitee], reference_date: date, years: range
) -> dict[str, dict[int, float | None]]:
    """Return the figures below the tables, for the years that have any."""
    signed = [row for row in accepted["contracts"] if row.type in CIVIC_INTEGRATION_CONTRACTS]
    obtained = [row for row in accepted["attests"] if row.type in CIVIC_INTEGRATION_ATTESTS]
    reach: dict[int, float | None] = {}
    for year in years:
        cohort = [person for person in invitees if person.extraction.year == person.letter.year == year]
        over = [
            person
            for person in cohort
            if person.registered or not_registered_label(person, reference_date) != TERM_RUNNING
        ]
        if cohort:
            reach[year] = sum(person.registered for person in over) / len(over) if over else None
    signers = {(row.person, row.event.year): row.event for row in signed}
    return {
        "letters_persons": dict(per_year((person.letter for person in invitees), years)),
        "reach_of_term_over": reach,
        "contracts_signed": dict(per_year((row.event for row in signed), years)),
        "contract_signers": dict(per_year(signers.values(), years)),
        "attests_obtained": dict(per_year((row.event for row in obtained), years)),
    }


def per_year(days: Iterable[date], years: range) -> dict[int, int]:
    """Count days per year, for the years that have any."""
    counts = Counter(day.year for day in days)
    return {year: counts[year] for year in years if counts[year]}
