"""The draft answer: every number in it is in the annex, every tab is referred to, and its sentences can be edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import click
import pytest
from docx import Document
from docx.text.paragraph import Paragraph
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from inburgering.annex.export import export_annex
from inburgering.annex.question import Question, newest_question, read_question
from inburgering.answer.answer import TEMPLATES, write_answer
from support.annex_tables import table_cells, table_rows
from support.pipeline import Pipeline, refused, succeeded

NUMBER = re.compile(r"\d[\d.,]*(?<![.,])%?")
DUTCH_NUMBER = re.compile(r"\d{1,3}(\.\d{3})*(,\d+)?%?")
# A year is the only number of four digits without a point between the thousands.
YEAR = re.compile(r"(?<![\d.,/])\d{4}(?![\d/]|[.,]\d|%)")
LABELLED = re.compile(r"(?:^|[:,] | en )([^,:()]+?) \(([\d.]+)\)")
LAST_SENTENCE = "De definities staan op het tabblad Toelichting van de bijlage."
NAMES = ["sv_2024_123", "sv_2023_113", "voorbeeld_gekruist"]
TEMPLATE, LONG = TEMPLATES / "antwoord.md", TEMPLATES / "antwoord_uitgebreid.md"


def style_of(paragraph: Paragraph) -> str | None:
    return paragraph.style.name if paragraph.style else None


@dataclass(frozen=True)
class Answer:
    """The answer to a question beside its annex, both of one build."""

    question: Question
    template: Path
    document: Path
    workbook: Workbook

    @property
    def is_long(self) -> bool:
        return self.template == LONG

    def sections(self) -> dict[str, list[str]]:
        """Return the paragraphs under each heading; those before the first stand under an empty one."""
        sections: dict[str, list[str]] = {"": []}
        for paragraph in Document(str(self.document)).paragraphs:
            if style_of(paragraph) == "Heading 1":
                sections[paragraph.text] = []
            else:
                sections[list(sections)[-1]].append(paragraph.text)
        return sections


@pytest.fixture(
    scope="module", params=[(name, template) for name in NAMES for template in (TEMPLATE, LONG)], ids=lambda one: one[0]
)
def answer(request: pytest.FixtureRequest, small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("answer")
    name, template = request.param
    question = read_question(name)
    export_annex(question, small_sample.warehouse, folder / "annex.xlsx", last_green=True)
    write_answer(question, small_sample.warehouse, folder / "answer.docx", template, last_green=True)
    return Answer(question, template, folder / "answer.docx", load_workbook(folder / "annex.xlsx"))


def write(pipeline: Pipeline, template: Path, output: Path) -> str:
    return succeeded(pipeline.script("write_answer", "--template", template, "--output", output))


def edited(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the template with one passage changed."""
    source = TEMPLATE.read_text(encoding="utf-8")
    assert source.count(old) == 1
    template = folder / "zinnen.md"
    template.write_text(source.replace(old, new), encoding="utf-8")
    return template


def as_written(value: float, number_format: str) -> str:
    """Write a figure as a Dutch reader of the workbook sees it, worked out apart from the project's own code."""
    if number_format.endswith("%"):
        return f"{(Decimal(repr(value)) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%".replace(".", ",")
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", ".", str(value))


def figures(sheet: Worksheet) -> set[str]:
    """Return every figure on a sheet: the numbers of its tables and those in the notes below them."""
    found = {
        as_written(cell.value, cell.number_format)
        for name in sheet.tables
        for row in table_cells(sheet, name)[1:]
        for cell in row
        if not isinstance(cell.value, str)
    }
    for row in sheet.iter_rows(min_row=5):
        for cell in row:
            if isinstance(cell.value, str) and cell.font.italic:
                found |= set(NUMBER.findall(YEAR.sub("", cell.value)))
    return found


def numbers(text: str, question: Question) -> list[str]:
    """Return the numbers in a text, without the question's own dates, its years and the year after the last."""
    for day in (question.reference_date, question.asked_on):
        text = text.replace(f"{day:%d/%m/%Y}", "")
    years = {str(year) for year in (*question.years, question.last_year + 1)}
    text = YEAR.sub(lambda found: "" if found[0] in years else found[0], text)
    return NUMBER.findall(text)


def tab_of(answer: Answer, heading: str) -> str:
    part = heading.removeprefix("Deelvraag ")
    return next(tab.name for tab in answer.question.tabs if part in tab.answers)


