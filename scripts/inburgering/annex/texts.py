"""The Dutch texts of the annex: definitions, signs, notes and sources. What a rule says comes from the rule's data."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from inburgering.annex.annex import (
    NOT_APPLICABLE,
    NOT_YET,
    AcceptedRejections,
    Annex,
    Measure,
    OutsideList,
    SideFigure,
    TabContents,
)
from inburgering.annex.findings import Findings, NoData, PublishedFigure
from inburgering.annex.question import Question
from inburgering.annex.rules import Rules

LOCALE = "nl_BE"

SIGNS = (
    (
        "0",
        "Geen enkele persoon. De tabellen bevatten geen lege cellen.",
    ),
    (NOT_APPLICABLE, "Niet van toepassing: er is niemand in die groep, dus geen aandeel."),
    ("EU+", "Europese Unie, Noorwegen, IJsland, Liechtenstein en Zwitserland."),
)

NO_FEED_FOR_BRUSSELS = (
    "Voor het Brussels Hoofdstedelijk Gewest ontvangen de agentschappen geen gegevens over nieuwkomers uit het "
    "Rijksregister. De aantallen voor dat gewest kunnen daarom nul zijn."
)
PERSON = (
    "Eén geldig rijksregisternummer is één persoon, over de agentschappen heen. Ontbreekt het nummer of is het "
    "ongeldig, dan telt het dossier bij dat agentschap als persoon."
)


def annex_title(annex: Annex) -> str:
    """Name the annex by its question."""
    return titled(f"Bijlage bij {uncapitalised(annex.question.label)}", annex.is_synthetic)


def uncapitalised(text: str) -> str:
    """Write a title as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def joined_titles(measures: Iterable[Measure]) -> str:
    """Write the titles of measures one after the other: only the first has a capital."""
    first, *others = [measure.title for measure in measures]
    return dutch_list([first, *map(uncapitalised, others)])


def titled(title: str, is_synthetic: bool) -> str:
    """Return a title, which says so when the figures are of the synthetic sample."""
    return f"{title} (synthetische gegevens)" if is_synthetic else title


def tab_notes(annex: Annex, contents: TabContents) -> list[str]:
    """Return the notes of a tab: years without data, and what the question wants."""
    texts = {
        "december_rule": lambda: [december_note(annex.question, annex.december)],
        "no_feed_for_brussels": lambda: [NO_FEED_FOR_BRUSSELS],
        "status_outside_list": lambda: [outside_list_note(annex.question, status) for status in annex.outside_list],
    }
    about = set().union(*(annex.event_types_of(block.chosen) for block in contents.blocks))
    missing = [no_data_note(annex.question, one) for one in annex.findings.no_data if one.event_type in about]
    shown = [
        texts[note]() if note in texts else [side_figure_note(annex.question, annex.side_figures[note])]
        for note in contents.tab.notes
        if note in texts or note in annex.side_figures
    ]
    measures = [measure for block in contents.blocks for measure in block.chosen.measures]
    return [*missing, *not_yet_notes(annex, measures), *(text for note in shown for text in note)]


def not_yet_notes(annex: Annex, measures: Iterable[str]) -> Iterator[str]:
    """Say of the measures of a tab from which reference date on the years can be said that cannot yet."""
    for measure in dict.fromkeys(measures):
        years = [
            f"{one.year} ({f'vanaf {dutch_date(one.given_from)}' if one.given_from else 'datum nog niet bekend'})"
            for one in annex.not_yet
            if one.measure == measure
        ]
        if years:
            yield f"{annex.measures[measure].label}, {NOT_YET}: {dutch_list(years)}."


def definitions(annex: Annex) -> dict[str, str]:
    """Return the terms of the annex, each with its definition as the count applies it."""
    rules = annex.rules
    shown = {measure for table in annex.question.tables for measure in table.measures}
    return {
        "Persoon": PERSON,
        **{
            measure.label: filled_definition(measure, rules)
            for measure in annex.measures.values()
            if measure.measure in shown
        },
        "Termijn loopt nog": (
            f"Niet aangemeld, en {term_text(rules)} na de wervingsbrief zijn op de peildatum nog niet voorbij."
        ),
        "Agentschap": "Het agentschap dat de getelde rij aanleverde. Het volgt niet uit de provincie.",
        "Provincie": "De provincie van de gemeente op het ogenblik van het contract, het attest of de brief.",
        "Gewest": "Het gewest van die gemeente; de vijf Vlaamse provincies samen zijn het Vlaams Gewest.",
        "Nationaliteitsgroep": _nationality_group(rules),
        **({"Verblijfsreden": _statuses_elsewhere(rules)} if rules.statuses_elsewhere else {}),
        "Onbepaald": "De code is leeg, onbekend of zelf onbepaald. De persoon telt wel mee.",
    }


