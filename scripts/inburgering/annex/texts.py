"""The Dutch texts of the annex that are the same for every question: definitions, signs and sources."""

from __future__ import annotations

import datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from inburgering.annex.annex import AcceptedRejections, OutsideList
from inburgering.annex.question import Question

LOCALE = "nl_BE"

DEFINITIONS = (
    (
        "Persoon",
        "Eén geldig rijksregisternummer is één persoon, over de agentschappen heen. Ontbreekt het nummer of is "
        "het ongeldig, dan telt het dossier bij dat agentschap als persoon.",
    ),
    (
        "Uitgenodigd",
        "De eerste extractie uit het Rijksregister en de eerste wervingsbrief vallen allebei in het jaar en "
        "niet na de peildatum.",
    ),
    (
        "Aangemeld",
        "De persoon meldde zich bij eender welk agentschap aan, voor of na de brief en niet na de peildatum.",
    ),
    ("Termijn loopt nog", "Niet aangemeld, en drie maanden na de wervingsbrief zijn op de peildatum nog niet voorbij."),
    ("Bereik", "Aangemeld gedeeld door uitgenodigd."),
    (
        "Eerste contract",
        "Elke persoon telt één keer, in het jaar van het eerste inburgeringscontract ooit bij eender welk "
        "agentschap. Andere trajecten, zoals enkel Nederlands, tellen niet mee.",
    ),
    (
        "Eerste attest",
        "Elke persoon telt één keer, in het jaar van het eerste attest van inburgering. Attesten van eerder "
        "verworven competenties (EVC) tellen niet mee.",
    ),
    ("Agentschap", "Het agentschap dat de getelde rij aanleverde. Het volgt niet uit de provincie."),
    ("Provincie", "De provincie van de gemeente op het ogenblik van het contract, het attest of de brief."),
    (
        "Nationaliteitsgroep",
        "EU wanneer het land op die dag lid van de Europese Unie was (het Verenigd Koninkrijk tot en "
        "met 31 januari 2020), België inbegrepen. Dit is een andere indeling dan EU+ bij de verblijfsredenen.",
    ),
    ("Onbepaald", "De code is leeg, onbekend of zelf onbepaald. De persoon telt wel mee."),
)

SIGNS = (
    (
        "0",
        "Geen enkele persoon. Er zijn geen lege cellen in de tabellen. Was niemand uitgenodigd, dan staat het bereik "
        "ook op 0.",
    ),
    ("EU+", "Europese Unie, Noorwegen, IJsland, Liechtenstein en Zwitserland."),
)

NO_FEED_FOR_BRUSSELS = "Voor Brussel is er geen aanvoer van nieuwkomers uit het Rijksregister; die rij kan nul zijn."

REJECTED = "Terzijde gelegde rijen"


def dutch_date(day: datetime.date) -> str:
    """Write a date as it is read in Flanders: dd/mm/yyyy."""
    return format_date(day, "dd/MM/y", locale=LOCALE)


def dutch_number(number: float) -> str:
    """Write a whole number with points between the thousands."""
    return format_decimal(number, locale=LOCALE)


def status_line(question: Question) -> str:
    """Say which reference date the figures hold for and which years are provisional."""
    line = f"Toestand op {dutch_date(question.reference_date)}."
    if question.partial_year:
        line += f" Het jaar {question.last_year} is dan nog niet voorbij."
    if question.provisional_years:
        years = " en ".join(str(year) for year in question.provisional_years)
        line += f" De cijfers van {years} zijn voorlopig."
    return line


def source_line(question: Question) -> str:
    """Name the source under a table."""
    return (
        "Bron: Agentschap Integratie en Inburgering, Atlas en Amal; peildatum "
        f"{dutch_date(question.reference_date)}. Aantal personen."
    )


def december_note(question: Question, cases: dict[int, int]) -> str:
    """Say how many persons fall outside every year because they were written to in January."""
    counted = {question.last_year: 0, **cases}
    per_year = "; ".join(f"{year}: {dutch_number(persons)}" for year, persons in sorted(counted.items()))
    return (
        "Wie in december uit het Rijksregister kwam en in januari een brief kreeg, zit in geen enkel jaar. "
        f"Aantal personen naar jaar van extractie: {per_year}."
    )


def accepted_rejections_note(accepted: AcceptedRejections) -> str:
    """Say how many rows of a file were rejected, and why the figures are given all the same."""
    place = accepted.file_name + (f", blad {accepted.sheet_name}" if accepted.sheet_name else "")
    return (
        f"{accepted.agency_label}, {place}: {dutch_number(accepted.rows_rejected)} van de "
        f"{dutch_number(accepted.rows_delivered)} rijen. {accepted.reason}"
    )


def outside_list_note(question: Question, status: OutsideList) -> str:
    """Say how many persons are counted under overige because the question does not list their status."""
    per_year = "; ".join(f"{year}: {dutch_number(status.persons.get(year, 0))}" for year in question.years)
    outside = f"onder ‘overige’ zit ook de verblijfsreden ‘{status.label}’, die niet in de vraag staat"
    return f"{status.measure.label}: {outside}. {per_year}."
