"""The sheet Toelichting: what was asked and by whom, where it is answered, and what the figures mean."""

from __future__ import annotations

import math

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.annex import Annex
from inburgering.annex.layout import (
    BLOCK_FONT,
    BOLD_FONT,
    LINE_HEIGHT,
    TITLE_FONT,
    link,
    set_up_print,
    set_widths,
    write,
)
from inburgering.annex.texts import (
    REJECTED,
    SIGNS,
    accepted_rejections_note,
    annex_title,
    definitions,
    dutch_date,
    status_line,
    titled,
)

COVER = "Toelichting"
SUMMARY_OF_THE_QUESTION = "De vraag, samengevat door de redactie (niet letterlijk)"
WIDTHS = (24, 110)


def fill_cover(sheet: Worksheet, annex: Annex, titles: dict[str, str]) -> None:
    """Fill the first sheet; `titles` has the title of every tab."""
    question = annex.question
    sheet.title = COVER
    set_up_print(sheet, titled(question.label, annex.is_synthetic))
    set_widths(sheet, WIDTHS)
    write(sheet, 1, 1, annex_title(annex), TITLE_FONT)
    row = 2
    for label, text in (
        ("Onderwerp", question.title),
        ("Vraag van", f"{question.asked_by}, {question.asked_in}, {dutch_date(question.asked_on)}"),
        ("Vraag aan", question.answered_by),
        ("Peildatum", status_line(question)),
        (
            "Momentopname",
            "Ook de cijfers van afgesloten jaren kunnen later nog met enkele personen wijzigen. Kleine aantallen zijn "
            "niet afgerond en niet weggelaten.",
        ),
        *((REJECTED, accepted_rejections_note(accepted)) for accepted in annex.accepted_rejections),
    ):
        row = _line(sheet, row, label, text)
    row = _heading(sheet, row, "De vraag" if question.is_quoted else SUMMARY_OF_THE_QUESTION)
    for tab in question.tabs:
        for part in tab.answers:
            _line(sheet, row, part, question.sub_questions[part])
            link(sheet, row, 1, part, tab.name)
            row += 1
    row = _heading(sheet, row, "Tabbladen")
    for name, title in titles.items():
        _line(sheet, row, name, title)
        link(sheet, row, 1, name, name)
        row += 1
    for heading, lines in (("Definities", tuple(definitions(annex).items())), ("Gebruikte symbolen", SIGNS)):
        row = _heading(sheet, row, heading)
        for label, text in lines:
            row = _line(sheet, row, label, text)
    sheet.page_setup.fitToHeight = 1


def _heading(sheet: Worksheet, row: int, heading: str) -> int:
    write(sheet, row + 1, 1, heading, BLOCK_FONT)
    return row + 2


def _line(sheet: Worksheet, row: int, label: str, text: str) -> int:
    write(sheet, row, 1, label, BOLD_FONT)
    write(sheet, row, 2, text)
    sheet.cell(row, 1).alignment = Alignment(vertical="top")
    sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    # Excel does not fit a row to wrapped text by itself in a file it did not write.
    sheet.row_dimensions[row].height = LINE_HEIGHT * math.ceil(len(text) / WIDTHS[1])
    return row + 1
