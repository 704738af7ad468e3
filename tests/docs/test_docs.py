"""The docs page as a reviewer opens it: from a file, in a browser without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import duckdb
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from inburgering.annex.question import newest_question
from inburgering.settings import UNCOMMITTED
from support.browser import offline_browser
from support.pipeline import Pipeline, refused, succeeded

# How long a page may take on a busy machine before it is taken for broken; a page that is there is not waited for.
PATIENCE = 60

# dbt's page draws the lineage on a canvas: what is drawn is read from the graph behind it.
DRAWN = """
const graph = angular.element(document.body).injector().get("graph").graph_element;
return graph ? graph.nodes().map(node => [node.id(), node.position("x"), node.data("node_color") || ""]) : [];
"""
LINES = """
const graph = angular.element(document.body).injector().get("graph").graph_element;
return graph.edges().map(edge => [edge.source().id(), edge.target().id()]);
"""


@pytest.fixture(scope="module")
def documented(small_sample: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return a copy of the small sample with its docs, written as `make docs` does."""
    pipeline = small_sample.copy(tmp_path_factory.mktemp("documented"))
    succeeded(pipeline.dbt("--write-json", "docs", "generate", "--static"))
    succeeded(pipeline.script("write_docs"))
    return pipeline


@pytest.fixture(scope="module")
def page(documented: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the docs page, moved away from all else that dbt writes."""
    moved = tmp_path_factory.mktemp("elsewhere") / "docs.html"
    shutil.move(documented.folder / "target" / "static_index.html", moved)
    return moved.as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Return a browser with an empty profile that reaches no network."""
    with offline_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def opened(browser: Chrome, page: str, place: str) -> Chrome:
    """Open a place of the page anew and wait until its data is there."""
    browser.get("about:blank")
    browser.get(page + place)
    return browser


def shown(browser: Chrome, selector: str, text: str = "") -> WebElement:
    """Wait for an element that is seen and holds the text, and return it."""

    def found(driver: Chrome) -> WebElement | Literal[False]:
        elements = driver.find_elements(By.CSS_SELECTOR, selector)
        return next((one for one in elements if one.is_displayed() and text in one.text), False)

    return WebDriverWait(browser, PATIENCE).until(found, f"no {selector} with {text!r}")


def drawn(browser: Chrome) -> dict[str, tuple[float, str]]:
    """Wait for the lineage; return for each box how far to the right it stands, and its colour."""
    nodes = WebDriverWait(browser, PATIENCE).until(lambda driver: driver.execute_script(DRAWN), "no lineage drawn")
    return {key: (x, colour) for key, x, colour in nodes}


def test_the_overview_teaches_from_a_file_without_a_network(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "h1", "De cijfers van het antwoord van de minister")
    for heading in ("Van bestand tot bijlage", "Wie telt in welke tab", "Namen en sleutels", "Wat voorlopig betekent"):
        shown(chromium, "h2", heading)
    picture = shown(chromium, "img[alt^='Bestanden worden ingelezen']")
    WebDriverWait(chromium, PATIENCE).until(
        lambda driver: driver.execute_script("return arguments[0].naturalWidth", picture) == 1060, "no picture"
    )
    shown(chromium, "a", "De tests").click()
    shown(chromium, "td", "Het agentschap levert opnieuw")


@pytest.mark.parametrize(
    ("question", "answer", "place", "read_there"),
    [
        (
            "Rechthebbend 2022",
            "over alle agentschappen en alle jaren",
            "fct_contracts",
            "first contract of a counted type",
        ),
        ("Rechthebbend 2022", "een allereerste attest behaalde", "target_group_codes", "agii RECHT rechthebbend"),
        ("nationaliteit 711", "onder Onbepaald", "special_nationality_codes", "agii 711 undetermined"),
        ("Kosovaar", "telt als niet-EU", "nationalities", "XK XKX 153 Kosovo"),
        (
            "Brit",
            "2019 telt een Brit als EU, met een contract uit 2021 als niet-EU",
            "eu_memberships",
            "GB 1973-01-01 2020-02-01",
        ),
        ("december", "dan is er geen zulk jaar", "fct_invitations", "written to in January is in no year's cohort"),
        ("dubbel telt", "hoogstens één keer", "a_person_counts_once_per_reference_date", "counted at most once"),
        (
            "komt de provincie",
            "NIS_GEMEENTE (AgII), Gemeente (NIS) (Atlas), nis_code (Amal)",
            "municipalities",
            "11002 Antwerpen antwerpen",
        ),
    ],
)
def test_a_reviewer_reads_the_answer_on_the_first_page_and_its_source_one_click_away(
    chromium: Chrome, page: str, question: str, answer: str, place: str, read_there: str
) -> None:
    opened(chromium, page, "#!/overview")
    row = shown(chromium, "tr", question)
    assert answer in row.text
    row.find_element(By.LINK_TEXT, place).click()
    shown(chromium, "h1", place)
    lines = chromium.execute_script("return location.hash").partition("?")[2]
    texts = asked_lines(chromium) if lines else [shown(chromium, ".app-details").text]
    assert any(read_there in " ".join(text.split()) for text in texts), texts[0][:1000]


def test_a_reviewer_reads_in_two_clicks_who_made_a_choice_and_how_many_it_moves(
    chromium: Chrome, page: str, documented: Pipeline
) -> None:
    with duckdb.connect(str(documented.warehouse), read_only=True) as connection:
        # Counted anew: Belgians with a first contract, a first attest or an invitation.
        [(moved,)] = connection.execute(
            "select count(*) from fct_trajectories "
            "where reference_date = (select max(reference_date) from fct_trajectories) "
            "and 'BE' in (contract_nationality, attest_nationality, invitation_nationality)"
        ).fetchall()
    assert moved > 0
    opened(chromium, page, "#!/overview")
    shown(chromium, "tr", "Welke keuzes zijn gemaakt").find_element(By.LINK_TEXT, "Onze eigen keuzes").click()
    row = shown(chromium, "tr", "Belgen tellen als EU.")
    assert f"{moved} als Belgen als niet-EU telden" in " ".join(row.text.split())
    row.find_element(By.LINK_TEXT, "niemand").click()
    assert "belgians" in asked_lines(chromium)[0]


def test_the_page_says_which_build_it_describes(chromium: Chrome, page: str, documented: Pipeline) -> None:
    with duckdb.connect(str(documented.warehouse), read_only=True) as connection:
        commit, rules = connection.execute('select "commit", rules from build').fetchall()[0]
        files = connection.execute("select file_name, substr(sha256, 1, 12) from stg_landing__current_files").fetchall()
        [(rows,)] = connection.execute(
            "select (select count(*) from fct_contracts) + (select count(*) from fct_attests) "
            "+ (select count(*) from fct_invitations)"
        ).fetchall()
    assert len(files) == 18
    assert rows > 1000
    opened(chromium, page, "#!/overview")
    shown(chromium, "p", "Dit is het synthetische voorbeeld")
    shown(chromium, "a", "Alles over deze bouw").click()
    text = shown(chromium, ".app-details", "De bouw achter deze pagina").text
    assert "committed" not in text
    for known in (commit.removesuffix(UNCOMMITTED), rules, *(part for file in files for part in file)):
        assert known in text
    wide = "return [...document.querySelectorAll('table')].map(one => one.scrollWidth - one.parentElement.clientWidth)"
    assert max(chromium.execute_script(wide)) <= 1
    assert shown(chromium, "tr", "one_row_of_fct_contracts").text.count("In elke tabel staat elke rij er één keer")
    test = shown(chromium, "tr", "a_person_counts_once_per_reference_date").text
    assert "geslaagd" in test
    assert f"{rows:,}".replace(",", ".") in test
    assert "members_stand_in_the_order_of_the_question" in text.split("Niet in deze bouw")[1]


def test_every_choice_stands_with_its_persons_and_who_approved_it(
    chromium: Chrome, page: str, documented: Pipeline
) -> None:
    with duckdb.connect(str(documented.warehouse), read_only=True) as connection:
        choices = connection.execute(
            "select label, persons, persons_moved from annex_checks_choices "
            "where reference_date = (select max(reference_date) from annex_checks_choices)"
        ).fetchall()
    assert len(choices) > 30
    assert sum(persons is not None and persons > 0 for _, persons, _ in choices) > 10
    assert sum(moved is not None and moved > 0 for _, _, moved in choices) > 5
    opened(chromium, page, "#!/overview")
    shown(chromium, "a", "Onze eigen keuzes").click()
    shown(chromium, "h1", "Onze eigen keuzes")
    for label, persons, moved in choices:
        cells = [cell.text for cell in shown(chromium, "tr", label).find_elements(By.CSS_SELECTOR, "td")]
        assert cells[4] == "niemand"
        assert cells[2].startswith("niet te tellen" if persons is None else f"{persons:,} ".replace(",", "."))
        assert cells[3].startswith("–" if moved is None else f"{moved:,} als ".replace(",", "."))


def test_a_page_without_a_green_build_says_so(documented: Pipeline, tmp_path: Path) -> None:
    pipeline = documented.copy(tmp_path)
    shutil.copytree(documented.folder / "target", pipeline.folder / "target", dirs_exist_ok=True)
    pipeline.warehouse.unlink()
    assert "No green build is behind this page" in succeeded(pipeline.script("write_docs"))
    text = (pipeline.folder / "target" / "static_index.html").read_text(encoding="utf-8")
    assert text.count("geen groene bouw") == 4
    assert "geslaagd |" not in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "place",
    [
        "#!/source/source.inburgering.agii.contracten",
        "#!/exposure/exposure.inburgering.sv_2023_113",
        "#!/model/model.inburgering.fct_contracts",
    ],
)
def test_details_fit_the_page_and_descriptions_are_read_as_text(chromium: Chrome, page: str, place: str) -> None:
    opened(chromium, page, place)
    shown(chromium, ".detail-body")
    wide = "return [...document.querySelectorAll('.detail-body')].map(one => one.scrollWidth - one.clientWidth)"
    assert max(chromium.execute_script(wide)) <= 1
    described = [cell.text for cell in chromium.find_elements(By.CSS_SELECTOR, "tr.column-row td:nth-child(3)")]
    assert all(described)
    assert not any("**" in text or "](#" in text or text.endswith("…") for text in described)


