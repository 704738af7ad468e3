"""The way of the figures of a tab, and of a rule: a small picture from the columns of the agencies on, with links."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from inburgering.annex.question import Question, Tab
from inburgering.docs.column_lineage import ROWS, Column, ColumnLineage

MARK = "%wegen%"
# The mark of a rule in a text: the model and the columns that it fills, as in %regel fct_contracts: is_first_contract%.
RULE = re.compile(r"%regel (\w+): (\w+(?:, \w+)*)%")
# Given by the loader and the folder of a delivery, not by a column of the agency.
OF_THE_LOADER = {"agency", "reference_date", "version", "event_type", "row_number"}
# More lines in a box, or boxes below each other, are no picture any more: their number stands there.
MOST_LINES, MOST_BOXES = 8, 4
# What every figure passes after the facts.
COUNTED = ("fct_trajectories", "annex_counted_persons", "annex_cube", "annex_figures")
# A box is as wide as its longest line, of capitals or not.
CHARACTER, LINE, GAP, SPACE, MARGIN, HEAD = 7.1, 17, 30, 12, 12, 30
HEADS = ("bij het agentschap", "opgezocht in", "rij die telt", "geteld", "in de bijlage")
HEADS_OF_A_RULE = ("bij het agentschap", "opgezocht in", "gelezen uit", "hier staat de regel", "gelezen door")
COLOURS = ("#E2EFDA", "#EDEDED", "#DDEBF7", "#FFF2CC", "#1F4E79")


Box = tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """The way of a tab or a rule: per step its boxes, each of some lines, and the nodes that a reader can open."""

    name: str
    title: str
    steps: tuple[tuple[Box, ...], ...]
    nodes: tuple[str, ...]
    heads: tuple[str, ...] = HEADS


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
    lists = _lists(values)
    nodes = [f"seed.inburgering.{name}" for name in lists]
    nodes += [f"model.inburgering.{name}" for name in ("int_events_conformed", *facts, *COUNTED)]
    return Way(
        f"tab_{tab.name}",
        f"Tab {tab.name}: {question.title_of(tab)}",
        (
            _of_agencies(values),
            (tuple(lists) or ("geen lijst",),),
            tuple((fact, *[name for name in ("year", *breakdowns) if name != "total"]) for fact in facts),
            (COUNTED,),
            ((f"tab {tab.name}",),),
        ),
        tuple(nodes),
    )


def rules(docs: dict[str, dict], manifest: dict, lineage: ColumnLineage) -> dict[str, Way]:
    """Return, for every mark of a rule in the docs, the way of the columns that the rule fills."""
    found = {match[0]: match for text in docs.values() for match in RULE.finditer(text["block_contents"])}
    return {mark: _rule(match[1], match[2].split(", "), manifest, lineage) for mark, match in found.items()}


def _rule(name: str, columns: Sequence[str], manifest: dict, lineage: ColumnLineage) -> Way:
    project = manifest["metadata"]["project_name"]
    model = f"model.{project}.{name}"
    direct, in_the_end = lineage.direct(model), lineage.in_the_end(model)
    values = {column for filled in columns for column in in_the_end[filled].all}
    read: dict[str, set[str]] = {}
    for column in sorted(column for filled in columns for column in direct[filled].all):
        if column.relation.startswith("model."):
            read.setdefault(column.relation, set()).add(column.name)
    readers = [
        child
        for child in manifest["child_map"][model]
        if child.startswith("model.") and any(Column(model, filled) in _read_by(child, lineage) for filled in columns)
    ]
    parents = [(_name(key), *_at_most(sorted(names - {ROWS}), "kolommen")) for key, names in read.items()]
    lists = _lists(values)
    return Way(
        f"regel_{name}_{columns[0]}",
        f"{name}: {', '.join(columns)}",
        (
            _of_agencies(values),
            (tuple(lists) or ("geen lijst",),),
            tuple(parents) if len(parents) <= MOST_BOXES else (tuple(_name(key) for key in read),),
            ((name, *columns),),
            (tuple(sorted(_name(reader) for reader in readers)) or ("de bijlage",),),
        ),
        (*(f"seed.{project}.{one}" for one in lists), *read, model, *sorted(readers)),
        HEADS_OF_A_RULE,
    )


def _read_by(model: str, lineage: ColumnLineage) -> frozenset[Column]:
    columns = lineage.direct(model).values()
    return lineage.rows(model).union(*(origin.all for origin in columns))


def _name(key: str) -> str:
    return key.split(".")[2]


def _at_most(lines: Sequence[str], what: str) -> Sequence[str]:
    return lines if len(lines) <= MOST_LINES else (f"{len(lines)} {what}",)


def _lists(values: Iterable[Column]) -> list[str]:
    return sorted({_name(column.relation) for column in values if column.relation.startswith("seed.")})


def _of_agencies(values: Collection[Column]) -> tuple[Box, ...]:
    """Return a box per agency with its columns, or with their number per table where they are many."""
    agencies: dict[str, dict[str, list[str]]] = {}
    for column in sorted(column for column in values if column.relation.startswith("source.")):
        agency, table = column.relation.split(".")[2:]
        if column.name not in OF_THE_LOADER | {ROWS}:
            agencies.setdefault(agency, {}).setdefault(table, []).append(column.name)
    boxes = []
    for agency, tables in agencies.items():
        lines = [f"{table}: {name}" for table, names in tables.items() for name in names]
        if len(lines) > MOST_LINES:
            lines = [f"{table}: {len(names)} kolommen" for table, names in tables.items()]
        boxes.append((agency, *lines))
    return tuple(boxes) or (("geen kolom",),)


def picture(way: Way) -> bytes:
    """Return a way as SVG: a column of boxes per step, with an arrow to the next."""
    heights = [sum(_height(box) + SPACE for box in boxes) - SPACE for boxes in way.steps]
    widths = [
        max(len(line) for line in (head, *(line for box in boxes for line in box))) * CHARACTER + 16
        for head, boxes in zip(way.heads, way.steps, strict=True)
    ]
    width = round(MARGIN * 2 + sum(widths) + GAP * (len(widths) - 1))
    height = MARGIN * 2 + HEAD + max(heights)
    drawn: list[str] = []
    left: float = MARGIN
    for place, (boxes, of_step, wide) in enumerate(zip(way.steps, heights, widths, strict=True)):
        drawn.append(_text(left + wide / 2, MARGIN + LINE, way.heads[place], "#595959", "middle"))
        top = MARGIN + HEAD + (max(heights) - of_step) / 2
        for box in boxes:
            colour = "#FFFFFF" if place == len(way.steps) - 1 else "#000000"
            drawn += _box(left, top, wide, box, COLOURS[place], colour)
            top += _height(box) + SPACE
        if place:
            middle = MARGIN + HEAD + max(heights) / 2
            drawn.append(
                f'<path d="M{left - GAP + 5:g} {middle}H{left - 6:g}m-7 -5l7 5l-7 5" fill="none" stroke="#595959" '
                'stroke-width="2"/>'
            )
        left += wide + GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12">{"".join(drawn)}</svg>'
    ).encode()


def _height(box: Sequence[str]) -> int:
    return LINE * len(box) + 10


def _box(left: float, top: float, width: float, lines: Sequence[str], colour: str, text: str) -> Iterable[str]:
    yield (
        f'<rect x="{left:g}" y="{top}" width="{width:g}" height="{_height(lines)}" rx="4" fill="{colour}" '
        'stroke="#A6A6A6"/>'
    )
    for number, line in enumerate(lines, start=1):
        yield _text(left + 8, top + LINE * number, line, text, "start")


def _text(x: float, y: float, text: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'


def address(way: Way) -> str:
    """Return the address by which the page's texts name the picture of a way."""
    return f"docs/weg_{way.name}.svg"


def said(way: Way) -> str:
    """Return the picture of a way and its links, for the page."""
    links = " → ".join(f"[{_name(node)}](#!/{node.split('.')[0]}/{node})" for node in way.nodes)
    of_agencies = "; ".join(", ".join(box) for box in way.steps[0])
    alternative = f"De weg van {way.title}, vanaf de kolommen van de agentschappen: {of_agencies}"
    return f"![{alternative}]({address(way)})\n\n{links}"


def with_headings(found: Iterable[Way]) -> str:
    """Return the ways below each other, each under its title."""
    return "\n\n".join(f"### {way.title}\n\n{said(way)}" for way in found)