def points(answer: Answer) -> dict[str, tuple[list[str], str]]:
    """Return per point of the answer the tabs that it refers to, and its text; of a long one per sub-question."""
    found = {}
    if answer.is_long:
        for heading, paragraphs in answer.sections().items():
            if heading.startswith("Deelvraag"):
                tab = tab_of(answer, heading.partition(" en ")[0])
                assert paragraphs[-1] == f"Voor de cijfers verwijs ik naar tabblad {tab} van de bijlage."
                found[heading] = ([tab], "\n".join(paragraphs[:-1]))
        return found
    for paragraph in answer.sections()["Het antwoord"]:
        begun = re.match(r"(\w+)\. Zie bijlage, tabblad(?:en)? (.*?)\.(?: |$)(.*)", paragraph)
        if begun:
            point = begun[1]
            found[point] = (re.split(r", | en ", begun[2]), begun[3])
        elif found and paragraph != LAST_SENTENCE:
            found[point] = (found[point][0], f"{found[point][1]}\n{paragraph}")
    return found


def test_every_number_is_a_figure_on_a_tab_that_its_point_refers_to(answer: Answer) -> None:
    checked = 0
    for point, (tabs, text) in points(answer).items():
        known = set().union(*(figures(answer.workbook[tab]) for tab in tabs))
        text = re.sub(r"(termijn van|hebben) 3 maanden", "", text)
        for number in numbers(text, answer.question):
            assert DUTCH_NUMBER.fullmatch(number), number
            assert number in known, (point, number)
            checked += 1
    assert checked > (50 if answer.is_long else 1)


def test_there_are_no_numbers_elsewhere(answer: Answer) -> None:
    label, inside = answer.question.label, "\n".join(text for _, text in points(answer).values())
    for paragraph in Document(str(answer.document)).paragraphs:
        of_the_question = style_of(paragraph) in ("Quote", "Heading 1")
        if not of_the_question and paragraph.text not in inside and "ijlage" not in paragraph.text:
            text = paragraph.text.replace(label[0].lower() + label[1:], "")
            # The last lines of either form name tabs.
            if "Zie bijlage" not in text and "tabblad" not in text:
                assert numbers(text, answer.question) == [], text


