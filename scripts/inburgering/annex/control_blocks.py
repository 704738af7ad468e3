"""The blocks of the control file: totals, deliveries, rejected rows, published figures, and why figures changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from inburgering.annex.annex import INTEGER, NOTHING, TEXT, TOTAL, Block, Column, Measure, Row
from inburgering.annex.question import Question
from inburgering.annex.texts import dutch_date, titled

TOTALS_QUERY = """
select measure, breakdown, measure_label, breakdown_label, year, persons, agrees
from annex_checks_totals
where reference_date = $reference_date and year between $first_year and $last_year
order by measure_sort_order, breakdown_sort_order, year
"""

DELIVERIES_QUERY = """
select
    agency, event_type, agency_label, file_name, sheet_name, delivery_version, sha256, is_synthetic, first_year,
    rows_delivered, rows_accepted, rows_rejected
from annex_checks_deliveries
where reference_date = $reference_date
order by agency_sort_order, event_type_sort_order
"""

REJECTED_QUERY = """
select rejection_reason, label, row(agency, event_type), file_label, rows_rejected
from annex_checks_rejected
where reference_date = $reference_date
order by sort_order, agency_sort_order, event_type_sort_order
"""

WARNINGS_QUERY = """
select warning, label, row(agency), short_label, rows_warned
from annex_checks_warnings
where reference_date = $reference_date
order by sort_order, agency_sort_order
"""

# The choices of this project that touch what the question shows; those that nobody approved stand first.
CHOICES_QUERY = """
select choice, label, effect, approved_by, approved_on
from choices
where
    (
        (touches_invitations and list_contains($event_types, 'invitations'))
        or (touches_contracts and list_contains($event_types, 'contracts'))
        or (touches_attests and list_contains($event_types, 'attests'))
    )
    and (breakdown is null or list_contains($breakdowns, breakdown))
order by approved_by is not null, choice
"""

PUBLISHED_QUERY = """
select
    year, measure, breakdown, member, label, persons_published, persons, difference, is_exact, published_on, source
from annex_checks_published
where reference_date = $reference_date and year between $first_year and $last_year and is_comparable
order by abs(difference) desc, measure_sort_order, year, breakdown <> 'total', breakdown, persons_published desc
"""

# Of the years that were closed at the previous reference date. What must be acted on stands first; a cause that nobody
# has is left out.
REVISION_CAUSES_QUERY = """
with moved as (
    select measure, cause, sum(persons) as persons
    from annex_revision_moves
    where
        reference_date = $reference_date
        and breakdown = 'agency'
        and (old_year between $first_year and $last_closed_year or new_year between $first_year and $last_closed_year)
    group by all
),
lines as (
    select cause, label, to_do, sort_order from revision_causes where cause in (select cause from moved)
    union all
    select 'totaal', label, null, 9999 from annex_breakdowns where breakdown = 'total'
)
select lines.cause, lines.label, lines.to_do, measures.measure, measures.label, coalesce(sum(moved.persons), 0)
from lines
cross join measures
left join moved on measures.measure = moved.measure and lines.cause in (moved.cause, 'totaal')
where measures.is_revised
group by lines.cause, lines.label, lines.to_do, lines.sort_order, measures.measure, measures.label, measures.sort_order
order by lines.sort_order, measures.sort_order
"""

REVISED_ATTRIBUTES_QUERY = """
select
    moves.measure, moves.breakdown, moves.old_member, moves.new_member,
    measures.label, breakdowns.label, old_members.label, new_members.label, sum(moves.persons)
from annex_revision_moves as moves
inner join measures on moves.measure = measures.measure
inner join annex_breakdowns as breakdowns on moves.breakdown = breakdowns.breakdown
inner join annex_members as old_members
    on moves.breakdown = old_members.breakdown and moves.old_member = old_members.member
inner join annex_members as new_members
    on moves.breakdown = new_members.breakdown and moves.new_member = new_members.member
where
    moves.reference_date = $reference_date
    and moves.cause = 'other_attributes'
    and moves.old_member <> moves.new_member
    and moves.old_year between $first_year and $last_closed_year