def test_a_name_in_the_menu_keeps_its_spaces(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/exposure/exposure.inburgering.sv_2024_123")
    menu = "return [...document.querySelectorAll('.filename')].map(name => name.innerText.replaceAll('\\n', ''))"
    WebDriverWait(chromium, PATIENCE).until(lambda driver: driver.execute_script(menu), "no menu")
    assert "Wat aan te leveren" in [name.strip() for name in chromium.execute_script(menu)]


def test_the_page_asks_nothing_of_a_network(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "h1")
    asked = chromium.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address for address in asked if address.startswith(("http:", "https:", "//"))] == []


def test_the_lineage_of_the_question_draws_every_layer_from_left_to_right(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "a", "de herkomst van de bijlage").click()
    boxes = drawn(chromium)
    layers = {
        "sources": {key for key in boxes if key.startswith("source.inburgering.")},
        "staging": {key for key in boxes if ".stg_" in key},
        "intermediate": {key for key in boxes if ".int_" in key},
        "facts": {key for key in boxes if ".fct_" in key},
        "dimensions": {key for key in boxes if ".dim_" in key},
        "annex": {key for key in boxes if ".annex_" in key},
    }
    counts = {layer: len(keys) for layer, keys in layers.items()}
    # The question shows none of the rows that were sent back; all else that is built serves it.
    assert counts == {"sources": 11, "staging": 12, "intermediate": 4, "facts": 4, "dimensions": 12, "annex": 20}
    assert "exposure.inburgering.sv_2024_123" in boxes
    assert not any(key.startswith(("test.", "unit_test.")) for key in boxes)
    colours = [{boxes[key][1] for key in layers[layer]} for layer in ("staging", "intermediate", "facts", "annex")]
    assert all(len(colour) == 1 and "" not in colour for colour in colours)
    assert len(set.union(*colours)) == len(colours)
    lines = chromium.execute_script(LINES)
    assert len(lines) > 100
    assert [(start, end) for start, end in lines if boxes[start][0] >= boxes[end][0]] == []


