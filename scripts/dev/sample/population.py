"""A made-up population of trajectories, calibrated on the figures that are public. No real person is in it."""

from __future__ import annotations

import bisect
import csv
import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from inburgering.settings import CHECKOUT

AGENCIES = ("agii", "atlas", "amal")
EVENT_TYPES = ("invitations", "contracts", "attests")
FIRST_CONTRACT_YEAR = 2017
FIRST_INVITATION_YEAR = 2022
TEMPORARY_PROTECTION_SINCE = 2022
DAY = datetime.timedelta(days=1)

# Where no figure was published: a plausible number a year, and the agencies' usual shares.
PLAUSIBLE_PER_YEAR = {
    "contracts": {2020: 18146, 2021: 23059, 2024: 24000},
    "attests": {2020: 13480, 2021: 14230, 2022: 15105},
}
USUAL_PER_YEAR = {"contracts": 24300, "attests": 17000, "invited": 31000}
# Of those who obtain an attest, half signed longer ago than this: a year in 2023, fourteen months in 2024 (the press).
USUAL_WAIT = {2023: datetime.timedelta(days=365), 2024: datetime.timedelta(days=426)}
SHORTEST_WAIT = datetime.timedelta(days=90)
SPREAD_OF_WAIT = 0.5
USUAL_SHARE = {"agii": 0.69, "atlas": 0.20, "amal": 0.11}

