"""What the contestants in Python know of the landing: where the rows of a fact stand, and under which names."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FIRST_POSSIBLE_DAY = datetime.date(2004, 1, 1)
TERM_MONTHS = 3

COMMON = ("dossier", "nis_code", "nationality", "gender", "target_group", "residence_status")
OF_FACT = {
    "invitations": ("day", "letter", "registration", "reason"),
    "contracts": ("number", "type", "day"),
    "attests": ("number", "type", "day"),
}


@dataclass(frozen=True)
class Dialect:
    """An agency's form of dates, and per fact its table and that table's columns under the contestants' own names."""

    date_form: str
    tables: dict[str, str]
    columns: dict[str, dict[str, str]]


def dialect(date_form: str, tables: str, common: str, **of_facts: str) -> Dialect:
    """Return a dialect from names that are separated by bars."""
    columns = {}
    for fact, names in of_facts.items():
        columns[fact] = dict(zip(COMMON + OF_FACT[fact], f"{common}|{names}".split("|"), strict=True))
        # An invitation's number is that of its dossier.
        columns[fact].setdefault("number", columns[fact]["dossier"])
    return Dialect(date_form, dict(zip(of_facts, tables.split("|"), strict=True)), columns)


# In the order in which ties are decided.
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
    """Return (reference date, file) of the newest version of an agency's table, for every reference date."""
    files = []
    for folder in sorted((landing / f"agency={agency}").glob("reference_date=*")):
        newest = max(folder.glob("version=*"), key=lambda version: int(version.name.removeprefix("version=")))
        reference_date = datetime.date.fromisoformat(folder.name.removeprefix("reference_date="))
        files.append((reference_date, newest / f"{table}.parquet"))
    return files
