{{ config(materialized='incremental') }}

with terms as (
    select
        province, months, letters_from,
        coalesce(lead(letters_from) over (partition by province order by letters_from), cast('9999-12-31' as date))
            as replaced_from
    from {{ ref('registration_terms') }}
),

of_the_person as (
    select
        *,
        min(event_date) over one_person as first_extraction,
        min(letter_sent_on) over one_person as first_letter,
        count(registered_on) over one_person > 0 as is_registered,
        row_number() over (
            partition by reference_date, person_key
            order by letter_sent_on nulls last, event_date, agency_sort_order, event_number nulls last, row_number
        ) as place_in_time
    from {{ ref('int_events_conformed') }}
    where event_type = 'invitations' and {{ is_to_build() }}
    window one_person as (partition by reference_date, person_key)
),

termed as (
    select
        of_the_person.*,
        coalesce(of_province.months, everywhere.months) as term_months
    from of_the_person
    left join terms as everywhere
        on
            everywhere.province = 'everywhere'
            and of_the_person.first_letter >= everywhere.letters_from
            and of_the_person.first_letter < everywhere.replaced_from
    left join terms as of_province
        on
            of_the_person.province = of_province.province
            and of_the_person.first_letter >= of_province.letters_from
            and of_the_person.first_letter < of_province.replaced_from
),

dated as (
    select
        *,
        letter_sent_on is not null and place_in_time = 1 as carries_first_letter,
        cast(extract(year from first_extraction) as integer) as extraction_year,
        cast(extract(year from first_letter) as integer) as year,
        cast({{ dbt.dateadd('month', 'term_months', 'first_letter') }} as date) as registration_term_until
    from termed
),

flagged as (
    select
        *,
        coalesce(carries_first_letter and extraction_year = year, false) as is_invited,
        coalesce(
            carries_first_letter
            and extract(month from first_extraction) = 12
            and year = extraction_year + 1
            and extract(month from first_letter) = 1,
            false
        ) as is_december_case
    from dated
)

select
    reference_date, agency, row_number, person_key, dossier_number, event_number, event_date, letter_sent_on,
    registered_on, extraction_year, year, is_invited, is_december_case, is_registered,
    case
        when not is_invited or is_registered then null
        when registration_term_until > reference_date then 'TERMIJN_LOOPT_NOG'
        else not_registered_reason
    end as not_registered_reason,
    province, region, working_area, nationality_group, nationality, gender, target_group, residence_status, own_residence_status
from flagged
