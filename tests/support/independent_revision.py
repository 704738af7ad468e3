"""A second count of why figures changed: the section of the specification, row by row, in plain Python."""

from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from support.independent_count import (
    AGENCIES,
    CIVIC_INTEGRATION_ATTESTS,
    CIVIC_INTEGRATION_CONTRACTS,
    EVENT_TYPES,
    ONBEPAALD,
    Record,
    Row,
    agency_label,
    counted_rows,
    eu_memberships,
    find_invitees,
    gender_label,
    is_valid_insz,
    nationality_label,
    province_label,
    read_code,
    read_date,
    read_insz,
    read_row,
    read_text,
    region_label,
    status_label,
    target_group_label,
    working_area_label,
)

COUNTING_TYPES = {"contracts": CIVIC_INTEGRATION_CONTRACTS, "attests": CIVIC_INTEGRATION_ATTESTS}
CODES = ("municipality", "nationality", "gender", "target_group", "status", "type", "reason")
DATES = ("event", "letter", "registered")


@dataclass(frozen=True)
class Stand:
    """What one delivery says of a row that is known by its identity: who it is about, or that it is set aside."""

    person: Hashable = None
    is_accepted: bool = False
    counts: bool = False


@dataclass(frozen=True)
class Counted:
    """How a person counts: the row by which, in which year, with which labels."""

    row: Hashable
    agency: str
    year: int
    labels: tuple[tuple[str, str], ...]


class Situation:
    """Everything that was delivered for one reference date."""

    def __init__(self, extracts: Path, reference_date: date) -> None:
        self.delivered: set[str] = set()
        self.stands: dict[Hashable, Stand] = {}
        self.accepted: dict[str, list[Row]] = {event_type: [] for event_type in EVENT_TYPES}
        self.identities: dict[Hashable, Hashable] = {}
        for agency in AGENCIES:
            folder = extracts / agency / reference_date.isoformat()
            if folder.is_dir():
                self.delivered.add(agency)
                for event_type, records in AGENCIES[agency].read_records(folder).items():
                    self._read(agency, event_type, records[1:], reference_date)

    def _read(self, agency: str, event_type: str, records: list[Record], reference_date: date) -> None:
        last: dict[Hashable, Row] = {}
        seen: Counter[Hashable] = Counter()
        for place, record in enumerate(records):
            fields = EVENT_TYPES[event_type]
            if record is None or len(record) != len(fields):
                continue
            cells = dict(zip(fields, record, strict=True))
            number = read_text(cells["dossier"] if event_type == "invitations" else cells["number"])
            identity: Hashable = (agency, event_type, number)
            if not number:
                content = content_of(agency, cells)
                seen[content] += 1
                identity = (agency, event_type, content, seen[content])
            self.stands.setdefault(identity, Stand())
            row = read_row(agency, event_type, place, record, reference_date)
            if row is not None:
                last[identity] = row
        for identity, row in last.items():
            counts = event_type == "invitations" or row.type in COUNTING_TYPES[event_type]
            # A person who is a row alone is that row, wherever it stands in the file.
            is_alone = row.person == (agency, event_type, row.place)
            self.stands[identity] = Stand(identity if is_alone else row.person, True, counts)
            self.identities[agency, event_type, row.place] = identity
            self.accepted[event_type].append(row)

    def counted(self) -> dict[str, dict[Hashable, Counted]]:
        """Return per measure how every person counts."""
        invited = [one for one in find_invitees(self.accepted["invitations"]) if one.extraction.year == one.letter.year]
        first = counted_rows(self.accepted)
        return {
            "contracts": dict(self._counted("contracts", row, row.event) for row in first["contracts"]),
            "attests": dict(self._counted("attests", row, row.event) for row in first["attests"]),
            "invited": dict(self._counted("invitations", one.carrier, one.letter) for one in invited),
            "registered": dict(
                self._counted("invitations", one.carrier, one.letter) for one in invited if one.registered
            ),
        }

    def _counted(self, event_type: str, row: Row, day: date) -> tuple[Hashable, Counted]:
        identity = self.identities[row.agency, event_type, row.place]
        return self.stands[identity].person, Counted(identity, row.agency, day.year, labels_of(row, day))


def content_of(agency: str, cells: dict[str, object]) -> Hashable:
    """Return everything that a row says, as it compares with what other rows say."""
    digits = read_insz(cells["insz"])
    dates = []
    for name in DATES:
        cell = cells.get(name)
        day = None if cell is None or isinstance(cell, str) else read_date(cell, AGENCIES[agency].date_form)
        dates.append(read_text(cell) if day is None else f"{day:%d/%m}/{day.year:04}")
    return (
        digits if is_valid_insz(digits) else "",
        read_text(cells["dossier"]),
        *(read_code(cells.get(name)) for name in CODES),
        *dates,
    )


