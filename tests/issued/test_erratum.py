"""The words of an erratum."""

from __future__ import annotations

import datetime
from pathlib import Path

from inburgering.issued.causes import causes
from inburgering.issued.erratum import _document
from support.locks import made_up_lock


def test_a_cause_has_the_name_of_the_agency_and_begins_a_sentence() -> None:
    then, now = made_up_lock(datetime.date(2024, 3, 1)), made_up_lock(datetime.date(2024, 9, 1))
    delivered = {"version 2 of delivery agii/2024-01-31": "hash"}
    seed = str(Path("seeds") / "codes" / "counted_types.csv")
    why = causes((delivered, {}), ({seed: "new"}, {seed: "old"}), ("same", "same"), ("same", "same"))
    text = [
        paragraph.text
        for paragraph in _document(
            (then, now),
            [("1", "Contracten", "2023", "", "1", "2", "")],
            why,
            causes_together=False,
            is_synthetic=False,
        ).paragraphs
    ]
    assert (
        "Nieuwe levering (Agentschap Integratie en Inburgering, peildatum 31/01/2024, versie 2) "
        "en gewijzigde codelijst (counted_types)." in text
    )
