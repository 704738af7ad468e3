"""Where a column of a model comes from: read from the SQL that dbt compiled, without a database.

A strand is one way that rows take into a table: of the files of one agency, through one branch of a `union all`. A
strand knows the texts that are the same in all its rows (the agency, the type of event, the dialect), so that a filter
or a join on these leaves only the ways that exist. Decision 14 has why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, reduce

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

ROWS = "*"


@dataclass(frozen=True, order=True)
class Column:
    """A column of a model, seed or source, by the unique id that dbt gives it; `*` means its rows, counted."""

    relation: str
    name: str


@dataclass(frozen=True)
class Origin:
    """The columns that a value is made from, and those that only decide which row gives the value."""

    values: frozenset[Column] = frozenset()
    deciding: frozenset[Column] = frozenset()

    def __or__(self, other: Origin) -> Origin:
        """Return both together."""
        return Origin(self.values | other.values, self.deciding | other.deciding)

    @property
    def all(self) -> frozenset[Column]:
        """Every column of the origin."""
        return self.values | self.deciding


@dataclass(frozen=True)
class Strand:
    """One way that rows take into a table or a step of a query, with the origin of every column on that way."""

    columns: dict[str, Origin] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    rows: frozenset[Column] = frozenset()
    counted: frozenset[Column] = frozenset()
    is_list: bool = True

    def __or__(self, other: Strand) -> Strand:
        """Return one strand for both, which knows only the texts that both agree on."""
        return Strand(
            {name: origin | other.columns[name] for name, origin in self.columns.items()},
            {name: text for name, text in self.constants.items() if other.constants.get(name) == text},
            self.rows | other.rows,
            self.counted | other.counted,
            self.is_list and other.is_list,
        )

    def beside(self, other: Strand) -> Strand:
        """Return the strand with the columns of another table beside its own; its rows stay those of this one."""
        return Strand(
            self.columns | other.columns,
            self.constants | other.constants,
            self.rows,
            self.counted,
            self.is_list and other.is_list,
        )

    def under(self, alias: str) -> Strand:
        """Return the strand with its columns as a query names them: table and column."""
        return Strand(
            {f"{alias}.{name}": origin for name, origin in self.columns.items()},
            {f"{alias}.{name}": text for name, text in self.constants.items()},
            self.rows,
            self.counted,
            self.is_list,
        )

    def where(self, rows: frozenset[Column]) -> Strand:
        """Return the strand with more columns that decide about its rows."""
        return Strand(self.columns, self.constants, self.rows | rows, self.counted, self.is_list)


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
        self._schema: dict[str, object] = {
            self._names[key]: {column.lower(): "varchar" for column in relation["columns"]}
            for key, relation in self._relations.items()
        }
        self._query = cache(self._qualified)
        self._is_list = cache(self._comes_from_no_file)
        self._strands = cache(self._strands_of_relation)
        self._whole = cache(self._all_strands_together)

    def direct(self, model: str) -> dict[str, Origin]:
        """Return, for every column of a model, the columns of its parents that it comes from."""
        return self._in_order(model, self._whole(model, False).columns)

    def in_the_end(self, model: str) -> dict[str, Origin]:
        """Return, for every column of a model, what it comes from through all models: sources, seeds, rows counted."""
        return self._in_order(model, self._whole(model, True).columns)

    def rows(self, model: str) -> frozenset[Column]:
        """Return the columns of its parents that decide which rows a model has: filters, joins, groups."""
        return self._whole(model, False).rows

    def rows_in_the_end(self, model: str) -> frozenset[Column]:
        """Return the columns of sources and seeds that decide which rows a model has."""
        return self._whole(model, True).rows

    def _in_order(self, model: str, found: dict[str, Origin]) -> dict[str, Origin]:
        origins = {column: found[column.lower()] for column in self._relations[model]["columns"]}
        return {name: Origin(one.values, one.deciding - one.values) for name, one in origins.items()}

    def _all_strands_together(self, model: str, through_models: bool) -> Strand:
        return together(Reading(self, through_models).strands(self._query(model), {}))

    def strands_of(self, name: str, through_models: bool) -> list[Strand]:
        """Return the strands of a relation that a query names."""
        return self._strands(self._ids[name], through_models)

    def _strands_of_relation(self, key: str, through_models: bool) -> list[Strand]:
        relation = self._relations[key]
        counted = frozenset({Column(key, ROWS)})
        if through_models and relation["resource_type"] == "model":
            found = Reading(self, through_models).strands(self._query(key), {})
            return [Strand(one.columns, one.constants, one.rows, counted, self._is_list(key)) for one in found]
        ends = {name: name for name in relation["columns"]}
        if through_models:
            ends |= made_by_loader(relation)
        columns = {name.lower(): Origin(frozenset({Column(key, end)})) for name, end in ends.items()}
        constants = {}
        if through_models and relation["resource_type"] == "source" and "event_type" in relation["meta"]:
            constants = {"agency": relation["source_name"], "event_type": relation["meta"]["event_type"]}
        return [Strand(columns, constants, counted=counted, is_list=self._is_list(key))]

    def _comes_from_no_file(self, key: str) -> bool:
        """Say whether a relation is a list: nothing in it was delivered."""
        relation = self._relations[key]
        if relation["resource_type"] == "model":
            return all(self._is_list(parent) for parent in relation["depends_on"]["nodes"])
        return relation["resource_type"] == "seed"

    def _qualified(self, key: str) -> exp.Expr:
        """Return the compiled SQL of a model, every relation under its name here, every column with its table."""
        node = self._relations[key]
        sql = node["compiled_code"]
        for parent in node["depends_on"]["nodes"]:
            sql = sql.replace(self._relations[parent]["relation_name"], self._names[parent])
        query = sqlglot.parse_one(sql, dialect=self._dialect)
        return qualify(
            query, dialect=self._dialect, schema=self._schema, quote_identifiers=False, validate_qualify_columns=False
        )


class Reading:
    """One reading of queries: down to their parents, or through all models to what was delivered."""

    def __init__(self, project: ColumnLineage, through_models: bool) -> None:
        self._project = project
        self._through_models = through_models

    def strands(self, query: exp.Expr, steps: dict[str, list[Strand]]) -> list[Strand]:
        """Return the strands of a query, of which the steps before it are known."""
        steps = dict(steps)
        for step in query.ctes if isinstance(query, exp.Query) else ():
            steps[step.alias] = self.strands(step.this, steps)
        if isinstance(query, exp.Subquery):
            return self.strands(query.this, steps)
        if isinstance(query, exp.SetOperation):
            return self._union(query, steps)
        if isinstance(query, exp.Select):
            return by_constants(self._select(query, steps))
        raise ValueError(f"a query of an unknown kind: {query.key}")

    def _union(self, query: exp.SetOperation, steps: dict[str, list[Strand]]) -> list[Strand]:
        first, second = self.strands(query.left, steps), self.strands(query.right, steps)
        names = query.left.named_selects
        places = dict(zip(query.right.named_selects, names, strict=True))
        second = [
            Strand(
                {places[name]: origin for name, origin in one.columns.items()},
                {places[name]: text for name, text in one.constants.items()},
                one.rows,
                one.counted,
                one.is_list,
            )
            for one in second
        ]
        return by_constants(
            [one.where(every_column(one)) if query.args.get("distinct") else one for one in [*first, *second]]
        )

    def _select(self, query: exp.Select, steps: dict[str, list[Strand]]) -> list[Strand]:
        found = [Strand()]
        if start := query.args.get("from_") or query.args.get("from"):
            found = self._table(start.this, steps)
        scope = Scope(self, steps, {window.name: window for window in query.args.get("windows") or []})
        for join in query.args.get("joins") or []:
            found = scope.joined(found, self._table(join.this, steps), join)
        if where := query.args.get("where"):
            found = [one for one in found if not contradicts(where.this, one)]
            found = [one.where(scope.origin(where.this, one, found).all) for one in found]
        group = query.args.get("group")
        scope.keys = list(group.expressions) if group else []
        for clause in (query.args.get("having"), query.args.get("qualify"), *scope.keys):
            if clause is not None:
                found = [one.where(scope.origin(clause, one, found).all) for one in found]
        results = []
        for one in found:
            columns, constants = {}, {}
            for select in query.selects:
                value = select.unalias()
                columns[select.alias_or_name] = scope.origin(value, one, found)
                text = (
                    value.this
                    if isinstance(value, exp.Literal) and value.is_string
                    else one.constants.get(named(value))
                )
                if text is not None:
                    constants[select.alias_or_name] = text
            result = Strand(columns, constants, one.rows, one.counted, one.is_list)
            results.append(result.where(every_column(result)) if query.args.get("distinct") else result)
        return results

    def _table(self, table: exp.Expr, steps: dict[str, list[Strand]]) -> list[Strand]:
        if isinstance(table, exp.Table):
            known = table.name in steps
            found = steps[table.name] if known else self._project.strands_of(table.name, self._through_models)
        elif isinstance(table, exp.Subquery):
            found = self.strands(table, steps)
        else:
            raise ValueError(f"a table of an unknown kind: {table.key}")
        return [one.under(table.alias_or_name) for one in found]


class Scope:
    """What the expressions of one select stand in: its steps, its windows and what it groups by."""

    def __init__(self, reading: Reading, steps: dict[str, list[Strand]], windows: dict[str, exp.Expr]) -> None:
        self._reading = reading
        self._steps = steps
        self._windows = windows
        # Columns that equal one of a table before, where they are not null.
        self._repeated: set[str] = set()
        self.keys: list[exp.Expr] = []

    def origin(self, expression: exp.Expr, strand: Strand, strands: list[Strand]) -> Origin:
        """Return where the value of an expression comes from on one of the strands of the select."""
        if isinstance(expression, exp.Column):
            return strand.columns.get(named(expression), Origin())
        if isinstance(expression, exp.Coalesce) and {named(part) for part in expression.expressions} <= self._repeated:
            return self.origin(expression.this, strand, strands)
        if isinstance(expression, exp.Window):
            window = self._windows.get(expression.alias, expression)
            keys = window.args.get("partition_by") or []
            over = peers(strand, strands, keys)
            order = window.args.get("order")
            ordered = [self.origin(part, over, [over]) for part in [*keys, *(order.expressions if order else [])]]
            value = self.origin(expression.this, over, [over])
            return Origin(value.values, value.deciding.union(*(part.all for part in ordered)))
        if isinstance(expression, exp.AggFunc):
            strand = peers(strand, strands, self.keys)
            if expression.find(exp.Star):
                return Origin(strand.counted)
        if isinstance(expression, exp.Query):
            inner = together(self._reading.strands(expression, self._steps))
            values = reduce(Origin.__or__, inner.columns.values(), Origin())
            return Origin(values.values, values.deciding | inner.rows)
        parts = (self.origin(part, strand, strands) for part in expression.iter_expressions())
        return reduce(Origin.__or__, parts, Origin())

    def joined(self, lefts: list[Strand], rights: list[Strand], join: exp.Join) -> list[Strand]:
        """Return the strands after a join.

        What a list gives is made from what it is looked up by: a code and its meaning. Between tables of what was
        delivered, what they are joined on only decides which row meets which.
        """
        conditions = conjuncts(join.args.get("on"))
        is_outer = join.side in ("LEFT", "FULL")
        if join.side in ("", "LEFT"):
            self._repeated |= {named(part.right) for part in conditions if isinstance(part, exp.EQ)}
        results = []
        for left in lefts:
            fitting = [one for one in rights if not any(contradicts(part, left.beside(one)) for part in conditions)]
            if not fitting and not is_outer:
                continue
            right = together(fitting or [empty(rights[0])])
            both = left.beside(right)
            matched = reduce(
                Origin.__or__,
                (self.origin(part, both, [both]) for part in conditions if not is_settled(part, both)),
                Origin(),
            )
            decided = Origin(deciding=right.rows if right.is_list else right.rows | matched.all)
            more = decided | matched if right.is_list else decided
            columns = {name: origin | more for name, origin in right.columns.items()}
            constants = {} if is_outer else right.constants
            both = left.beside(Strand(columns, constants, right.rows, right.counted, right.is_list))
            results.append(both if is_outer else both.where(matched.all | right.rows))
        return results


def made_by_loader(relation: dict) -> dict[str, str]:
    """Return the columns of a source that the loader makes from another, with that other column."""
    metas = {name: column.get("meta", {}) for name, column in relation["columns"].items()}
    delivered = {meta["attribute"]: name for name, meta in metas.items() if "attribute" in meta}
    return {name: delivered[meta["made_from"]] for name, meta in metas.items() if "made_from" in meta}


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """Return the conditions that all are to be fulfilled."""
    if condition is None:
        return []
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def named(expression: exp.Expr) -> str:
    """Return a column as strands name it; of a column of two joined tables, that of the first."""
    if isinstance(expression, exp.Coalesce):
        return named(expression.this)
    return f"{expression.table}.{expression.name}" if isinstance(expression, exp.Column) else ""


def text_of(expression: exp.Expr, strand: Strand) -> str | None:
    """Return the text that an expression has in every row of a strand, if it is one."""
    if isinstance(expression, exp.Literal):
        return expression.this
    return strand.constants.get(named(expression))


def contradicts(condition: exp.Expr, strand: Strand) -> bool:
    """Say whether no row of a strand can fulfil a condition, from the texts that are the same in all its rows."""
    if isinstance(condition, exp.And):
        return any(contradicts(part, strand) for part in conjuncts(condition))
    if isinstance(condition, exp.EQ):
        left, right = text_of(condition.left, strand), text_of(condition.right, strand)
        return left is not None and right is not None and left != right
    return False


def is_settled(condition: exp.Expr, strand: Strand) -> bool:
    """Say whether every row of a strand fulfils a condition, so that it decides nothing more."""
    if not isinstance(condition, exp.EQ):
        return False
    left = text_of(condition.left, strand)
    return left is not None and left == text_of(condition.right, strand)


def peers(strand: Strand, strands: list[Strand], keys: Iterable[exp.Expr]) -> Strand:
    """Return all strands together whose rows may stand in one group or window with those of this strand."""
    names = [named(key) for key in keys]
    known = {name: strand.constants[name] for name in names if name in strand.constants}
    return together(
        [one for one in strands if all(one.constants.get(name, text) == text for name, text in known.items())]
    )


def together(strands: list[Strand]) -> Strand:
    """Return one strand for all."""
    return reduce(Strand.__or__, strands)


def empty(strand: Strand) -> Strand:
    """Return a strand whose columns are always null."""
    return Strand(dict.fromkeys(strand.columns, Origin()))


def by_constants(strands: list[Strand]) -> list[Strand]:
    """Return the strands, those that cannot be told apart as one."""
    found: dict[frozenset[tuple[str, str]], Strand] = {}
    for one in strands:
        known = frozenset(one.constants.items())
        found[known] = found[known] | one if known in found else one
    return list(found.values())


def every_column(strand: Strand) -> frozenset[Column]:
    """Return all that the columns of a strand come from."""
    return frozenset().union(*(origin.all for origin in strand.columns.values()))