def filled_definition(measure: Measure, rules: Rules) -> str:
    """Return who a measure counts, with the types that do not count."""
    others = {
        "other_contracts": _sentence(
            "Andere trajecten, zoals {}, tellen niet mee.", rules.other_types.get("contracts")
        ),
        "other_attests": _sentence("Een {} telt niet mee.", rules.other_types.get("attests")),
    }
    return measure.definition.format(**others)


def term_text(rules: Rules) -> str:
    """Return the months that an invited person has to register, with where and since when they differ."""
    everywhere, *others = sorted(rules.terms, key=lambda term: term.province is not None)
    text = f"{everywhere.months} maanden"
    if others:
        differing = [
            f"{term.province}: {term.months} maanden voor brieven vanaf {dutch_date(term.letters_from)}"
            for term in others
        ]
        text += f" ({'; '.join(differing)})"
    return text


def _sentence(text: str, names: tuple[str, ...] | None) -> str:
    return f" {text.format(dutch_list(names, 'or'))}" if names else ""


def _nationality_group(rules: Rules) -> str:
    text = "EU wanneer het land op die dag lid van de Europese Unie was"
    if rules.former_eu_members:
        former = [
            f"{label} tot en met {dutch_date(until - datetime.timedelta(days=1))}"
            for label, until in rules.former_eu_members
        ]
        text += f" ({'; '.join(former)})"
    belgians = "EU" if rules.is_belgium_eu else "niet-EU"
    return f"{text}. Belgen tellen als {belgians}. Dit is een andere indeling dan EU+ bij de verblijfsredenen."


def _statuses_elsewhere(rules: Rules) -> str:
    lines = [f"‘{label}’ telt onder ‘{under}’" for label, under in rules.statuses_elsewhere]
    return f"De lijst van de vraag. Verblijfsredenen die de vraag niet vermeldt: {'; '.join(lines)}."