def test_a_column_of_the_annex_shows_its_text_and_where_it_comes_from(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/model/model.inburgering.annex_figures")
    shown(chromium, ".model-markdown", "Rechthebbend 2022")
    shown(chromium, "tr.column-row", "second_label").click()
    text = shown(chromium, "td.column-expanded", "Dutch name of the second member").text
    assert "Comes from: annex_members.label" in text


def pictures(browser: Chrome) -> list[WebElement]:
    """Return the pictures of ways, each drawn."""
    found = browser.find_elements(By.CSS_SELECTOR, "img[alt^='De weg van']")
    for one in found:
        assert browser.execute_script("return arguments[0].naturalWidth", one) > 600
    return found


def test_every_tab_has_a_picture_of_its_way_and_links(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "a", "Een klein beeld per tab").click()
    shown(chromium, "h3", "Tab 2f: Eerste contracten en attesten per doelgroep")
    found = pictures(chromium)
    assert len(found) == len(newest_question().tabs)
    of_2f = next(one for one in found if "Tab 2f" in (one.get_attribute("alt") or ""))
    assert "contracten: DOELGROEP" in (of_2f.get_attribute("alt") or "")
    shown(chromium, "a", "target_group_codes").click()
    shown(chromium, "h1", "target_group_codes")


def test_every_rule_has_a_picture_on_one_screen_and_links(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "a", "een beeld per regel").click()
    shown(chromium, "h2", "Eerste contract")
    found = pictures(chromium)
    assert len(found) == len(chromium.find_elements(By.CSS_SELECTOR, "h2"))
    assert len(found) > 20
    assert "%regel" not in shown(chromium, ".app-details").text
    high = chromium.execute_script("return innerHeight")
    assert [one.get_attribute("alt") for one in found if one.size["height"] > high * 0.6] == []
    of_province = next(one for one in found if "int_events_conformed: province" in (one.get_attribute("alt") or ""))
    assert "contracts: nis_code" in (of_province.get_attribute("alt") or "")
    shown(chromium, "a", "municipalities").click()
    shown(chromium, "h1", "municipalities")


def asked_lines(browser: Chrome) -> list[str]:
    """Wait until the lines that an address asks for stand out, the first in sight; return their texts."""
    in_sight = """
        const rows = [...document.querySelectorAll("tr.asked")];
        if (!rows.length) return null;
        const box = rows[0].getBoundingClientRect();
        return box.top > 0 && box.bottom < innerHeight ? rows.map(row => row.innerText) : null;
    """
    return WebDriverWait(browser, PATIENCE).until(lambda driver: driver.execute_script(in_sight), "no line in sight")


@pytest.mark.parametrize(
    ("choice", "link", "cells"),
    [
        ("Belgen tellen als EU.", "eu_memberships", [["BE", "1958-01-01"]]),
        ("VR20 (tijdelijk ontheemde)", "residence_statuses", [["VR20", "tijdelijk ontheemde"]]),
        ("Alleen attesten van type AI023", "counted_types", [["AI023", "true"], ["AEVC05", "false"]]),
        ("Borsbeek is vanaf", "city_working_areas", [["11007", "2025-01-01"]]),
        ("Belgen tellen als EU.", "niemand", [["belgians", "Belgen tellen als EU."]]),
    ],
)
def test_a_choice_leads_to_its_line_of_data(
    chromium: Chrome, page: str, choice: str, link: str, cells: list[list[str]]
) -> None:
    opened(chromium, page, "#!/overview/keuzes")
    shown(chromium, "tr", choice).find_element(By.LINK_TEXT, link).click()
    shown(chromium, "h1", "choices" if link == "niemand" else link)
    lines = asked_lines(chromium)
    assert len(lines) == len(cells)
    for line, expected in zip(lines, cells, strict=True):
        assert all(cell in line for cell in expected)


def test_the_line_of_another_choice_takes_the_place_of_the_one_before(chromium: Chrome, page: str) -> None:
    opened(chromium, page, "#!/seed/seed.inburgering.eu_memberships?nationality=BE")
    assert "België" in asked_lines(chromium)[0]
    chromium.execute_script("location.hash = '#!/seed/seed.inburgering.eu_memberships?nationality=GB,HR'")
    WebDriverWait(chromium, PATIENCE).until(
        lambda driver: [line.split()[1] for line in asked_lines(driver)] == ["GB", "HR"], "another line"
    )


@pytest.mark.parametrize(
    ("term", "model"),
    [
        ("doelgroep", "dim_target_group"),
        ("verblijfsreden", "dim_residence_status"),
        ("wervingsbrief", "fct_invitations"),
        ("herziening", "annex_revision"),
    ],
)
def test_a_search_for_a_dutch_term_finds_its_model(chromium: Chrome, page: str, term: str, model: str) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "#search").send_keys(term)
    shown(chromium, ".search-result h4", model).click()
    shown(chromium, "h1", model)


