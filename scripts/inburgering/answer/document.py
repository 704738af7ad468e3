"""Lay out the answer as a Word document, in the form in which ministers answer written questions."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from inburgering.annex.annex import Annex
from inburgering.annex.reproducible_workbook import write_reproducibly
from inburgering.annex.texts import status_line, titled, uncapitalised
from inburgering.answer.template import Paragraph

LANGUAGE = "nl-BE"
FONT = "Calibri"
BLUE = RGBColor(0x1F, 0x4E, 0x79)
STYLES = {"title": "Title", "heading": "Heading 1", "asked": "Quote", "bullet": "List Bullet", "text": "Normal"}
SIZES = {"Title": 20, "Heading 1": 13, "Quote": 11, "List Bullet": 11, "Normal": 11}
THUMBNAIL = "/docProps/thumbnail.jpeg"


def build_document(annex: Annex, paragraphs: list[Paragraph]) -> WordDocument:
    """Return the answer as a document that is not saved yet."""
    document, question = Document(), annex.question
    _set_properties(document, annex)
    set_styles(document)
    set_page(document, titled(f"{question.label} – ontwerp", annex.is_synthetic))
    for paragraph in paragraphs:
        is_synthetic_title = paragraph.kind == "title" and annex.is_synthetic
        document.add_paragraph(titled(paragraph.text, is_synthetic_title), style=STYLES[paragraph.kind])
    return document


def save_document(document: WordDocument, path: Path, moment: datetime.datetime) -> None:
    """Write a document as of a moment: the same document gives the same bytes."""
    content = io.BytesIO()
    document.save(content)
    write_reproducibly(content, path, moment)


def _set_properties(document: WordDocument, annex: Annex) -> None:
    question = annex.question
    moment = datetime.datetime.combine(question.reference_date, datetime.time())
    properties = document.core_properties
    properties.title = titled(f"Antwoord op {uncapitalised(question.label)}: {question.title}", annex.is_synthetic)
    properties.subject = status_line(question)
    properties.author = properties.last_modified_by = "Warehouse inburgering"
    properties.comments = "Ontwerp"
    properties.keywords = "inburgering; contracten; attesten; wervingsbrieven"
    properties.language = LANGUAGE
    properties.created = properties.modified = moment
    # The picture of python-docx's own empty page is no picture of this document.
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.target_part.partname == THUMBNAIL]:
        del relations[key]


def set_styles(document: WordDocument) -> None:
    """Give the styles the fonts, sizes and language of these documents."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    for name, size in SIZES.items():
        style = document.styles[name]
        style.font.name = FONT
        style.font.size = Pt(size)
        # A theme font would win over the name.
        fonts = style.element.rPr.rFonts
        for attribute in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[attribute]
        style.paragraph_format.space_after = Pt(3 if name == "List Bullet" else 8)
    for name in ("Title", "Heading 1"):
        document.styles[name].font.color.rgb = BLUE
    document.styles["Heading 1"].paragraph_format.space_before = Pt(16)


def set_page(document: WordDocument, footer_text: str) -> None:
    """Make pages A4, with a footer that ends in the number of the page."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer.add_run(f"{footer_text} – pagina ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)
