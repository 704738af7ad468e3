"""Where the events of each event type stand in the landing, and in which columns: for the implementations in Python."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
FIRST_POSSIBLE_DAY = datetime.date(2004, 1, 1)
TERM_MONTHS = 3

CODES = ("nis_code", "nationality_code", "gender_code", "target_group_code", "residence_status_code")
OF_EVERY_TYPE = ("dossier_number", *CODES)
OF_EVENT_TYPE = {
    "invitations": ("event_date", "letter_sent_on", "registered_on", "not_registered_reason_code"),
    "contracts": ("event_number", "type_code", "event_date"),
    "attests": ("event_number", "type_code", "event_date"),
}
BREAKDOWNS = (
    "agency",
    "province",
    "region",
    "working_area",
    "nationality_group",
    "nationality",
    "gender",
    "target_group",
    "residence_status",
    "not_registered_reason",
)
# The seed `nationalities` holds the codes of countries in every dialect.
COUNTRY_CODE_COLUMNS = {"agii": "rijksregister_code", "atlas": "nationality", "amal": "iso_alpha3"}


@dataclass(frozen=True)
class Dialect:
    """The form of dates, and for every event type the table and the names of the columns of that table."""

    date_form: str
    tables: dict[str, str]
    columns: dict[str, dict[str, str]]


def dialect(date_form: str, tables: str, of_every_type: str, **of_event_type: str) -> Dialect:
    """Return a dialect from names that are separated by bars."""
    columns = {}
    for event_type, names in of_event_type.items():
        columns[event_type] = dict(
            zip(OF_EVERY_TYPE + OF_EVENT_TYPE[event_type], f"{of_every_type}|{names}".split("|"), strict=True)
        )
        # The number of an invitation is the number of its dossier.
        columns[event_type].setdefault("event_number", columns[event_type]["dossier_number"])
    return Dialect(date_form, dict(zip(of_event_type, tables.split("|"), strict=True)), columns)


# In the order that breaks ties. The dialect of an agency has the name of that agency.
AGENCIES = {
    "agii": dialect(
        "%d/%m/%Y",
        "uitnodigingen|contracten|attesten",
        "KBI_NUMMER|NIS_GEMEENTE|NATIONALITEIT|GESLACHT|DOELGROEP|VERBLIJFSREDEN",
        invitations="EERSTE_EXTRACTIE|WERVINGSBRIEF|AANMELDING|REDEN_GEEN_AANMELDING",
        contracts="CONTRACT_ID|TYPE_TRAJECT|DATUM_ONDERTEKENING",
        attests="ATTEST_ID|TYPE_ATTEST|DATUM_ONDERTEKENING",
    ),
    "atlas": dialect(
        "%d/%m/%Y",
        "uitnodigingen|contracten|attesten",
        "Dossiernummer|Gemeente (NIS)|Nationaliteit|Geslacht|Doelgroep|Verblijfsreden",
        invitations="Eerste extractie|Wervingsbrief|Aanmelding|Reden geen aanmelding",
        contracts="Contractnummer|Traject|Ondertekend op",
        attests="Attestnummer|Type|Behaald op",
    ),
    "amal": dialect(
        "%Y-%m-%d",
        "invitations|contracts|attests",
        "dossier_id|nis_code|nationality|gender|target_group|residence_status",
        invitations="first_extraction|letter_sent|registered|no_show_reason",
        contracts="contract_id|trajectory|signed_on",
        attests="attest_id|attest_type|obtained_on",
    ),
}


def landed_files(landing: Path, agency: str, table: str) -> list[tuple[datetime.date, Path]]:
    """Return every reference date, with the file of the newest version of a table of an agency."""
    files = []
    for folder in sorted((landing / f"agency={agency}").glob("reference_date=*")):
        newest = max(folder.glob("version=*"), key=lambda version: int(version.name.removeprefix("version=")))
        reference_date = datetime.date.fromisoformat(folder.name.removeprefix("reference_date="))
        files.append((reference_date, newest / f"{table}.parquet"))
    return files
