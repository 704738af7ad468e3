"""Count the annex straight from the landing with pandas: annex_with_pandas.py LANDING RESULT."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from landed_columns import (
    AGENCIES,
    BREAKDOWNS,
    CODES,
    COUNTRY_CODE_COLUMNS,
    FIRST_POSSIBLE_DAY,
    SEEDS,
    TERM_MONTHS,
    landed_files,
)

PERSON = ["reference_date", "person"]
EVERY_CODE = [*CODES, "type_code", "not_registered_reason_code"]
DATES = ["event_date", "letter_sent_on", "registered_on"]


def per_value(column: pd.Series, change: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a change to the different values of a categorical column only."""
    values = change(pd.Series(column.cat.categories))
    return values.take(column.cat.codes.where(column.cat.codes >= 0, 0)).set_axis(column.index).where(column.notna())


def text(column: pd.Series) -> pd.Series:
    """Return a column without white space around the values, missing where nothing is left."""
    stripped = column.str.strip()
    return stripped.where(stripped != "")


def dates(form: str) -> Callable[[pd.Series], pd.Series]:
    """Return how to read a column as dates, missing for a text of another form."""

    def read(column: pd.Series) -> pd.Series:
        stripped = text(column)
        return pd.to_datetime(stripped.where(stripped.str.len() == 10), format=form, errors="coerce")

    return read


def read_table(file: Path, names: dict[str, str], date_form: str) -> pd.DataFrame:
    """Return a landed table under common names: dates as dates, codes as categories."""
    few_values = [names[name] for name in (*EVERY_CODE, *DATES) if name in names]
    columns = [*dict.fromkeys(names.values()), "row_number", "person_pseudonym", "is_person_number_valid"]
    landed = pd.read_parquet(file, columns=columns, partitioning=None, read_dictionary=few_values)
    table = landed[["row_number", "person_pseudonym", "is_person_number_valid"]].copy()
    table["dossier_number"] = text(landed[names["dossier_number"]]).fillna("")
    table["event_number"] = text(landed[names["event_number"]])
    for name in DATES:
        if name in names:
            table[name] = per_value(landed[names[name]], dates(date_form))
    for name in EVERY_CODE:
        if name in names:
            table[name] = per_value(landed[names[name]], lambda values: text(values).str.lower()).astype("category")
    return table


def read_events(landing: Path, event_type: str) -> pd.DataFrame:
    """Return the events of one type: under common names, from the newest deliveries, without rejected rows."""
    tables = []
    for sort_order, (agency, dialect) in enumerate(AGENCIES.items(), start=1):
        for reference_date, file in landed_files(landing, agency, dialect.tables[event_type]):
            table = read_table(file, dialect.columns[event_type], dialect.date_form)
            table = table[table["event_date"].between(pd.Timestamp(FIRST_POSSIBLE_DAY), pd.Timestamp(reference_date))]
            # Of rows with one number, or without a number, the last row of the file counts.
            last_rows = table.groupby("event_number", sort=False, dropna=False)["row_number"].transform("max")
            table = table[table["row_number"] == last_rows].drop(columns="row_number")
            is_valid = table.pop("is_person_number_valid")
            dossiers = f"{agency}:" + table.pop("dossier_number")
            table["person"] = table.pop("person_pseudonym").where(is_valid, dossiers)
            table["agency"] = agency
            table["agency_sort_order"] = sort_order
            table["reference_date"] = pd.Timestamp(reference_date)
            tables.append(table)
    for name in [name for name in (*EVERY_CODE, "agency") if name in tables[0]]:
        # Without the same categories in every table, pandas would make text of a column when it joins the tables.
        categories = pd.api.types.union_categoricals([table[name].astype("category") for table in tables]).categories
        for table in tables:
            table[name] = table[name].astype(pd.CategoricalDtype(categories))
    return pd.concat(tables, ignore_index=True)


def seed(name: str) -> pd.DataFrame:
    """Read a seed as text; `NA` is Namibia."""
    return pd.read_csv(SEEDS / f"{name}.csv", dtype="str", keep_default_na=False, na_values=[""])