OTHER_EU = "NL ES IT PT FR DE GR HU SK GB HR LT LV CZ BE SI EE IE SE AT DK FI CY LU MT".split()
OTHER_EU_WEIGHTS = [30, 22, 17, 14, 8, 5, 9, 7, 6, 6, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
OTHER_NON_EU = (
    "SO IR RU GH CM NG BR PK ER AL ET UA CN RS TN DZ EG LB GN CD PH TH BD US MK AM GE KE ZA UG RW BI SN XK BA NP VN "
    "MX CO EC PE CL CU DO TG CI GM SL LR NA AO MA TR SY LK JP ID KZ UZ YE SD JO KW SA IL"
).split()
# So flat that no other country passes the tenth of the ten published countries.
OTHER_NON_EU_WEIGHTS = [1 / (rank + 12) for rank in range(len(OTHER_NON_EU))]
PUBLISHED_TOP = {"MA": 24, "AF": 14, "RO": 11, "TR": 11, "SY": 10, "PS": 8, "BG": 7, "IN": 7, "PL": 6, "IQ": 5}
UNDETERMINED = "undetermined"
NOT_REGISTERED_REASONS = [
    "RECHTHEBBEND",
    "VERHUISD_BUITENLAND",
    "VERHUISD_GEWEST",
    "GEEN_DOELGROEP",
    "OVERLEDEN",
    "ONBEKEND",
    "",
]
NOT_REGISTERED_REASON_WEIGHTS = [52, 14, 9, 12, 1, 7, 5]
COUNTED_TYPES = ["TT_IBVP", "TT_IBRH", "TT_IBGD", "TT_IB-18", "TT_IBNB", "TT_IBBXL", "TT_IBAS", "TT_IBLING"]
COUNTED_TYPE_WEIGHTS = [38, 45, 6, 2, 3, 4, 1, 1]
OTHER_TYPES = ["TT_NT2", "TT_NT2OCMW", "TT_NT2VDAB", "TT_OBVDAB", "TT_OBOCMW", "TT_WCIB", "TT_NIV_BEPALING"]

HOME = {"atlas": "11002", "amal": "44021"}
BIG_TOWNS = {
    "antwerpen": ["12025", "13040", "11029", "11035", "12014"],
    "limburg": ["71022", "71016", "71057", "73083", "72041"],
    "oost_vlaanderen": ["41002", "46021", "46014", "45035", "44083"],
    "vlaams_brabant": ["24062", "23088", "23027", "24107", "23094"],
    "west_vlaanderen": ["31005", "34022", "35013", "36015", "38025"],
}
PROVINCE_WEIGHTS = {
    "antwerpen": 20,
    "limburg": 17,
    "oost_vlaanderen": 17,
    "vlaams_brabant": 19,
    "west_vlaanderen": 15,
    "brussels_gewest": 12,
    "ander_gewest": 0.4,
}


@dataclass(slots=True)
class Person:
    """A made-up person: number, gender, nationality, and a dossier at one or more agencies."""

    number: str
    gender: str
    nationality: str
    target_group: str
    status: str
    dossiers: dict[str, str] = field(default_factory=dict)
    is_recognisable: bool = True


@dataclass(slots=True)
class Event:
    """One row to deliver: what happened to a person at an agency, and between which days the agency delivers it."""

    event_type: str
    agency: str
    person: Person
    dossier: str
    nis_code: str
    date: datetime.date
    number: str = ""
    type_code: str = ""
    letter: datetime.date | None = None
    registered: datetime.date | None = None
    reason: str = ""
    delivered_from: datetime.date = datetime.date.min
    delivered_until: datetime.date = datetime.date.max
    raw: dict[str, str] = field(default_factory=dict)


def published_targets(reference_date: datetime.date) -> dict[tuple[int, str, str, str], int]:
    """Return the published figures that belong to a reference date, by (year, measure, breakdown, member).

    That is the first figure published after the reference date, or else the last figure published before.
    """
    figures: dict[tuple[int, str, str, str], list[tuple[datetime.date, int]]] = defaultdict(list)
    for row in read_seed("reference/published_figures"):
        key = (int(row["year"]), row["measure"], row["breakdown"], row["member"])
        figures[key].append((datetime.date.fromisoformat(row["published_on"]), int(row["persons"])))
    return {
        key: min((f for f in values if f[0] > reference_date), default=max(values))[1]
        for key, values in figures.items()
    }


def agency_targets(measure: str, year: int, reference_date: datetime.date, scale: float) -> dict[str, int]:
    """Return how many first contracts or attests each agency has in a year, in the deliveries of a reference date."""
    published = published_targets(reference_date)
    total = published.get(
        (year, measure, "total", "totaal"), PLAUSIBLE_PER_YEAR[measure].get(year, USUAL_PER_YEAR[measure])
    )
    fixed = {a: published[year, measure, "agency", a] for a in AGENCIES if (year, measure, "agency", a) in published}
    if len(fixed) == len(AGENCIES):
        return {a: round(n * scale) for a, n in fixed.items()}
    rest = total - sum(fixed.values())
    free = [a for a in AGENCIES if a not in fixed]
    weight = sum(USUAL_SHARE[a] for a in free)
    shares = {**fixed, **{a: round(rest * USUAL_SHARE[a] / weight) for a in free}}
    shares[free[-1]] += total - sum(shares.values())
    return {a: round(n * scale) for a, n in shares.items()}


def read_seed(name: str) -> list[dict[str, str]]:
    """Read a seed of the dbt project as a list of rows."""
    with (CHECKOUT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Population:
    """Everything that happened up to the latest reference date, and what was delivered on each reference date."""

    def __init__(self, seed: int, reference_dates: list[datetime.date], scale: float) -> None:
        self._random = random.Random(seed)
        self._dates = sorted(reference_dates)
        self._latest = self._dates[-1]
        self._scale = scale
        self._numbers: set[str] = set()
        self._counters: Counter[str] = Counter()
        self._municipalities = defaultdict(list)
        for row in read_seed("reference/municipalities"):
            self._municipalities[row["province"]].append(row["nis_code"])
        self.events: list[Event] = []
        self._contracted: list[tuple[Person, Event]] = []
        self._make_contracts()
        self._make_attests()
        self._make_invitations()
        self._restate()
        self._make_rows_to_reject()

    def delivery(self, agency: str, event_type: str, reference_date: datetime.date) -> Iterator[Event]:
        """Yield the rows of an event type that an agency would deliver on a reference date, in file order."""
        for event in self.events:
            if event.agency != agency or event.event_type != event_type or not _is_delivered(event, reference_date):
                continue
            if event_type == "invitations":
                letter = event.letter if event.letter and event.letter <= reference_date else None
                registered = event.registered if event.registered and event.registered <= reference_date else None
                yield replace(event, letter=letter, registered=registered, reason="" if registered else event.reason)
            else:
                yield event

    # persons

    def _person(self, nationality: str | None = None, target_group: str | None = None, year: int = 2020) -> Person:
        gender = self._random.choices(["man", "vrouw", "x", ""], [49, 50.7, 0.1, 0.2])[0]
        nationality = nationality or self._nationality(year)
        target_group = (
            target_group or self._random.choices(["verplicht", "rechthebbend", "onbepaald"], [41, 58.8, 0.2])[0]
        )
        return Person(self._person_number(gender), gender, nationality, target_group, self._status(nationality, year))

    def _person_number(self, gender: str) -> str:
        while True:
            born = datetime.date(1955, 1, 1) + DAY * self._random.randrange(365 * 50)
            month = born.month + self._random.choices([0, 20, 40], [88, 4, 8])[0]
            serial = self._random.randrange(1, 499) * 2 - (0 if gender == "vrouw" else 1)
            nine = f"{born.year % 100:02}{month:02}{born.day:02}{serial:03}"
            check = 97 - int(("2" if born.year >= 2000 else "") + nine) % 97
            number = f"{nine}{check:02}"
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def _nationality(self, year: int) -> str:
        kind = self._random.random()
        if kind < 0.012:
            return UNDETERMINED
        if year >= TEMPORARY_PROTECTION_SINCE and kind < 0.15:
            return "UA"
        if kind < 0.52:
            return self._random.choices(list(PUBLISHED_TOP), list(PUBLISHED_TOP.values()))[0]
        if kind < 0.62:
            return self._random.choices(OTHER_EU, OTHER_EU_WEIGHTS)[0]
        return self._random.choices(OTHER_NON_EU, OTHER_NON_EU_WEIGHTS)[0]

    def _status(self, nationality: str, year: int) -> str:
        if nationality == UNDETERMINED:
            return self._random.choice(["VR07", "VR18", "VR19", ""])
        if nationality == "UA" and year >= TEMPORARY_PROTECTION_SINCE:
            return self._random.choices(["VR20", "VR10", "VR03"], [80, 10, 10])[0]
        if nationality in ("RO", "BG", "PL", *OTHER_EU):
            return self._random.choices(
                ["VR01", "VR02", "VR05", "VR08", "VR09", "VR14", "VR15", "VR13"], [55, 6, 20, 3, 4, 6, 4, 2]
            )[0]
        return self._random.choices(
            ["VR03", "VR04", "VR06", "VR07", "VR10", "VR11", "VR12", "VR16", "VR17", "VR18", "VR19", ""],
            [30, 4, 16, 22, 9, 3, 3, 5, 5, 1.5, 1, 0.5],
        )[0]

    def _dossier(self, person: Person, agency: str) -> str:
        if agency not in person.dossiers:
            self._counters[agency] += 1
            count = self._counters[agency]
            person.dossiers[agency] = {"agii": f"{count:09}", "atlas": f"ATL-{count:06}", "amal": f"G{count:06}"}[
                agency
            ]
        return person.dossiers[agency]

    def _nis_code(self, agency: str, day: datetime.date, flemish_only: bool = False) -> str:
        if agency in HOME and self._random.random() < 0.985:
            return HOME[agency]
        oddity = self._random.random()
        if oddity < 0.0015:
            return self._random.choice(["", "99999", "44999", "11000"])
        provinces = list(PROVINCE_WEIGHTS)[: 5 if flemish_only else None]
        province = self._random.choices(provinces, [PROVINCE_WEIGHTS[p] for p in provinces])[0]
        if province in BIG_TOWNS and self._random.random() < 0.55:
            return self._random.choice(BIG_TOWNS[province])
        return self._random.choice(self._municipalities[province])

    def _day(self, year: int, first: datetime.date | None = None) -> datetime.date:
        start = max(datetime.date(year, 1, 1), first or datetime.date.min)
        end = datetime.date(year, 12, 31)
        return start + DAY * self._random.randrange((end - start).days + 1)

    def _number(self, agency: str, event_type: str) -> str:
        self._counters[agency + event_type] += 1
        prefix = {"contracts": "C", "attests": "A"}[event_type]
        return f"{prefix}{self._counters[agency + event_type]:07}"

    # contracts

    def _years(self, first: int) -> Iterator[int]:
        return iter(range(first, self._latest.year + 1))

    def _make_contracts(self) -> None:
        for year in self._years(FIRST_CONTRACT_YEAR):
            targets = agency_targets("contracts", year, self._latest, self._scale)
            agencies = [agency for agency in AGENCIES for _ in range(targets[agency])]
            nationalities, target_groups = self._published_attributes(year, len(agencies))
            for agency, nationality, target_group in zip(agencies, nationalities, target_groups, strict=True):
                person = self._person(nationality, target_group, year)
                first = self._contract(person, agency, self._day(year), is_counted_type=True)
                self._contracted.append((person, first))
                self._contract_extras(person, first)
            for _ in range(len(agencies) // 20):
                person = self._person(year=year)
                agency = self._random.choices(AGENCIES, list(USUAL_SHARE.values()))[0]
                self._contract(person, agency, self._day(year), is_counted_type=False)

    def _published_attributes(self, year: int, size: int) -> tuple[list[str | None], list[str | None]]:
        """Return nationality and target group of every first contract of a year, where these figures are published."""
        published = published_targets(self._latest)
        groups = {
            m: n for (y, what, by, m), n in published.items() if (y, what, by) == (year, "contracts", "target_group")
        }
        if not groups or self._scale != 1:
            return [None] * size, [None] * size
        target_groups: list[str | None] = [member for member, count in groups.items() for _ in range(count)]
        countries = {m: n for (y, _, by, m), n in published.items() if (y, by) == (year, "nationality")}
        in_eu = {row["nationality"] for row in read_seed("reference/eu_memberships")}
        totals = {m: n for (y, _, by, m), n in published.items() if (y, by) == (year, "nationality_group")}
        nationalities: list[str | None] = [member for member, count in countries.items() for _ in range(count)]
        rest_eu = totals["eu"] - sum(n for m, n in countries.items() if m in in_eu)
        nationalities += self._random.choices(OTHER_EU, OTHER_EU_WEIGHTS, k=rest_eu)
        others = [pair for pair in zip(OTHER_NON_EU, OTHER_NON_EU_WEIGHTS, strict=True) if pair[0] not in countries]
        rest_non_eu = totals["niet_eu"] - sum(n for m, n in countries.items() if m not in in_eu)
        nationalities += self._random.choices(*zip(*others, strict=True), k=rest_non_eu)
        nationalities += [UNDETERMINED] * totals["onbepaald"]
        self._random.shuffle(nationalities)
        self._random.shuffle(target_groups)
        return nationalities, target_groups

    def _contract(self, person: Person, agency: str, day: datetime.date, is_counted_type: bool) -> Event:
        type_code = (
            self._random.choices(COUNTED_TYPES, COUNTED_TYPE_WEIGHTS)[0]
            if is_counted_type
            else self._random.choice(OTHER_TYPES)
        )
        return self._add(
            "contracts", person, agency, day, number=self._number(agency, "contracts"), type_code=type_code
        )

    def _add(self, event_type: str, person: Person, agency: str, day: datetime.date, **values: Any) -> Event:
        nis_code = self._nis_code(agency, day, flemish_only=event_type == "invitations")
        event = Event(event_type, agency, person, self._dossier(person, agency), nis_code, day, **values)
        self.events.append(event)
        return event

    def _contract_extras(self, person: Person, first: Event) -> None:
        chance = self._random.random()
        if chance < 0.07:
            self._contract(
                person, first.agency, first.date + DAY * self._random.randrange(1, 700), is_counted_type=True
            )
        elif chance < 0.09:
            other = self._random.choice([agency for agency in AGENCIES if agency != first.agency])
            self._contract(person, other, first.date + DAY * self._random.randrange(1, 700), is_counted_type=True)
        elif chance < 0.091 and first.agency != "amal":
            self._contract(person, "amal", first.date, is_counted_type=True)
        elif chance < 0.19:
            earlier_or_later = first.date + DAY * self._random.randrange(-300, 500)
            self._contract(person, first.agency, earlier_or_later, is_counted_type=False)
        elif chance < 0.193:
            person.is_recognisable = False
            person.number = self._random.choice(["", person.number[:9] + "00", "12345678901", person.number[:10]])

    # attests

    def _make_attests(self) -> None:
        signed: dict[str, list[Event]] = {agency: [] for agency in AGENCIES}
        for _, first in sorted(self._contracted, key=lambda one: one[1].date):
            if first.person.is_recognisable:
                signed[first.agency].append(first)
        for year in self._years(FIRST_CONTRACT_YEAR):
            for agency, target in agency_targets("attests", year, self._latest, self._scale).items():
                for _ in range(target):
                    day = self._day(year)
                    person = self._who_obtains(signed[agency], day) or self._person(year=year)
                    self._attest(person, agency, day, "AI023")
                    if self._random.random() < 0.012:
                        self._attest(
                            person, self._random.choice(AGENCIES), day + DAY * self._random.randrange(1, 200), "AI023"
                        )
            for _ in range(round(700 * self._scale)):
                agency = self._random.choices(AGENCIES, list(USUAL_SHARE.values()))[0]
                self._attest(self._person(year=year), agency, self._day(year), "AEVC05")

    def _who_obtains(self, signed: list[Event], day: datetime.date) -> Person | None:
        """Take who signed about as long before a day as is usual out of a list by date; None where nobody did."""
        wait = USUAL_WAIT.get(day.year, USUAL_WAIT[2023]) * self._random.lognormvariate(0, SPREAD_OF_WAIT)
        before = bisect.bisect_right(signed, day - max(wait, SHORTEST_WAIT), key=lambda contract: contract.date)
        place = max(before - 1, 0)
        if place < len(signed) and signed[place].date <= day - SHORTEST_WAIT:
            return signed.pop(place).person
        return None

    def _attest(self, person: Person, agency: str, day: datetime.date, type_code: str) -> Event:
        return self._add("attests", person, agency, day, number=self._number(agency, "attests"), type_code=type_code)

    # invitations

    def _make_invitations(self) -> None:
        by_year: dict[int, list[Event]] = defaultdict(list)
        for person, first in self._contracted:
            if person.is_recognisable:
                by_year[first.date.year].append(first)
        for year in self._years(FIRST_INVITATION_YEAR):
            wanted = round(USUAL_PER_YEAR["invited"] * self._scale)
            with_contract = self._random.sample(by_year[year], min(len(by_year[year]), wanted // 2))
            for first in with_contract:
                extracted = first.date - DAY * self._random.randrange(40, 150)
                if extracted.year >= FIRST_INVITATION_YEAR:
                    self._invitation(first.person, first.agency, extracted, registered_before=first.date)
            for _ in range(wanted - len(with_contract)):
                agency = self._random.choices(AGENCIES, list(USUAL_SHARE.values()))[0]
                self._invitation(self._person(year=year), agency, self._day(year), registered_before=None)

    def _invitation(
        self, person: Person, agency: str, extracted: datetime.date, registered_before: datetime.date | None
    ) -> None:
        if self._random.random() < 0.03:
            letter = None
        elif extracted.month == 12:
            letter = datetime.date(extracted.year + 1, 1, self._random.randrange(5, 31))
        else:
            letter = min(extracted + DAY * self._random.randrange(8, 35), datetime.date(extracted.year, 12, 22))
        registered = None
        if registered_before is not None:
            registered = registered_before - DAY * self._random.randrange(0, 20)
        elif self._random.random() < 0.25:
            registered = (letter or extracted) + DAY * self._random.randrange(3, 150)
        reason = "" if registered else self._random.choices(NOT_REGISTERED_REASONS, NOT_REGISTERED_REASON_WEIGHTS)[0]
        self._add("invitations", person, agency, extracted, letter=letter, registered=registered, reason=reason)
        if self._random.random() < 0.01:
            other = self._random.choice([a for a in AGENCIES if a != agency])
            later = extracted + DAY * self._random.randrange(5, 40)
            self._add(
                "invitations", person, other, later, letter=later + 14 * DAY, registered=None, reason="VERHUISD_GEWEST"
            )

    # restatements and rejected rows

    def _restate(self) -> None:
        """Let the deliveries of earlier reference dates differ from those of the latest."""
        events_of_person = Counter((event.event_type, event.person.number) for event in self.events)
        alone = [
            e for e in self.events if e.person.is_recognisable and events_of_person[e.event_type, e.person.number] == 1
        ]
        contracts = [e for e in alone if e.event_type == "contracts" and e.type_code in COUNTED_TYPES]
        attests = [e for e in alone if e.event_type == "attests" and e.type_code == "AI023"]
        for reference_date in self._dates[:-1]:
            self._restate_published_shares(reference_date, contracts)
            for event in self._some(contracts, 2021, 12):
                event.delivered_from = reference_date + DAY
            for event in self._some(attests, 2020, 5):
                event.delivered_from = reference_date + DAY
            for event in self._some(contracts, 2022, 15):
                self._once_otherwise(event, reference_date, nis_code=self._nis_code(event.agency, event.date))

    def _some(self, events: list[Event], year: int, count: int) -> list[Event]:
        """Pick events of a year that were not restated yet."""
        untouched = [e for e in events if e.date.year == year and e.delivered_from == datetime.date.min]
        return self._random.sample(untouched, min(len(untouched), count))

    def _restate_published_shares(self, reference_date: datetime.date, contracts: list[Event]) -> None:
        for year in range(FIRST_CONTRACT_YEAR, reference_date.year):
            then = agency_targets("contracts", year, reference_date, self._scale)
            now = agency_targets("contracts", year, self._latest, self._scale)
            movers = {a: now[a] - then[a] for a in AGENCIES}
            for gained in (a for a in AGENCIES if movers[a] > 0):
                of_agency = [event for event in contracts if event.agency == gained]
                for event in self._some(of_agency, year, movers[gained]):
                    lost = min(AGENCIES, key=lambda a: movers[a])
                    movers[lost] += 1
                    self._once_otherwise(
                        event,
                        reference_date,
                        agency=lost,
                        dossier=self._dossier(event.person, lost),
                        number=self._number(lost, "contracts"),
                    )

    def _once_otherwise(self, event: Event, until: datetime.date, **then: Any) -> None:
        self.events.append(replace(event, delivered_until=until, **then))
        event.delivered_from = until + DAY

    def _make_rows_to_reject(self) -> None:
        """Add duplicates, superseded rows and unusable dates; none of these rows changes a count."""
        for event_type in EVENT_TYPES:
            for agency in AGENCIES:
                mine = [
                    e
                    for e in self.events
                    if e.agency == agency and e.event_type == event_type and e.date <= self._dates[0]
                ]
                for event in self._random.sample(mine, min(len(mine), 8)):
                    self.events.append(event)
                for event in self._random.sample(mine, min(len(mine), 6)):
                    person = replace(event.person, target_group="onbepaald", dossiers={})
                    self.events.insert(0, replace(event, person=person))
                for event in self._random.sample(mine, min(len(mine), 4)):
                    event.raw = self._cells_with_warning(event_type, event)
                for value in ("", "31/02/2022", "2022-13-01", "onbekend", "1999", "future"):
                    person = self._person()
                    number = "" if event_type == "invitations" else self._number(agency, event_type)
                    raw = {"event_date": value}
                    self._add(
                        event_type,
                        person,
                        agency,
                        datetime.date(2022, 6, 15),
                        number=number,
                        type_code={"contracts": "TT_IBVP", "attests": "AI023"}.get(event_type, ""),
                        raw=raw,
                    )

    def _cells_with_warning(self, event_type: str, event: Event) -> dict[str, str]:
        """Return cells that give a warning, and change no figure that was published."""
        if event_type == "invitations":
            return {"registered": "nog niet"} if event.registered is None else {}
        return {"status": "toerist"} if event.person.status in ("", "VR19") else {"gender": "9"}


def _is_delivered(event: Event, reference_date: datetime.date) -> bool:
    return event.date <= reference_date and event.delivered_from <= reference_date <= event.delivered_until