@pytest.mark.parametrize(
    ("term", "listed", "cells"),
    [
        ("711", "special_nationality_codes", ["agii", "711", "undetermined", "nationaliteit onbepaald"]),
        ("Kosovo", "nationalities", ["XK", "XKX", "153", "Kosovo"]),
        ("Verenigd Koninkrijk", "nationalities", ["GB", "GBR", "Verenigd Koninkrijk", "United Kingdom"]),
        ("United Kingdom", "eu_memberships", ["GB", "1973-01-01", "2020-02-01", "Verenigd Koninkrijk"]),
        ("RECHT_PLICHT", "target_group_codes", ["agii", "RECHT_PLICHT", "onbepaald"]),
    ],
)
def test_a_search_for_a_code_or_country_finds_the_list_and_its_row(
    chromium: Chrome, page: str, term: str, listed: str, cells: list[str]
) -> None:
    opened(chromium, page, "#!/overview")
    shown(chromium, "#search").send_keys(term)
    shown(chromium, ".search-result h4", listed).click()
    shown(chromium, "h1", listed)
    row = shown(chromium, ".model-markdown tr", term if term in cells else cells[0]).text
    assert [cell for cell in cells if cell not in row] == []


def test_the_page_holds_no_folder_of_the_machine_that_made_it(documented: Pipeline, page: str) -> None:
    text = Path(page.removeprefix("file://")).read_text(encoding="utf-8")
    assert len(text) > 1_000_000
    assert str(documented.folder) not in text


def test_without_what_dbt_writes_there_is_one_line_that_says_so(tmp_path: Path) -> None:
    assert "run dbt docs generate --static first" in refused(Pipeline(tmp_path).script("write_docs"))
