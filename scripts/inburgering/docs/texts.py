"""The Dutch texts of the docs page that are of one build: they stand in the place of marks in its texts."""

from __future__ import annotations

from collections.abc import Iterable

from inburgering.annex.texts import dutch_number, titled
from inburgering.docs.evidence import Choice, DeliveredFile, Evidence, is_data_test

NO_BUILD = "Achter deze pagina staat **geen groene bouw**, dus teken ze niet."
SHORT_HASH = 12


def texts(manifest: dict, evidence: Evidence | None, problem: str) -> dict[str, str]:
    """Return for every mark in the docs the text that takes its place; without a build it says so and why."""
    if evidence is None:
        absent = f"{NO_BUILD} De reden: {problem}."
        return {"%bouw%": absent, "%bouw in het kort%": absent, "%keuzes%": absent}
    return {
        "%bouw in het kort%": build_in_short(evidence),
        "%bouw%": "\n\n".join((build(evidence), deliveries(evidence.files), tests(manifest, evidence))),
        "%keuzes%": choices(evidence, manifest),
    }


def build_in_short(evidence: Evidence) -> str:
    """Return one sentence on the build and its state."""
    dates = ", ".join(f"{day:%d/%m/%Y}" for day in sorted({file.reference_date for file in evidence.files}))
    open_choices = sum(choice.approved_by is None for choice in evidence.choices)
    sample = (
        " **Dit is het synthetische voorbeeld: geen cijfer gaat over echte personen.**" if is_sample(evidence) else ""
    )
    return (
        f"Deze pagina beschrijft de groene bouw van {evidence.started_at} UTC, met de peildata {dates}. "
        f"Alle {len(evidence.rows)} tests van gegevens slaagden; van de {len(evidence.choices)} eigen keuzes zijn er "
        f"{open_choices} nog door niemand goedgekeurd.{sample} [Alles over deze bouw](#!/overview/bouw)."
    )


def is_sample(evidence: Evidence) -> bool:
    """Return whether any delivery is the synthetic sample."""
    return any(file.is_synthetic for file in evidence.files)


def build(evidence: Evidence) -> str:
    """Return what the build was made from."""
    return table(
        ("wat", "van deze bouw"),
        (
            ("uitkomst", "groen: alle tabellen gemaakt, elke test van gegevens geslaagd"),
            ("begonnen", f"{evidence.started_at} UTC"),
            ("commit", f"`{evidence.commit}`"),
            ("hash van de regels", f"`{evidence.rules}`"),
            ("hash van de codelijsten", f"`{evidence.code_lists}`"),
        ),
    )


def deliveries(files: list[DeliveredFile]) -> str:
    """Return the files that count, with their hashes and rows."""
    heading = titled("Leveringen", any(file.is_synthetic for file in files))
    return f"## {heading}\n\n" + table(
        ("peildatum", "agentschap", "soort", "bestand", "versie", "SHA-256", "geleverd", "aanvaard", "terzijde"),
        (
            (
                f"{file.reference_date:%d/%m/%Y}",
                file.agency,
                file.event_type,
                f"{file.file_name}, {file.sheet_name}" if file.sheet_name else file.file_name,
                file.version,
                f"`{file.sha256[:SHORT_HASH]}`",
                dutch_number(file.rows_delivered),
                dutch_number(file.rows_accepted),
                dutch_number(file.rows_rejected),
            )
            for file in files
        ),
    )


def tests(manifest: dict, evidence: Evidence) -> str:
    """Return every test with its result, and what this build left out."""
    nodes = manifest["nodes"]
    left_out = [node for node in nodes.values() if node["resource_type"] == "test" and not is_data_test(node)]
    ran = table(
        ("test", "uitkomst", "rijen bekeken", "wie handelt"),
        (
            (test_link(nodes[key]), "geslaagd", dutch_number(rows), nodes[key]["config"]["meta"]["owner"])
            for key, rows in sorted(evidence.rows.items(), key=lambda item: nodes[item[0]]["name"])
        ),
    )
    names = table(("test", "wie handelt"), ((test_link(node), node["config"]["meta"]["owner"]) for node in left_out))
    return (
        "## Tests van gegevens\n\nEen bouw is alleen groen als elk van deze tests slaagt. De rijen zijn die van de "
        f"tabellen waar een test naar kijkt.\n\n{ran}\n\n## Niet in deze bouw\n\n"
        f"Deze tests en {len(manifest['unit_tests'])} eenheidstests bewaken de code en hangen niet af van wat "
        "de agentschappen leveren; `make test` voert ze uit voor een wijziging wordt aangenomen."
        f"\n\n{names}"
    )


def choices(evidence: Evidence, manifest: dict) -> str:
    """Return every choice with the persons it is about, the place of its rule and who approved it."""
    places = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    return f"Personen op de peildatum {evidence.reference_date:%d/%m/%Y}, alle jaren samen.\n\n" + table(
        ("keuze", "raakt", "personen", "goedgekeurd door", "op", "regel"),
        (
            (
                choice.label,
                choice.effect,
                persons(choice),
                choice.approved_by or "niemand",
                f"{choice.approved_on:%d/%m/%Y}" if choice.approved_on else "–",
                f"[{choice.model}](#!/{places[choice.model]['resource_type']}/{places[choice.model]['unique_id']})",
            )
            for choice in evidence.choices
        ),
    )


def persons(choice: Choice) -> str:
    """Return how many persons a choice is about and which, or why that is not known."""
    if choice.persons is None:
        return f"niet te tellen: {choice.not_counted_because}"
    return f"**{dutch_number(choice.persons)}** {choice.persons_are}"


def test_link(node: dict) -> str:
    """Return the name of a test; one with a page of its own is a link to it."""
    return f"`{node['name']}`" if node.get("test_metadata") else f"[{node['name']}](#!/test/{node['unique_id']})"


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown; what a cell holds cannot end it."""
    lines = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in (header, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
