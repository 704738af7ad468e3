"""Whom does this figure count, and why *Onbepaald*? A page says it of every figure, to readers without a terminal."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from inburgering.annex.annex import TOTAL, Annex
from inburgering.annex.explained_counts import read_counts
from inburgering.annex.explained_page import build_page, page_file, write_explained_page
from inburgering.annex.export import export_annex
from inburgering.annex.question import read_question
from inburgering.annex.reader import read_annex
from support.annex_tables import tables
from support.browser import offline_browser
from support.pipeline import Pipeline, changing, refused, succeeded

QUESTIONS = ("sv_2024_123", "doorstroom", "voorbeeld_gekruist")
NOT_AT_PREVIOUS_DATE = "was op 31/01/2023 nog niet voorbij"


class Page(HTMLParser):
    """The tables of a page, as a reader sees them, and what its explanations are filled from."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str | float]]] = {}
        self.ids: dict[str, list[list[int]]] = {}
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self._rows: list[list[str | float]] = []
        self._ids: list[list[int]] = []
        self._value: str | None = None
        self._text: list[str] = []
        self._is_data = False
        self.data: dict = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.fetched += [str(given[name]) for name in ("src", "href") if name in given]
        if tag == "table" and given.get("id"):
            self._rows = self.tables[str(given["id"])] = []
            self._ids = self.ids[str(given["id"])] = []
        elif tag == "tr":
            self._rows.append([])
            self._ids.append([])
        elif tag in ("th", "td"):
            self._value, self._text = None, []
        elif tag == "button" and "data-cijfer" in given:
            self._value = given["value"]
            self._ids[-1].append(int(str(given["data-cijfer"])))
        self._is_data = given.get("type") == "application/json"

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._is_data:
            self.data = json.loads(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False
        if tag in ("th", "td"):
            text = "".join(self._text)
            is_number = self._value is not None and re.fullmatch(r"\d+(\.\d+)?(e-\d+)?", self._value)
            self._rows[-1].append(float(str(self._value)) if is_number else text)

    def told(self) -> Iterator[tuple[dict, list[dict]]]:
        """Return every figure with the counts it is, or is made from."""
        for figure in self.data["cijfers"]:
            yield figure, [self.data["delen"][place] for _, place in figure["delen"]]


@pytest.fixture(scope="module")
def pages(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the page of each question, its workbook beside it."""
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name in QUESTIONS:
        workbook = folder / f"{name}.xlsx"
        export_annex(read_question(name), small_sample.warehouse, workbook, last_green=True)
        written[name] = write_explained_page(workbook, small_sample.warehouse, last_green=True).path
    return written


def read_page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def workbook_of(page: Path) -> Path:
    return page.with_name(page.name.replace("_uitleg.html", ".xlsx"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_tables_of_the_page_are_those_of_the_annex(pages: dict[str, Path], name: str) -> None:
    page = read_page(pages[name])
    expected = {
        table: [[cell if isinstance(cell, str) else float(f"{cell:.16g}") for cell in row] for row in rows]
        for table, rows in tables(load_workbook(workbook_of(pages[name]))).items()
    }
    shown = {
        table: [[cell if isinstance(cell, str) else float(f"{cell:.16g}") for cell in row] for row in rows[1:]]
        for table, rows in page.tables.items()
    }
    assert shown == expected
    ids = [one for rows in page.ids.values() for row in rows for one in row]
    assert ids == list(range(len(page.data["cijfers"])))
    assert len(ids) > 400


@pytest.mark.parametrize("name", QUESTIONS)
def test_files_and_codes_add_up_to_every_figure_and_causes_to_every_difference(
    pages: dict[str, Path], name: str
) -> None:
    page = read_page(pages[name])
    seen = {"codes": 0, "shares": 0, "medians": 0, "causes": 0}
    cells = [cell for rows in page.tables.values() for row in rows[1:] for cell in row]
    numbers = iter(value for value in cells if not isinstance(value, str) or value in ("n.v.t.", "nog niet te zeggen"))
    for figure, parts in page.told():
        value = next(numbers)
        for part in parts:
            assert part["personen"] == sum(rows for _, rows in part["bestanden"])
            for codes in part["codes"]:
                assert part["personen"] == sum(rows for _, rows in codes["rijen"])
                seen["codes"] += 1
            if part["vorig"] and part["vorig"]["oorzaken"] is not None:
                causes = part["vorig"]["oorzaken"]
                difference = part["personen"] - part["vorig"]["personen"]
                assert difference == sum(moved_in - moved_out for _, moved_in, moved_out in causes)
                assert all(moved_in or moved_out for _, moved_in, moved_out in causes)
                seen["causes"] += len(causes)
        roles = [role for role, _ in figure["delen"]]
        if roles == [""]:
            assert value == parts[0]["personen"]
        elif roles == ["Teller", "Noemer"]:
            counted, of_all = (part["personen"] for part in parts)
            assert value == (counted / of_all if of_all else "n.v.t.")
            seen["shares"] += 1
        elif roles == ["Noemer"]:
            assert value == "nog niet te zeggen"
        else:
            [cohort] = parts
            within = re.match(r"Van de ([\d.]+) persoo?n?e?n? hadden er ([\d.]+) niet meer dan (\d+)", figure["zin"])
            if isinstance(value, float):
                assert within
                persons, in_time, months = (int(number.replace(".", "")) for number in within.groups())
                assert persons == cohort["personen"]
                assert persons <= 2 * in_time
                assert months == value
                seen["medians"] += 1
    assert next(numbers, None) is None
    wanted = {"sv_2024_123": ("codes", "shares", "causes"), "doorstroom": ("shares", "medians", "causes")}
    assert all(seen[what] > 0 for what in wanted.get(name, ("codes", "causes")))


def annex_of(connection: duckdb.DuckDBPyConnection, name: str) -> Annex:
    return read_annex(connection, read_question(name))


def test_the_figure_before_and_its_causes_are_those_of_the_cube_and_of_herziening(small_sample: Pipeline) -> None:
    """A second count: the page counts persons, the tab Herziening and the cube add up what was counted elsewhere."""
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        counts = read_counts(connection, annex_of(connection, "sv_2024_123"))
        before = {
            tuple(row[:4]): row[4]
            for row in connection.execute(
                "select breakdown, measure, year, member, persons from annex_cube "
                "where reference_date = date '2023-01-31' and second_breakdown = 'total'"
            ).fetchall()
        }
        causes: dict[tuple, dict[str, tuple[int, int]]] = {}
        for *of, label, persons_in, persons_out in connection.execute(
            "select breakdown, measure, year, member, label, persons_in, persons_out "
            "from annex_revision inner join revision_causes using (cause) where reference_date = date '2024-01-31'"
        ).fetchall():
            causes.setdefault(tuple(of), {})[label] = (persons_in, persons_out)
    compared = 0
    for place, counted in counts.counted.items():
        if place.members[0] == TOTAL:
            continue
        key = (place.pair[0], place.measure, place.year, place.members[0])
        assert counted.before == before.get(key, 0), place
        if place.year < 2023 and place.measure in ("contracts", "attests", "invited", "registered"):
            assert counted.causes == causes.get(key, {}), place
            compared += len(counted.causes)
    assert compared > 50


def test_a_year_that_was_not_over_then_is_not_compared(pages: dict[str, Path]) -> None:
    page = read_page(pages["sv_2024_123"])
    for figure, parts in page.told():
        is_of_2023 = ", 2023 (voorlopig)" in figure["titel"]
        assert (NOT_AT_PREVIOUS_DATE in figure["vorig"]["zin"]) == is_of_2023
        assert all((part["vorig"] is None) == is_of_2023 for part in parts)


def test_undetermined_persons_are_shown_with_what_was_delivered(pages: dict[str, Path]) -> None:
    page = read_page(pages["sv_2024_123"])
    told: dict[str, set] = {}
    for figure, [part, *_] in page.told():
        if figure["leden"] and figure["leden"][0].endswith(": Onbepaald"):
            codes = {tuple(page.data["codes"][code]) for one in part["codes"] for code, _ in one["rijen"]}
            told.setdefault(figure["leden"][0], set()).update(codes)
    nationality = told["Nationaliteitsgroep: Onbepaald"]
    assert ("AgII", "711", "Rijksregister: nationaliteit onbepaald", "special_nationality_codes") in nationality
    assert ("Atlas", "leeg", "Nationaliteit leeg", "") in nationality
    assert ("Atlas", "XX", "Nationaliteit onbekend", "in geen lijst") in nationality
    assert any("Nationaliteit van een staat die niet meer bestaat" in code[2] for code in nationality)
    assert {code[2] for code in told["Geslacht: Onbepaald"]} <= {"Geslacht leeg", "Geslacht onbekend"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_row_and_no_person_is_in_the_page(pages: dict[str, Path], small_sample: Pipeline, name: str) -> None:
    html = pages[name].read_text(encoding="utf-8")
    words = set(re.findall(r"[\w-]+", html))
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        known = connection.execute(
            "select person_key::varchar, event_number, dossier_number from int_events"
        ).fetchall()
    secret = {value for row in known for value in row if value}
    assert len(secret) > 1000
    assert not words & secret
    # Digits behind a point are those of a share.
    assert not re.findall(r"(?<![\w.])(?:[0-9a-f]{32}|\d{11,})(?!\w)", html)
    allowed = {"naam", "personen", "bestanden", "codes", "vorig"}
    assert all(set(part) == allowed for part in read_page(pages[name]).data["delen"])


def test_every_figure_has_the_rules_of_the_annex(pages: dict[str, Path]) -> None:
    page = read_page(pages["sv_2024_123"])
    told = [
        cell.value
        for row in load_workbook(workbook_of(pages["sv_2024_123"]))["Toelichting"]
        for cell in row
        if cell.value
    ]
    for figure, _ in page.told():
        rules = [page.data["teksten"][place] for place in figure["regels"]]
        assert any(
            "telt één keer" in text or "vallen allebei in het jaar" in text or "aangemeld" in text for _, text in rules
        )
    shown = {
        text for figure, _ in page.told() for text in (page.data["teksten"][place][1] for place in figure["regels"])
    }
    # Shares are in no table of definitions but those that the question shows.
    assert {text for text in shown if text not in told} <= {
        "Niet aangemeld gedeeld door uitgenodigd.",
        "Uitgenodigd gedeeld door uitgenodigd: het geheel.",
    }


def test_the_page_says_where_its_figures_come_from(pages: dict[str, Path]) -> None:
    html = pages["sv_2024_123"].read_text(encoding="utf-8")
    with_properties = load_workbook(workbook_of(pages["sv_2024_123"])).custom_doc_props.props
    assert all(f"<dt>{prop.name}</dt><dd>{prop.value}</dd>" in html for prop in with_properties)
    assert "Synthetische gegevens" in html
    assert "Toestand op 31/01/2024." in html


def test_the_page_fetches_nothing_and_the_same_build_gives_the_same_bytes(
    pages: dict[str, Path], small_sample: Pipeline, tmp_path: Path
) -> None:
    page = pages["sv_2024_123"]
    assert all(address.startswith("#") for address in read_page(page).fetched)
    assert "default-src 'none'" in page.read_text(encoding="utf-8")
    workbook = shutil.copy(workbook_of(page), tmp_path / "annex.xlsx")
    again = write_explained_page(Path(workbook), small_sample.warehouse, last_green=True)
    assert again.path == page_file(tmp_path / "annex.xlsx")
    assert again.path.read_bytes() == page.read_bytes()


@pytest.fixture(scope="module")
def spoiled(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page of which one code is a script and one is a person number, and whose labels hold markup too."""
    folder = tmp_path_factory.mktemp("spoiled")
    warehouse = Path(shutil.copy(small_sample.warehouse, folder / "warehouse.duckdb"))
    with changing(warehouse) as connection:
        for code, year in (("<script>document.title='weg'</script>", 2021), ("93.05.18-223.61", 2022)):
            connection.execute(
                "update int_events set gender_code = $code where (reference_date, agency, event_type, row_number) in ("
                "select (reference_date, agency, event_type, row_number) from annex_counted_persons "
                "where measure = 'contracts' and gender = 'onbepaald' and year = $year)",
                {"code": code, "year": year},
            )
        annex = annex_of(connection, "sv_2024_123")
        hostile = {name: f"</script><img src=x onerror=alert(1)>{label}" for name, label in annex.breakdowns.items()}
        html, _ = build_page(dataclasses.replace(annex, breakdowns=hostile), read_counts(connection, annex))
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    return page


def test_text_stays_text_and_a_person_number_in_a_code_is_not_shown(spoiled: Path) -> None:
    html = spoiled.read_text(encoding="utf-8")
    page = read_page(spoiled)
    assert html.count("</script>") == 2
    assert "img" not in page.tags
    codes = {code for _, code, _, _ in page.data["codes"]}
    assert "<script>document.title='weg'</script>" in codes
    assert "##.##.##-###.##" in codes
    assert "93.05.18" not in html


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a browser with an empty profile that reaches no network."""
    with offline_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def button(browser: Chrome, page: Path, table: str, label: str, column: int) -> WebElement:
    """Open a page and return the button of a figure."""
    browser.get(page.as_uri())
    for row in browser.find_elements(By.CSS_SELECTOR, f"#{table} tbody tr, #{table} tfoot tr"):
        if row.find_element(By.TAG_NAME, "th").text == label:
            return row.find_elements(By.TAG_NAME, "button")[column]
    raise AssertionError(f"no {label} in {table}")


def explanation(browser: Chrome) -> str:
    """Return the text of the explanation, which is seen."""
    dialog = browser.find_element(By.ID, "uitleg")
    assert dialog.is_displayed()
    return dialog.text


def test_a_click_on_a_figure_explains_it(chromium: Chrome, pages: dict[str, Path], tmp_path: Path) -> None:
    page = Path(shutil.copy(pages["sv_2024_123"], tmp_path / "elders.html"))
    figure = button(chromium, page, "t2c", "Onbepaald", 3)
    assert not chromium.find_element(By.ID, "uitleg").is_displayed()
    figure.click()
    text = explanation(chromium)
    assert "Eerste contracten, 2022" in text
    assert "Nationaliteitsgroep: Onbepaald" in text
    assert f"Dit cijfer telt {figure.text} personen" in text
    assert "Elke persoon telt één keer, in het jaar van het eerste inburgeringscontract ooit" in text
    assert "711 Rijksregister: nationaliteit onbepaald special_nationality_codes" in text
    assert "Op de vorige peildatum, 31/01/2023" in text
    for kind in ("bestanden", "codes"):
        rows = chromium.find_elements(By.CSS_SELECTOR, f"#uitleg table[data-soort={kind}] tbody td:last-child")
        assert sum(int(row.text.replace(".", "")) for row in rows) == int(figure.text.replace(".", ""))
    assert chromium.get_log("browser") == []


def test_the_keyboard_opens_and_closes_an_explanation(chromium: Chrome, pages: dict[str, Path]) -> None:
    figure = button(chromium, pages["sv_2024_123"], "t1b_agentschap", "Atlas", 3)
    chromium.execute_script("arguments[0].focus()", button_before(chromium, figure))
    ActionChains(chromium).send_keys(Keys.TAB).perform()
    assert chromium.switch_to.active_element == figure
    ActionChains(chromium).send_keys(Keys.ENTER).perform()
    text = explanation(chromium)
    assert "Teller: Aangemeld, " in text
    assert "Noemer: Uitgenodigd, " in text
    assert f" is {figure.text}." in text
    ActionChains(chromium).send_keys(Keys.ESCAPE).perform()
    assert not chromium.find_element(By.ID, "uitleg").is_displayed()
    assert chromium.switch_to.active_element == figure


def button_before(browser: Chrome, figure: WebElement) -> WebElement:
    """Return the button on the left of another."""
    return browser.execute_script("return arguments[0].closest('td').previousElementSibling.firstChild", figure)


def test_a_delivered_script_is_read_and_never_runs(chromium: Chrome, spoiled: Path) -> None:
    button(chromium, spoiled, "t2e", "Onbepaald", 2).click()
    assert "<script>document.title='weg'</script>" in explanation(chromium)
    assert "</script><img src=x onerror=alert(1)>Geslacht: Onbepaald" in explanation(chromium)
    assert not chromium.find_elements(By.CSS_SELECTOR, "#uitleg script, img")
    assert chromium.title.startswith("Uitleg: Bijlage bij")


def test_a_median_is_explained_by_those_it_is_of(chromium: Chrome, pages: dict[str, Path]) -> None:
    figure = button(chromium, pages["doorstroom"], "t6_agentschap", "Totaal", 0)
    figure.click()
    text = explanation(chromium)
    assert f"niet meer dan {figure.text} maanden nodig: dat is minstens de helft" in text
    assert "Van wie het aantal maanden is: Eerste contracten, " in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2c!D7", "--page"), "--page explains every figure, without rows; leave CELL and --csv out"),
        ((), "name a CELL like '2c!D14', or ask for a page about every figure with --page"),
    ],
)
def test_the_command_says_in_one_line_what_it_wants(
    small_sample: Pipeline, arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused(small_sample.script("explain_cell", small_sample.folder / "annex.xlsx", *arguments))


def test_a_workbook_with_other_figures_is_refused(
    small_sample: Pipeline, pages: dict[str, Path], tmp_path: Path
) -> None:
    workbook = load_workbook(workbook_of(pages["sv_2024_123"]))
    workbook["2c"]["D7"] = workbook["2c"]["D7"].value + 1
    workbook.save(tmp_path / "annex.xlsx")
    message = refused(small_sample.script("explain_cell", tmp_path / "annex.xlsx", "--page", "--last-green"))
    assert "is no annex with the figures of this warehouse; export anew" in message
    assert not page_file(tmp_path / "annex.xlsx").exists()


def test_the_command_writes_the_page_beside_the_workbook(
    small_sample: Pipeline, pages: dict[str, Path], tmp_path: Path
) -> None:
    workbook = shutil.copy(workbook_of(pages["voorbeeld_gekruist"]), tmp_path / "annex.xlsx")
    printed = succeeded(small_sample.script("explain_cell", workbook, "--page", "--last-green"))
    assert re.search(r"annex_uitleg.html: \d+ figures explained, without rows of persons", printed)
    assert (tmp_path / "annex_uitleg.html").read_bytes() == pages["voorbeeld_gekruist"].read_bytes()
