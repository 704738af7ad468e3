"""Write the columns of every model into its YAML file, in the order and with the types that dbt built.

A column has one description, the text of its name in `models/docs/columns.md`, and one type everywhere. A column of a
step of a trajectory, such as `contract_province`, has the text of what it is of that step.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

import click
import duckdb

from inburgering.screen import run
from inburgering.settings import CHECKOUT, warehouse_file

COLUMNS = re.compile(r"^    columns:.*\n(?:      .*\n)*", re.MULTILINE)
TEXT_NAMES = re.compile(r"{% docs (\w+) %}")
LINE_LENGTH = 140
UNDER_CONTRACT = ("core", "annex", "feedback")
# The names of types that DuckDB and Spark share. A person is a native value where the engine has one of 16 bytes.
PORTABLE_TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "INTEGER": "integer",
    "UHUGEINT": "\"{{ 'uhugeint' if target.type == 'duckdb' else 'string' }}\"",
    "VARCHAR": "string",
}
BUILT_COLUMNS = """
select table_name, column_name, data_type
from information_schema.columns
order by table_name, ordinal_position
"""


def described(yaml: str, columns: list[tuple[str, str]], with_types: bool, texts: set[str]) -> str:
    """Return the YAML of a model with the given (name, DuckDB type) columns, each with its description."""
    items = []
    for name, data_type in columns:
        declared = f" data_type: {PORTABLE_TYPES[data_type]}," if with_types else ""
        text = name if name in texts else name.partition("_")[2]
        items.append(f"{{name: {name},{declared} description: \"{{{{ doc('{text}') }}}}\"}}")
    return COLUMNS.sub(lambda _: f"    columns: [\n{in_lines(items)}]\n", yaml, count=1)


def in_lines(items: list[str]) -> str:
    """Return the items with a comma between them, as many on a line as fit."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) > LINE_LENGTH:
            lines.append("")
        lines[-1] += f"{item}, "
    return textwrap.indent("\n".join(line.rstrip() for line in lines), " " * 6).rstrip(",")


def stale_files(warehouse: Path, models: Path) -> dict[Path, str]:
    """Return the YAML files whose columns are not those of the warehouse, each with what should stand in it."""
    built: dict[str, list[tuple[str, str]]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table, column, data_type in connection.execute(BUILT_COLUMNS).fetchall():
            built.setdefault(table, []).append((column, data_type))
    texts = set(TEXT_NAMES.findall((models / "docs" / "columns.md").read_text(encoding="utf-8")))
    stale = {}
    for sql in sorted(models.rglob("*.sql")):
        path = sql.with_suffix(".yml")
        yaml = path.read_text(encoding="utf-8")
        wanted = described(yaml, built[sql.stem], sql.relative_to(models).parts[0] in UNDER_CONTRACT, texts)
        if wanted != yaml:
            stale[path] = wanted
    return stale


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 when a file would change.")
def main(check: bool) -> None:
    """Bring the columns in models/**/*.yml up to what stands in INBURGERING_WAREHOUSE."""
    stale = stale_files(warehouse_file(), CHECKOUT / "models")
    for path, yaml in stale.items():
        if not check:
            path.write_text(yaml, encoding="utf-8")
        click.echo(f"{path.relative_to(CHECKOUT)}: {'other columns than were built' if check else 'written'}")
    if check and stale:
        sys.exit("run make columns after dbt build")


if __name__ == "__main__":
    run(main)
