"""The counting rules and reading rules, each with a change to the project that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True)
class Mutation:
    """A rule in words, and the change to one file that breaks it: a text that occurs `times` times, and another.

    What dbt reads, its tests guard. Of any other file, `tests` names the file with the tests that do.
    """

    name: str
    file: str
    find: str
    replacement: str
    times: int = 1
    tests: str = ""

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


EXPLAINED_CELL, EXPLAINED_PAGE = "tests/annex/test_explain_cell.py", "tests/annex/test_explained_page.py"

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
        "every value comes from its own column: a letter is no registration",
        "models/staging/atlas/stg_atlas__invitations.sql",
        "read_text('Wervingsbrief')",
        "read_text('Aanmelding')",
    ),
    Mutation(
        "white space around a value is no part of it",
        "macros/read_text.sql",
        "(?:.*[^{{ white_space() }}])?",
        ".*",
    ),
    Mutation(
        "codes compare without regard to capitals: residence status",
        "models/intermediate/int_events_conformed.sql",
        "lower(events.residence_status_code) = lower(residence_status_codes.code)",
        "events.residence_status_code = residence_status_codes.code",
    ),
    Mutation(
        "codes compare without regard to capitals: type of a trajectory or an attest",
        "models/intermediate/int_events_conformed.sql",
        "lower(events.type_code) = lower(counted_types.type_code)",
        "events.type_code = counted_types.type_code",
    ),
    Mutation(
        "codes compare without regard to capitals: reason for not registering",
        "models/intermediate/int_events_conformed.sql",
        "lower(events.not_registered_reason_code) = lower(reasons.not_registered_reason)",
        "events.not_registered_reason_code = reasons.not_registered_reason",
    ),
    Mutation(
        "a code means what its own agency means by it",
        "models/intermediate/int_events_conformed.sql",
        "agencies.dialect = gender_codes.dialect",
        "gender_codes.dialect is not null",
    ),
    # Deliveries
    Mutation(
        "the newest version of a delivery counts",
        "models/staging/landing/stg_landing__current_files.sql",
        "max(delivery_version)",
        "min(delivery_version)",
    ),
    Mutation(
        "rows of a replaced version do not count",
        "models/intermediate/int_events.sql",
        "using (agency, reference_date, delivery_version, event_type)",
        "using (agency, reference_date, event_type)",
    ),
    Mutation(
        "events of all three agencies count",
        "models/intermediate/int_events.sql",
        "from {{ ref('stg_' ~ dialect ~ '__' ~ event_type) }}",
        "from {{ ref('stg_' ~ dialect ~ '__' ~ event_type) }}{% if dialect == 'amal' %} where false{% endif %}",
    ),
    Mutation(
        "only what was loaded with the key of the sample is synthetic",
        "models/staging/landing/stg_landing__current_files.sql",
        "key_fingerprint = '{{ var(\"sample_key_fingerprint\") }}' as",
        "key_fingerprint is not null as",
    ),
    # Person
    Mutation(
        "one valid person number is one person at all agencies",
        "macros/engines/person_key.sql",
        "cast('0x' || substring({{ row }}.person_pseudonym, 1, 32) as uhugeint)",
        "md5_number({{ row }}.agency || {{ row }}.person_pseudonym)",
    ),
    Mutation(
        "an invalid person number is nobody's",
        "macros/engines/person_key.sql",
        "when {{ row }}.is_person_number_valid then cast(",
        "when {{ row }}.person_pseudonym is not null then cast(",
    ),
    Mutation(
        "without a valid person number the person is the dossier at that agency",
        "macros/engines/person_key.sql",
        "{{ row }}.agency || ':' || coalesce(",
        "coalesce(",
    ),
    Mutation(
        "without a person number and a dossier the person is the row alone",
        "macros/engines/person_key.sql",
        "cast({{ row }}.row_number as {{ dbt.type_string() }})",
        "'2'",
    ),
    # Rows that cannot be counted
    Mutation(
        "a missing event date is told apart from one that is no date",
        "models/intermediate/int_events.sql",
        "'missing_event_date'",
        "'unreadable_event_date'",
    ),
    Mutation(
        "an event date on the reference date counts",
        "models/intermediate/int_events.sql",
        "when {{ is_possible('delivered.event_date') }} then",
        "when {{ is_possible('delivered.event_date') }} and delivered.event_date < delivered.reference_date then",
    ),
    Mutation(
        "an event date on 1 January 2004 counts",
        "models/intermediate/int_events.sql",
        "when {{ is_possible('delivered.event_date') }} then",
        "when {{ is_possible('delivered.event_date') }} and delivered.event_date > date '2004-01-01' then",
    ),
    Mutation(
        "an event date before 1 January 2004 is rejected",
        "dbt_project.yml",
        'first_possible_day: "2004-01-01"',
        'first_possible_day: "2003-12-31"',
    ),
    Mutation(
        "of rows with one number the last in the file wins",
        "models/intermediate/int_events.sql",
        "order by dated.row_number desc",
        "order by dated.row_number",
    ),
    Mutation(
        "an empty number is no key: rows without a number do not compete",
        "models/intermediate/int_events.sql",
        "using (agency, reference_date, event_type, event_number)",
        "using (agency, reference_date, event_type)",
    ),
    Mutation(
        "identical is a duplicate, different is superseded",
        "models/intermediate/int_events.sql",
        "> 1 and competing.is_identical then 'duplicate'",
        "> 1 and not competing.is_identical then 'duplicate'",
    ),
    Mutation(
        "a duplicate is identical to the row that stays",
        "models/intermediate/int_events.sql",
        "first_value(",
        "last_value(",
        times=2,
    ),
    Mutation(
        "a duplicate may write its codes with other capitals",
        "models/intermediate/int_events.sql",
        "(lower(dated.{{ code }}) is not distinct from first_value(lower(dated.{{ code }})) over last_row_first)",
        "(dated.{{ code }} is not distinct from first_value(dated.{{ code }}) over last_row_first)",
    ),
    Mutation(
        "rows that differ in the municipality are no duplicates",
        "models/intermediate/int_events.sql",
        "codes = [\n    'nis_code', ",
        "codes = [\n    ",
    ),
    Mutation(
        "rows with an unusable date are rejected first and compete for no number",
        "models/intermediate/int_events.sql",
        "where dated.unusable_date is null",
        "where true",
    ),
    Mutation(
        "numbers compare exactly",
        "models/intermediate/int_events.sql",
        "        delivered.*,\n        {{ person_key",
        "        delivered.* replace (lower(delivered.event_number) as event_number),\n        {{ person_key",
    ),
    Mutation(
        "invitations compete by dossier number",
        "models/staging/agii/stg_agii__invitations.sql",
        "{{ read_text('KBI_NUMMER') }} as event_number",
        "person_pseudonym as event_number",
    ),
    Mutation(
        "a rejected row is in no fact",
        "models/intermediate/int_events_conformed.sql",
        "where rejection_reason is null",
        "where true",
    ),
    Mutation(
        "a row broken in structure is rejected, not lost",
        "models/intermediate/int_rejected_rows.sql",
        "using (agency, reference_date, delivery_version, event_type)",
        "using (agency, reference_date, delivery_version, event_type) where 1 = 0",
    ),
    Mutation(
        "rows delivered are rows accepted and rows rejected",
        "models/annex/checks/annex_checks_deliveries.sql",
        "coalesce(rejected.rows_rejected, 0)",
        "0",
    ),
    Mutation(
        "a letter on the reference date counts",
        "models/intermediate/int_events.sql",
        "case when {{ is_possible('dated.letter_sent_on') }} then",
        "case when {{ is_possible('dated.letter_sent_on') }} and dated.letter_sent_on < dated.reference_date then",
    ),
    Mutation(
        "a letter after the reference date counts as empty",
        "models/intermediate/int_events.sql",
        "case when {{ is_possible('dated.letter_sent_on') }} then",
        "case when dated.letter_sent_on >= date '2004-01-01' then",
    ),
    Mutation(
        "a letter before 1 January 2004 counts as empty",
        "models/intermediate/int_events.sql",
        "case when {{ is_possible('dated.letter_sent_on') }} then",
        "case when dated.letter_sent_on <= dated.reference_date then",
    ),
    Mutation(
        "a letter before the extraction is reported",
        "models/intermediate/int_events_conformed.sql",
        "'events.letter_sent_on < events.event_date'",
        "'false'",
    ),
    Mutation(
        "a row of an unknown type is reported as not counted",
        "seeds/lists/warnings.csv",
        "onbekend: niet geteld,16,type_code,false",
        "onbekend: niet geteld,16,type_code,true",
    ),
    Mutation(
        "an unknown type is a decision that nobody took yet",
        "models/annex/checks/annex_checks_undecided.sql",
        "warnings.warning = 'unknown_type_code'",
        "warnings.warning = 'empty_type_code'",
    ),
    Mutation(
        "a registration after the reference date counts as empty",
        "models/intermediate/int_events.sql",
        "case when {{ is_possible('dated.registered_on') }} then",
        "case when dated.registered_on >= date '2004-01-01' then",
    ),
    Mutation(
        "an unusable letter date is reported",
        "models/intermediate/int_events_conformed.sql",
        "'events.letter_sent_on_as_delivered is not null and events.letter_sent_on is null'",
        "'false'",
    ),
    Mutation(
        "more rows of one person in one file than a person can have are reported",
        "models/intermediate/int_event_warnings.sql",
        "having count(*) > {{ var('most_rows_of_a_person') }}",
        "having false",
    ),
    Mutation(
        "as many rows of one person as the variable allows are not reported",
        "models/intermediate/int_event_warnings.sql",
        "having count(*) > {{",
        "having count(*) >= {{",
    ),
    # First contracts
    Mutation(
        "the earliest signature wins",
        "models/core/fct_contracts.sql",
        "by event_date,",
        "by event_date desc,",
    ),
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
        "partition by reference_date, person_key, extract(year from event_date),",
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
        "agency_sort_order, event_number",
        "event_number",
    ),
    Mutation(
        "contracts of one day at one agency go by the contract number",
        "models/core/fct_contracts.sql",
        "event_number nulls last",
        "event_number desc nulls last",
    ),
    Mutation(
        "contracts of one day at one agency without a number come last",
        "models/core/fct_contracts.sql",
        "event_number nulls last",
        "event_number nulls first",
    ),
    Mutation(
        "contracts of one day at one agency without a number go by the row",
        "models/core/fct_contracts.sql",
        "nulls last, row_number",
        "nulls last, row_number desc",
    ),
    Mutation(
        "the order of the agencies is agii, atlas, amal",
        "models/core/dim_agency.sql",
        "{{ loop.index }} as sort_order",
        "{{ loop.revindex }} as sort_order",
    ),
    Mutation(
        "contracts of other types of trajectory never count",
        "models/core/fct_contracts.sql",
        "is_counted_type and place_in_time = 1",
        "place_in_time = 1",
    ),
    Mutation(
        "a contract of another type does not hide one of civic integration",
        "models/core/fct_contracts.sql",
        "person_key, is_counted_type\n",
        "person_key\n",
    ),
    Mutation(
        "a contract of an unknown type does not count",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(counted_types.is_counted_type, false)",
        "coalesce(counted_types.is_counted_type, true)",
    ),
    Mutation(
        "Dutch only does not count",
        "seeds/codes/counted_types.csv",
        "TT_NT2,enkel Nederlands (NT2),false",
        "TT_NT2,enkel Nederlands (NT2),true",
    ),
    Mutation(
        "a trajectory in Brussels counts",
        "seeds/codes/counted_types.csv",
        "TT_IBBXL,,true",
        "TT_IBBXL,,false",
    ),
    Mutation(
        "a contract counts in the year of its signature",
        "models/core/fct_contracts.sql",
        "extract(year from event_date)",
        "extract(year from reference_date)",
    ),
    Mutation(
        "the annex counts first contracts",
        "models/core/fct_trajectories.sql",
        "'reached': 'is_first_contract'",
        "'reached': 'is_counted_type'",
    ),
    # First attests
    Mutation(
        "the earliest attest wins",
        "models/core/fct_attests.sql",
        "by event_date,",
        "by event_date desc,",
    ),
    Mutation(
        "the first attest is the first over all agencies",
        "models/core/fct_attests.sql",
        "partition by reference_date, person_key,",
        "partition by reference_date, person_key, agency,",
    ),
    Mutation(
        "attests of one day go by the order of the agencies",
        "models/core/fct_attests.sql",
        "agency_sort_order, event_number",
        "event_number",
    ),
    Mutation(
        "attests of one day at one agency go by the attest number",
        "models/core/fct_attests.sql",
        "event_number nulls last",
        "event_number desc nulls last",
    ),
    Mutation(
        "attests of one day at one agency without a number go by the row",
        "models/core/fct_attests.sql",
        "nulls last, row_number",
        "nulls last, row_number desc",
    ),
    Mutation(
        "AEVC05 does not count",
        "seeds/codes/counted_types.csv",
        "(EVC),false",
        "(EVC),true",
    ),
    Mutation(
        "an attest counts in the year it was obtained",
        "models/core/fct_attests.sql",
        "extract(year from event_date)",
        "extract(year from reference_date)",
    ),
    # Invitations
    Mutation(
        "the first extraction is the earliest over all rows",
        "models/core/fct_invitations.sql",
        "min(event_date)",
        "max(event_date)",
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
        "extraction_year = year, false",
        "year - extraction_year in (0, 1), false",
    ),
    Mutation(
        "the December rule is noted for extractions in December",
        "models/core/fct_invitations.sql",
        "extract(month from first_extraction) = 12",
        "extract(month from first_extraction) >= 11",
    ),
    Mutation(
        "the December rule is noted for letters in January",
        "models/core/fct_invitations.sql",
        "extract(month from first_letter) = 1,",
        "extract(month from first_letter) <= 2,",
    ),
    Mutation(
        "the December rule is noted for the year after",
        "models/core/fct_invitations.sql",
        "year = extraction_year + 1",
        "year > extraction_year",
    ),
    Mutation(
        "the row with the first letter gives the attributes",
        "models/core/fct_invitations.sql",
        "order by letter_sent_on nulls last, event_date",
        "order by event_date",
    ),
    Mutation(
        "letters of one day go to the earliest extraction",
        "models/core/fct_invitations.sql",
        "nulls last, event_date",
        "nulls last",
    ),
    Mutation(
        "letters and extractions of one day go by the order of the agencies",
        "models/core/fct_invitations.sql",
        "event_date, agency_sort_order, ",
        "event_date, ",
    ),
    Mutation(
        "letters and extractions of one day at one agency go by the dossier number",
        "models/core/fct_invitations.sql",
        "event_number nulls last",
        "event_number desc nulls last",
    ),
    Mutation(
        "letters and extractions of one day at one agency without a number go by the row",
        "models/core/fct_invitations.sql",
        "nulls last, row_number",
        "nulls last, row_number desc",
    ),
    Mutation(
        "a registration counts at whatever agency",
        "models/core/fct_invitations.sql",
        "count(registered_on) over one_person > 0 as is_registered",
        "registered_on is not null as is_registered",
    ),
    Mutation(
        "a registration counts before the letter too",
        "models/core/fct_invitations.sql",
        "count(registered_on) over",
        "count(case when registered_on >= letter_sent_on then 1 end) over",
    ),
    Mutation(
        "the term is three months",
        "seeds/lists/registration_terms.csv",
        "everywhere,3",
        "everywhere,2",
    ),
    Mutation(
        "the months of the term are calendar months",
        "models/core/fct_invitations.sql",
        "dateadd('month', 'term_months',",
        "dateadd('day', '30 * term_months',",
    ),
    Mutation(
        "a term of a province comes before that of everywhere",
        "models/core/fct_invitations.sql",
        "coalesce(of_province.months, everywhere.months)",
        "coalesce(everywhere.months, of_province.months)",
    ),
    Mutation(
        "a term holds for letters from its day on",
        "models/core/fct_invitations.sql",
        "first_letter >= of_province.letters_from",
        "first_letter > of_province.letters_from",
    ),
    Mutation(
        "a later term replaces an earlier one",
        "models/core/fct_invitations.sql",
        "first_letter < everywhere.replaced_from",
        "first_letter <= everywhere.replaced_from",
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
        "models/intermediate/int_events_conformed.sql",
        "'ONBEKEND')",
        "'OVERLEDEN')",
    ),
    Mutation(
        "a term that still runs is no reason that an agency gives",
        "models/intermediate/int_events_conformed.sql",
        " and reasons.is_delivered_code",
        "",
    ),
    Mutation(
        "an invitation counts in the year of the letter",
        "models/core/fct_trajectories.sql",
        "        year as {{ step }}_year,",
        "        {{ 'year + 1' if step == 'invitation' else 'year' }} as {{ step }}_year,",
    ),
    Mutation(
        "reach is registered over invited",
        "models/annex/figures/annex_figures.sql",
        "cast(persons as double) / persons_of_all",
        "cast(persons_of_all as double) / persons",
    ),
    # Attributes
    Mutation(
        "the agency is never derived from the province",
        "models/intermediate/int_events_conformed.sql",
        "        events.agency,\n",
        "        case when municipalities.province = 'antwerpen' then 'atlas' else events.agency end as agency,\n",
    ),
    Mutation(
        "the province is never derived from the agency",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(municipalities.province, 'onbepaald')",
        "coalesce(case events.agency when 'atlas' then 'antwerpen' end, municipalities.province, 'onbepaald')",
    ),
    Mutation(
        "an unknown municipality is undetermined",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(municipalities.province, 'onbepaald')",
        "coalesce(municipalities.province, 'ander_gewest')",
    ),
    Mutation(
        "the Flemish provinces are one region",
        "seeds/members/provinces.csv",
        "Vlaams-Brabant,4,vlaams_gewest",
        "Vlaams-Brabant,4,brussels_gewest",
    ),
    Mutation(
        "an unknown municipality lies in no region",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(provinces.region, 'onbepaald')",
        "coalesce(provinces.region, 'ander_gewest')",
    ),
    Mutation(
        "an unknown municipality lies in no working area",
        "models/intermediate/int_events_conformed.sql",
        "provinces.default_working_area, 'onbepaald')",
        "provinces.default_working_area, 'ander_gewest')",
    ),
    Mutation(
        "the working area is never derived from the agency",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(city_working_areas.working_area, ",
        "coalesce(case events.agency when 'atlas' then 'stad_antwerpen' end, city_working_areas.working_area, ",
    ),
    Mutation(
        "a city comes before its province",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(city_working_areas.working_area, provinces.default_working_area, ",
        "coalesce(provinces.default_working_area, city_working_areas.working_area, ",
    ),
    Mutation(
        "what merged into a city is of its working area from the day of the merger",
        "models/intermediate/int_events_conformed.sql",
        "events.attribution_date >= city_working_areas.in_area_from",
        "events.attribution_date > city_working_areas.in_area_from",
    ),
    Mutation(
        "the working area of an invited person is that of the day of the letter",
        "models/intermediate/int_events_conformed.sql",
        "events.attribution_date >= city_working_areas.in_area_from",
        "events.event_date >= city_working_areas.in_area_from",
    ),
    Mutation(
        "what merged into a city has its working area",
        "seeds/reference/city_working_areas.csv",
        "11007,stad_antwerpen,2025-01-01\n",
        "",
    ),
    Mutation(
        "a municipality counts whether or not it was still valid",
        "models/intermediate/int_events_conformed.sql",
        "on events.nis_code = municipalities.nis_code",
        "on events.nis_code = municipalities.nis_code and municipalities.valid_until is null",
    ),
    Mutation(
        "a municipality that was not valid any more on the day is reported",
        "models/intermediate/int_events_conformed.sql",
        "events.attribution_date >= municipalities.valid_until",
        "events.attribution_date > municipalities.valid_until",
    ),
    Mutation(
        "a municipality that was not valid yet on the day is reported",
        "models/intermediate/int_events_conformed.sql",
        "events.attribution_date < municipalities.valid_from",
        "events.attribution_date <= municipalities.valid_from",
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
        "models/intermediate/int_events_conformed.sql",
        ">= eu_memberships.member_from",
        "> eu_memberships.member_from",
    ),
    Mutation(
        "a country is EU until its last day",
        "models/intermediate/int_events_conformed.sql",
        "< eu_memberships.member_until",
        "<= eu_memberships.member_until",
    ),
    Mutation(
        "EU membership is looked up on the day of the letter",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(letter_sent_on, event_date) as",
        "event_date as",
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
    Mutation(
        "Belgium is EU at all times",
        "seeds/reference/eu_memberships.csv",
        "BE,1958-01-01",
        "BE,2024-01-01",
    ),
    Mutation(
        "an undetermined nationality is in no group",
        "models/intermediate/int_events_conformed.sql",
        "nationality_codes.nationality is null then 'onbepaald'",
        "nationality_codes.nationality is null then 'niet_eu'",
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
        "models/intermediate/int_events_conformed.sql",
        "\"nationality_codes.kind = 'former_state'\"",
        "'false'",
    ),
    Mutation(
        "gender onbepaald stands beside X",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(gender_codes.gender, 'onbepaald')",
        "coalesce(gender_codes.gender, 'x')",
    ),
    Mutation(
        "an unknown target group is undetermined",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(target_group_codes.target_group, 'onbepaald')",
        "coalesce(target_group_codes.target_group, 'verplicht')",
    ),
    Mutation(
        "MINDERJARIG is an undetermined target group",
        "seeds/codes/target_group_codes.csv",
        "MINDERJARIG,onbepaald",
        "MINDERJARIG,rechthebbend",
    ),
    Mutation(
        "an unknown residence status is VR19",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(residence_statuses.reported_as, 'VR19')",
        "coalesce(residence_statuses.reported_as, 'VR18')",
    ),
    Mutation(
        "VR20 counts under overige",
        "seeds/members/residence_statuses.csv",
        "20,false,VR18",
        "20,false,VR19",
    ),
    Mutation(
        "a status counts under the member that stands in for it",
        "models/intermediate/int_events_conformed.sql",
        "coalesce(residence_statuses.reported_as, 'VR19')",
        "coalesce(residence_statuses.residence_status, 'VR19')",
    ),
    Mutation(
        "VR20 is in a note, the listed statuses are not",
        "models/annex/figures/annex_notes.sql",
        " and not statuses.is_listed",
        "",
    ),
    Mutation(
        "the annex has the residence statuses of the question only",
        "models/annex/figures/annex_members.sql",
        "    where is_listed{% if dimension %} and",
        "    where true{% if dimension %} and",
    ),
    Mutation(
        "the residence statuses stand in the order of the question",
        "seeds/members/residence_statuses.csv",
        "EU+ of Belg,15",
        "EU+ of Belg,5",
    ),
    Mutation(
        "an unknown code drops no row",
        "models/intermediate/int_events_conformed.sql",
        "left join {{ ref('municipalities') }}",
        "inner join {{ ref('municipalities') }}",
    ),
    Mutation(
        "an empty code is reported",
        "models/intermediate/int_events_conformed.sql",
        "'events.gender_code is null'",
        "'false'",
    ),
    # Totals
    Mutation(
        "every measure has a total",
        "models/annex/figures/annex_cube.sql",
        "(breakdown is null or member is not null)",
        "member is not null",
    ),
    Mutation(
        "a person of whom something is undetermined counts in every total",
        "models/annex/figures/annex_cube.sql",
        "from combinations\n    group by",
        "from combinations\n    where province <> 'onbepaald'\n    group by",
    ),
    Mutation(
        "every breakdown must agree with the total",
        "models/annex/checks/annex_checks_totals.sql",
        "persons = persons_in_total and",
        "true and",
    ),
    Mutation(
        "a year before the first row of every agency is no data, not 0",
        "models/annex/checks/annex_checks_totals.sql",
        "case when has_data then persons end as persons",
        "persons",
    ),
    Mutation(
        "the first year of some agency has data",
        "models/annex/checks/annex_checks_totals.sql",
        "sums.year >= first_years.first_year",
        "sums.year > first_years.first_year",
    ),
    Mutation(
        "a member with nobody stands there with 0",
        "models/annex/figures/annex_figures.sql",
        "left join counts using",
        "inner join counts using",
    ),
    Mutation(
        "contracts and attests are not mixed up",
        "models/annex/figures/annex_figures.sql",
        "measure as counted_measure, reference_date, year, persons,\n        breakdown as",
        "case measure when 'contracts' then 'attests' else measure end as counted_measure, reference_date, year, "
        "persons,\n        breakdown as",
    ),
    Mutation(
        "two crossed breakdowns have totals both ways",
        "models/annex/figures/annex_figures.sql",
        "    where breakdown <> 'total'\n",
        "    where breakdown <> 'total' and second_breakdown <> 'total'\n",
    ),
    Mutation(
        "a pair of closed lists with nobody stands there with 0",
        "models/annex/figures/annex_figures.sql",
        "when not is_open then year",
        "when false then year",
    ),
    Mutation(
        "a nationality with nobody does not stand there",
        "models/annex/figures/annex_figures.sql",
        "breakdowns.only_counted and not members.is_total as is_open",
        "false as is_open",
    ),
    Mutation(
        "nobody has a contract by reason for not registering",
        "models/annex/figures/annex_figures.sql",
        "(measures.has_reasons or not (first.only_with_reasons or second.only_with_reasons))",
        "true",
    ),
    # The flow
    Mutation(
        "a first attest is the next step, not any attest",
        "models/core/fct_trajectories.sql",
        "'reached': 'is_first_attest'",
        "'reached': 'is_counted_type'",
    ),
    Mutation(
        "a part of a month counts as one",
        "models/core/fct_trajectories.sql",
        "< {{ until }} then {{ months }}_by_calendar + 1",
        "< {{ until }} then {{ months }}_by_calendar",
    ),
    Mutation(
        "the last day within so many months counts",
        "models/annex/figures/annex_counted_persons.sql",
        "<= measures.within_months",
        "< measures.within_months",
    ),
    Mutation(
        "two steps on one day are in order",
        "models/annex/figures/annex_counted_persons.sql",
        "when {{ later }}_date < {{ earlier }}_date then 'other_order'",
        "when {{ later }}_date <= {{ earlier }}_date then 'other_order'",
    ),
    Mutation(
        "who took no other step has a row",
        "models/annex/figures/annex_counted_persons.sql",
        "when {{ other_step }}_date is null then 'none'",
        "when false then 'none'",
    ),
    Mutation(
        "half of a cohort is enough for a median",
        "models/annex/figures/annex_medians.sql",
        "2 * persons_until >= persons_of_all",
        "2 * persons_until > persons_of_all",
    ),
    Mutation(
        "a median stands there when everybody had that time",
        "models/annex/figures/annex_medians.sql",
        "where {{ dbt.dateadd('month', 'medians.median_months', 'years.last_day') }} <= medians.reference_date",
        "where true",
    ),
    Mutation(
        "a cohort is not given before everybody had that time",
        "models/annex/figures/annex_figures.sql",
        "when given_from > reference_date then 'not_yet'",
        "when false then 'not_yet'",
    ),
    Mutation(
        "a cohort is given on the day on which everybody had that time",
        "models/annex/figures/annex_figures.sql",
        "when given_from > reference_date then 'not_yet'",
        "when given_from >= reference_date then 'not_yet'",
    ),
    Mutation(
        "the bridge of working areas holds who counts, nobody else",
        "models/core/bridge_working_area.sql",
        "where {{ step }}_date is not null",
        "where true",
    ),
    # The order of a list
    Mutation(
        "the nationality with the most contracts stands first",
        "models/annex/figures/annex_figures.sql",
        "coalesce(contracts.persons, 0) end desc",
        "coalesce(contracts.persons, 0) end asc",
    ),
    Mutation(
        "the undetermined nationality stands last",
        "models/annex/figures/annex_figures.sql",
        "breakdowns.most_contracts_first and member = 'onbepaald' asc",
        "breakdowns.most_contracts_first and member = 'onbepaald' desc",
    ),
    Mutation(
        "a figure as known is the first published after the reference date",
        "models/annex/checks/annex_checks_published.sql",
        "published.published_on > figures.reference_date desc",
        "published.published_on > figures.reference_date",
    ),
    Mutation(
        "a published figure of one agency is compared with that agency",
        "models/annex/checks/annex_checks_published.sql",
        "figures.second_member = coalesce(published.of_agency, 'totaal')",
        "figures.second_member = case when published.of_agency is null then 'totaal' else 'atlas' end",
    ),
    Mutation(
        "a figure published on the reference date was published before it",
        "models/annex/checks/annex_checks_published.sql",
        "published.published_on > figures.reference_date",
        "published.published_on >= figures.reference_date",
        times=2,
    ),
    Mutation(
        "a figure as known is otherwise the last published before",
        "models/annex/checks/annex_checks_published.sql",
        "published.published_on desc",
        "published.published_on",
    ),
    Mutation(
        "the figures of a year are compared once it is over",
        "models/annex/checks/annex_checks_published.sql",
        "year < extract",
        "year <= extract",
    ),
    # Why a figure changed
    Mutation(
        "Herziening compares with a complete reference date",
        "models/annex/revision/annex_compared_dates.sql",
        "max(case when is_complete then reference_date end)",
        "max(reference_date)",
    ),
    Mutation(
        "Herziening: an agency that is not to deliver yet is not missing",
        "models/annex/revision/annex_compared_dates.sql",
        "coalesce(agencies.deliver_from, reference_dates.reference_date)",
        "reference_dates.reference_date",
    ),
    Mutation(
        "Herziening: a row without a number is known by its content",
        "models/annex/revision/annex_compared_rows.sql",
        "'content:' || content || ':'",
        "'content:' || cast(row_number as {{ dbt.type_string() }}) || ':'",
    ),
    Mutation(
        "Herziening: the content of a row holds the person",
        "models/annex/revision/annex_compared_rows.sql",
        "    'known_person', 'dossier_number',",
        "    'dossier_number',",
    ),
    Mutation(
        "Herziening is about the years that were closed",
        "models/annex/revision/annex_differing_persons.sql",
        "differing.new_year < dates.first_open_year",
        "differing.new_year <= dates.first_open_year",
    ),
    Mutation(
        "Herziening: a change touches a closed year on either side",
        "models/annex/revision/annex_differing_persons.sql",
        "(differing.old_year < dates.first_open_year or ",
        "(",
    ),
    Mutation(
        "Herziening: an agency that did not deliver explains what is new, too",
        "models/annex/revision/annex_revised_persons.sql",
        "when new_year is not null and is_new_agency_missing then 'not_delivered'",
        "when false then 'not_delivered'",
    ),
    Mutation(
        "Herziening: a person number was corrected when the row is accepted under another person",
        "models/annex/revision/annex_revised_persons.sql",
        "person_of_old_row_now <> person or person_of_new_row_then <> person",
        "person_of_old_row_now <> person",
    ),
    Mutation(
        "Herziening: a rejected row is not withdrawn",
        "models/annex/revision/annex_revised_persons.sql",
        "is_old_row_now_delivered and not is_old_row_now_accepted then 'set_aside'",
        "false then 'set_aside'",
    ),
    Mutation(
        "Herziening: a row that was rejected is not delivered later",
        "models/annex/revision/annex_revised_persons.sql",
        "when is_new_row_then_delivered and not is_new_row_then_accepted then 'no_longer_set_aside'",
        "when false then 'no_longer_set_aside'",
    ),
    Mutation(
        "Herziening: a type that does not count comes before another row",
        "models/annex/revision/annex_revised_persons.sql",
        "when not is_old_row_now_counted_type or not is_new_row_then_counted_type then 'other_type'",
        "when not is_new_row_then_counted_type then 'other_type'",
    ),
    Mutation(
        "Herziening: who was registered already did not register later",
        "models/annex/revision/annex_revised_persons.sql",
        "old_year is null and new_year = old_invited_year",
        "new_year = old_invited_year",
    ),
    Mutation(
        "Herziening: a registration came or went only for who was invited in that year at both",
        "models/annex/revision/annex_revised_persons.sql",
        "new_year is null and old_year = new_invited_year",
        "new_year is null",
    ),
    Mutation(
        "Herziening: a moved person is one less in the old cell",
        "models/annex/revision/annex_revision.sql",
        "per_cause.persons_in - per_cause.persons_out as",
        "per_cause.persons_in as",
    ),
    Mutation(
        "Herziening: a cause has its own name",
        "seeds/lists/revision_causes.csv",
        "withdrawn,Niet meer aangeleverd",
        "withdrawn,Terzijde gelegd",
    ),
    Mutation(
        "Herziening: every cause has a name",
        "seeds/lists/revision_causes.csv",
        "other_attributes,Andere kenmerken,12,\n",
        "",
    ),
    # Seeds and labels
    Mutation(
        "a label is the name of its own member: gender",
        "seeds/members/genders.csv",
        "man,Man,1\nvrouw,Vrouw",
        "man,Vrouw,1\nvrouw,Man",
    ),
    Mutation(
        "a label is the name of its own member: nationality group",
        "seeds/members/nationality_groups.csv",
        "eu,EU,1\nniet_eu,niet-EU",
        "eu,niet-EU,1\nniet_eu,EU",
    ),
    Mutation(
        "a label is the name of its own member: target group",
        "seeds/members/target_groups.csv",
        "verplicht,Verplicht,1\nrechthebbend,Rechthebbend",
        "verplicht,Rechthebbend,1\nrechthebbend,Verplicht",
    ),
    Mutation(
        "a label is the name of its own member: province",
        "seeds/members/provinces.csv",
        "antwerpen,Antwerpen,1,vlaams_gewest,antwerpen_zonder_stad\nlimburg,Limburg",
        "antwerpen,Limburg,1,vlaams_gewest,antwerpen_zonder_stad\nlimburg,Antwerpen",
    ),
    Mutation(
        "a label is the name of its own member: working area",
        "seeds/members/working_areas.csv",
        "stad_antwerpen,Stad Antwerpen,1\nstad_gent,Stad Gent",
        "stad_antwerpen,Stad Gent,1\nstad_gent,Stad Antwerpen",
    ),
    Mutation(
        "a label is the name of its own member: region",
        "seeds/members/regions.csv",
        "brussels_gewest,Brussels Hoofdstedelijk Gewest,2\nander_gewest,Ander gewest",
        "brussels_gewest,Ander gewest,2\nander_gewest,Brussels Hoofdstedelijk Gewest",
    ),
    Mutation(
        "a label is the name of its own member: reason",
        "seeds/members/not_registered_reasons.csv",
        "Overleden,6",
        "Onbekend,6",
    ),
    Mutation(
        "every warning has a name",
        "seeds/lists/warnings.csv",
        "empty_gender,Geslacht leeg,9,",
        "no_gender,Geslacht leeg,9,",
    ),
    Mutation(
        "a field that may be empty by agreement is no problem",
        "models/feedback/feedback_reasons.sql",
        "reasons.is_empty_value and coalesce(forms.may_be_empty, false)",
        "reasons.is_empty_value and coalesce(not forms.may_be_empty, false)",
    ),
    Mutation(
        "an agency may leave empty what was agreed",
        "seeds/codes/delivered_forms.csv",
        'leeg (onbekend)",true',
        'leeg (onbekend)",false',
    ),
    Mutation(
        "the row that stays stands beside the row that gives way",
        "models/feedback/feedback_rows.sql",
        "where rejection_reason is null and event_number is not null",
        "where event_number is not null",
    ),
    Mutation(
        "a problem is new when the delivery before did not have it",
        "models/feedback/feedback_rows.sql",
        "then earlier.row_number is null end",
        "then earlier.row_number is not null end",
    ),
    Mutation(
        "the most consequential problem comes first",
        "models/feedback/feedback_problems.sql",
        "compared.severity asc, ",
        "",
    ),
    Mutation(
        "an example has no more digits than a date",
        "models/feedback/feedback_problems.sql",
        "delivered_values.digits <= 8",
        "delivered_values.digits <= 9",
    ),
    Mutation(
        "an example is no number of a dossier or event",
        "models/feedback/feedback_problems.sql",
        "numbers.number is null",
        "true",
    ),
    # Explanations
    Mutation(
        "the figure before is of the previous reference date",
        "scripts/inburgering/annex/explained_cell.py",
        "previous = f\"date '{cell.annex.previous_reference_date}'\"",
        "previous = _date(cell)",
        tests=EXPLAINED_CELL,
    ),
    Mutation(
        "who is counted elsewhere now is one less",
        "scripts/inburgering/annex/explained_cell.py",
        '("earlier", "-1")',
        '("earlier", "1")',
        tests=EXPLAINED_CELL,
    ),
    Mutation(
        "rows are listed by the reason for which they were rejected",
        "scripts/inburgering/annex/explained_cell.py",
        "conditions.append(f\"rejection_reason = '{cell.row.codes[0]}'\")",
        'conditions.append("true")',
        tests=EXPLAINED_CELL,
    ),
    Mutation(
        "an explanation of a share divides by its denominator",
        "scripts/inburgering/annex/explained_cell.py",
        "return counted / divided_by if divided_by else 0",
        "return counted",
        tests=EXPLAINED_CELL,
    ),
    Mutation(
        "an explanation of a median is of half of the rows",
        "scripts/inburgering/annex/explained_cell.py",
        "ceil(count(*) / 2)",
        "ceil(count(*) / 3)",
        tests=EXPLAINED_CELL,
    ),
    Mutation(
        "who stays in a figure is no change of it",
        "scripts/inburgering/annex/explained_counts.py",
        "where (old_year, old_member, old_second_member) is distinct from (new_year, new_member, new_second_member)",
        "where true",
        tests=EXPLAINED_PAGE,
    ),
    Mutation(
        "a code means what it means in the dialect of its agency",
        "scripts/inburgering/annex/explained_counts.py",
        "agencies.dialect = codes.dialect",
        "true",
        tests=EXPLAINED_PAGE,
    ),
    Mutation(
        "who needed as many months as the median is within it",
        "scripts/inburgering/annex/explained_counts.py",
        "end <= figures.median_months",
        "end < figures.median_months",
        tests=EXPLAINED_PAGE,
    ),
    Mutation(
        "the page tells the rows per file of its own reference date",
        "scripts/inburgering/annex/explained_counts.py",
        "            if is_now:\n",
        "            if not is_now:\n",
        tests=EXPLAINED_PAGE,
    ),
)