def dutch_list(names: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
    """Write names one after the other, with ‘en’ or ‘of’ before the last."""
    return format_list(list(names), style=style, locale=LOCALE)


REJECTED = "Terzijde gelegde rijen"


def dutch_date(day: datetime.date) -> str:
    """Write a date as it is read in Flanders: dd/mm/yyyy."""
    return format_date(day, "dd/MM/y", locale=LOCALE)


def dutch_number(number: float) -> str:
    """Write a whole number with points between the thousands."""
    return format_decimal(number, locale=LOCALE)


def dutch_percentage(share: float) -> str:
    """Write a share as a percentage with one decimal, rounded from its decimal digits as a spreadsheet does."""
    percentage = (Decimal(repr(share)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{format_decimal(percentage, '0.0', locale=LOCALE)}%"


def status_line(question: Question) -> str:
    """Say which reference date the figures hold for and which years are provisional."""
    line = f"Toestand op {dutch_date(question.reference_date)}."
    if question.partial_year:
        line += f" Het jaar {question.last_year} is dan nog niet voorbij."
    if question.provisional_years:
        years = " en ".join(str(year) for year in question.provisional_years)
        line += f" De cijfers van {years} zijn voorlopig."
    return line


def source_line(annex: Annex) -> str:
    """Name the agencies that delivered, under a table."""
    day = dutch_date(annex.question.reference_date)
    return f"Bron: {dutch_list(annex.rules.agencies)}; peildatum {day}. Aantal personen."


def no_data_note(question: Question, missing: NoData) -> str:
    """Say over which years an agency delivered nothing, which is not zero."""
    last = question.last_year if missing.first_year is None else min(missing.first_year - 1, question.last_year)
    years = str(last) if last == question.first_year else f"{question.first_year} tot en met {last}"
    return f"{missing.agency} leverde geen {missing.label} aan over {years}: die cijfers ontbreken, ze zijn niet nul."


def side_figure_note(question: Question, side: SideFigure) -> str:
    """Give what another reading of the question counts, per year for which there are rows."""
    shown = [
        f"{question.year_header(year)}: {_figure(figure)}"
        for year, figure in side.figures.items()
        if year in question.years
    ]
    return f"{side.label}: {'; '.join(shown)}."


def _figure(figure: float | None) -> str:
    if figure is None:
        return NOT_APPLICABLE
    return dutch_number(figure) if isinstance(figure, int) else format_percent(figure, "#,##0.0%", locale=LOCALE)


def december_note(question: Question, cases: dict[int, int]) -> str:
    """Say how many persons fall outside every year because they were written to in January."""
    counted = {question.last_year: 0, **cases}
    per_year = "; ".join(f"{year}: {dutch_number(persons)}" for year, persons in sorted(counted.items()))
    return (
        "Personen met een eerste extractie uit het Rijksregister in december en een eerste wervingsbrief in januari "
        "van het jaar nadien zijn in geen enkel jaar meegeteld. Aantal personen naar jaar van extractie: "
        f"{per_year}."
    )


def file_text(file_name: str, sheet_name: str | None) -> str:
    """Name a delivered file, and the sheet where it is one of a workbook."""
    return f"{file_name}, blad {sheet_name}" if sheet_name else file_name


def accepted_rejections_note(accepted: AcceptedRejections) -> str:
    """Say how many rows of a file were rejected, and why the figures are given all the same."""
    return (
        f"{accepted.agency_label}, {file_text(accepted.file_name, accepted.sheet_name)}: "
        f"{dutch_number(accepted.rows_rejected)} van de {dutch_number(accepted.rows_delivered)} rijen. "
        f"{accepted.reason}"
    )


def outside_list_note(question: Question, status: OutsideList) -> str:
    """Say how many persons are counted under overige because the question does not list their status."""
    per_year = "; ".join(f"{year}: {dutch_number(status.persons.get(year, 0))}" for year in question.years)
    outside = f"‘overige’ omvat ook de verblijfsreden ‘{status.label}’, die de vraag niet vermeldt"
    return f"{status.measure.label}: {outside}. {per_year}."


def to_look_at(question: Question, findings: Findings) -> Iterator[tuple[str, str]]:
    """Say what to look at before the annex is sent, and what to do about each."""
    for one in findings.differing:
        yield (
            _difference(one),
            "Zoek de oorzaak voor de bijlage vertrekt; explain_cell.py toont de rijen achter een cijfer.",
        )
    for issued in findings.issued:
        cells = "één cijfer komt" if issued.figures == 1 else f"{dutch_number(issued.figures)} cijfers komen"
        yield (
            f"Bijlage {issued.question}, bezorgd op {dutch_date(issued.issued_on)}: {cells} nu anders uit.",
            "verify_issued.py zegt welke en waarom; erratum.py maakt het erratum bij een nieuwe bijlage.",
        )
    for file in findings.rejected:
        share = format_percent(file.rows_rejected / file.rows_delivered, "#,##0.0%", locale=LOCALE)
        yield (
            f"{file.agency_label}, {file_text(file.file_name, file.sheet_name)}: "
            f"{dutch_number(file.rows_rejected)} van de {dutch_number(file.rows_delivered)} rijen ({share}) zijn "
            "terzijde gelegd.",
            f"Bezorg het agentschap de terugmelding: report_rejects.py {file.agency}.",
        )
    for undecided in findings.undecided:
        yield (
            f"{undecided.agency}: type {undecided.type_code} staat op {dutch_number(undecided.rows)} rijen van na "
            f"{question.last_year} en telt niet mee; niemand besliste daarover.",
            "Beslis in seeds/codes/counted_types.csv of het type meetelt.",
        )
    for missing in findings.no_data:
        yield (
            no_data_note(question, missing),
            "Ga na of de levering volledig is; de bijlage vermeldt het bij de tabellen.",
        )
    left_out = len(findings.published) - len(findings.comparable)
    if left_out:
        yield (
            f"{left_out} gepubliceerde cijfers, van jaren of agentschappen zonder gegevens, zijn niet vergeleken.",
            "",
        )


def _difference(one: PublishedFigure) -> str:
    origin = "gepubliceerd" if one.is_exact else "afgeleid uit wat gepubliceerd is"
    return (
        f"{one.label}: de bijlage telt {dutch_number(one.persons)}, {origin} op {dutch_date(one.published_on)} is "
        f"{dutch_number(one.persons_published)}."
    )
