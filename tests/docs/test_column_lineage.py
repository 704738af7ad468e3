"""The lineage of columns, as the docs page tells it: true down to the columns of the agencies."""

from __future__ import annotations

import json

import pytest

from inburgering.docs.column_lineage import Column, ColumnLineage, Origin
from support.pipeline import Pipeline, succeeded

AGENCIES = {"agii", "atlas", "amal"}
FACTS = {"fct_invitations": "invitations", "fct_contracts": "contracts", "fct_attests": "attests"}

# What decides about a person: the number, and without a valid one the dossier.
PERSON = {"person_number", "dossier_number"}
DAY = {"event_date_as_delivered"}
EXTRACTION, LETTER, REGISTRATION = DAY, {"letter_sent_on_as_delivered"}, {"registered_on_as_delivered"}

# For each column of the facts what it is made from, in the attributes of the extract contract.
OF_EVERY_FACT: dict[str, set[str]] = {
    "reference_date": set(),
    "agency": set(),
    "row_number": set(),
    "person_key": PERSON,
    "dossier_number": {"dossier_number"},
    "event_date": DAY,
    "province": {"nis_code"},
    "region": {"nis_code"},
    "nationality": {"nationality_code"},
    "gender": {"gender_code"},
    "target_group": {"target_group_code"},
    "residence_status": {"residence_status_code"},
    "own_residence_status": {"residence_status_code"},
}
SIGNED = OF_EVERY_FACT | {
    "event_number": {"event_number"},
    "year": DAY,
    "type_code": {"type_code"},
    "is_counted_type": {"type_code"},
    "working_area": {"nis_code"} | DAY,
    "nationality_group": {"nationality_code"} | DAY,
}
MADE_FROM: dict[str, dict[str, set[str]]] = {
    "fct_invitations": OF_EVERY_FACT
    | {
        "event_number": {"dossier_number"},
        "letter_sent_on": LETTER,
        "registered_on": REGISTRATION,
        "extraction_year": EXTRACTION,
        "year": LETTER,
        "is_invited": LETTER | EXTRACTION,
        "is_december_case": LETTER | EXTRACTION,
        "is_registered": REGISTRATION,
        # The term runs from the letter, and is another one in some provinces.
        "not_registered_reason": {"not_registered_reason_code", "nis_code"} | LETTER | EXTRACTION | REGISTRATION,
        "working_area": {"nis_code"} | LETTER | EXTRACTION,
        "nationality_group": {"nationality_code"} | LETTER | EXTRACTION,
    },
    "fct_contracts": SIGNED | {"is_first_contract": {"type_code"}},
    "fct_attests": SIGNED | {"is_first_attest": {"type_code"}},
}
# Which row of a person is looked at.
DECIDED_BY: dict[str, dict[str, set[str]]] = {
    "fct_invitations": {
        "extraction_year": PERSON,
        "year": PERSON,
        "is_invited": PERSON,
        "is_december_case": PERSON,
        "is_registered": PERSON,
        "not_registered_reason": PERSON,
    },
    "fct_contracts": {"is_first_contract": PERSON | DAY | {"event_number"}},
    "fct_attests": {"is_first_attest": PERSON | DAY | {"event_number"}},
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Return what dbt says of the project, with compiled SQL; no data is needed for it."""
    pipeline = Pipeline(tmp_path_factory.mktemp("compiled"))
    succeeded(pipeline.dbt("--write-json", "compile"))
    return json.loads((pipeline.folder / "target" / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lineage(manifest: dict) -> ColumnLineage:
    """Return the lineage of the whole project."""
    return ColumnLineage(manifest)


def model(name: str) -> str:
    """Return the unique id of a model."""
    return f"model.inburgering.{name}"


def written(columns: frozenset[Column]) -> set[str]:
    """Return columns with the name of their table."""
    return {f"{column.relation.split('.', 2)[2]}.{column.name}" for column in columns}


def delivered_columns(manifest: dict, columns: frozenset[Column]) -> set[tuple[str, str, str]]:
    """Return agency, table and column of those columns that an agency delivers itself."""
    sources = {column: manifest["sources"].get(column.relation) for column in columns}
    return {
        (source["source_name"], source["name"], column.name)
        for column, source in sources.items()
        if source and source["source_name"] in AGENCIES and "attribute" in source["columns"][column.name]["meta"]
    }


def contract_columns(manifest: dict, event_type: str, attributes: set[str]) -> set[tuple[str, str, str]]:
    """Return agency, table and column that the extract contract names for attributes, for all agencies."""
    return {
        (source["source_name"], source["name"], name)
        for source in manifest["sources"].values()
        if source["meta"].get("event_type") == event_type
        for name, column in source["columns"].items()
        if column["meta"].get("attribute") in attributes
    }


@pytest.mark.parametrize("fact", FACTS)
def test_every_column_of_a_fact_ends_at_the_columns_of_all_agencies_and_no_others(
    manifest: dict, lineage: ColumnLineage, fact: str
) -> None:
    found = lineage.in_the_end(model(fact))
    assert set(found) == set(MADE_FROM[fact])
    for column, origin in found.items():
        for columns, attributes in (
            (origin.values, MADE_FROM[fact][column]),
            (origin.deciding, DECIDED_BY[fact].get(column, set())),
        ):
            expected = contract_columns(manifest, FACTS[fact], attributes)
            assert delivered_columns(manifest, columns) == expected, (column, attributes)
            # Every attribute is one column of every agency.
            assert len(expected) == len(AGENCIES) * len(attributes)


def test_a_code_comes_from_the_column_it_is_delivered_in_and_the_list_it_is_looked_up_in(
    lineage: ColumnLineage,
) -> None:
    found = lineage.in_the_end(model("fct_contracts"))
    assert written(found["province"].values) == {
        "agii.contracten.NIS_GEMEENTE",
        "atlas.contracten.Gemeente (NIS)",
        "amal.contracts.nis_code",
        "municipalities.nis_code",
        "municipalities.province",
    }
    assert written(found["target_group"].values) == {
        "agii.contracten.DOELGROEP",
        "atlas.contracten.Doelgroep",
        "amal.contracts.target_group",
        "target_group_codes.code",
        "target_group_codes.dialect",
        "target_group_codes.target_group",
    }
    assert found["province"].deciding == found["target_group"].deciding == frozenset()


@pytest.mark.parametrize("fact", FACTS)
def test_what_decides_about_the_rows_of_a_fact_is_of_its_own_files(lineage: ColumnLineage, fact: str) -> None:
    sources = {
        column.relation.split(".", 2)[2]
        for column in lineage.rows_in_the_end(model(fact))
        if column.relation.startswith("source.")
    }
    files = {
        "fct_invitations": {"agii.uitnodigingen", "atlas.uitnodigingen", "amal.invitations"},
        "fct_contracts": {"agii.contracten", "atlas.contracten", "amal.contracts"},
        "fct_attests": {"agii.attesten", "atlas.attesten", "amal.attests"},
    }
    assert sources == files[fact] | {"landing.delivery"}
    assert written(lineage.rows(model(fact))) == {"int_events_conformed.event_type"}


def test_a_year_of_a_trajectory_comes_from_its_own_step_only(manifest: dict, lineage: ColumnLineage) -> None:
    found = lineage.in_the_end(model("fct_trajectories"))
    contract_year = delivered_columns(manifest, found["contract_year"].values)
    assert contract_year == contract_columns(manifest, "contracts", DAY)
    attest_province = delivered_columns(manifest, found["attest_province"].values)
    assert attest_province == contract_columns(manifest, "attests", {"nis_code"})


def test_the_lineage_of_columns_is_read_from_the_compiled_sql(manifest: dict, lineage: ColumnLineage) -> None:
    def origins(name: str, column: str) -> set[str]:
        return written(lineage.direct(model(name))[column].values)

    assert origins("stg_agii__contracts", "dossier_number") == {"agii.contracten.KBI_NUMMER"}
    assert origins("stg_atlas__attests", "event_date") == {"atlas.attesten.Behaald op"}
    assert origins("fct_contracts", "year") == {"int_events_conformed.event_date"}
    assert origins("annex_counted_persons", "target_group") == {
        f"fct_trajectories.{step}_target_group" for step in ("contract", "attest", "invitation")
    }
    assert origins("annex_cube", "persons") == {"annex_counted_persons.*"}
    assert {"annex_cube.persons"} <= origins("annex_figures", "share")
    assert lineage.direct(model("annex_members"))["is_total"] == Origin()
    in_the_end = lineage.in_the_end(model("annex_counted_persons"))["row_number"].values
    assert len(in_the_end) == 9
    assert {origin.name for origin in in_the_end} == {"row_number"}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) > 50
    for node in models:
        assert set(lineage.direct(node["unique_id"])) == set(node["columns"])


def lineage_of(sql: str) -> ColumnLineage:
    """Return the lineage of one model, made from the contracts and the attests of an agency and a list of codes."""

    def source(name: str, event_type: str) -> dict:
        columns: dict[str, dict] = {column: {} for column in ("agency", "event_type", "person", "code", "day")}
        names = {"source_name": "x", "name": name, "relation_name": name, "resource_type": "source"}
        return {"columns": columns, "meta": {"event_type": event_type}} | names

    seed = {"resource_type": "seed", "relation_name": "codes", "columns": {"code": {}, "meaning": {}}}
    made = {
        "resource_type": "model",
        "relation_name": "made",
        "columns": {"result": {}},
        "depends_on": {"nodes": ["source.p.x.signed", "source.p.x.obtained", "seed.p.codes"]},
        "compiled_code": sql,
    }
    sources = {"source.p.x.signed": source("signed", "contracts"), "source.p.x.obtained": source("obtained", "attests")}
    return ColumnLineage({"nodes": {"model.p.made": made, "seed.p.codes": seed}, "sources": sources})


BOTH = "(select * from signed union all select * from obtained)"


@pytest.mark.parametrize(
    ("sql", "values", "deciding", "rows"),
    [
        (f"select day as result from {BOTH} as b", {"x.signed.day", "x.obtained.day"}, set(), set()),
        (
            f"select day as result from {BOTH} as b where event_type = 'attests'",
            {"x.obtained.day"},
            set(),
            {"x.obtained.event_type"},
        ),
        (
            f"select day as result from {BOTH} as b where event_type = 'attests' or day is null",
            {"x.signed.day", "x.obtained.day"},
            set(),
            {"x.signed.event_type", "x.obtained.event_type", "x.signed.day", "x.obtained.day"},
        ),
        (
            "select codes.meaning as result from signed left join codes on signed.code = codes.code",
            {"codes.meaning", "codes.code", "x.signed.code"},
            set(),
            set(),
        ),
        (
            "select obtained.day as result from signed left join obtained using (person)",
            {"x.obtained.day"},
            {"x.signed.person", "x.obtained.person"},
            set(),
        ),
        (
            "select obtained.day as result from signed inner join obtained using (person)",
            {"x.obtained.day"},
            {"x.signed.person", "x.obtained.person"},
            {"x.signed.person", "x.obtained.person"},
        ),
        (
            "select min(day) over (partition by person order by code) as result from signed",
            {"x.signed.day"},
            {"x.signed.person", "x.signed.code"},
            set(),
        ),
        ("select max(day) as result from signed group by person", {"x.signed.day"}, set(), {"x.signed.person"}),
        ("select distinct day as result from signed", {"x.signed.day"}, set(), {"x.signed.day"}),
        ("select 'a text' as result from signed", set(), set(), set()),
    ],
)
def test_values_stand_apart_from_what_decides(sql: str, values: set[str], deciding: set[str], rows: set[str]) -> None:
    lineage = lineage_of(sql)
    origin = lineage.in_the_end("model.p.made")["result"]
    assert (written(origin.values), written(origin.deciding)) == (values, deciding)
    assert written(lineage.rows_in_the_end("model.p.made")) == rows


def test_sql_of_an_unknown_kind_is_an_error_and_no_guess() -> None:
    with pytest.raises(ValueError, match="a table of an unknown kind"):
        lineage_of("select u.result from signed cross join unnest([1, 2]) as u (result)").direct("model.p.made")
