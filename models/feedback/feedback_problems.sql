{{ config(materialized='incremental') }}

with feedback_rows as (
    select * from {{ ref('feedback_rows') }}
),

events as (
    select * from {{ ref('int_events') }}
    where {{ is_to_build() }}
),

counted as (
    select
        agency, reference_date, problem,
        sum(case when is_kept_row then 0 else 1 end) as rows_reported,
        sum(case when is_kept_row then 1 else 0 end) as rows_kept,
        sum(case when is_kept_row or is_counted then 0 else 1 end) as rows_not_counted,
        sum(case when is_new then 1 else 0 end) as rows_new
    from feedback_rows
    group by agency, reference_date, problem
),

numbers as (
    select agency, reference_date, event_number as number from events
    union
    select agency, reference_date, dossier_number as number from events
),

delivered_values as (
    select
        agency, reference_date, feedback_rows.problem, feedback_rows.delivered_value,
        count(*) as rows_with_value,
        count(distinct events.dossier_number) as dossiers_with_value,
        length(feedback_rows.delivered_value)
        - length(translate(feedback_rows.delivered_value, '0123456789', '')) as digits
    from feedback_rows
    inner join events using (agency, reference_date, event_type, row_number)
    where
        not feedback_rows.is_kept_row and feedback_rows.delivered_value is not null
        and feedback_rows.attribute not in ('person_number', 'dossier_number', 'event_number')
    group by agency, reference_date, feedback_rows.problem, feedback_rows.delivered_value
),

-- A value may have slipped a column: a number, a pseudonym or a name can stand where a code belongs.
examples as (
    select
        delivered_values.agency, delivered_values.reference_date, delivered_values.problem,
        delivered_values.delivered_value,
        row_number() over (
            partition by delivered_values.agency, delivered_values.reference_date, delivered_values.problem
            order by delivered_values.rows_with_value desc, delivered_values.delivered_value asc
        ) as example_place
    from delivered_values
    left join numbers
        on
            delivered_values.agency = numbers.agency
            and delivered_values.reference_date = numbers.reference_date
            and delivered_values.delivered_value = numbers.number
    where
        numbers.number is null
        and delivered_values.digits <= 8
        and delivered_values.delivered_value not like '%persoon %'
        and (length(delivered_values.delivered_value) <= 10 or delivered_values.dossiers_with_value >= 2)
),

compared as (
    select
        reasons.agency, reasons.reference_date, reasons.previous_delivery, reasons.problem, reasons.reason, reasons.attribute,
        reasons.severity, reasons.sort_order, reasons.effect, reasons.to_do, reasons.expected_form,
        coalesce(counted.rows_reported, 0) as rows_reported,
        coalesce(counted.rows_not_counted, 0) as rows_not_counted,
        coalesce(counted.rows_kept, 0) as rows_kept,
        coalesce(counted.rows_new, 0) as rows_new,
        coalesce(earlier.rows_reported, 0) as rows_earlier
    from {{ ref('feedback_reasons') }} as reasons
    left join counted
        on
            reasons.agency = counted.agency
            and reasons.reference_date = counted.reference_date
            and reasons.problem = counted.problem
    left join counted as earlier
        on
            reasons.agency = earlier.agency
            and reasons.previous_delivery = earlier.reference_date
            and reasons.problem = earlier.problem
    where counted.rows_reported is not null or earlier.rows_reported is not null
)

select
    compared.agency, compared.reference_date, compared.previous_delivery, compared.problem,
    cast(row_number() over (
        partition by compared.agency, compared.reference_date
        order by
            case when compared.rows_reported = 0 then 1 else 0 end asc,
            compared.severity asc, compared.rows_reported desc, compared.sort_order asc
    ) as bigint) as problem_place,
    compared.reason, compared.attribute, compared.severity,
    cast(compared.rows_reported as bigint) as rows_reported,
    cast(compared.rows_not_counted as bigint) as rows_not_counted,
    cast(compared.rows_kept as bigint) as rows_kept,
    compared.effect, compared.to_do, compared.expected_form,
    examples.delivered_value as example,
    cast(case when compared.previous_delivery is not null then compared.rows_new end as bigint) as rows_new,
    cast(case
        when compared.previous_delivery is not null then compared.rows_reported - compared.rows_new
    end as bigint) as rows_still_there,
    cast(case
        when compared.previous_delivery is not null
            then compared.rows_earlier - compared.rows_reported + compared.rows_new
    end as bigint) as rows_solved
from compared
left join examples
    on
        compared.agency = examples.agency
        and compared.reference_date = examples.reference_date
        and compared.problem = examples.problem
        and examples.example_place = 1
where {{ is_to_build('compared.reference_date') }}
