"""Count the annex straight from the landing with polars: annex_with_polars.py LANDING RESULT."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from landed_columns import AGENCIES, FIRST_POSSIBLE_DAY, SEEDS, TERM_MONTHS, landed_files

PERSON = ["reference_date", "person"]
KEY = ["reference_date", "agency", "number"]
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


def text(column: str) -> pl.Expr:
    """Return a column without white space around its values, null where nothing is left."""
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def day(column: str, form: str) -> pl.Expr:
    """Return a column as dates, null for any text of another form."""
    value = text(column)
    return pl.when(value.str.len_chars() == 10).then(value.str.to_date(form, strict=False, exact=True))


def read_fact(landing: Path, fact: str) -> pl.LazyFrame:
    """Return the rows of a fact that all agencies delivered, in their newest version, under common names."""
    frames = []
    for tie_order, (agency, dialect) in enumerate(AGENCIES.items(), start=1):
        names = dialect.columns[fact]
        days = [name for name in ("day", "letter", "registration") if name in names]
        codes = ["nationality", "gender", "target_group", "residence_status"]
        upper = [name for name in ("type", "reason") if name in names]
        for reference_date, file in landed_files(landing, agency, dialect.tables[fact]):
            frames.append(
                pl.scan_parquet(file).select(
                    pl.lit(reference_date).alias("reference_date"),
                    pl.lit(agency).alias("agency"),
                    pl.lit(tie_order, dtype=pl.Int8).alias("tie_order"),
                    pl.col("row_number"),
                    pl.when("is_person_number_valid")
                    .then("person_pseudonym")
                    .otherwise(pl.lit(f"{agency}:") + text(names["dossier"]).fill_null(""))
                    .alias("person"),
                    text(names["number"]).fill_null("").alias("number"),
                    *(day(names[name], dialect.date_form).alias(name) for name in days),
                    text(names["nis_code"]).alias("nis_code"),
                    *(text(names[name]).str.to_lowercase().alias(name) for name in codes),
                    *(text(names[name]).str.to_uppercase().alias(name) for name in upper),
                )
            )
    rows = pl.concat(frames).filter(pl.col("day").is_between(FIRST_POSSIBLE_DAY, pl.col("reference_date")))
    last_rows = rows.group_by(KEY).agg(pl.col("row_number").max())
    return rows.join(last_rows, on=[*KEY, "row_number"], how="semi")


def first_events(landing: Path, fact: str, types: str, type_column: str, counts: str) -> pl.LazyFrame:
    """Return of every person the row of the first contract or attest of a type that counts."""
    counted = (
        pl.scan_csv(SEEDS / "codes" / f"{types}.csv").filter(pl.col(counts)).select(pl.col(type_column).alias("type"))
    )
    rows = read_fact(landing, fact).join(counted, on="type", how="semi")
    return first_rows(rows, ["day", "tie_order", "number"]).select(
        pl.lit(fact).alias("measure"), pl.lit(None, dtype=pl.String).alias("not_registered_reason"), *COUNTED
    )


COUNTED = ["reference_date", "agency", "day", "nis_code", "nationality", "gender", "target_group", "residence_status"]


def first_rows(rows: pl.LazyFrame, order: list[str]) -> pl.LazyFrame:
    """Return of every person the row that comes first: a cheap minimum first, an order only among those on that day."""
    first_day = rows.group_by(PERSON).agg(pl.col(order[0]).min())
    on_first_day = rows.join(first_day, on=[*PERSON, order[0]], how="semi")
    return on_first_day.sort(order).unique(subset=PERSON, keep="first", maintain_order=True)


def invitations(landing: Path) -> list[pl.LazyFrame]:
    """Return the invited persons, and the same persons as registered or not registered."""
    rows = read_fact(landing, "invitations").with_columns(
        pl.when(pl.col(name) <= pl.col("reference_date")).then(name).alias(name) for name in ("letter", "registration")
    )
    persons = rows.group_by(PERSON).agg(
        pl.col("day").min().alias("first_extraction"), pl.col("registration").is_not_null().any().alias("is_registered")
    )
    carriers = first_rows(rows.filter(pl.col("letter").is_not_null()), ["letter", "day", "tie_order", "number"])
    reasons = (
        seed("members/no_show_reasons")
        .filter(pl.col("is_delivered_code") == "true")
        .select(pl.col("no_show_reason").alias("reason"), pl.col("no_show_reason").alias("known_reason"))
    )
    invited = (
        carriers.join(persons, on=PERSON)
        .filter(pl.col("first_extraction").dt.year() == pl.col("letter").dt.year())
        .with_columns(day=pl.col("letter"))
        .join(reasons, on="reason", how="left")
    )
    term_runs = pl.col("letter").dt.offset_by(f"{TERM_MONTHS}mo") > pl.col("reference_date")
    outcome = invited.select(
        pl.when("is_registered").then(pl.lit("registered")).otherwise(pl.lit("not_registered")).alias("measure"),
        pl.when("is_registered")
        .then(None)
        .when(term_runs)
        .then(pl.lit("TERMIJN_LOOPT_NOG"))
        .otherwise(pl.col("known_reason").fill_null("ONBEKEND"))
        .alias("not_registered_reason"),
        *COUNTED,
    )
    cohort = invited.select(
        pl.lit("invited").alias("measure"), pl.lit(None, dtype=pl.String).alias("not_registered_reason"), *COUNTED
    )
    return [cohort, outcome]


def seed(name: str) -> pl.LazyFrame:
    """Read a seed as text."""
    return pl.scan_csv(SEEDS / f"{name}.csv", infer_schema=False)


def agency_codes(name: str) -> pl.LazyFrame:
    """Return what an agency's codes mean: agency, the code in small letters as `<name>`, and `<name>_member`."""
    return seed(f"codes/{name}_codes").select(
        "agency", pl.col("code").str.to_lowercase().alias(name), pl.col(name).alias(f"{name}_member")
    )


