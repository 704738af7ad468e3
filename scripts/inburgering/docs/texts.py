"""The Dutch texts of the docs page that are of one build: they stand in the place of marks in its texts."""

from __future__ import annotations

from collections.abc import Iterable

from inburgering.annex.texts import dutch_number, titled
from inburgering.docs.evidence import Choice, DeliveredFile, Evidence, is_data_test
from inburgering.settings import UNCOMMITTED

NO_BUILD = "Achter deze pagina staat **geen groene bouw**, dus teken ze niet."
SHORT_HASH = 12
CHECKS = ("controle", "tests", "uitkomst", "rijen bekeken")


def texts(manifest: dict, evidence: Evidence | None, problem: str) -> dict[str, str]:
    """Return for every mark in the docs the text that takes its place; without a build it says so and why."""
    if evidence is None:
        absent = f"{NO_BUILD} De reden: {problem}."
        return dict.fromkeys(("%bouw in het kort%", "%bouw%", "%controles%", "%keuzes%"), absent)
    return {
        "%bouw in het kort%": build_in_short(evidence),
        "%bouw%": "\n\n".join((build(evidence), deliveries(evidence.files), tests(manifest, evidence))),
        "%controles%": table(CHECKS, checks(manifest, evidence)),
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
        f"Geen van de {len(evidence.rows)} tests van gegevens faalde; van de {len(evidence.choices)} eigen keuzes "
        f"zijn er {open_choices} nog door niemand goedgekeurd.{sample} [Alles over deze bouw](#!/overview/bouw)."
    )


def is_sample(evidence: Evidence) -> bool:
    """Return whether any delivery is the synthetic sample."""
    return any(file.is_synthetic for file in evidence.files)


def build(evidence: Evidence) -> str:
    """Return what the build was made from."""
    return table(
        ("wat", "van deze bouw"),
        (
            ("uitkomst", "groen: alle tabellen gemaakt, geen test gefaald die een bouw tegenhoudt"),
            ("begonnen", f"{evidence.started_at} UTC"),
            ("commit", commit(evidence)),
            ("hash van de regels", f"`{evidence.rules}`"),
            ("hash van de codelijsten", f"`{evidence.code_lists}`"),
        ),
    )


def commit(evidence: Evidence) -> str:
    """Return the commit of a build, and whether the project had changes beside it."""
    return evidence.commit.replace(UNCOMMITTED, ", met wijzigingen die niet in een commit staan")


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
        ("test", "wat hij bewaakt", "uitkomst", "rijen bekeken", "wie handelt"),
        (
            (
                test_link(nodes[key]),
                guarded(nodes[key]),
                outcome(nodes[key]),
                dutch_number(rows),
                nodes[key]["config"]["meta"]["owner"],
            )
            for key, rows in sorted(evidence.rows.items(), key=lambda item: nodes[item[0]]["name"])
        ),
    )
    names = table(
        ("test", "wat hij bewaakt", "wie handelt"),
        ((test_link(node), guarded(node), node["config"]["meta"]["owner"]) for node in left_out),
    )
    return (
        "## Tests van gegevens\n\nEen bouw is alleen groen als elk van deze tests slaagt, behalve die welke een bouw "
        "niet tegenhoudt. De rijen zijn die van de "
        f"tabellen waar een test naar kijkt.\n\n{ran}\n\n## Niet in deze bouw\n\n"
        f"Deze tests en {len(manifest['unit_tests'])} eenheidstests bewaken de code en hangen niet af van wat "
        "de agentschappen leveren; `make test` voert ze uit voor een wijziging wordt aangenomen."
        f"\n\n{names}"
    )


def guarded(test: dict) -> str:
    """Return what a test guards, in Dutch: tests of one kind share a sentence."""
    return test["config"]["meta"]["in_dutch"]


def outcome(test: dict) -> str:
    """Return what a green build says of a test: it passed, unless it only warns."""
    return "geslaagd" if test["config"]["severity"].lower() == "error" else "houdt een bouw niet tegen"


def checks(manifest: dict, evidence: Evidence) -> list[tuple[str, str, str, str]]:
    """Return what the tests of a build guard, each with the number of tests, the result and the rows looked at."""
    kinds: dict[tuple[str, str], list[int]] = {}
    for key, rows in sorted(evidence.rows.items(), key=lambda item: manifest["nodes"][item[0]]["name"]):
        test = manifest["nodes"][key]
        kinds.setdefault((guarded(test), outcome(test)), []).append(rows)
    return [
        (guards, dutch_number(len(rows)), result, dutch_number(sum(rows))) for (guards, result), rows in kinds.items()
    ]


def choices(evidence: Evidence, manifest: dict) -> str:
    """Return every choice with the persons it is about and moves, the place of its rule and who approved it."""
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")}
    return f"Personen op de peildatum {evidence.reference_date:%d/%m/%Y}, alle jaren en alle tabs samen.\n\n" + table(
        ("keuze", "raakt", "gaat over", "zouden anders tellen", "goedgekeurd door", "op", "regel"),
        (
            (
                choice.label,
                choice.effect,
                persons(choice, "**"),
                moved(choice, "**"),
                f"[{choice.approved_by or 'niemand'}]({place(nodes['choices'], f'choice={choice.name}')})",
                f"{choice.approved_on:%d/%m/%Y}" if choice.approved_on else "–",
                f"[{choice.model}]({place(nodes[choice.model], choice.line_of_data)})",
            )
            for choice in evidence.choices
        ),
    )


def place(node: dict, lines: str | None) -> str:
    """Return the address of a page of the docs; of a list it opens the given lines, `column=value,value`."""
    return f"#!/{node['resource_type']}/{node['unique_id']}" + (f"?{lines}" if lines else "")


def persons(choice: Choice, bold: str = "") -> str:
    """Return how many persons a choice is about and which, or why that is not known; `bold` stands around a number."""
    if choice.persons is None:
        return f"niet te tellen: {choice.not_counted_because}"
    return f"{bold}{dutch_number(choice.persons)}{bold} {choice.persons_are}"


def moved(choice: Choice, bold: str = "") -> str:
    """Return for how many persons a figure would differ and under what other choice; a dash where none is stated."""
    if choice.persons_moved is None:
        return "–"
    return f"{bold}{dutch_number(choice.persons_moved)}{bold} als {choice.alternative}"


def test_link(node: dict) -> str:
    """Return the name of a test; one with a page of its own is a link to it."""
    return f"`{node['name']}`" if node.get("test_metadata") else f"[{node['name']}](#!/test/{node['unique_id']})"


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown; what a cell holds cannot end it."""
    lines = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in (header, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
