"""Count the annex straight from the landing with polars: annex_with_polars.py LANDING RESULT."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
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
FILE = ["reference_date", "agency"]
COUNTED = [*FILE, "attribution_date", *CODES]
NO_REASON = pl.lit(None, dtype=pl.String).alias("not_registered_reason")


def text(column: str) -> pl.Expr:
    """Return a column without white space around the values, null where nothing is left."""
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def date(column: str, form: str) -> pl.Expr:
    """Return a column as dates, null for a text of another form."""
    value = text(column)
    return pl.when(value.str.len_chars() == 10).then(value.str.to_date(form, strict=False, exact=True))


def read_events(landing: Path, event_type: str) -> pl.LazyFrame:
    """Return the events of one type: under common names, from the newest deliveries, without rejected rows."""
    frames = []
    for sort_order, (agency, dialect) in enumerate(AGENCIES.items(), start=1):
        names = dialect.columns[event_type]
        dates = [name for name in ("event_date", "letter_sent_on", "registered_on") if name in names]
        codes = [name for name in (*CODES, "type_code", "not_registered_reason_code") if name in names]
        for reference_date, file in landed_files(landing, agency, dialect.tables[event_type]):
            frames.append(
                pl.scan_parquet(file).select(
                    pl.lit(reference_date).alias("reference_date"),
                    pl.lit(agency).alias("agency"),
                    pl.lit(sort_order, dtype=pl.Int8).alias("agency_sort_order"),
                    pl.col("row_number"),
                    pl.when("is_person_number_valid")
                    .then("person_pseudonym")
                    .otherwise(pl.lit(f"{agency}:") + text(names["dossier_number"]).fill_null(""))
                    .alias("person"),
                    text(names["event_number"]).alias("event_number"),
                    *(date(names[name], dialect.date_form).alias(name) for name in dates),
                    *(text(names[name]).str.to_lowercase().alias(name) for name in codes),
                )
            )
    rows = pl.concat(frames).filter(pl.col("event_date").is_between(FIRST_POSSIBLE_DAY, pl.col("reference_date")))
    # Of rows with one number, or without a number, the last row of the file counts.
    last_rows = rows.group_by([*FILE, "event_number"]).agg(pl.col("row_number").max())
    return rows.join(last_rows, on=[*FILE, "row_number"], how="semi")


def first_rows(rows: pl.LazyFrame, order: list[str]) -> pl.LazyFrame:
    """Return the first row of every person: a cheap minimum comes before the sort, which then has few rows to sort."""
    first_date = rows.group_by(PERSON).agg(pl.col(order[0]).min())
    on_first_date = rows.join(first_date, on=[*PERSON, order[0]], how="semi")
    return on_first_date.sort(order, nulls_last=True).unique(subset=PERSON, keep="first", maintain_order=True)


def first_events(landing: Path, event_type: str) -> pl.LazyFrame:
    """Return the first contract or attest of every person, of the types that are counted."""
    counted_types = (
        seed("codes/counted_types")
        .filter(pl.col("event_type") == event_type, pl.col("is_counted_type") == "true")
        .select(pl.col("type_code").str.to_lowercase())
    )
    rows = read_events(landing, event_type).join(counted_types, on="type_code", how="semi")
    firsts = first_rows(rows, ["event_date", "agency_sort_order", "event_number"])
    return firsts.rename({"event_date": "attribution_date"}).select(
        pl.lit(event_type).alias("measure"), NO_REASON, *COUNTED
    )


def invitations(landing: Path) -> list[pl.LazyFrame]:
    """Return the invited persons, and the same persons as registered or not registered."""
    rows = read_events(landing, "invitations").with_columns(
        pl.when(pl.col(name) <= pl.col("reference_date")).then(name).alias(name)
        for name in ("letter_sent_on", "registered_on")
    )
    persons = rows.group_by(PERSON).agg(
        pl.col("event_date").min().alias("first_extraction"),
        pl.col("registered_on").is_not_null().any().alias("is_registered"),
    )
    first_letters = first_rows(
        rows.filter(pl.col("letter_sent_on").is_not_null()),
        ["letter_sent_on", "event_date", "agency_sort_order", "event_number"],
    )
    reasons = (
        seed("members/not_registered_reasons")
        .filter(pl.col("is_delivered_code") == "true")
        .select(
            pl.col("not_registered_reason").str.to_lowercase().alias("not_registered_reason_code"),
            "not_registered_reason",
        )
    )
    invited = (
        first_letters.join(persons, on=PERSON)
        .filter(pl.col("first_extraction").dt.year() == pl.col("letter_sent_on").dt.year())
        .with_columns(attribution_date=pl.col("letter_sent_on"))
        .join(reasons, on="not_registered_reason_code", how="left")
    )
    term_runs = pl.col("letter_sent_on").dt.offset_by(f"{TERM_MONTHS}mo") > pl.col("reference_date")
    outcome = invited.select(
        pl.when("is_registered").then(pl.lit("registered")).otherwise(pl.lit("not_registered")).alias("measure"),
        pl.when("is_registered")
        .then(None)
        .when(term_runs)
        .then(pl.lit("TERMIJN_LOOPT_NOG"))
        .otherwise(pl.col("not_registered_reason").fill_null("ONBEKEND"))
        .alias("not_registered_reason"),
        *COUNTED,
    )
    return [invited.select(pl.lit("invited").alias("measure"), NO_REASON, *COUNTED), outcome]


def seed(name: str) -> pl.LazyFrame:
    """Read a seed as text."""
    return pl.scan_csv(SEEDS / f"{name}.csv", infer_schema=False)


def codes_of(member: str) -> pl.LazyFrame:
    """Return the members that the codes of every dialect stand for; the dialect of an agency has the agency's name."""
    return seed(f"codes/{member}_codes").select(
        pl.col("dialect").alias("agency"), pl.col("code").str.to_lowercase().alias(f"{member}_code"), member
    )