def nationality_codes() -> pl.LazyFrame:
    """Return what the agencies' nationality codes mean."""
    countries = seed("reference/nationalities")
    columns = {"agii": "rijksregister_code", "atlas": "nationality", "amal": "iso_alpha3"}
    of_countries = [
        countries.select(pl.lit(agency).alias("agency"), pl.col(code).alias("code"), "nationality").drop_nulls("code")
        for agency, code in columns.items()
    ]
    special = seed("codes/special_nationality_codes").select("agency", "code", "nationality")
    return pl.concat([*of_countries, special]).select(
        "agency",
        pl.col("code").str.to_lowercase().alias("nationality"),
        pl.col("nationality").alias("nationality_member"),
    )


def attribute(persons: pl.LazyFrame) -> pl.LazyFrame:
    """Return the counted persons with the members they count under."""
    provinces = seed("reference/municipalities").select("nis_code", "province")
    memberships = seed("reference/eu_memberships").select(
        pl.col("nationality").alias("nationality_member"),
        pl.col("member_from").str.to_date(),
        pl.col("member_until").str.to_date(),
    )
    reported = seed("members/residence_statuses").select("residence_status", "reported_as")
    is_eu = (pl.col("day") >= pl.col("member_from")) & (
        pl.col("member_until").is_null() | (pl.col("day") < pl.col("member_until"))
    )
    # No country joined the EU twice, so a person meets at most one membership.
    return (
        persons.join(provinces, on="nis_code", how="left")
        .join(nationality_codes(), on=["agency", "nationality"], how="left")
        .join(memberships, on="nationality_member", how="left")
        .join(agency_codes("gender"), on=["agency", "gender"], how="left")
        .join(agency_codes("target_group"), on=["agency", "target_group"], how="left")
        .join(agency_codes("residence_status"), on=["agency", "residence_status"], how="left")
        .with_columns(residence_status=pl.col("residence_status_member").fill_null("VR19"))
        .join(reported, on="residence_status", how="left")
        .select(
            "measure",
            "reference_date",
            pl.col("day").dt.year().cast(pl.Int64).alias("year"),
            "agency",
            pl.col("province").fill_null("onbepaald"),
            pl.when(pl.col("nationality_member").is_null())
            .then(pl.lit("onbepaald"))
            .when(is_eu)
            .then(pl.lit("eu"))
            .otherwise(pl.lit("niet_eu"))
            .alias("nationality_group"),
            pl.col("nationality_member").fill_null("onbepaald").alias("nationality"),
            pl.col("gender_member").fill_null("onbepaald").alias("gender"),
            pl.col("target_group_member").fill_null("onbepaald").alias("target_group"),
            pl.col("reported_as").alias("residence_status"),
            "not_registered_reason",
        )
    )


def count(persons: pl.LazyFrame) -> pl.DataFrame:
    """Count the persons per measure, reference date and year, in total and by every breakdown."""
    # Counting all members together first leaves little to count nine times.
    together = (
        persons.group_by(["measure", "reference_date", "year", *BREAKDOWNS]).len("persons").collect(engine="streaming")
    )
    cell = ["measure", "reference_date", "year"]
    counts = [
        together.drop_nulls(breakdown)
        .group_by([*cell, pl.col(breakdown).alias("member")])
        .agg(pl.col("persons").sum())
        .with_columns(breakdown=pl.lit(breakdown))
        for breakdown in BREAKDOWNS
    ]
    total = (
        together.group_by(cell)
        .agg(pl.col("persons").sum())
        .with_columns(member=pl.lit("totaal"), breakdown=pl.lit("total"))
    )
    columns = [*cell, "breakdown", "member", pl.col("persons").cast(pl.Int64)]
    return pl.concat(frame.select(columns) for frame in [*counts, total])


def main(landing: str, result: str) -> None:
    """Write the counts that are not zero to a Parquet file."""
    folder = Path(landing)
    counted = [
        first_events(folder, "contracts", "trajectory_types", "trajectory_type", "is_civic_integration"),
        first_events(folder, "attests", "attest_types", "attest_type", "counts_as_attest"),
        *invitations(folder),
    ]
    count(attribute(pl.concat(counted))).write_parquet(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
