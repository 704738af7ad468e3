"""Conventions that reviewers rely on, checked on what dbt knows of the project."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from chain import CHECKOUT, Chain, succeeded
from inburgering.settings import SAMPLE_KEY


@pytest.fixture(scope="module")
def manifest(small_sample: Chain) -> dict:
    return json.loads((small_sample.folder / "target" / "manifest.json").read_text(encoding="utf-8"))


def nodes(manifest: dict, *kinds: str) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def test_every_model_seed_and_column_is_described(manifest: dict, small_sample: Chain) -> None:
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


def test_every_source_column_is_described(manifest: dict) -> None:
    sources = manifest["sources"].values()
    assert len(sources) == 11
    for source in sources:
        assert source["description"].strip()
        assert all(column["description"].strip() for column in source["columns"].values()), source["name"]


def test_every_mart_has_its_grain_tested(manifest: dict) -> None:
    tested = {
        node["attached_node"]
        for node in nodes(manifest, "test")
        if (node.get("test_metadata") or {}).get("name") == "grain"
    }
    # Rows that are counted, not listed: several persons share all their members, several files one reference date.
    exceptions = {"annex_counted_persons", "annex_control_deliveries"}
    marts = {
        node["unique_id"]
        for node in nodes(manifest, "model")
        if node["path"].startswith(("core/", "annex/", "feedback/")) and node["name"] not in exceptions
    }
    assert len(marts) > 20
    assert marts <= tested


def test_layers_build_on_the_layer_before_them_only(manifest: dict) -> None:
    allowed = {
        "staging": ("source", "seed", "staging"),
        "intermediate": ("staging", "intermediate", "seed"),
        "core": ("intermediate", "seed"),
        "annex": ("staging", "intermediate", "core", "annex", "seed"),
        "feedback": ("intermediate", "seed"),
    }
    models = nodes(manifest, "model")
    layer_of = {node["unique_id"]: node["path"].split("/")[0] for node in models}
    layer_of |= {node["unique_id"]: "seed" for node in nodes(manifest, "seed")}
    layer_of |= dict.fromkeys(manifest["sources"], "source")
    for model in models:
        layer = layer_of[model["unique_id"]]
        parents = {layer_of[parent] for parent in model["depends_on"]["nodes"]}
        assert parents <= set(allowed[layer]), model["name"]


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
    chains = [Chain(tmp_path / name, SAMPLE_KEY) for name in ("first", "second")]
    scales = ("0.002", "0.003")

    def run(chain: Chain, scale: str) -> str:
        succeeded(chain.script("generate_extracts", "--scale", scale))
        loaded = succeeded(chain.load())
        built = succeeded(chain.dbt("build", "--exclude-resource-type", "unit_test"))
        succeeded(chain.export("--output", chain.folder / "annex.xlsx"))
        rows = loaded.split(" rows delivered")[-2].split()[-1]
        assert f"{rows} rows delivered" in built
        return rows

    with ThreadPoolExecutor() as pool:
        first, second = pool.map(run, chains, scales)
    assert first != second
