"""The extract contract: which files, sheets and columns each agency delivers, as the dbt sources declare it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from inburgering.settings import CHECKOUT

KEY_ATTRIBUTE = {"invitations": "dossier_number", "contracts": "event_number", "attests": "event_number"}


@dataclass(frozen=True)
class TableContract:
    """One table of an agency: the file or sheet it comes in and its columns, in file order."""

    name: str
    file_name: str
    sheet_name: str | None
    event_type: str
    columns: tuple[str, ...]
    attributes: tuple[str, ...]

    def column_of(self, attribute: str) -> str:
        """Return the agency's own name for what the project calls `attribute`."""
        return self.columns[self.attributes.index(attribute)]

    @property
    def person_number_column(self) -> str:
        """Return the column with the person number, which never lands."""
        return self.column_of("person_number")

    @property
    def key_column(self) -> str:
        """Return the column whose value must be unique in the table."""
        return self.column_of(KEY_ATTRIBUTE[self.event_type])

    @property
    def place(self) -> str:
        """Name the file, and the sheet where there is one, as a person would look for it."""
        return self.file_name if self.sheet_name is None else f"{self.file_name}, sheet {self.sheet_name}"


@dataclass(frozen=True)
class AgencyContract:
    """The dialect of an agency and its tables; encoding, separator and quote are empty where files are workbooks."""

    agency: str
    file_format: str
    encoding: str
    separator: str
    quote: str
    tables: tuple[TableContract, ...]


def read_contracts(models: Path = CHECKOUT / "models") -> dict[str, AgencyContract]:
    """Read the contract of every agency from the source declarations under `models`, keyed by agency."""
    contracts = {}
    for path in sorted(models.glob("staging/*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            dialect = source["config"]["meta"]
            if "format" in dialect:
                contracts[source["name"]] = _agency_contract(source, dialect)
    return contracts


def _agency_contract(source: dict, dialect: dict) -> AgencyContract:
    return AgencyContract(
        agency=source["name"],
        file_format=dialect["format"],
        encoding=dialect.get("encoding", ""),
        separator=dialect.get("separator", ""),
        quote=dialect.get("quote", ""),
        tables=tuple(_table_contract(table, dialect) for table in source["tables"]),
    )


def _table_contract(table: dict, dialect: dict) -> TableContract:
    meta = table["config"]["meta"]
    delivered = [column for column in table["columns"] if not _column_meta(column).get("added_by_loader")]
    return TableContract(
        name=table["name"],
        file_name=meta.get("file", dialect.get("file")),
        sheet_name=meta.get("sheet"),
        event_type=meta["event_type"],
        columns=tuple(column["name"] for column in delivered),
        attributes=tuple(_column_meta(column)["attribute"] for column in delivered),
    )


def _column_meta(column: dict) -> dict:
    return column.get("config", {}).get("meta", {})
