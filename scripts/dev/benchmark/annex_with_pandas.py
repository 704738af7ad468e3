"""Count the annex straight from the landing with pandas: annex_with_pandas.py LANDING RESULT."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from landed_columns import AGENCIES, FIRST_POSSIBLE_DAY, SEEDS, TERM_MONTHS, landed_files

PERSON = ["reference_date", "person"]
KEY = ["reference_date", "agency", "number"]
CODES = ["nis_code", "nationality", "gender", "target_group", "residence_status"]
FEW_VALUES = [*CODES, "type", "reason", "day", "letter", "registration"]
BREAKDOWNS = [
    "agency",
    "province",
    "nationality_group",
    "nationality",
    "gender",
    "target_group",
    "residence_status",
    "not_registered_reason",
]


def per_value(column: pd.Series, change: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a change to the different values of a categorical column only."""
    values = change(pd.Series(column.cat.categories))
    return values.take(column.cat.codes.where(column.cat.codes >= 0, 0)).set_axis(column.index).where(column.notna())


def text(column: pd.Series) -> pd.Series:
    """Return a column without white space around its values, missing where nothing is left."""
    stripped = column.str.strip()
    return stripped.where(stripped != "")


def dates(form: str) -> Callable[[pd.Series], pd.Series]:
    """Return how to read a column as dates, missing for any text of another form."""

    def read(column: pd.Series) -> pd.Series:
        stripped = text(column)
        return pd.to_datetime(stripped.where(stripped.str.len() == 10), format=form, errors="coerce")

    return read


def read_table(file: Path, names: dict[str, str], date_form: str) -> pd.DataFrame:
    """Return a landed table under common names: dates as dates, codes as categories."""
    few = [names[name] for name in FEW_VALUES if name in names]
    columns = [*dict.fromkeys(names.values()), "row_number", "person_pseudonym", "is_person_number_valid"]
    landed = pd.read_parquet(file, columns=columns, partitioning=None, read_dictionary=few)
    table = landed[["row_number", "person_pseudonym", "is_person_number_valid"]].copy()
    table["dossier"] = text(landed[names["dossier"]]).fillna("")
    table["number"] = text(landed[names["number"]]).fillna("")
    for name in ("day", "letter", "registration"):
        if name in names:
            table[name] = per_value(landed[names[name]], dates(date_form))
    for name in CODES:
        table[name] = per_value(landed[names[name]], lambda values: text(values).str.lower()).astype("category")
    for name in ("type", "reason"):
        if name in names:
            table[name] = per_value(landed[names[name]], lambda values: text(values).str.upper()).astype("category")
    return table


def read_fact(landing: Path, fact: str) -> pd.DataFrame:
    """Return the rows of a fact that all agencies delivered and that count, the last one of each number."""
    tables = []
    for tie_order, (agency, dialect) in enumerate(AGENCIES.items(), start=1):
        for reference_date, file in landed_files(landing, agency, dialect.tables[fact]):
            table = read_table(file, dialect.columns[fact], dialect.date_form)
            table = table[table["day"].between(pd.Timestamp(FIRST_POSSIBLE_DAY), pd.Timestamp(reference_date))]
            last_rows = table.groupby("number", sort=False)["row_number"].transform("max")
            table = table[table["row_number"] == last_rows].drop(columns="row_number")
            is_known = table.pop("is_person_number_valid")
            dossiers = f"{agency}:" + table.pop("dossier")
            table["person"] = table.pop("person_pseudonym").where(is_known, dossiers)
            table["agency"] = agency
            table["tie_order"] = tie_order
            table["reference_date"] = pd.Timestamp(reference_date)
            tables.append(table)
    categories = [name for name in [*CODES, "type", "reason", "agency"] if name in tables[0]]
    for name in categories:
        # Tables share their categories, else putting them together would make text of them.
        known = pd.api.types.union_categoricals([table[name].astype("category") for table in tables]).categories
        for table in tables:
            table[name] = table[name].astype(pd.CategoricalDtype(known))
    return pd.concat(tables, ignore_index=True)


def seed(name: str) -> pd.DataFrame:
    """Read a seed as text; `NA` is Namibia."""
    return pd.read_csv(SEEDS / f"{name}.csv", dtype="str", keep_default_na=False, na_values=[""])