def labels_of(row: Row, day: date) -> tuple[tuple[str, str], ...]:
    """Return the label of a counted row in every breakdown, on the day it counts on."""
    group = ONBEPAALD
    if row.country is not None:
        periods = eu_memberships().get(row.country, [])
        group = "EU" if any(start <= day < end for start, end in periods) else "niet-EU"
    return (
        ("agency", agency_label(row)),
        ("province", province_label(row)),
        ("region", region_label(row)),
        ("working_area", working_area_label(row, day)),
        ("nationality_group", group),
        ("nationality", nationality_label(row)),
        ("gender", gender_label(row)),
        ("target_group", target_group_label(row)),
        ("residence_status", status_label(row)),
    )


def find_cause(
    measure: str,
    person: Hashable,
    old: Counted | None,
    new: Counted | None,
    then: Situation,
    now: Situation,
    invited: tuple[Counted | None, Counted | None],
) -> str:
    """Return the first cause that applies, in the words of the specification."""
    old_now = now.stands.get(old.row) if old else None
    new_then = then.stands.get(new.row) if new else None
    was_invited, is_invited = invited
    same_invitation = was_invited is not None and is_invited is not None and was_invited.year == is_invited.year
    if (old and old.agency not in now.delivered) or (new and new.agency not in then.delivered):
        return "Agentschap leverde niet"
    if any(stand and stand.is_accepted and stand.person != person for stand in (old_now, new_then)):
        return "Rijksregisternummer verbeterd"
    if old_now and not old_now.is_accepted:
        return "Terzijde gelegd"
    if new_then and not new_then.is_accepted:
        return "Niet langer terzijde"
    if old and old_now is None:
        return "Niet meer aangeleverd"
    if old is None and new_then is None:
        return "Later aangeleverd"
    if any(stand and not stand.counts for stand in (old_now, new_then)):
        return "Ander type"
    if old and new and old.row != new.row:
        return "Eerder elders gevonden"
    if measure == "registered" and same_invitation and (old is None) != (new is None):
        return "Later aangemeld" if old is None else "Aanmelding ingetrokken"
    if old and new and old.year == new.year:
        return "Andere kenmerken"
    return "Andere datum"


def count_revision(extracts: Path, reference_date: date, earlier: list[date]) -> Counter[tuple]:
    """Count who moved since the latest complete date among the earlier ones, into, out of or in a closed year.

    Returns:
        (measure, cause, year before, year now, breakdown, label before, label now) -> persons; None for not counted.
    """
    complete = [day for day in earlier if Situation(extracts, day).delivered == set(AGENCIES)]
    if not complete:
        return Counter()
    then, now = Situation(extracts, max(complete)), Situation(extracts, reference_date)
    counted_then, counted_now = then.counted(), now.counted()
    moves: Counter[tuple] = Counter()
    for measure, before in counted_then.items():
        after = counted_now[measure]
        for person in before.keys() | after.keys():
            old, new = before.get(person), after.get(person)
            if old and new and (old.year, old.labels) == (new.year, new.labels):
                continue
            if not any(one and one.year < max(complete).year for one in (old, new)):
                continue
            invited = (counted_then["invited"].get(person), counted_now["invited"].get(person))
            cause = find_cause(measure, person, old, new, then, now, invited)
            old_labels, new_labels = dict(old.labels if old else ()), dict(new.labels if new else ())
            for breakdown in old_labels | new_labels:
                years = (old.year if old else None, new.year if new else None)
                moves[measure, cause, *years, breakdown, old_labels.get(breakdown), new_labels.get(breakdown)] += 1
    return moves


def differences_by_cause(moves: Counter[tuple], closed_before: int) -> dict[tuple, int]:
    """Return what each cause does to a figure: (measure, year, breakdown, label, cause) -> persons, without zeros."""
    differences: dict[tuple, int] = defaultdict(int)
    for (measure, cause, old_year, new_year, breakdown, old_label, new_label), persons in moves.items():
        for year, label, sign in ((old_year, old_label, -1), (new_year, new_label, 1)):
            if year is not None and year < closed_before:
                differences[measure, year, breakdown, label, cause] += sign * persons
    return {cell: difference for cell, difference in differences.items() if difference}
