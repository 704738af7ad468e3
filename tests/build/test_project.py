"""Conventions that reviewers rely on, checked on what dbt knows of the project."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
import test_engines
import yaml

from inburgering.docs.column_lineage import ColumnLineage
from inburgering.docs.list_rows import read_lists
from inburgering.docs.ways import rules
from inburgering.settings import SAMPLE_KEY
from support.pipeline import CHECKOUT, Pipeline, succeeded

PROJECT = "inburgering"
AGENCIES = yaml.safe_load((CHECKOUT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["agencies"]


@pytest.fixture(scope="module")
def manifest(small_sample: Pipeline) -> dict:
    return json.loads((small_sample.folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def nodes(manifest: dict, *kinds: str) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def test_every_model_seed_and_column_is_described(manifest: dict, small_sample: Pipeline) -> None:
    with duckdb.connect(str(small_sample.warehouse), read_only=True) as connection:
        rows = connection.execute("select table_name, column_name from information_schema.columns").fetchall()
    in_warehouse: dict[str, set[str]] = {}
    for table, column in rows:
        in_warehouse.setdefault(table, set()).add(column)
    described = nodes(manifest, "model", "seed")
    assert len(described) > 60
    for node in described:
        assert node["description"].strip(), node["name"]
        assert set(node["columns"]) == in_warehouse[node["name"]], node["name"]
        assert all(column["description"].strip() for column in node["columns"].values()), node["name"]


def test_what_guards_code_only_is_green(tested_sample: Pipeline) -> None:
    """A plain build leaves out unit tests and the tests of seeds and macros; here all of them ran."""
    found = json.loads((tested_sample.folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    ran = Counter((result["unique_id"].split(".")[0], result["status"]) for result in found)
    assert {status for _, status in ran} == {"success", "pass", "no-op"}
    assert ran["unit_test", "pass"] > 70
    assert ran["test", "pass"] > 60


def test_every_source_column_is_described(manifest: dict) -> None:
    sources = manifest["sources"].values()
    assert len(sources) == 11
    for source in sources:
        assert source["description"].strip()
        assert all(column["description"].strip() for column in source["columns"].values()), source["name"]


def test_every_macro_test_exposure_and_group_is_described(manifest: dict) -> None:
    # <engine>__<name> carries out <name>, which is described.
    macros = [
        macro for macro in manifest["macros"].values() if macro["package_name"] == PROJECT and "__" not in macro["name"]
    ]
    described = [*macros, *nodes(manifest, "test"), *manifest["unit_tests"].values()]
    described += [*manifest["exposures"].values(), *manifest["groups"].values()]
    assert len(described) > 130
    assert [one["name"] for one in described if not (one["description"] or "").strip()] == []
    arguments = [
        (macro["name"], one["name"]) for macro in macros for one in macro["arguments"] if not one["description"]
    ]
    assert arguments == []


def test_every_test_names_its_owner(manifest: dict) -> None:
    owners = {node["name"]: node["config"]["meta"].get("owner") for node in nodes(manifest, "test")}
    assert len(owners) > 50
    assert {name: owner for name, owner in owners.items() if owner not in ("agency", "data engineer", "reviewer")} == {}


def test_every_test_says_in_dutch_what_it_guards(manifest: dict) -> None:
    said = {node["name"]: node["config"]["meta"].get("in_dutch", "") for node in nodes(manifest, "test")}
    assert len(said) > 50
    assert [name for name, text in said.items() if not text.endswith(".")] == []
    in_words = [text for name, text in said.items() if not name.startswith("one_row_of_")]
    assert len(in_words) > 30
    assert len(set(in_words)) == len(in_words)


def test_a_column_has_the_same_text_everywhere(manifest: dict) -> None:
    texts: dict[str, set[str]] = {}
    for node in nodes(manifest, "model", "seed"):
        for column in node["columns"].values():
            texts.setdefault(column["name"], set()).add(column["description"])
    assert len(texts) > 100
    assert {name for name, different in texts.items() if len(different) > 1} == set()


def test_no_text_of_the_docs_is_left_over(manifest: dict) -> None:
    documented = [*manifest["nodes"].values(), *manifest["sources"].values(), *manifest["macros"].values()]
    used = {block for one in documented for block in one.get("doc_blocks", [])}
    used |= {
        block for one in documented for column in one.get("columns", {}).values() for block in column["doc_blocks"]
    }
    texts = {key for key, text in manifest["docs"].items() if text["package_name"] == PROJECT}
    assert len(texts) > 100
    pages = {key for key in texts if key.split(".")[-1].startswith("__")}
    assert texts - used - pages == set()


def test_every_link_in_the_docs_leads_somewhere(manifest: dict) -> None:
    known = {key for kind in ("nodes", "sources", "exposures", "unit_tests") for key in manifest[kind]}
    texts = [text["block_contents"] for text in manifest["docs"].values() if text["package_name"] == PROJECT]
    texts += [node["description"] for node in manifest["nodes"].values()]
    links = [link for text in texts for link in re.findall(r"#!/(?:model|test|seed|source|exposure)/([\w.]+)", text)]
    assert len(links) > 30
    assert set(links) - known == set()


def test_names_say_the_layer(manifest: dict) -> None:
    names = {
        "staging": r"stg_[a-z]+__\w+",
        "intermediate": r"int_\w+",
        "core": r"(fct|dim|bridge)_\w+",
        "annex": r"annex_\w+",
        "feedback": r"feedback_\w+",
    }
    models = nodes(manifest, "model")
    assert len(models) > 40
    assert [one["name"] for one in models if not re.fullmatch(names[one["path"].split("/")[0]], one["name"])] == []


def test_every_layer_has_one_colour_of_its_own(manifest: dict) -> None:
    colours: dict[str, set[str]] = {}
    for model in nodes(manifest, "model"):
        colours.setdefault(model["path"].split("/")[0], set()).add(model["docs"]["node_color"])
    assert len(colours) == 5
    assert all(len(of_a_layer) == 1 for of_a_layer in colours.values())
    assert len(set.union(*colours.values())) == 5


def test_what_others_build_on_is_under_contract_and_holds_no_persons(manifest: dict) -> None:
    models = nodes(manifest, "model")
    assert [model["name"] for model in models if not model["group"]] == []
    under_contract = [model for model in models if model["path"].startswith(("core/", "annex/", "feedback/"))]
    assert len(under_contract) > 25
    assert [model["name"] for model in under_contract if not model["contract"]["enforced"]] == []
    public = [model for model in models if model["access"] == "public"]
    assert len(public) > 15
    assert [model["name"] for model in public if not model["contract"]["enforced"]] == []
    of_persons = {"person", "person_key", "person_pseudonym"}
    assert [model["name"] for model in public if set(model["columns"]) & of_persons] == []


def test_every_model_has_its_grain_tested(manifest: dict) -> None:
    grains = [node for node in nodes(manifest, "test") if (node.get("test_metadata") or {}).get("name") == "grain"]
    as_delivered = "a row as delivered; the facts and int_rejected_rows, where it ends, have their grain tested"
    on_its_way = "on the way: the facts and int_rejected_rows, its two ends, have their grain tested"
    exceptions = {
        "int_events": on_its_way,
        "int_events_conformed": on_its_way,
        "annex_counted_persons": "persons are counted from it, and a_person_counts_once_per_reference_date guards them",
        "annex_figures": "two million rows; annex_cube and the lists that it joins have their grain tested",
        "stg_landing__broken_rows": as_delivered,
    }
    models = nodes(manifest, "model")
    exceptions |= {
        model["name"]: as_delivered for model in models if re.fullmatch(r"stg_(?!landing|reference)\w+", model["name"])
    }
    tested = {node["attached_node"] for node in grains}
    assert {model["name"] for model in models if model["unique_id"] not in tested} == set(exceptions)


def test_what_is_built_per_reference_date_says_which_dates_it_builds(manifest: dict) -> None:
    """Without `is_to_build`, rows of the dates that are kept would come twice."""
    per_date = [node for node in nodes(manifest, "model") if node["config"]["materialized"] == "incremental"]
    assert len(per_date) > 10
    for model in per_date:
        assert "reference_date" in model["columns"], model["name"]
        assert "is_to_build(" in model["raw_code"], model["name"]


def test_a_grain_test_says_its_grain(manifest: dict) -> None:
    for node in nodes(manifest, "test"):
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "grain":
            columns = [
                re.sub(r"(?:lower|coalesce)\((\w+)(?:, .*)?\)", r"\1", column)
                for column in metadata["kwargs"]["columns"]
            ]
            key = "_and_".join(part for part in ("_".join(columns[:-1]), columns[-1]) if part)
            assert node["name"] == f"one_row_of_{node['attached_node'].split('.')[-1]}_per_{key}"


def test_staging_reads_the_sources_of_its_own_dialect_only(manifest: dict) -> None:
    for model in nodes(manifest, "model"):
        if model["path"].startswith("staging/"):
            source = model["name"].removeprefix("stg_").partition("__")[0]
            read = {parent.split(".")[2] for parent in model["depends_on"]["nodes"] if parent.startswith("source.")}
            agencies = {agency for agency, facts in AGENCIES.items() if facts["dialect"] == source}
            assert read == (agencies or ({source} - {"reference"})), model["name"]


def test_the_exporter_reads_annex_models_only(manifest: dict) -> None:
    exceptions = {
        "dim_agency": "the agencies that must have delivered",
        "measures": "the Dutch names of measures",
        "event_types": "the Dutch names of event types",
        "side_figures": "the Dutch names of the figures below the tables",
        "choices": "the choices of this project, and who approved them",
        "revision_causes": "the Dutch names of causes, and what to do about them",
    }
    modules = ("reader", "control_blocks", "findings", "check")
    folder = CHECKOUT / "scripts" / "inburgering" / "annex"
    text = "\n".join((folder / f"{module}.py").read_text(encoding="utf-8") for module in modules)
    relations = {node["name"] for node in nodes(manifest, "model", "seed")}
    read = set(re.findall(r"\b(?:from|join) (\w+)", text)) & relations
    assert {name for name in read if not name.startswith("annex_")} == set(exceptions)
    assert len(read) > len(exceptions)


def test_no_macro_serves_nobody(manifest: dict) -> None:
    macros = {key: macro for key, macro in manifest["macros"].items() if macro["package_name"] == PROJECT}
    # A macro of dbt's own may call one that stands in its place.
    users = [*manifest["nodes"].values(), *manifest["macros"].values()]
    used = {macro.split(".")[-1] for user in users for macro in user["depends_on"].get("macros", [])}
    # A macro for one engine, <engine>__<name>, serves whoever calls <name>.
    named = {macro["name"]: macro["name"].split("__", 1)[-1] for macro in macros.values()}
    assert len(named) > 15
    assert {name for name, called in named.items() if name not in used and called not in used} == set()


def test_what_differs_between_engines_stands_in_one_folder_and_is_tested_on_both(manifest: dict) -> None:
    macros = [macro for macro in manifest["macros"].values() if macro["package_name"] == PROJECT]
    per_engine = [macro for macro in macros if "dispatch(" in macro["macro_sql"] or "__" in macro["name"]]
    per_engine += [macro for macro in macros if macro["path"].startswith("macros/engines/")]
    assert {macro["path"] for macro in per_engine if not macro["path"].startswith("macros/engines/")} == set()

    # Data tests run wherever the project is built; the tests that ask for the fixture `engine` run on each engine.
    tests = {node["name"] for node in nodes(manifest, "test")}
    tests |= {name for name, test in vars(test_engines).items() if "engine" in getattr(test, "__annotations__", {})}
    by_macro = {
        macro["name"]: set(re.findall(r"`(\w+)`", macro["description"].partition("Tested by ")[2]))
        for macro in per_engine
        if "__" not in macro["name"]
    }
    assert len(by_macro) > 7
    assert {macro: named for macro, named in by_macro.items() if not named or not named <= tests} == {}


def test_layers_build_on_the_layer_before_them_only(manifest: dict) -> None:
    allowed = {
        "staging": ("source", "seed", "staging"),
        "intermediate": ("staging", "intermediate", "core", "seed"),
        # The lists of members are looked up by the events, the years follow from the deliveries; trajectories put the
        # facts side by side.
        "core": ("staging", "intermediate", "core", "seed"),
        "annex": ("staging", "intermediate", "core", "annex", "seed"),
        "feedback": ("staging", "intermediate", "core", "feedback", "seed"),
    }
    models = nodes(manifest, "model")
    layer_of = {node["unique_id"]: node["path"].split("/")[0] for node in models}
    layer_of |= {node["unique_id"]: "seed" for node in nodes(manifest, "seed")}
    layer_of |= dict.fromkeys(manifest["sources"], "source")
    for model in models:
        layer = layer_of[model["unique_id"]]
        parents = {layer_of[parent] for parent in model["depends_on"]["nodes"]}
        assert parents <= set(allowed[layer]), model["name"]


def test_every_choice_names_where_its_rule_stands(manifest: dict) -> None:
    places = {node["name"] for node in nodes(manifest, "model", "seed")}
    breakdowns = yaml.safe_load((CHECKOUT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["breakdowns"]
    with (CHECKOUT / "seeds" / "lists" / "choices.csv").open(encoding="utf-8", newline="") as file:
        choices = list(csv.DictReader(file))
    assert len(choices) >= 33
    for choice in choices:
        assert choice["label"].endswith("."), choice["choice"]
        assert choice["effect"], choice["choice"]
        assert choice["model"] in places, choice["choice"]
        assert choice["breakdown"] in {"", *breakdowns}, choice["choice"]
        touches = [choice[f"touches_{event_type}"] for event_type in ("invitations", "contracts", "attests")]
        assert set(touches) <= {"true", "false"}, choice["choice"]
        assert "true" in touches, choice["choice"]
        assert bool(choice["approved_by"]) == bool(choice["approved_on"]), choice["choice"]


def test_the_lines_of_data_of_a_choice_are_there(manifest: dict) -> None:
    lists = read_lists(CHECKOUT, manifest)
    choices = lists[f"seed.{PROJECT}.choices"]
    of_lists = {choice["choice"]: choice for choice in choices if f"seed.{PROJECT}.{choice['model']}" in lists}
    assert len(of_lists) > 5
    # The whole list of side figures is one choice.
    with_lines = {choice["choice"] for choice in choices if choice["line_of_data"]}
    assert with_lines == of_lists.keys() - {"side_figures"}
    for name in with_lines:
        rows = lists[f"seed.{PROJECT}.{of_lists[name]['model']}"]
        asked = [part.split("=") for part in of_lists[name]["line_of_data"].split("&")]
        for column, values in asked:
            assert set(values.split(",")) <= {row[column] for row in rows}, name
        found = [row for row in rows if all(row[column] in values.split(",") for column, values in asked)]
        assert 0 < len(found) < len(rows), name


def test_every_rule_of_a_choice_has_a_picture(manifest: dict) -> None:
    shown = {node for way in rules(manifest["docs"], manifest, ColumnLineage(manifest)).values() for node in way.nodes}
    shown = {node.split(".")[2] for node in shown}
    places = {choice["model"] for choice in read_lists(CHECKOUT, manifest)[f"seed.{PROJECT}.choices"]}
    # What this one says stands below the tables.
    assert places - shown == {"side_figures"}


def test_no_model_or_seed_serves_nobody(manifest: dict) -> None:
    used = {parent for node in nodes(manifest, "model") for parent in node["depends_on"]["nodes"]}
    used |= {parent for exposure in manifest["exposures"].values() for parent in exposure["depends_on"]["nodes"]}
    unused = {node["name"] for node in nodes(manifest, "model", "seed") if node["unique_id"] not in used}
    assert unused == set()


def test_the_project_needs_nothing_outside_the_checkout() -> None:
    named = [
        path
        for folder in ("models", "macros", "seeds", "scripts", "tests")
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in (".sql", ".yml", ".py", ".md", ".csv")
        and path != Path(__file__)
        and "../shared" in path.read_text(encoding="utf-8")
    ]
    assert named == []


def test_two_users_work_side_by_side_in_one_checkout(tmp_path: Path) -> None:
    pipelines = [Pipeline(tmp_path / name, SAMPLE_KEY) for name in ("first", "second")]
    scales = ("0.05", "0.06")

    def run(pipeline: Pipeline, scale: str) -> str:
        succeeded(pipeline.maintain("generate_extracts", "--scale", scale))
        loaded = succeeded(pipeline.load())
        built = succeeded(pipeline.dbt("build"))
        succeeded(pipeline.export("--output", pipeline.folder / "annex.xlsx"))
        rows = loaded.split(" rows delivered")[-2].split()[-1]
        assert f"{rows} rows delivered" in built
        return rows

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(run, pipelines, scales)
    assert first != second
