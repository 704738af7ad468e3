"""Write the docs page as one self-contained HTML file, after `dbt docs generate --static`."""

from __future__ import annotations

import json

import click

from inburgering.annex.question import all_questions, newest_question
from inburgering.docs.column_lineage import ColumnLineage
from inburgering.docs.evidence import Evidence, read_evidence
from inburgering.docs.list_rows import read_lists
from inburgering.docs.page import docs_page, for_reviewers
from inburgering.docs.sign_off import write_sign_off
from inburgering.docs.texts import checks, texts
from inburgering.docs.ways import MARK, address, picture, rules, said, ways, with_headings
from inburgering.screen import run, say
from inburgering.settings import CHECKOUT, folder, warehouse_file


@click.command()
def main() -> None:
    """Add to dbt's page where every column comes from, what is tested, the rows of the lists, pictures of ways."""
    target = folder("DBT_TARGET_PATH", "target")
    pictures = {f"docs/{path.name}": path.read_bytes() for path in (CHECKOUT / "docs").glob("*.svg")}
    try:
        template = (target / "index.html").read_text(encoding="utf-8")
        manifest, catalog = (
            json.loads((target / name).read_text(encoding="utf-8")) for name in ("manifest.json", "catalog.json")
        )
        evidence, problem = behind(manifest)
        lists = read_lists(CHECKOUT, manifest)
        event_types = {row["measure"]: row["event_type"] for row in lists["seed.inburgering.measures"]}
        lineage = ColumnLineage(manifest)
        of_tabs = ways(newest_question(), lineage, event_types)
        of_rules = rules(manifest["docs"], manifest, lineage)
        pictures |= {address(way): picture(way) for way in (*of_tabs, *of_rules.values())}
        marks = texts(manifest, evidence, problem) | {MARK: with_headings(of_tabs)}
        marks |= {mark: said(way) for mark, way in of_rules.items()}
        told = for_reviewers(manifest, lineage, marks, lists)
        text = docs_page(template, told, catalog, pictures)
        models = sum(node["resource_type"] == "model" for node in manifest["nodes"].values())
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename} is not there; run dbt docs generate --static first") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise click.ClickException(f"{target}: what dbt wrote is damaged; run dbt docs generate --static") from None
    page = target / "static_index.html"
    page.write_text(text, encoding="utf-8")
    say(f"{models} models, {page.stat().st_size / 1e6:.1f} MB → {page}")
    if evidence is None:
        say(f"No green build is behind this page, and it says so: {problem}")
        return
    document = target / "nazicht.docx"
    write_sign_off(evidence, all_questions(), checks(manifest, evidence), document)
    say(f"To be signed → {document}")


def behind(manifest: dict) -> tuple[Evidence | None, str]:
    """Return the green build that the page describes, or why there is none."""
    try:
        return read_evidence(warehouse_file(), manifest), ""
    except click.ClickException as error:
        return None, error.message


if __name__ == "__main__":
    run(main)