def test_the_short_answer_carries_the_totals_and_fits_on_a_page(answer: Answer) -> None:
    if answer.is_long or answer.question.name == "voorbeeld_gekruist":
        return
    last = answer.question.last_year
    [(invited_tabs, invited), (other_tabs, others)] = points(answer).values()
    assert invited_tabs == ["1"]
    assert other_tabs == ["2ab", "2c", "2d", "2e", "2f", "2g"]
    registration = {row[0]: row[1:] for row in table_rows(answer.workbook["1"], "t1_aanmelding")[1:]}
    for label in ("Uitgenodigd", "Aangemeld"):
        assert f"{as_written(registration[label][0], '0')} personen" in invited
    header, *_, total = table_rows(answer.workbook["2ab"], "t2a")
    counted = dict(zip(header, total, strict=True))
    for measure in ("Contracten", "Attesten"):
        assert f"{as_written(counted[f'{measure} {last} (voorlopig)'], '0')} personen" in others
    lines = [paragraph.text for paragraph in Document(str(answer.document)).paragraphs]
    # Some 95 characters fit on a line, and 45 lines on a page.
    assert sum(1 + len(line) // 95 for line in lines) + len(lines) // 2 <= 45


def test_a_figure_behind_a_label_is_that_row_of_the_last_year(answer: Answer) -> None:
    checked = 0
    for point, (tabs, text) in points(answer).items():
        rows = [
            [
                as_written(cell.value, cell.number_format) if not isinstance(cell.value, str) else cell.value
                for cell in row
            ]
            for tab in tabs
            for name in answer.workbook[tab].tables
            for header, *lines in [table_cells(answer.workbook[tab], name)]
            for row in [
                [cell for title, cell in zip(header, line, strict=True) if of_last_year(answer, title)]
                for line in lines
            ]
        ]
        # A row of two crossed breakdowns has two labels.
        cells = {(row[0].casefold(), figure) for row in rows for figure in row[1:]}
        cells |= {(f"{row[0]} – {row[1]}".casefold(), figure) for row in rows for figure in row[2:]}
        for label, figure in LABELLED.findall(text):
            if NUMBER.fullmatch(figure) and not label.endswith(" personen zich aan"):
                assert (label.rpartition(": ")[2].casefold(), figure) in cells, (point, label, figure)
                checked += 1
    assert checked > (15 if answer.is_long else -1)


def of_last_year(answer: Answer, title: Cell) -> bool:
    """Return whether a column has labels, or figures of the last year."""
    years = re.findall(r"\b20\d\d\b", str(title.value))
    return not years or years == [str(answer.question.last_year)]


def test_every_sub_question_is_repeated_and_every_tab_referred_to(answer: Answer) -> None:
    sections = answer.sections()
    for name, asked in answer.question.sub_questions.items():
        if answer.is_long:
            assert any(asked in paragraphs for heading, paragraphs in sections.items() if name in heading)
        else:
            assert f"{name}. {asked}" in sections["De vraag, samengevat door de redactie"]
    text = "\n".join(line for paragraphs in sections.values() for line in paragraphs)
    referred = {tab for tabs, _ in points(answer).values() for tab in tabs}
    assert referred == {tab.name for tab in answer.question.tabs}
    assert "tabblad Toelichting" in text


def test_the_reservations_are_made(answer: Answer) -> None:
    text = "\n".join(line for paragraphs in answer.sections().values() for line in paragraphs)
    last = answer.question.last_year
    by_reason = any(table.breakdown == ("not_registered_reason",) for table in answer.question.tables)
    if by_reason:
        assert f"op 31/01/{last + 1} nog" in text
        assert "3 maanden" in text
    for expected in (
        f"op 31/01/{last + 1} weer",
        f"De definitieve validatie van {last} moet nog gebeuren; die cijfers zijn dus voorlopig.",
        f"met een eerste extractie in december {last}",
        f"in januari {last + 1}",
        "van afgesloten jaren kunnen later nog met enkele personen wijzigen",
    ):
        assert expected in text


def test_the_sentences_are_whole(answer: Answer) -> None:
    for paragraph in Document(str(answer.document)).paragraphs:
        assert paragraph.text == " ".join(paragraph.text.split())
        assert not re.search(r" [.,;:]|[{}%]\}|\{[{%#]|\.\.|,\.|None|\b1 personen", paragraph.text), paragraph.text
        if style_of(paragraph) == "Normal" and len(paragraph.text) > 130:
            assert paragraph.text.endswith((".", "Vlaams Parlement"))


def test_the_footer_has_no_other_numbers(answer: Answer) -> None:
    footer = Document(str(answer.document)).sections[0].footer
    assert [line.text for line in footer.paragraphs] == [
        f"{answer.question.label} – ontwerp (synthetische gegevens) – pagina "
    ]


def test_the_properties_come_from_the_question(answer: Answer) -> None:
    properties = Document(str(answer.document)).core_properties
    assert answer.question.title in properties.title
    assert properties.language == "nl-BE"
    assert properties.created.date() == properties.modified.date() == answer.question.reference_date


def test_the_same_build_gives_the_same_bytes(answer: Answer, small_sample: Pipeline, tmp_path: Path) -> None:
    again = tmp_path / "new" / "again.docx"
    arguments = ("--template", answer.template, "--last-green", "--output", again)
    succeeded(small_sample.script("write_answer", answer.question.name, *arguments))
    assert again.read_bytes() == answer.document.read_bytes()
    assert list(again.parent.iterdir()) == [again]


def test_the_answer_on_the_flow_has_sentences_of_its_own(small_sample: Pipeline, tmp_path: Path) -> None:
    question = read_question("doorstroom")
    export_annex(question, small_sample.warehouse, tmp_path / "annex.xlsx", last_green=True)
    write_answer(question, small_sample.warehouse, tmp_path / "answer.docx", last_green=True)
    annex = load_workbook(tmp_path / "annex.xlsx")
    answer = Answer(question, TEMPLATES / question.sentences, tmp_path / "answer.docx", annex)
    found = points(answer)
    assert [tabs for tabs, _ in found.values()] == [[tab.name] for tab in question.tabs]
    for tabs, text in found.values():
        known = figures(annex[tabs[0]])
        shown = NUMBER.findall(re.sub(r"binnen \d+ maanden", "", YEAR.sub("", text)))
        assert set(shown) <= known
        assert shown or tabs == ["6"]
    header, *rows, total = table_rows(annex["3"], "t3_attest")
    of_2019 = header.index("Contracten 2019")
    listed = [f"{row[0]} ({as_written(row[of_2019], '0')})".lower() for row in rows if row[of_2019]]
    assert (
        f"In 2019 tekenden {as_written(total[of_2019], '0')} personen een eerste inburgeringscontract. Verdeeld naar "
        f"het jaar van hun eerste attest: {', '.join(listed[:-1])} en {listed[-1]}."
    ) in found["3"][1]
    header, *_, total = table_rows(annex["6"], "t6_agentschap")
    assert f"Van wie in 2019 een eerste contract tekende, had de helft binnen {total[1]} maanden" in found["6"][1]
    # Not everybody of these years had that time.
    assert "in 2023" not in found["5"][1]
    assert "nog niet te zeggen" not in found["5"][1]


def test_another_sentence_in_the_template_is_another_sentence_in_the_answer(
    small_sample: Pipeline, tmp_path: Path
) -> None:
    template = edited(
        tmp_path, "Onderwerp: {{ vraag.titel }}", "Betreft: {{ vraag.titel }} (artikel 29)\n\n- één\n- twee"
    )
    printed = write(small_sample, template, tmp_path / "a.docx")
    lines = [(style_of(paragraph), paragraph.text) for paragraph in Document(str(tmp_path / "a.docx")).paragraphs]
    assert ("Normal", "Betreft: Inburgeringstrajecten – stand van zaken (artikel 29)") in lines
    assert lines[lines.index(("List Bullet", "één")) + 1] == ("List Bullet", "twee")
    assert f"Wrote {tmp_path / 'a.docx'}: Schriftelijke vraag 123" in printed


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("{{ vraag.onderwerp }}", "line {line}: vraag has no onderwerp; it has naam, label, nummer"),
        ("{{ onderwerp }}", "line {line}: 'onderwerp' is undefined"),
        ("{{ delen[0].tabellen[0].kleur }}", "line {line}: table t1_aanmelding has no kleur"),
        ("{{ delen[0].tabellen[1].totaal['2023'] }}", "line {line}: t1b_agentschap has no column 2023; it has"),
        ("{{ delen[0].tabellen[1].rij('Gent')['reach'] }}", "line {line}: t1b_agentschap has no row Gent"),
        ("{{ delen[1].tabellen[0].totaal['contracts 2023'] - 1 }}", "line {line}: unsupported operand type"),
        ("{{ delen | length }}", "line {line}: {{{{ … }}}} gives the number 7, which is no figure of the annex"),
        ("{{ vraag.jaren }}", "line {line}: {{{{ … }}}} gives list; show a figure"),
        ("{{ vraag.titel | hoofdletters }}", "line {line}: No filter named 'hoofdletters'"),
        ("{% if vraag.titel %}", "line "),
        ("{{ vraag.titel", "line "),
        ("\x0b", "has a character that Word cannot hold"),
    ],
)
def test_a_sentence_that_cannot_be_filled_is_refused_with_its_place(
    small_sample: Pipeline, tmp_path: Path, sentence: str, message: str
) -> None:
    template = edited(tmp_path, "Onderwerp: {{ vraag.titel }}", f"Onderwerp: {sentence}")
    line = next(n for n, text in enumerate(template.read_text().split("\n"), start=1) if text.startswith("Onderwerp:"))
    output = tmp_path / "answer" / "a.docx"
    output.parent.mkdir()
    output.write_text("the answer made before")
    with pytest.raises(click.ClickException) as refusal:
        write_answer(newest_question(), small_sample.warehouse, output, template, last_green=True)
    assert refusal.value.message.startswith(f"{template}")
    assert message.format(line=line) in refusal.value.message
    assert "\n" not in refusal.value.message
    assert output.read_text() == "the answer made before"
    assert list(output.parent.iterdir()) == [output]


def test_a_file_that_is_no_template_is_refused(small_sample: Pipeline, tmp_path: Path) -> None:
    output = tmp_path / "a.docx"
    for content, message in ((b"\xff\xfe", "is not UTF-8 text"), (b"{# leeg #}\n", "gives no text at all")):
        (tmp_path / "x.md").write_bytes(content)
        with pytest.raises(click.ClickException, match=message):
            write_answer(newest_question(), small_sample.warehouse, output, tmp_path / "x.md", last_green=True)
    missing = small_sample.script("write_answer", "--template", tmp_path / "none.md", "--output", output)
    assert refused(missing) == f"Error: {tmp_path / 'none.md'}: cannot be read (No such file or directory)"
    assert not output.exists()


def test_without_a_green_warehouse_nothing_is_written(pipeline: Pipeline, tmp_path: Path) -> None:
    output = tmp_path / "a.docx"
    assert "no such warehouse; run dbt build first" in refused(pipeline.script("write_answer", "--output", output))
    assert "no such question" in refused(pipeline.script("write_answer", "sv_1999_1", "--output", output))
    assert not output.exists()