def first_rows(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Return the first row of every person: a cheap minimum comes before the sort, which then has few rows to sort."""
    first_date = rows.groupby(PERSON, sort=False)[order[0]].transform("min")
    return rows[rows[order[0]] == first_date].sort_values(order).drop_duplicates(PERSON)


def first_events(landing: Path, event_type: str) -> pd.DataFrame:
    """Return the first contract or attest of every person, of the types that are counted."""
    types = seed("codes/counted_types")
    counted_types = types.loc[(types["event_type"] == event_type) & (types["is_counted_type"] == "true"), "type_code"]
    rows = read_events(landing, event_type)
    rows = rows[rows["type_code"].isin(counted_types.str.lower())]
    firsts = first_rows(rows, ["event_date", "agency_sort_order", "event_number"])
    return firsts.assign(
        measure=event_type, attribution_date=lambda first: first["event_date"], not_registered_reason=None
    )


def invitations(landing: Path) -> pd.DataFrame:
    """Return the invited persons, and the same persons as registered or not registered."""
    rows = read_events(landing, "invitations")
    for name in ("letter_sent_on", "registered_on"):
        rows[name] = rows[name].where(rows[name] <= rows["reference_date"])
    persons = rows.groupby(PERSON, sort=False).agg(
        first_extraction=("event_date", "min"), first_registration=("registered_on", "min")
    )
    first_letters = first_rows(
        rows[rows["letter_sent_on"].notna()], ["letter_sent_on", "event_date", "agency_sort_order", "event_number"]
    ).merge(persons, left_on=PERSON, right_index=True)
    invited = first_letters[
        first_letters["first_extraction"].dt.year == first_letters["letter_sent_on"].dt.year
    ].assign(attribution_date=lambda letter: letter["letter_sent_on"])
    reasons = seed("members/not_registered_reasons")
    reasons = reasons.loc[reasons["is_delivered_code"] == "true", "not_registered_reason"]
    reason_of_code = dict(zip(reasons.str.lower(), reasons, strict=True))
    is_registered = invited["first_registration"].notna()
    reason = invited["not_registered_reason_code"].astype("str").map(reason_of_code).fillna("ONBEKEND")
    term_runs = invited["letter_sent_on"] + pd.DateOffset(months=TERM_MONTHS) > invited["reference_date"]
    outcome = invited.assign(
        measure=is_registered.map({True: "registered", False: "not_registered"}),
        not_registered_reason=reason.where(~term_runs, "TERMIJN_LOOPT_NOG").where(~is_registered),
    )
    return pd.concat([invited.assign(measure="invited", not_registered_reason=None), outcome], ignore_index=True)


def codes_of(member: str) -> pd.DataFrame:
    """Return the members that the codes of every dialect stand for; the dialect of an agency has the agency's name."""
    codes = seed(f"codes/{member}_codes")
    return pd.DataFrame(
        {"agency": codes["dialect"], f"{member}_code": codes["code"].str.lower(), member: codes[member]}
    )


def nationality_codes() -> pd.DataFrame:
    """Return the nationalities that the codes of every dialect stand for."""
    countries = seed("reference/nationalities")
    of_countries = [
        pd.DataFrame({"dialect": agency, "code": countries[column], "nationality": countries["nationality"]})
        for agency, column in COUNTRY_CODE_COLUMNS.items()
    ]
    special = seed("codes/special_nationality_codes")[["dialect", "code", "nationality"]]
    codes = pd.concat([*of_countries, special]).dropna(subset="code")
    return pd.DataFrame(
        {
            "agency": codes["dialect"],
            "nationality_code": codes["code"].str.lower(),
            "nationality": codes["nationality"],
        }
    )


def conform(persons: pd.DataFrame) -> pd.DataFrame:
    """Return the counted persons with their member of every breakdown."""
    memberships = seed("reference/eu_memberships")
    for name in ("member_from", "member_until"):
        memberships[name] = pd.to_datetime(memberships[name])
    provinces = seed("members/provinces")[["province", "region", "default_working_area"]]
    cities = seed("reference/city_working_areas")
    cities["in_area_from"] = pd.to_datetime(cities["in_area_from"])
    persons = (
        persons.merge(seed("reference/municipalities")[["nis_code", "province"]], on="nis_code", how="left")
        .merge(provinces, on="province", how="left")
        .merge(cities, on="nis_code", how="left")
        .merge(nationality_codes(), on=["agency", "nationality_code"], how="left")
        .merge(memberships, on="nationality", how="left")
    )
    for name in ("gender", "target_group", "residence_status"):
        persons = persons.merge(codes_of(name), on=["agency", f"{name}_code"], how="left")
    reported = seed("members/residence_statuses").set_index("residence_status")["reported_as"]
    # No country joined the EU twice, so every person has at most one membership.
    is_eu = (persons["attribution_date"] >= persons["member_from"]) & (
        persons["member_until"].isna() | (persons["attribution_date"] < persons["member_until"])
    )
    is_city = persons["attribution_date"] >= persons["in_area_from"]
    area = persons["working_area"].where(is_city, persons["default_working_area"])
    group = is_eu.map({True: "eu", False: "niet_eu"}).where(persons["nationality"].notna(), "onbepaald")
    return pd.DataFrame(
        {
            "measure": persons["measure"],
            "reference_date": persons["reference_date"],
            "year": persons["attribution_date"].dt.year.astype("int64"),
            "agency": persons["agency"],
            "province": persons["province"].fillna("onbepaald"),
            "region": persons["region"].fillna("onbepaald"),
            "working_area": area.fillna("onbepaald"),
            "nationality_group": group,
            "nationality": persons["nationality"].fillna("onbepaald"),
            "gender": persons["gender"].fillna("onbepaald"),
            "target_group": persons["target_group"].fillna("onbepaald"),
            "residence_status": persons["residence_status"].fillna("VR19").map(reported),
            "not_registered_reason": persons["not_registered_reason"],
        }
    )


def count(persons: pd.DataFrame) -> pd.DataFrame:
    """Count the persons per measure, reference date and year, in total and by every breakdown."""
    total_of = ["measure", "reference_date", "year"]
    # A count of all combinations comes first, and leaves few rows to add up eleven times.
    combinations = (
        persons.groupby([*total_of, *BREAKDOWNS], dropna=False, observed=True, sort=False)
        .size()
        .rename("persons")
        .reset_index()
    )
    counts = [
        combinations.dropna(subset=breakdown)
        .groupby([*total_of, breakdown], observed=True, sort=False)["persons"]
        .sum()
        .rename_axis([*total_of, "member"])
        .reset_index()
        .assign(breakdown=breakdown)
        for breakdown in BREAKDOWNS
    ]
    total = combinations.groupby(total_of, sort=False)["persons"].sum().reset_index()
    return pd.concat([*counts, total.assign(breakdown="total", member="totaal")], ignore_index=True)


def main(landing: str, result: str) -> None:
    """Write the counts that are not zero to a Parquet file."""
    folder = Path(landing)
    counted = [first_events(folder, "contracts"), first_events(folder, "attests"), invitations(folder)]
    columns = ["measure", "reference_date", "attribution_date", "agency", *CODES, "not_registered_reason"]
    persons = pd.concat([part[columns].astype(dict.fromkeys(["agency", *CODES], "str")) for part in counted])
    counts = count(conform(persons))
    counts["reference_date"] = counts["reference_date"].dt.date
    counts.to_parquet(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
