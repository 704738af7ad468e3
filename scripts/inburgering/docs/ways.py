"""The way of the figures of a tab: a small picture from the columns of the agencies to the tab, and its links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from inburgering.annex.question import Question, Tab
from inburgering.docs.column_lineage import Column, ColumnLineage

MARK = "%wegen%"
# Given by the folder of a delivery, not by a column of the agency.
OF_THE_FOLDER = {"agency", "reference_date", "version"}
# What every figure passes after the facts.
COUNTED = ("fct_trajectories", "annex_counted_persons", "annex_cube", "annex_figures")
BOX_WIDTH, LINE, GAP, SPACE, MARGIN, HEAD = 264, 17, 34, 12, 12, 30
HEADS = ("bij het agentschap", "opgezocht in", "rij die telt", "geteld", "in de bijlage")
COLOURS = ("#E2EFDA", "#EDEDED", "#DDEBF7", "#FFF2CC", "#1F4E79")


@dataclass(frozen=True)
class Way:
    """The way of a tab: per step its boxes, each of one or more lines, and the nodes of dbt that a reader can open."""

    tab: str
    title: str
    steps: tuple[tuple[tuple[str, ...], ...], ...]
    nodes: tuple[str, ...]


def ways(question: Question, lineage: ColumnLineage, event_types: dict[str, str]) -> list[Way]:
    """Return the way of every tab of a question; `event_types` has that of each measure."""
    return [_way(question, tab, lineage, event_types) for tab in question.tabs]


def _way(question: Question, tab: Tab, lineage: ColumnLineage, event_types: dict[str, str]) -> Way:
    facts = sorted({f"fct_{event_types[measure]}" for table in tab.tables for measure in table.measures})
    breakdowns = sorted({name for table in tab.tables for name in table.breakdown})
    values: set[Column] = set()
    for fact in facts:
        of_fact = lineage.in_the_end(f"model.inburgering.{fact}")
        for name in {"year", *breakdowns} & of_fact.keys():
            values |= of_fact[name].values
    sources = sorted(column for column in values if column.relation.startswith("source."))
    by_agency: dict[str, list[str]] = {}
    for column in sources:
        agency, table = column.relation.split(".")[2:]
        if column.name not in OF_THE_FOLDER:
            by_agency.setdefault(agency, []).append(f"{table}: {column.name}")
    lists = sorted({column.relation.split(".")[2] for column in values if column.relation.startswith("seed.")})
    nodes = [f"seed.inburgering.{name}" for name in lists]
    nodes += [f"model.inburgering.{name}" for name in ("int_events_conformed", *facts, *COUNTED)]
    return Way(
        tab.name,
        question.title_of(tab),
        (
            tuple((agency, *columns) for agency, columns in by_agency.items()),
            (tuple(lists) or ("geen lijst",),),
            tuple((fact, *[name for name in ("year", *breakdowns) if name != "total"]) for fact in facts),
            (COUNTED,),
            ((f"tab {tab.name}",),),
        ),
        tuple(nodes),
    )


def picture(way: Way) -> bytes:
    """Return a way as SVG: a column of boxes per step, with an arrow to the next."""
    heights = [sum(_height(box) + SPACE for box in boxes) - SPACE for boxes in way.steps]
    width = MARGIN * 2 + len(way.steps) * (BOX_WIDTH + GAP) - GAP
    height = MARGIN * 2 + HEAD + max(heights)
    drawn: list[str] = []
    for place, (boxes, of_step) in enumerate(zip(way.steps, heights, strict=True)):
        left = MARGIN + place * (BOX_WIDTH + GAP)
        drawn.append(_text(left + BOX_WIDTH / 2, MARGIN + LINE, HEADS[place], "#595959", "middle"))
        top = MARGIN + HEAD + (max(heights) - of_step) / 2
        for box in boxes:
            drawn += _box(left, top, box, COLOURS[place], "#FFFFFF" if place == len(way.steps) - 1 else "#000000")
            top += _height(box) + SPACE
        if place:
            middle = MARGIN + HEAD + max(heights) / 2
            drawn.append(
                f'<path d="M{left - GAP + 5} {middle}H{left - 8}m-7 -5l7 5l-7 5" fill="none" stroke="#595959" '
                'stroke-width="2"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12">{"".join(drawn)}</svg>'
    ).encode()


def _height(box: Sequence[str]) -> int:
    return LINE * len(box) + 10


def _box(left: float, top: float, lines: Sequence[str], colour: str, text: str) -> Iterable[str]:
    yield (
        f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{_height(lines)}" rx="4" fill="{colour}" '
        'stroke="#A6A6A6"/>'
    )
    for number, line in enumerate(lines, start=1):
        yield _text(left + 8, top + LINE * number, line, text, "start")


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'


def address(way: Way) -> str:
    """Return the address by which the page's texts name the picture of a way."""
    return f"docs/weg_{way.tab}.svg"


def said(found: Iterable[Way]) -> str:
    """Return a picture and its links per tab, for the page."""
    parts = []
    for way in found:
        links = " → ".join(f"[{node.split('.')[-1]}](#!/{node.split('.')[0]}/{node})" for node in way.nodes)
        of_agencies = "; ".join(", ".join(box) for box in way.steps[0])
        parts.append(
            f"### Tab {way.tab}: {way.title}\n\n"
            f"![De weg van tab {way.tab}, van de kolommen van de agentschappen ({of_agencies}) tot de bijlage]"
            f"({address(way)})\n\n{links}"
        )
    return "\n\n".join(parts)