def first_rows(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Return of every person the row that comes first: a cheap minimum first, an order only among those on that day."""
    first_day = rows.groupby(PERSON, sort=False)[order[0]].transform("min")
    return rows[rows[order[0]] == first_day].sort_values(order).drop_duplicates(PERSON)


def first_events(landing: Path, fact: str, types: str, type_column: str, counts: str) -> pd.DataFrame:
    """Return of every person the row of the first contract or attest of a type that counts."""
    known = seed(f"codes/{types}")
    counted_types = known.loc[known[counts] == "true", type_column]
    rows = read_fact(landing, fact)
    firsts = first_rows(rows[rows["type"].isin(counted_types)], ["day", "tie_order", "number"])
    return firsts.assign(measure=fact, not_registered_reason=None)


def invitations(landing: Path) -> pd.DataFrame:
    """Return the invited persons, and the same persons as registered or not registered."""
    rows = read_fact(landing, "invitations")
    for name in ("letter", "registration"):
        rows[name] = rows[name].where(rows[name] <= rows["reference_date"])
    persons = rows.groupby(PERSON, sort=False).agg(
        first_extraction=("day", "min"), first_registration=("registration", "min")
    )
    carriers = first_rows(rows[rows["letter"].notna()], ["letter", "day", "tie_order", "number"])
    carriers = carriers.merge(persons, left_on=PERSON, right_index=True)
    invited = carriers[carriers["first_extraction"].dt.year == carriers["letter"].dt.year].assign(
        day=lambda carrier: carrier["letter"]
    )
    known = seed("members/no_show_reasons")
    delivered_codes = known.loc[known["is_delivered_code"] == "true", "no_show_reason"]
    is_registered = invited["first_registration"].notna()
    reason = invited["reason"].astype("str").where(invited["reason"].isin(delivered_codes), "ONBEKEND")
    term_runs = invited["letter"] + pd.DateOffset(months=TERM_MONTHS) > invited["reference_date"]
    outcome = invited.assign(
        measure=is_registered.map({True: "registered", False: "not_registered"}),
        not_registered_reason=reason.where(~term_runs, "TERMIJN_LOOPT_NOG").where(~is_registered),
    )
    return pd.concat([invited.assign(measure="invited", not_registered_reason=None), outcome], ignore_index=True)


def agency_codes(name: str) -> pd.DataFrame:
    """Return what an agency's codes mean: agency, the code in small letters as `<name>`, and `<name>_member`."""
    codes = seed(f"codes/{name}_codes")
    return pd.DataFrame({"agency": codes["agency"], name: codes["code"].str.lower(), f"{name}_member": codes[name]})


def nationality_codes() -> pd.DataFrame:
    """Return what the agencies' nationality codes mean."""
    countries = seed("reference/nationalities")
    columns = {"agii": "rijksregister_code", "atlas": "nationality", "amal": "iso_alpha3"}
    of_countries = [
        pd.DataFrame({"agency": agency, "code": countries[code], "nationality": countries["nationality"]})
        for agency, code in columns.items()
    ]
    special = seed("codes/special_nationality_codes")[["agency", "code", "nationality"]]
    codes = pd.concat([*of_countries, special]).dropna(subset="code")
    return pd.DataFrame(
        {
            "agency": codes["agency"],
            "nationality": codes["code"].str.lower(),
            "nationality_member": codes["nationality"],
        }
    )


def attribute(persons: pd.DataFrame) -> pd.DataFrame:
    """Return the counted persons with the members they count under."""
    memberships = seed("reference/eu_memberships").rename(columns={"nationality": "nationality_member"})
    for name in ("member_from", "member_until"):
        memberships[name] = pd.to_datetime(memberships[name])
    persons = (
        persons.merge(seed("reference/municipalities")[["nis_code", "province"]], on="nis_code", how="left")
        .merge(nationality_codes(), on=["agency", "nationality"], how="left")
        .merge(memberships, on="nationality_member", how="left")
    )
    for name in ("gender", "target_group", "residence_status"):
        persons = persons.merge(agency_codes(name), on=["agency", name], how="left")
    reported = seed("members/residence_statuses").set_index("residence_status")["reported_as"]
    # No country joined the EU twice, so a person meets at most one membership.
    is_eu = (persons["day"] >= persons["member_from"]) & (
        persons["member_until"].isna() | (persons["day"] < persons["member_until"])
    )
    group = is_eu.map({True: "eu", False: "niet_eu"}).where(persons["nationality_member"].notna(), "onbepaald")
    return pd.DataFrame(
        {
            "measure": persons["measure"],
            "reference_date": persons["reference_date"],
            "year": persons["day"].dt.year.astype("int64"),
            "agency": persons["agency"],
            "province": persons["province"].fillna("onbepaald"),
            "nationality_group": group,
            "nationality": persons["nationality_member"].fillna("onbepaald"),
            "gender": persons["gender_member"].fillna("onbepaald"),
            "target_group": persons["target_group_member"].fillna("onbepaald"),
            "residence_status": persons["residence_status_member"].fillna("VR19").map(reported),
            "not_registered_reason": persons["not_registered_reason"],
        }
    )


def count(persons: pd.DataFrame) -> pd.DataFrame:
    """Count the persons per measure, reference date and year, in total and by every breakdown."""
    cell = ["measure", "reference_date", "year"]
    # Counting all members together first leaves little to count nine times.
    together = (
        persons.groupby([*cell, *BREAKDOWNS], dropna=False, observed=True, sort=False)
        .size()
        .rename("persons")
        .reset_index()
    )
    counts = [
        together.dropna(subset=breakdown)
        .groupby([*cell, breakdown], observed=True, sort=False)["persons"]
        .sum()
        .rename_axis([*cell, "member"])
        .reset_index()
        .assign(breakdown=breakdown)
        for breakdown in BREAKDOWNS
    ]
    total = together.groupby(cell, sort=False)["persons"].sum().reset_index().assign(breakdown="total", member="totaal")
    return pd.concat([*counts, total], ignore_index=True)


def main(landing: str, result: str) -> None:
    """Write the counts that are not zero to a Parquet file."""
    folder = Path(landing)
    counted = [
        first_events(folder, "contracts", "trajectory_types", "trajectory_type", "is_civic_integration"),
        first_events(folder, "attests", "attest_types", "attest_type", "counts_as_attest"),
        invitations(folder),
    ]
    columns = ["measure", "reference_date", "day", "agency", *CODES, "not_registered_reason"]
    persons = pd.concat([part[columns].astype(dict.fromkeys(["agency", *CODES], "str")) for part in counted])
    counts = count(attribute(persons))
    counts["reference_date"] = counts["reference_date"].dt.date
    counts.to_parquet(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
