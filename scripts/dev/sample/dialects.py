"""Write the made-up population as each agency would deliver events, with the traps of the dialect of that agency."""

from __future__ import annotations

import csv
import datetime
import random
from collections.abc import Iterable
from pathlib import Path

import openpyxl

from dev.sample.population import EVENT_TYPES, UNDETERMINED, Event, Population, read_seed
from inburgering.annex.reproducible_workbook import save_reproducibly
from inburgering.intake.extract_contract import AgencyContract, TableContract

UNDETERMINED_CODES = {
    "agii": ["711", "711", "", "169", "172", "999"],
    "atlas": ["", "XX", "YU"],
    "amal": ["", "XXX", "SUN", "Zaïre"],
}
NATIONALITY_COLUMN = {"agii": "rijksregister_code", "atlas": "nationality", "amal": "iso_alpha3"}
GENDERS = {
    "agii": {"man": "1", "vrouw": "2"},
    "atlas": {"man": "Man", "vrouw": "Vrouw", "x": "X"},
    "amal": {"man": "M", "vrouw": "V", "x": "X"},
}
TARGET_GROUPS = {
    "agii": {
        "verplicht": ["PLICHT"],
        "rechthebbend": ["RECHT"],
        "onbepaald": ["RECHT_PLICHT", "MINDERJARIG", "NADER_TE_BEPALEN", "GEEN"],
    },
    "atlas": {"verplicht": ["Verplicht"], "rechthebbend": ["Rechthebbend"], "onbepaald": ["Onbepaald", ""]},
    "amal": {"verplicht": ["V"], "rechthebbend": ["R"], "onbepaald": ["O", "?"]},
}
# Lines that cannot be cut into the declared columns, by the row after which they stand.
BROKEN_AFTER_ROW = {1000: "niet volledig", 2000: '"niet gesloten'}
DATE_FORMAT = {"agii": "%d/%m/%Y", "atlas": "%d/%m/%Y", "amal": "%Y-%m-%d"}


class DialectWriter:
    """Writes the deliveries of one agency."""

    def __init__(self, contract: AgencyContract, seed: int) -> None:
        self._contract = contract
        self._agency = contract.agency
        self._seed = seed
        self._countries = {
            row["nationality"]: row[NATIONALITY_COLUMN[self._agency]] for row in read_seed("reference/nationalities")
        }
        self._statuses = {row["residence_status"]: row["label"] for row in read_seed("members/residence_statuses")}

    def write(self, population: Population, reference_date: datetime.date, folder: Path) -> int:
        """Write the files of one delivery into `folder` and return the number of rows."""
        self._random = random.Random(f"{self._seed} {self._agency} {reference_date}")
        self._written: dict[tuple, list[object]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            event_type: [
                self._values(event, reference_date)
                for event in population.delivery(self._agency, event_type, reference_date)
            ]
            for event_type in EVENT_TYPES
        }
        if self._contract.file_format == "excel":
            self._write_workbook(tables, folder, reference_date)
        else:
            for event_type, table in zip(EVENT_TYPES, self._contract.tables, strict=True):
                self._write_csv(table, tables[event_type], folder)
        return sum(len(rows) for rows in tables.values())

    def _values(self, event: Event, reference_date: datetime.date) -> list[object]:
        """Return the cells of an event; an event that is delivered twice has the same cells twice."""
        identity = (
            event.event_type,
            event.dossier,
            event.number,
            event.date,
            event.person.target_group,
            event.nis_code,
        )
        if identity not in self._written:
            self._written[identity] = self._new_values(event, reference_date)
        return self._written[identity]

    def _new_values(self, event: Event, reference_date: datetime.date) -> list[object]:
        person = event.person
        common = [
            event.dossier,
            self._person_number(person.number),
            self._nis_code(event.nis_code),
            self._nationality(person.nationality),
            event.raw.get("gender", self._often_as_is(GENDERS[self._agency].get(person.gender, ""))),
            self._often_as_is(self._random.choice(TARGET_GROUPS[self._agency][person.target_group])),
            event.raw.get("status", self._status(person.status)),
        ]
        event_date = self._event_date(event, reference_date)
        if event.event_type == "invitations":
            registered = event.raw.get("registered", self._date(event.registered))
            return [*common, event_date, self._date(event.letter), registered, event.reason]
        return [*common, self._often_as_is(event.number), self._often_as_is(event.type_code), event_date]

    def _often_as_is(self, value: str) -> str:
        """Return the value, now and then with white space around the value."""
        chance = self._random.random()
        if chance < 0.004:
            return f" {value}\t"
        return value

    def _person_number(self, number: str) -> object:
        if self._agency != "atlas" or len(number) != 11:
            return number
        if number.startswith("0") and self._random.random() < 0.2:
            return int(number)
        return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"

    def _nis_code(self, code: str) -> object:
        return int(code) if self._agency == "atlas" and code else code

    def _nationality(self, nationality: str) -> str:
        if nationality == UNDETERMINED:
            return self._random.choice(UNDETERMINED_CODES[self._agency])
        if self._agency == "agii" and nationality == "AF" and self._random.random() < 0.3:
            return "822"
        code = self._countries[nationality]
        return code.lower() if self._random.random() < 0.005 else code

    def _status(self, status: str) -> str:
        if not status or self._agency == "amal":
            return status
        label = self._statuses[status]
        return self._random.choice([label, label.capitalize(), label.upper()]) if self._agency == "atlas" else label

    def _date(self, day: datetime.date | None) -> object:
        if day is None:
            return ""
        if self._agency == "atlas" and self._random.random() > 0.02:
            hour = self._random.choice([0, 0, 0, 9, 14])
            return datetime.datetime.combine(day, datetime.time(hour)) if hour else day
        return day.strftime(DATE_FORMAT[self._agency])

    def _event_date(self, event: Event, reference_date: datetime.date) -> object:
        raw = event.raw.get("event_date")
        if raw is None:
            return self._date(event.date)
        if raw == "future":
            return self._date(reference_date + datetime.timedelta(days=30))
        if raw == "1999":
            return self._date(datetime.date(1999, 12, 31))
        return raw

    def _write_csv(self, table: TableContract, rows: Iterable[list[object]], folder: Path) -> None:
        encoding = "utf-8-sig" if self._contract.encoding == "utf-8" else self._contract.encoding
        with (folder / table.file_name).open("w", encoding=encoding, newline="") as file:
            plain = csv.writer(file, delimiter=self._contract.separator)
            quoted = csv.writer(file, delimiter=self._contract.separator, quoting=csv.QUOTE_ALL)
            plain.writerow(table.columns)
            for number, row in enumerate(rows):
                (quoted if self._random.random() < 0.05 else plain).writerow(row)
                if number in BROKEN_AFTER_ROW:
                    file.write(BROKEN_AFTER_ROW[number] + "\r\n")

    def _write_workbook(
        self, tables: dict[str, list[list[object]]], folder: Path, reference_date: datetime.date
    ) -> None:
        workbook = openpyxl.Workbook(write_only=True)
        workbook.properties.created = datetime.datetime.combine(reference_date, datetime.time())
        for event_type, table in zip(EVENT_TYPES, self._contract.tables, strict=True):
            sheet = workbook.create_sheet(table.sheet_name)
            sheet.append(table.columns)
            for row in tables[event_type]:
                sheet.append([None if value == "" else value for value in row])
        save_reproducibly(workbook, folder / self._contract.tables[0].file_name)