group by
    moves.measure, moves.breakdown, moves.old_member, moves.new_member, measures.label, breakdowns.label,
    old_members.label, new_members.label,
    measures.sort_order, breakdowns.sort_order, old_members.sort_order, new_members.sort_order
order by measures.sort_order, breakdowns.sort_order, old_members.sort_order, new_members.sort_order
"""

REVISION_QUERY = """
select
    revision.measure, revision.year, revision.breakdown, revision.member,
    measures.label, breakdowns.label, members.label,
    revision.persons_before, revision.persons_now, revision.difference,
    revision.cause, revision.difference_by_cause
from annex_revision as revision
inner join measures on revision.measure = measures.measure
inner join annex_breakdowns as breakdowns on revision.breakdown = breakdowns.breakdown
inner join annex_members as members on revision.breakdown = members.breakdown and revision.member = members.member
where
    revision.reference_date = $reference_date
    and revision.year between $first_year and $last_year
    and list_contains($shown, revision.measure || '/' || revision.breakdown)
qualify bool_or(revision.difference_by_cause <> 0) over (
    partition by revision.measure, revision.year, revision.breakdown, revision.member
)
order by breakdowns.sort_order, measures.sort_order, revision.year, members.sort_order
"""

CAUSES_QUERY = "select cause, label from revision_causes order by sort_order"

PREVIOUS_REFERENCE_DATE_QUERY = """
select max(previous_reference_date) from annex_compared_dates where reference_date = $reference_date
"""


class ControlBlocks:
    """Reads the blocks with `select`, which runs a query on the warehouse for one question."""

    def __init__(
        self,
        select: Callable[..., list[tuple]],
        question: Question,
        measures: dict[str, Measure],
        event_types: list[str],
    ) -> None:
        """Read for a question whose figures come from these event types."""
        self._select = select
        self._question = question
        self._measures = measures
        self.deliveries = select(DELIVERIES_QUERY)
        breakdowns = sorted({breakdown for table in question.tables for breakdown in table.breakdown})
        self._choices = select(CHOICES_QUERY, event_types=event_types, breakdowns=breakdowns)
        previous = select(PREVIOUS_REFERENCE_DATE_QUERY)[0][0]
        # Only a year that was closed at the previous reference date is compared.
        self.previous_reference_date = previous if previous and previous.year > question.first_year else None

    def checks(self) -> tuple[Block, ...]:
        """Return what shows that the figures are whole."""
        return tuple(
            block
            for block in (
                self._published_block(),
                self._deliveries_block(),
                self._crossed_block(
                    "controle_terzijde",
                    "Terzijde gelegde rijen per reden en bestand",
                    "Reden",
                    self._select(REJECTED_QUERY),
                ),
                self._crossed_block(
                    "controle_opmerkingen",
                    "Rijen met een opmerking, per agentschap; ze tellen mee, tenzij er ‘niet geteld’ staat",
                    "Opmerking",
                    self._select(WARNINGS_QUERY),
                ),
                self._totals_block(),
                self._choices_block(),
            )
            if block.rows
        )

    @property
    def not_approved(self) -> tuple[str, ...]:
        """Return the choices that touch what the question shows and that nobody approved."""
        return tuple(choice for choice, _, _, approved_by, _ in self._choices if approved_by is None)

    def _choices_block(self) -> Block:
        headers = ("Keuze", "Goedgekeurd door", "Goedgekeurd op", "Effect")
        return Block(
            "controle_keuzes",
            "Keuzes waar geen bron beslist, en wie ze goedkeurde; wat niemand goedkeurde, staat bovenaan",
            tuple(Column(header, TEXT) for header in headers),
            tuple(
                Row((choice,), (label, approved_by or NOTHING, dutch_date(day) if day else NOTHING, effect))
                for choice, label, effect, approved_by, day in self._choices
            ),
            wraps=True,
        )

    def _totals_block(self) -> Block:
        years = self._question.years
        columns = (
            Column("Maat", TEXT),
            Column("Som over", TEXT),
            *(Column(self._question.year_header(year), INTEGER, (year,)) for year in years),
            Column("Klopt", TEXT),
        )
        rows: dict[tuple[str, str], list[object]] = {}
        for measure, breakdown, measure_label, breakdown_label, year, persons, agrees in self._select(TOTALS_QUERY):
            if not agrees:
                raise click.ClickException(
                    f"{measure_label} of {year} by {breakdown_label} do not add up to the total; run dbt build and "
                    "look into its tests"
                )
            row = rows.setdefault(
                (measure, breakdown), [measure_label, breakdown_label, *(NOTHING for _ in years), "ja"]
            )
            if persons is not None:
                row[2 + year - self._question.first_year] = persons
        return Block(
            "controle_totalen",
            "Som van elke uitsplitsing, telkens gelijk aan het totaal; – is een jaar zonder gegevens",
            columns,
            tuple(Row(codes, tuple(cells)) for codes, cells in rows.items() if set(cells[2:-1]) != {NOTHING}),
            label_columns=2,
        )

    def _deliveries_block(self) -> Block:
        columns = (
            Column("Agentschap", TEXT),
            Column("Bestand", TEXT),
            Column("Blad", TEXT),
            Column("Versie", TEXT),
            Column("SHA-256 (begin)", TEXT),
            Column("Eerste jaar", TEXT),
            Column("Aangeleverd", INTEGER, ("delivered",)),
            Column("Aanvaard", INTEGER, ("accepted",)),
            Column("Terzijde", INTEGER, ("rejected",)),
        )
        rows = tuple(
            Row(
                (agency, event_type),
                (
                    label,
                    file_name or NOTHING,
                    sheet_name or NOTHING,
                    NOTHING if version is None else str(version),
                    sha256[:12] if sha256 else NOTHING,
                    NOTHING if year is None else str(year),
                    *figures,
                ),
                agency == TOTAL,
            )
            for agency, event_type, label, file_name, sheet_name, version, sha256, _, year, *figures in self.deliveries
        )
        is_synthetic = any(is_synthetic for *_, is_synthetic, _, _, _, _ in self.deliveries)
        title = titled("Aangeleverde, aanvaarde en terzijde gelegde rijen", is_synthetic)
        return Block("controle_leveringen", title, columns, rows)

    def _published_block(self) -> Block:
        columns = (
            Column("Cijfer", TEXT),
            Column("Gepubliceerd", INTEGER, ("persons_published",)),
            Column("Bijlage", INTEGER, ("persons",)),
            Column("Verschil", INTEGER, ("difference",)),
            Column("Herkomst", TEXT),
            Column("Gepubliceerd op", TEXT),
            Column("Bron", TEXT),
        )
        rows = tuple(
            Row(
                tuple(codes),
                (
                    label,
                    published,
                    persons,
                    difference,
                    "zo gepubliceerd" if is_exact else "afgeleid",
                    f"{day:%d/%m/%Y}",
                    source,
                ),
            )
            for *codes, label, published, persons, difference, is_exact, day, source in self._select(PUBLISHED_QUERY)
        )
        return Block(
            "controle_gepubliceerd", "Gepubliceerde cijfers naast de bijlage; verschillen eerst", columns, rows
        )

    def revision(self) -> tuple[Block, ...]:
        """Return why figures changed: persons by cause, then what changed about them, then the figures themselves."""
        if self.previous_reference_date is None:
            return ()
        blocks = (self._causes_block(), self._attributes_block(), self._revised_figures_block())
        return tuple(block for block in blocks if block.rows)

    def _causes_block(self) -> Block:
        columns: dict[str, Column] = {}
        lines: dict[tuple[str, str, str], list[int]] = {}
        for cause, label, to_do, measure, measure_label, persons in self._select(
            REVISION_CAUSES_QUERY, last_closed_year=self._last_closed_year
        ):
            columns[measure] = Column(measure_label, INTEGER, (measure,))
            lines.setdefault((cause, label, to_do or NOTHING), []).append(persons)
        return Block(
            "herziening_oorzaken",
            f"Personen die in {self._question.first_year} tot {self._last_closed_year} anders geteld zijn, "
            "naar oorzaak; wat na te gaan is, staat bovenaan",
            (Column("Oorzaak", TEXT), *columns.values(), Column("Te doen", TEXT)),
            tuple(
                Row((cause,), (label, *persons, to_do), cause == TOTAL)
                for (cause, label, to_do), persons in lines.items()
            ),
        )

    def _attributes_block(self) -> Block:
        columns = (
            *(Column(header, TEXT) for header in ("Maat", "Kenmerk", "Van", "Naar")),
            Column("Personen", INTEGER, ("persons",)),
        )
        rows = tuple(
            Row(tuple(line[:4]), tuple(line[4:]))
            for line in self._select(REVISED_ATTRIBUTES_QUERY, last_closed_year=self._last_closed_year)
        )
        return Block("herziening_kenmerken", "Andere kenmerken: van en naar", columns, rows, label_columns=4)

    def _revised_figures_block(self) -> Block:
        found: dict[tuple, dict[str, int]] = {}
        for *cell, cause, difference in self._select(REVISION_QUERY, shown=self._revised_breakdowns()):
            found.setdefault(tuple(cell), {})[cause] = difference
        occurring = {cause for by_cause in found.values() for cause in by_cause}
        causes = [(cause, label) for cause, label in self._select(CAUSES_QUERY) if cause in occurring]
        columns = (
            *(Column(header, TEXT) for header in ("Maat", "Jaar", "Kenmerk", "Waarde")),
            Column("Vorige", INTEGER, ("before",)),
            Column("Nu", INTEGER, ("now",)),
            Column("Verschil", INTEGER, ("difference",)),
            *(Column(label, INTEGER, (cause,)) for cause, label in causes),
        )
        rows = tuple(
            Row(
                (measure, year, breakdown, member),
                (label, str(year), *labels, *figures, *(by_cause.get(cause, 0) for cause, _ in causes)),
            )
            for (measure, year, breakdown, member, label, *labels_and_figures), by_cause in found.items()
            for labels, figures in ((labels_and_figures[:2], labels_and_figures[2:]),)
        )
        title = "Cijfers die veranderden, en hoeveel elke oorzaak daaraan bijdroeg"
        return Block("herziening_cijfers", title, columns, rows, label_columns=4)

    @property
    def _last_closed_year(self) -> int:
        """Return the last year of the question that was closed at the previous reference date."""
        last_year = self._question.last_year
        return min(last_year, self.previous_reference_date.year - 1) if self.previous_reference_date else last_year

    def _revised_breakdowns(self) -> list[str]:
        """Return `measure/breakdown` of the agency and of what the question shows."""
        shown = {f"{measure}/agency" for measure in self._measures}
        for table in self._question.tables:
            shown |= {f"{measure}/{breakdown}" for measure in table.measures for breakdown in table.breakdown}
        return sorted(shown)

    def _crossed_block(self, table_name: str, title: str, label_header: str, cells: Iterable[tuple]) -> Block:
        """Lay out (row code, row label, column codes, column label, figure) cells, ordered by row, then by column.

        A row or a column of zeros says nothing and is left out.
        """
        columns: dict[tuple, Column] = {}
        rows: dict[tuple[str, str], dict[tuple, int]] = {}
        for code, label, column_codes, header, figure in cells:
            columns.setdefault(tuple(column_codes), Column(header, INTEGER, tuple(column_codes)))
            rows.setdefault((code, label), {})[tuple(column_codes)] = figure
        occurring = [codes for codes in columns if any(figures.get(codes) for figures in rows.values())]
        return Block(
            table_name,
            title,
            (Column(label_header, TEXT), *(columns[codes] for codes in occurring)),
            tuple(
                Row((code,), (label, *(figures.get(codes, 0) for codes in occurring)), code == TOTAL)
                for (code, label), figures in rows.items()
                if any(figures.values())
            ),
        )
