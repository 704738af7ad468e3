"""The counting rules and reading rules, each with a change to the project that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class Mutation:
    """A rule in words, and the change to one file that breaks it: a text that occurs `times` times, and another."""

    name: str
    file: str
    find: str
    replacement: str
    times: int = 1

    def mutated(self, checkout: Path) -> str:
        """Return the file with the rule broken. Raises click.ClickException when the text is not there as declared."""
        text = (checkout / self.file).read_text(encoding="utf-8")
        found = text.count(self.find)
        if found != self.times or self.find == self.replacement:
            raise click.ClickException(
                f"{self.file}: {self.find!r} stands there {found} times instead of {self.times}; "
                f"mend the mutation {self.name!r}"
            )
        return text.replace(self.find, self.replacement)


MUTATIONS = (
    # Reading a value
    Mutation(
        "a date is read in its agency's own form and in no other",
        "macros/read_date.sql",
        "regexp_extract({{ column }}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 0)",
        "{{ column }}",
    ),
    Mutation(
        "the day stands before the month",
        "macros/read_date.sql",
        "substring({{ day_first }}, 4, 2) || '-' || substring({{ day_first }}, 1, 2)",
        "substring({{ day_first }}, 1, 2) || '-' || substring({{ day_first }}, 4, 2)",
    ),
    Mutation(
        "agii writes its letters as dd/mm/yyyy",
        "models/staging/agii/stg_agii__invitations.sql",
        "'letter_sent_on_as_delivered', 'dd/mm/yyyy'",
        "'letter_sent_on_as_delivered', 'yyyy-mm-dd'",
    ),
    Mutation(
        "amal writes its attests as yyyy-mm-dd",
        "models/staging/amal/stg_amal__attests.sql",
        "'yyyy-mm-dd'",
        "'dd/mm/yyyy'",
    ),
    Mutation(
        "every fact comes from its own column: a letter is no registration",
        "models/staging/atlas/stg_atlas__invitations.sql",
        "read_text('Wervingsbrief')",
        "read_text('Aanmelding')",
    ),
    Mutation(
        "white space around a value is no part of it", "macros/read_text.sql", "(?:.*[^{{ white_space() }}])?", ".*"
    ),
    Mutation(
        "codes compare without regard to capitals: residence status",
        "macros/map_agency_codes.sql",
        "lower({{ relation }}.residence_status_code)",
        "{{ relation }}.residence_status_code",
    ),
    Mutation(
        "codes compare without regard to capitals: trajectory type",
        "models/staging/amal/stg_amal__contracts.sql",
        "upper({{ read_text('trajectory') }})",
        "{{ read_text('trajectory') }}",
    ),
    Mutation(
        "a code means what its own agency means by it",
        "macros/map_agency_codes.sql",
        "on {{ relation }}.agency = gender_codes.agency",
        "on gender_codes.agency is not null",
    ),
    # Deliveries
    Mutation(
        "the newest version of a delivery counts",
        "models/intermediate/int_current_deliveries.sql",
        "max(delivery_version)",
        "min(delivery_version)",
    ),
    Mutation(
        "rows of a replaced version do not count",
        "models/intermediate/int_records.sql",
        "records.delivery_version = current_deliveries.delivery_version",
        "records.delivery_version <= current_deliveries.delivery_version",
    ),
    Mutation(
        "contracts of all three agencies count",
        "models/intermediate/int_contracts_unioned.sql",
        "    union all\n    select * from amal\n",
        "",
    ),
    # Person
    Mutation(
        "one valid person number is one person at all agencies",
        "models/intermediate/int_records.sql",
        "when records.is_person_number_valid then records.person_pseudonym",
        "when records.is_person_number_valid then records.agency || records.person_pseudonym",
    ),
    Mutation(
        "an invalid person number is nobody's",
        "models/intermediate/int_records.sql",
        "when records.is_person_number_valid then",
        "when records.person_pseudonym is not null then",
    ),
    Mutation(
        "without a valid person number the person is the dossier at that agency",
        "models/intermediate/int_records.sql",
        "else records.agency || ':' || coalesce",
        "else coalesce",
    ),
    # Rows that cannot be counted
    Mutation(
        "a missing key date is told apart from one that is no date",
        "models/intermediate/int_records.sql",
        "'missing_key_date'",
        "'unreadable_key_date'",
    ),
    Mutation(
        "a key date on the reference date counts",
        "models/intermediate/int_records.sql",
        "and records.reference_date then null",
        "and records.reference_date and records.key_date <> records.reference_date then null",
    ),
    Mutation(
        "a key date on 1 January 2004 counts",
        "models/intermediate/int_records.sql",
        "when records.key_date between cast(",
        "when records.key_date <> date '2004-01-01' and records.key_date between cast(",
    ),
    Mutation(
        "a key date before 1 January 2004 is set aside",
        "dbt_project.yml",
        'first_possible_day: "2004-01-01"',
        'first_possible_day: "2003-12-31"',
    ),
    Mutation(
        "of rows with one number the last in the file wins",
        "models/intermediate/int_records_overtaken.sql",
        "order by row_number desc",
        "order by row_number",
    ),
    Mutation(
        "identical is a duplicate, different is superseded",
        "models/intermediate/int_records_overtaken.sql",
        "then 'duplicate' else 'superseded'",
        "then 'superseded' else 'duplicate'",
    ),
    Mutation(
        "a duplicate is identical to the row that stays",
        "models/intermediate/int_records_overtaken.sql",
        "first_value(",
        "last_value(",
    ),
    Mutation(
        "rows that differ in the municipality are no duplicates",
        "models/intermediate/int_records_overtaken.sql",
        "'nis_code', ",
        "",
    ),
    Mutation(
        "unusable dates are set aside first and compete for no number",
        "models/intermediate/int_records_overtaken.sql",
        "where unusable_date_reason is null",
        "where true",
    ),
    Mutation(
        "numbers compare exactly",
        "models/intermediate/int_records_overtaken.sql",
        "select * from {{ ref('int_records') }}",
        "select * exclude (record_number), lower(record_number) as record_number from {{ ref('int_records') }}",
    ),
    Mutation(
        "invitations compete by dossier number",
        "models/intermediate/int_records.sql",
        "coalesce(dossier_number, '') as record_number",
        "coalesce(person_pseudonym, '') as record_number",
    ),
    Mutation(
        "a row set aside is in no fact",
        "models/intermediate/int_records_attributed.sql",
        "where set_aside_reason is null",
        "where true",
    ),
    Mutation(
        "a row broken in structure is set aside, not lost",
        "models/intermediate/int_records_set_aside.sql",
        "broken_rows.agency = current_deliveries.agency",
        "broken_rows.agency <> current_deliveries.agency",
    ),
    Mutation(
        "rows delivered are rows accepted and rows set aside",
        "models/annex/annex_control_deliveries.sql",
        "coalesce(set_aside_per_file.rows_set_aside, 0)",
        "0",
    ),
    Mutation(
        "a letter on the reference date counts",
        "models/intermediate/int_records.sql",
        "letter_sent_on <= reference_date",
        "letter_sent_on < reference_date",
    ),
    Mutation(
        "a letter after the reference date counts as empty",
        "models/intermediate/int_records.sql",
        "case when letter_sent_on <= reference_date then letter_sent_on end",
        "letter_sent_on",
    ),
    Mutation(
        "a registration after the reference date counts as empty",
        "models/intermediate/int_records.sql",
        "case when registered_on <= reference_date then registered_on end",
        "registered_on",
    ),
    Mutation(
        "an unusable letter date is reported",
        "models/intermediate/int_record_remarks.sql",
        "records.letter_sent_on_as_delivered is not null and records.letter_sent_on is null",
        "false",
    ),
    # First contracts
    Mutation("the earliest signature wins", "models/core/fct_contracts.sql", "by key_date,", "by key_date desc,"),
    Mutation(
        "the first contract is the first over all agencies",
        "models/core/fct_contracts.sql",
        "partition by reference_date, person_key,",
        "partition by reference_date, person_key, agency,",
    ),
    Mutation(
        "a person counts once in all years together",
        "models/core/fct_contracts.sql",
        "partition by reference_date, person_key,",
        "partition by reference_date, person_key, extract(year from key_date),",
    ),
    Mutation(
        "every reference date is counted by itself",
        "models/core/fct_contracts.sql",
        "partition by reference_date, person_key,",
        "partition by person_key,",
    ),
    Mutation(
        "contracts of one day go by the order of the agencies",
        "models/core/fct_contracts.sql",
        "agency_tie_order, record_number",
        "record_number",
    ),
    Mutation(
        "contracts of one day at one agency go by the contract number",
        "models/core/fct_contracts.sql",
        "agency_tie_order, record_number",
        "agency_tie_order, record_number desc",
    ),
    Mutation(
        "the order of the agencies is agii, atlas, amal",
        "seeds/members/agencies.csv",
        "Atlas,2,",
        "Atlas,4,",
    ),
    Mutation(
        "contracts of other trajectory types never count",
        "models/core/fct_contracts.sql",
        "is_civic_integration and place_in_time = 1",
        "place_in_time = 1",
    ),
    Mutation(
        "a contract of another type does not hide one of civic integration",
        "models/core/fct_contracts.sql",
        "person_key, is_civic_integration\n",
        "person_key\n",
    ),
    Mutation(
        "a contract of an unknown type does not count",
        "models/core/fct_contracts.sql",
        "coalesce(trajectory_types.is_civic_integration, false)",
        "coalesce(trajectory_types.is_civic_integration, true)",
    ),
    Mutation("Dutch only does not count", "seeds/codes/trajectory_types.csv", "TT_NT2,false", "TT_NT2,true"),
    Mutation("a trajectory in Brussels counts", "seeds/codes/trajectory_types.csv", "TT_IBBXL,true", "TT_IBBXL,false"),
    Mutation(
        "a contract counts in the year of its signature",
        "models/core/fct_contracts.sql",
        "extract(year from key_date)",
        "extract(year from reference_date)",
    ),
    Mutation(
        "the annex counts first contracts",
        "models/annex/annex_counted_persons.sql",
        "where is_first_contract",
        "where is_civic_integration",
    ),
    # First attests
    Mutation("the earliest attest wins", "models/core/fct_attests.sql", "by key_date,", "by key_date desc,"),
    Mutation(
        "the first attest is the first over all agencies",
        "models/core/fct_attests.sql",
        "partition by reference_date, person_key,",
        "partition by reference_date, person_key, agency_tie_order,",
    ),
    Mutation(
        "attests of one day go by the order of the agencies",
        "models/core/fct_attests.sql",
        "agency_tie_order, record_number",
        "record_number",
    ),
    Mutation(
        "attests of one day at one agency go by the attest number",
        "models/core/fct_attests.sql",
        "agency_tie_order, record_number",
        "agency_tie_order, record_number desc",
    ),
    Mutation("AEVC05 does not count", "seeds/codes/attest_types.csv", "(EVC),false", "(EVC),true"),
    Mutation(
        "an attest counts in the year it was obtained",
        "models/core/fct_attests.sql",
        "extract(year from key_date)",
        "extract(year from reference_date)",
    ),
    # Invitations
    Mutation(
        "the first extraction is the earliest over all rows",
        "models/core/fct_invitations.sql",
        "min(key_date)",
        "max(key_date)",
    ),
    Mutation(
        "the first letter is the earliest over all rows",
        "models/core/fct_invitations.sql",
        "min(letter_sent_on)",
        "max(letter_sent_on)",
    ),
    Mutation(
        "the December rule: a letter of the year after is in no cohort",
        "models/core/fct_invitations.sql",
        "extraction_year = letter_year, false",
        "letter_year - extraction_year in (0, 1), false",
    ),
    Mutation(
        "the December rule is noted for extractions in December",
        "models/core/fct_invitations.sql",
        "first_extraction_of_person) = 12",
        "first_extraction_of_person) >= 11",
    ),
    Mutation(
        "the December rule is noted for letters in January",
        "models/core/fct_invitations.sql",
        "first_letter_of_person) = 1,",
        "first_letter_of_person) <= 2,",
    ),
    Mutation(
        "the December rule is noted for the year after",
        "models/core/fct_invitations.sql",
        "letter_year = extraction_year + 1",
        "letter_year > extraction_year",
    ),
    Mutation(
        "the row with the first letter gives the attributes",
        "models/core/fct_invitations.sql",
        "order by records.letter_sent_on nulls last, records.key_date",
        "order by records.key_date",
    ),
    Mutation(
        "letters of one day go to the earliest extraction",
        "models/core/fct_invitations.sql",
        "nulls last, records.key_date",
        "nulls last",
    ),
    Mutation(
        "letters and extractions of one day go by the order of the agencies",
        "models/core/fct_invitations.sql",
        "records.agency_tie_order, ",
        "",
    ),
    Mutation(
        "letters and extractions of one day at one agency go by the dossier number",
        "models/core/fct_invitations.sql",
        "records.record_number\n",
        "records.record_number desc\n",
    ),
    Mutation(
        "a registration counts at whatever agency",
        "models/core/fct_invitations.sql",
        "persons.is_registered,",
        "records.registered_on is not null as is_registered,",
    ),
    Mutation(
        "a registration counts before the letter too",
        "models/core/fct_invitations.sql",
        "count(registered_on) > 0",
        "count(case when registered_on >= letter_sent_on then 1 end) > 0",
    ),
    Mutation(
        "the term is three months",
        "dbt_project.yml",
        "registration_term_months: 3",
        "registration_term_months: 2",
    ),
    Mutation(
        "the months of the term are calendar months",
        "models/core/fct_invitations.sql",
        "dateadd('month', var('registration_term_months'),",
        "dateadd('day', 30 * var('registration_term_months'),",
    ),
    Mutation(
        "on the day the term ends it is over",
        "models/core/fct_invitations.sql",
        "registration_term_until > reference_date",
        "registration_term_until >= reference_date",
    ),
    Mutation(
        "who was not invited has no reason for not registering",
        "models/core/fct_invitations.sql",
        "when not is_invited or is_registered then null",
        "when is_registered then null",
    ),
    Mutation(
        "an unknown reason is onbekend",
        "models/intermediate/int_records_attributed.sql",
        "'ONBEKEND')",
        "'OVERLEDEN')",
    ),
    Mutation(
        "a term that still runs is no reason that an agency gives",
        "models/intermediate/int_records_attributed.sql",
        "            and no_show_reasons.is_delivered_code\n",
        "",
    ),
    Mutation(
        "an invitation counts in the year of the letter",
        "models/annex/annex_counted_persons.sql",
        "'invited' as measure,\n        letter_year",
        "'invited' as measure,\n        letter_year + 1",
    ),
    Mutation(
        "reach is registered over invited",
        "macros/reach.sql",
        "cast({{ registered }} as double) / {{ invited }}",
        "cast({{ invited }} as double) / {{ registered }}",
    ),
    # Attributes
    Mutation(
        "the agency is never derived from the province",
        "models/intermediate/int_records_attributed.sql",
        "        accepted.agency,\n",
        "        case when municipalities.province = 'antwerpen' then 'atlas' else accepted.agency end as agency,\n",
    ),
    Mutation(
        "the province is never derived from the agency",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(municipalities.province, 'onbepaald')",
        "coalesce(case accepted.agency when 'atlas' then 'antwerpen' end, municipalities.province, 'onbepaald')",
    ),
    Mutation(
        "an unknown municipality is undetermined",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(municipalities.province, 'onbepaald')",
        "coalesce(municipalities.province, 'ander_gewest')",
    ),
    Mutation(
        "a municipality counts whether or not it was still valid",
        "models/intermediate/int_records_attributed.sql",
        "on accepted.nis_code = municipalities.nis_code",
        "on accepted.nis_code = municipalities.nis_code and municipalities.valid_until is null",
    ),
    Mutation(
        "a municipality that was not valid on the day is reported",
        "models/intermediate/int_record_remarks.sql",
        "records.event_date >= municipalities.valid_until",
        "records.event_date > municipalities.valid_until",
    ),
    Mutation(
        "Brussels is a region of its own",
        "seeds/reference/municipalities.csv",
        "21004,Brussel,brussels_gewest",
        "21004,Brussel,vlaams_brabant",
    ),
    Mutation(
        "a Walloon municipality lies in another region",
        "seeds/reference/municipalities.csv",
        "25112,Waver,ander_gewest",
        "25112,Waver,vlaams_brabant",
    ),
    Mutation(
        "a country is EU from its first day",
        "models/intermediate/int_records_attributed.sql",
        ">= eu_memberships.member_from",
        "> eu_memberships.member_from",
    ),
    Mutation(
        "a country is EU until its last day",
        "models/intermediate/int_records_attributed.sql",
        "< eu_memberships.member_until",
        "<= eu_memberships.member_until",
    ),
    Mutation(
        "EU is judged on the day of the letter",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(letter_sent_on, key_date)",
        "key_date",
    ),
    Mutation(
        "the United Kingdom is EU until 31 January 2020",
        "seeds/reference/eu_memberships.csv",
        "GB,1973-01-01,2020-02-01",
        "GB,1973-01-01,2020-01-31",
    ),
    Mutation(
        "Croatia is EU from 1 July 2013",
        "seeds/reference/eu_memberships.csv",
        "HR,2013-07-01",
        "HR,2013-07-02",
    ),
    Mutation("Belgium is EU at all times", "seeds/reference/eu_memberships.csv", "BE,1958-01-01", "BE,2024-01-01"),
    Mutation(
        "an undetermined nationality is in no group",
        "models/intermediate/int_records_attributed.sql",
        "accepted.nationality is null then 'onbepaald'",
        "accepted.nationality is null then 'niet_eu'",
    ),
    Mutation(
        "nationality code 711 is undetermined",
        "seeds/codes/special_nationality_codes.csv",
        "711,,undetermined",
        "711,BE,undetermined",
    ),
    Mutation(
        "nationality code 822 is Afghanistan",
        "seeds/codes/special_nationality_codes.csv",
        "822,AF,refugee",
        "822,,refugee",
    ),
    Mutation(
        "a state that no longer exists is no nationality",
        "seeds/codes/special_nationality_codes.csv",
        "172,,former_state",
        "172,RU,former_state",
    ),
    Mutation(
        "a state that no longer exists is reported",
        "models/intermediate/int_record_remarks.sql",
        "records.nationality_code_kind = 'former_state'",
        "false",
    ),
    Mutation(
        "gender onbepaald stands beside X",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(accepted.gender, 'onbepaald')",
        "coalesce(accepted.gender, 'x')",
    ),
    Mutation(
        "an unknown target group is undetermined",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(accepted.target_group, 'onbepaald')",
        "coalesce(accepted.target_group, 'verplicht')",
    ),
    Mutation(
        "MINDERJARIG is an undetermined target group",
        "seeds/codes/target_group_codes.csv",
        "MINDERJARIG,onbepaald",
        "MINDERJARIG,rechthebbend",
    ),
    Mutation(
        "an unknown residence status is VR19",
        "models/intermediate/int_records_attributed.sql",
        "coalesce(accepted.residence_status, 'VR19')",
        "coalesce(accepted.residence_status, 'VR18')",
    ),
    Mutation(
        "VR20 counts under overige",
        "seeds/members/residence_statuses.csv",
        "20,false,VR18",
        "20,false,VR19",
    ),
    Mutation(
        "VR20 is in a note, the listed statuses are not",
        "models/annex/annex_notes.sql",
        "    where not is_listed\n",
        "",
    ),
    Mutation(
        "the annex has the residence statuses of the question only",
        "models/annex/annex_members.sql",
        "    where is_listed\n",
        "",
    ),
    Mutation(
        "the residence statuses stand in the order of the question",
        "seeds/members/residence_statuses.csv",
        "EU+ of Belg,15",
        "EU+ of Belg,5",
    ),
    Mutation(
        "an unknown code drops no row",
        "models/intermediate/int_records_attributed.sql",
        "left join municipalities",
        "inner join municipalities",
    ),
    Mutation(
        "an empty code is reported",
        "models/intermediate/int_record_remarks.sql",
        "records.gender_code is null",
        "false",
    ),
    # Totals
    Mutation(
        "every measure has a total",
        "models/annex/annex_counts.sql",
        "        (measure, reference_date, year),\n",
        "",
    ),
    Mutation(
        "a person of whom something is undetermined counts in every total",
        "models/annex/annex_counts.sql",
        "from combinations\n    group by",
        "from combinations\n    where province <> 'onbepaald'\n    group by",
    ),
    Mutation(
        "every breakdown must agree with the total",
        "models/annex/annex_control_totals.sql",
        "sums.persons = totals.persons as agrees",
        "true as agrees",
    ),
    Mutation(
        "a member with nobody stands there with 0",
        "models/annex/annex_counts.sql",
        "from cells\n    left join counts",
        "from cells\n    inner join counts",
    ),
    Mutation(
        "contracts and attests are not mixed up",
        "models/annex/annex_figures.sql",
        "when measure = 'contracts' then",
        "when measure = 'attests' then",
    ),
    Mutation(
        "two crossed breakdowns have totals both ways",
        "models/annex/annex_crossed_figures.sql",
        "cube (member, second_member)",
        "rollup (member, second_member)",
    ),
    Mutation(
        "a pair of closed lists with nobody stands there with 0",
        "models/annex/annex_crossed_figures.sql",
        "where not pairs.is_of_a_nationality or pairs_that_occur.member is not null",
        "where pairs_that_occur.member is not null",
    ),
    Mutation(
        "nobody has a contract by reason for not registering",
        "models/annex/annex_crossed_figures.sql",
        "when cells.second_breakdown <> 'not_registered_reason'\n                then",
        "when true\n                then",
    ),
    Mutation(
        "a figure as known is the first published after the reference date",
        "models/annex/annex_control_published.sql",
        "then 0 else 1 end",
        "then 1 else 0 end",
    ),
    Mutation(
        "a figure published on the reference date was published before it",
        "models/annex/annex_control_published.sql",
        "published_figures.published_on > counts.reference_date",
        "published_figures.published_on >= counts.reference_date",
        times=2,
    ),
    Mutation(
        "a figure as known is otherwise the last published before",
        "models/annex/annex_control_published.sql",
        "published_figures.published_on desc",
        "published_figures.published_on",
    ),
    Mutation(
        "the figures of a year are compared once it is over",
        "models/annex/annex_control_published.sql",
        "where counts.year < extract",
        "where counts.year <= extract",
    ),
)