def nationality_codes() -> pl.LazyFrame:
    """Return the nationalities that the codes of every dialect stand for."""
    countries = seed("reference/nationalities")
    of_countries = [
        countries.select(pl.lit(agency).alias("agency"), pl.col(column).alias("code"), "nationality").drop_nulls("code")
        for agency, column in COUNTRY_CODE_COLUMNS.items()
    ]
    special = seed("codes/special_nationality_codes").select(pl.col("dialect").alias("agency"), "code", "nationality")
    return pl.concat([*of_countries, special]).select(
        "agency", pl.col("code").str.to_lowercase().alias("nationality_code"), "nationality"
    )


def conform(persons: pl.LazyFrame) -> pl.LazyFrame:
    """Return the counted persons with their member of every breakdown."""
    municipalities = seed("reference/municipalities").select("nis_code", "province")
    provinces = seed("members/provinces").select("province", "region", "default_working_area")
    cities = seed("reference/city_working_areas").with_columns(pl.col("in_area_from").str.to_date())
    memberships = seed("reference/eu_memberships").select(
        "nationality", pl.col("member_from").str.to_date(), pl.col("member_until").str.to_date()
    )
    reported = seed("members/residence_statuses").select("residence_status", "reported_as")
    is_eu = (pl.col("attribution_date") >= pl.col("member_from")) & (
        pl.col("member_until").is_null() | (pl.col("attribution_date") < pl.col("member_until"))
    )
    is_city = pl.col("attribution_date") >= pl.col("in_area_from")
    # No country joined the EU twice, so every person has at most one membership.
    return (
        persons.join(municipalities, on="nis_code", how="left")
        .join(provinces, on="province", how="left")
        .join(cities, on="nis_code", how="left")
        .join(nationality_codes(), on=["agency", "nationality_code"], how="left")
        .join(memberships, on="nationality", how="left")
        .join(codes_of("gender"), on=["agency", "gender_code"], how="left")
        .join(codes_of("target_group"), on=["agency", "target_group_code"], how="left")
        .join(codes_of("residence_status"), on=["agency", "residence_status_code"], how="left")
        .with_columns(pl.col("residence_status").fill_null("VR19"))
        .join(reported, on="residence_status", how="left")
        .select(
            "measure",
            "reference_date",
            pl.col("attribution_date").dt.year().cast(pl.Int64).alias("year"),
            "agency",
            pl.col("province").fill_null("onbepaald"),
            pl.col("region").fill_null("onbepaald"),
            pl.when(is_city)
            .then("working_area")
            .otherwise("default_working_area")
            .fill_null("onbepaald")
            .alias("working_area"),
            pl.when(pl.col("nationality").is_null())
            .then(pl.lit("onbepaald"))
            .when(is_eu)
            .then(pl.lit("eu"))
            .otherwise(pl.lit("niet_eu"))
            .alias("nationality_group"),
            pl.col("nationality").fill_null("onbepaald"),
            pl.col("gender").fill_null("onbepaald"),
            pl.col("target_group").fill_null("onbepaald"),
            pl.col("reported_as").alias("residence_status"),
            "not_registered_reason",
        )
    )


def count(persons: pl.LazyFrame) -> pl.DataFrame:
    """Count the persons per measure, reference date and year, in total and by every breakdown."""
    # A count of all combinations comes first, and leaves few rows to add up eleven times.
    combinations = (
        persons.group_by(["measure", "reference_date", "year", *BREAKDOWNS]).len("persons").collect(engine="streaming")
    )
    total_of = ["measure", "reference_date", "year"]
    counts = [
        combinations.drop_nulls(breakdown)
        .group_by([*total_of, pl.col(breakdown).alias("member")])
        .agg(pl.col("persons").sum())
        .with_columns(breakdown=pl.lit(breakdown))
        for breakdown in BREAKDOWNS
    ]
    total = (
        combinations.group_by(total_of)
        .agg(pl.col("persons").sum())
        .with_columns(member=pl.lit("totaal"), breakdown=pl.lit("total"))
    )
    columns = [*total_of, "breakdown", "member", pl.col("persons").cast(pl.Int64)]
    return pl.concat(frame.select(columns) for frame in [*counts, total])


def main(landing: str, result: str) -> None:
    """Write the counts that are not zero to a Parquet file."""
    folder = Path(landing)
    counted = [first_events(folder, "contracts"), first_events(folder, "attests"), *invitations(folder)]
    count(conform(pl.concat(counted))).write_parquet(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
