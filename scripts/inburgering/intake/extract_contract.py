"""The extract contract: which files, sheets and columns each agency delivers, as the dbt sources declare it."""

from __future__ import annotations

import codecs
import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from inburgering.screen import SeveralMistakes
from inburgering.settings import CHECKOUT
from inburgering.yaml_file import read_yaml

KEY_ATTRIBUTE = {"invitations": "dossier_number", "contracts": "event_number", "attests": "event_number"}
OfEveryEvent = Literal[
    "dossier_number",
    "person_number",
    "nis_code",
    "nationality_code",
    "gender_code",
    "target_group_code",
    "residence_status_code",
    "event_date_as_delivered",
]
OfNumberedEvent = Literal["event_number", "type_code"]
OfInvitation = Literal["letter_sent_on_as_delivered", "registered_on_as_delivered", "not_registered_reason_code"]
Attribute = Literal[OfEveryEvent, OfNumberedEvent, OfInvitation]
OF_EVERY_EVENT = get_args(OfEveryEvent)
OF_ONE_EVENT = {
    "invitations": get_args(OfInvitation),
    "contracts": get_args(OfNumberedEvent),
    "attests": get_args(OfNumberedEvent),
}
Name = Annotated[str, Field(min_length=1)]


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name or "utf-8")
    except LookupError:
        raise ValueError(f"{name} is no encoding that Python knows") from None
    return name


@dataclass(frozen=True)
class Change:
    """What changed in the contract, from the deliveries of a reference date on."""

    reference_date: datetime.date
    text: str


@dataclass(frozen=True)
class TableContract:
    """One table of an agency: the file or sheet it comes in, its columns in file order, and rows that nobody has."""

    name: str
    file_name: str
    sheet_name: str | None
    event_type: str
    columns: tuple[str, ...]
    attributes: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]

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
    changes: tuple[Change, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Loose(BaseModel):
    """What dbt knows more of than the loader needs."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _ColumnMeta(_Strict):
    attribute: Attribute | None = None
    added_by_loader: bool = False
    made_from: Attribute | None = None

    @model_validator(mode="after")
    def _is_delivered_or_added(self) -> _ColumnMeta:
        if (self.attribute is None) != self.added_by_loader:
            raise ValueError("say either which attribute it is or added_by_loader: true")
        return self


class _ColumnConfig(_Loose):
    meta: _ColumnMeta


class _Column(_Loose):
    name: Name
    config: _ColumnConfig


class _TableMeta(_Strict):
    event_type: Literal["invitations", "contracts", "attests"]
    file: Name | None = None
    sheet: Name | None = None
    examples: tuple[tuple[str, ...], ...] = ()


class _TableConfig(_Loose):
    meta: _TableMeta


class _Table(_Loose):
    name: Name
    config: _TableConfig
    columns: tuple[_Column, ...]

    @property
    def delivered(self) -> dict[str, Attribute]:
        """Return the attribute of each column that the agency delivers, in file order."""
        return {column.name: column.config.meta.attribute for column in self.columns if column.config.meta.attribute}

    @model_validator(mode="after")
    def _has_each_attribute_once(self) -> _Table:
        found = [column.config.meta.attribute for column in self.columns if column.config.meta.attribute]
        expected = [*OF_EVERY_EVENT, *OF_ONE_EVENT[self.config.meta.event_type]]
        for attribute in dict.fromkeys([*expected, *found]):
            if found.count(attribute) != expected.count(attribute):
                raise ValueError(
                    f"{found.count(attribute)} columns with attribute {attribute}; "
                    f"{self.config.meta.event_type} have {expected.count(attribute)}"
                )
        if len(self.delivered) < len(found):
            raise ValueError("two columns have the same name")
        if any(len(example) != len(found) for example in self.config.meta.examples):
            raise ValueError(f"an example has another number of values than the {len(found)} columns")
        return self


class _Change(_Strict):
    reference_date: datetime.date
    text: Name


class _Dialect(_Strict):
    format: Literal["csv", "excel"]
    file: Name | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] = ""
    separator: str = Field("", max_length=1)
    quote: str = Field("", max_length=1)
    dates: str
    external_location: str
    changes: tuple[_Change, ...] = ()

    @model_validator(mode="after")
    def _says_how_to_read_text(self) -> _Dialect:
        for name in ("encoding", "separator", "quote"):
            if (self.format == "csv") != bool(getattr(self, name)):
                raise ValueError(f"{name}: {'missing' if self.format == 'csv' else 'of CSV files only'}")
        return self


class _SourceConfig(_Loose):
    meta: _Dialect


class _Source(_Loose):
    name: Name
    config: _SourceConfig
    tables: tuple[_Table, ...]

    @model_validator(mode="after")
    def _has_a_place_for_each_event(self) -> _Source:
        event_types = [table.config.meta.event_type for table in self.tables]
        if sorted(event_types) != sorted(KEY_ATTRIBUTE):
            raise ValueError(f"tables for {', '.join(event_types)}; expected one each for {', '.join(KEY_ATTRIBUTE)}")
        for table in self.tables:
            meta = table.config.meta
            if (meta.file is None) == (self.config.meta.file is None):
                raise ValueError(f"{table.name}: name its file, in the table or for all tables of the agency")
            if (meta.sheet is None) == (self.config.meta.format == "excel"):
                raise ValueError(f"{table.name}: name a sheet for Excel, and none for CSV")
        return self

    @property
    def contract(self) -> AgencyContract:
        """Return the contract that the source declares."""
        dialect = self.config.meta
        tables = tuple(
            TableContract(
                name=table.name,
                file_name=table.config.meta.file or dialect.file or "",
                sheet_name=table.config.meta.sheet,
                event_type=table.config.meta.event_type,
                columns=tuple(table.delivered),
                attributes=tuple(table.delivered.values()),
                examples=table.config.meta.examples,
            )
            for table in self.tables
        )
        changes = tuple(Change(change.reference_date, change.text) for change in dialect.changes)
        return AgencyContract(
            self.name, dialect.format, dialect.encoding, dialect.separator, dialect.quote, tables, changes
        )


def read_contracts(models: Path = CHECKOUT / "models") -> dict[str, AgencyContract]:
    """Read the contract of every agency from the source declarations under `models`, keyed by agency.

    Raises SeveralMistakes with a line for each mistake, which names the file and the place in it.
    """
    contracts = {}
    mistakes = []
    for path in sorted(models.glob("staging/*/_*__sources.yml")):
        try:
            for source in filter(_is_of_agency, read_yaml(path)["sources"]):
                contracts[source["name"]] = _Source.model_validate(source).contract
        except ValidationError as error:
            mistakes += [f"{path}: {_place(source, one['loc'])}{_without_prefix(one['msg'])}" for one in error.errors()]
        except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            mistakes.append(f"{path}: no sources that can be read ({' '.join(str(error).split())})")
    if mistakes:
        raise SeveralMistakes(mistakes)
    return contracts


def _is_of_agency(source: dict) -> bool:
    """Return whether an agency delivers what a source declares; the loader itself writes the others."""
    return "format" in source["config"]["meta"] or any("config" in table for table in source["tables"])


def _place(source: dict, location: tuple[int | str, ...]) -> str:
    """Name a place in a source: tables and columns by their names."""
    part: Any = source
    names = [source["name"]]
    for step in location:
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            part = None
        named = isinstance(step, int) and isinstance(part, dict) and "name" in part
        names.append(str(part["name"] if named else step))
    return ".".join(names) + ": "


def _without_prefix(message: str) -> str:
    return message.removeprefix("Value error, ")
