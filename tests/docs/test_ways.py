"""The picture of the way of a tab or a rule, from made-up columns and queries."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from inburgering.docs.column_lineage import ColumnLineage
from inburgering.docs.ways import Way, picture, rules, said, with_headings

WAY = Way(
    "tab_2f",
    "Tab 2f: Contracten per doelgroep",
    (
        (("agii", "contracten: DOELGROEP"), ("atlas", "contracten: <Doelgroep> & co")),
        (("target_group_codes",),),
        (("fct_contracts", "year", "target_group"),),
        (("annex_cube",),),
        (("tab 2f",),),
    ),
    ("seed.inburgering.target_group_codes", "model.inburgering.fct_contracts"),
)


def test_a_picture_has_every_line_of_every_box_inside_it() -> None:
    svg = ElementTree.fromstring(picture(WAY))  # noqa: S314
    texts = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {line for boxes in WAY.steps for box in boxes for line in box} <= texts
    boxes = list(svg.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(boxes) == 6
    for box in boxes:
        assert float(box.attrib["x"]) + float(box.attrib["width"]) < float(svg.attrib["width"])
        assert float(box.attrib["y"]) + float(box.attrib["height"]) < float(svg.attrib["height"])


def test_a_way_is_said_with_its_columns_and_links() -> None:
    text = said(WAY)
    assert "agii, contracten: DOELGROEP; atlas, contracten: <Doelgroep> & co" in text
    assert "(docs/weg_tab_2f.svg)" in text
    assert "[target_group_codes](#!/seed/seed.inburgering.target_group_codes) → [fct_contracts](#!/model/" in text
    assert with_headings([WAY]) == f"### Tab 2f: Contracten per doelgroep\n\n{text}"


def made_up(key: str, sql: str, parents: list[str], columns: str) -> dict:
    return {
        "resource_type": key.partition(".")[0],
        "relation_name": f'"{key.rpartition(".")[2]}"',
        "depends_on": {"nodes": parents},
        "columns": {name: {} for name in columns.split()},
        "compiled_code": sql,
    }


CODES, EVENTS, FACTS, LAST = "seed.p.codes", "model.p.events", "model.p.facts", "model.p.last"
SOURCE = "source.p.agii.contracten"
MANIFEST: dict[str, Any] = {
    "metadata": {"project_name": "p"},
    "sources": {
        SOURCE: made_up(SOURCE, "", [], "INSZ GETEKEND GROEP LAND row_number")
        | {"name": "contracten", "source_name": "agii", "meta": {}, "relation_name": '"contracten"'}
    },
    "nodes": {
        CODES: made_up(CODES, "", [], "code member"),
        EVENTS: made_up(
            EVENTS,
            'select "INSZ" as person, "GETEKEND" as day, "GROEP" as code, "LAND" as land from "contracten"',
            [SOURCE],
            "person day code land",
        ),
        FACTS: made_up(
            FACTS,
            "select land, codes.member, row_number() over (partition by person order by day) = 1 as is_first "
            'from "events" as events left join "codes" as codes using (code)',
            [EVENTS, CODES],
            "land member is_first",
        ),
        LAST: made_up(LAST, 'select land from "facts" as facts where is_first', [FACTS], "land"),
    },
    "child_map": {FACTS: [LAST, "test.p.one_row"]},
}


@pytest.mark.parametrize(
    ("mark", "of_the_agency", "lists", "read", "readers"),
    [
        ("%regel facts: is_first%", ("agii", "contracten: GETEKEND", "contracten: INSZ"), (), ("day", "person"), True),
        ("%regel facts: member%", ("agii", "contracten: GROEP"), ("codes",), ("code",), False),
    ],
)
def test_a_rule_shows_the_columns_and_lists_it_reads_and_who_reads_what_it_fills(
    mark: str, of_the_agency: tuple[str, ...], lists: tuple[str, ...], read: tuple[str, ...], readers: bool
) -> None:
    found = rules({"a": {"block_contents": f"Een regel. {mark} {mark}"}}, MANIFEST, ColumnLineage(MANIFEST))
    assert list(found) == [mark]
    way = found[mark]
    column = mark.strip("%").rpartition(" ")[2]
    assert way.steps == (
        (of_the_agency,),
        (lists or ("geen lijst",),),
        (("events", *read),),
        (("facts", column),),
        (("last",) if readers else ("de bijlage",),),
    )
    assert way.nodes == (*(f"seed.p.{one}" for one in lists), EVENTS, FACTS, *([LAST] if readers else []))


def test_a_rule_of_a_column_that_is_not_there_has_no_picture() -> None:
    docs = {"a": {"block_contents": "%regel facts: gone%"}}
    with pytest.raises(KeyError, match="gone"):
        rules(docs, MANIFEST, ColumnLineage(MANIFEST))


def test_where_columns_are_many_their_number_stands() -> None:
    names = [f"c{number}" for number in range(9)]
    wide = {
        **MANIFEST,
        "sources": {SOURCE: MANIFEST["sources"][SOURCE] | {"columns": {name: {} for name in names}}},
        "nodes": {
            EVENTS: made_up(
                EVENTS, f'select {" || ".join(names)} as all_of_it from "contracten"', [SOURCE], "all_of_it"
            )
        },
        "child_map": {EVENTS: []},
    }
    [way] = rules({"a": {"block_contents": "%regel events: all_of_it%"}}, wide, ColumnLineage(wide)).values()
    assert way.steps[0] == (("agii", "contracten: 9 kolommen"),)
