"""The picture of the way of a tab, from made-up columns."""

from __future__ import annotations

from xml.etree import ElementTree

from inburgering.docs.ways import Way, picture, said

WAY = Way(
    "2f",
    "Contracten per doelgroep",
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
    text = said([WAY])
    assert "agii, contracten: DOELGROEP; atlas, contracten: <Doelgroep> & co" in text
    assert "(docs/weg_2f.svg)" in text
    assert "[target_group_codes](#!/seed/seed.inburgering.target_group_codes) → [fct_contracts](#!/model/" in text
