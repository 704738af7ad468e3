"""Where a column of a model comes from: read from the SQL that dbt compiled, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage

ROWS = "*"


@dataclass(frozen=True, order=True)
class Column:
    """A column of a model, seed or source, by the unique id that dbt gives it; `*` means its rows, counted."""

    relation: str
    name: str


class ColumnLineage:
    """The lineage of every column of a project, from dbt's manifest with compiled SQL (`dbt docs generate`)."""

    def __init__(self, manifest: dict, dialect: str = "duckdb") -> None:
        models_and_seeds = {
            key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
        }
        self._relations = models_and_seeds | manifest["sources"]
        self._dialect = dialect
        # Every relation under a name of its own, so that what the parser finds leads back to dbt's unique id.
        self._names = {key: f"relation_{place}" for place, key in enumerate(self._relations)}
        self._ids = {name: key for key, name in self._names.items()}
        self._written = {
            key: {column.lower(): column for column in relation["columns"]} for key, relation in self._relations.items()
        }
        self._schema = {self._names[key]: dict.fromkeys(columns, "varchar") for key, columns in self._written.items()}
        self.direct = cache(self._direct)
        self.in_the_end = cache(self._in_the_end)

    def _direct(self, model: str) -> dict[str, frozenset[Column]]:
        """Return, for every column of a model, the columns of its parents that its value is made from."""
        node = self._relations[model]
        query = sqlglot.parse_one(self._sql(node), dialect=self._dialect)
        steps = {cte.alias: cte.this for cte in query.find_all(exp.CTE)}
        found = {
            name.lower(): frozenset(self._origins(root, steps))
            for name, root in lineage(None, query, self._schema, dialect=self._dialect).items()
        }
        return {column: found[column.lower()] for column in node["columns"]}

    def _in_the_end(self, column: Column) -> frozenset[Column]:
        """Return what a column is made from through all models: columns of sources and seeds, and rows counted."""
        if self._relations[column.relation]["resource_type"] != "model" or column.name == ROWS:
            return frozenset({column})
        return frozenset(
            origin for parent in self.direct(column.relation)[column.name] for origin in self.in_the_end(parent)
        )

    def _sql(self, node: dict) -> str:
        """Return the compiled SQL of a model, every relation in it under the name that it has here."""
        sql = node["compiled_code"]
        for parent in node["depends_on"]["nodes"]:
            sql = sql.replace(self._relations[parent]["relation_name"], self._names[parent])
        return sql

    def _origins(self, root: Node, steps: dict[str, exp.Expr]) -> set[Column]:
        found = set()
        for leaf in leaves(root):
            if isinstance(leaf.source, exp.Table):
                relation = self._ids[leaf.source.name]
                column = leaf.name.split(".")[-1].strip('"').lower()
                found.add(Column(relation, self._written[relation][column]))
            elif leaf.expression.find(exp.Count):
                found.update(Column(self._ids[table], ROWS) for table in counted_tables(leaf.source, steps))
        return found


def leaves(root: Node) -> list[Node]:
    """Return where the lineage of a column ends; steps that several ways lead through are looked at once."""
    found, seen, to_look_at = [], set(), [root]
    while to_look_at:
        node = to_look_at.pop()
        if id(node) not in seen:
            seen.add(id(node))
            to_look_at.extend(node.downstream)
            if not node.downstream:
                found.append(node)
    return found


def counted_tables(step: exp.Expr, steps: dict[str, exp.Expr]) -> set[str]:
    """Return the tables whose rows a step of a query counts: what it selects from, through the steps before it."""
    origin = step.find(exp.From)
    if origin is None:
        return set()
    table = origin.this
    return counted_tables(steps[table.name], steps) if table.name in steps else {table.name}
