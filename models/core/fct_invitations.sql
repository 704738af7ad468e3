with records as (

    select * from {{ ref('int_records_attributed') }}
    where fact = 'invitations'

),

persons as (

    select
        reference_date,
        person_key,
        min(key_date) as first_extraction_of_person,
        min(letter_sent_on) as first_letter_of_person,
        count(registered_on) > 0 as is_registered
    from records
    group by reference_date, person_key

),

ranked as (

    select
        records.*,
        persons.first_extraction_of_person,
        persons.first_letter_of_person,
        persons.is_registered,
        row_number() over (
            partition by records.reference_date, records.person_key
            order by records.letter_sent_on nulls last, records.key_date, records.agency_tie_order, records.record_number
        ) as place_in_time
    from records
    inner join persons
        on
            records.reference_date = persons.reference_date
            and records.person_key = persons.person_key

),

dated as (

    select
        *,
        letter_sent_on is not null and place_in_time = 1 as carries_first_letter,
        cast(extract(year from first_extraction_of_person) as integer) as extraction_year,
        cast(extract(year from first_letter_of_person) as integer) as letter_year,
        cast(
            {{ dbt.dateadd('month', var('registration_term_months'), 'first_letter_of_person') }} as date
        ) as registration_term_until
    from ranked

),

judged as (

    select
        *,
        coalesce(carries_first_letter and extraction_year = letter_year, false) as is_invited,
        coalesce(
            carries_first_letter
            and extract(month from first_extraction_of_person) = 12
            and letter_year = extraction_year + 1
            and extract(month from first_letter_of_person) = 1,
            false
        ) as is_december_case
    from dated

),

final as (

    select
        {{ fact_columns() }},
        key_date as first_extracted_on,
        letter_sent_on,
        registered_on,
        extraction_year,
        letter_year,
        is_invited,
        is_december_case,
        is_registered,
        case
            when not is_invited or is_registered then null
            when registration_term_until > reference_date then 'TERMIJN_LOOPT_NOG'
            else no_show_reason
        end as not_registered_reason
    from judged

)

select * from final
