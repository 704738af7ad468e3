{{ config(materialized='incremental') }}

{%- set attributes = [
    'event_number', 'event_date_as_delivered', 'letter_sent_on_as_delivered', 'registered_on_as_delivered',
    'not_registered_reason_code', 'type_code', 'nis_code', 'nationality_code', 'gender_code', 'target_group_code',
    'residence_status_code',
] -%}

with files as (
    select * from {{ ref('stg_landing__current_files') }}
),

events as (
    select * from {{ ref('int_events') }}
),

reported as (
    select agency, reference_date, event_type, row_number, rejection_reason as problem from {{ ref('int_rejected_rows') }}
    union all
    select agency, reference_date, event_type, row_number, warning as problem from {{ ref('int_event_warnings') }}
),

problem_rows as (
    select
        agency, reference_date, event_type, row_number, problem,
        reasons.previous_delivery, reasons.reason, reasons.attribute, reasons.is_counted, events.event_number,
        coalesce('number ' || events.event_number, 'dossier ' || events.dossier_number, '') as known_as
    from reported
    inner join {{ ref('feedback_reasons') }} as reasons using (agency, reference_date, problem)
    left join events using (agency, reference_date, event_type, row_number)
    where not reasons.is_agreed
),

not_counted as (
    select distinct agency, reference_date, event_type, row_number
    from problem_rows
    where not is_counted
),

-- Of rows with one number, one is accepted.
kept as (
    select
        agency, reference_date, event_type, event_number,
        row_number as kept_row_number
    from events
    where rejection_reason is null and event_number is not null
),

paired as (
    select
        problem_rows.*,
        case when problem_rows.problem in ('duplicate', 'superseded') then kept.kept_row_number end as kept_row_number,
        row_number() over (
            partition by agency, reference_date, event_type, problem_rows.problem, problem_rows.known_as
            order by problem_rows.row_number
        ) as place_among_known
    from problem_rows
    left join kept using (agency, reference_date, event_type, event_number)
),

compared as (
    select
        paired.*,
        case when paired.previous_delivery is not null then earlier.row_number is null end as is_new
    from paired
    left join paired as earlier
        on
            paired.previous_delivery = earlier.reference_date
            and paired.agency = earlier.agency
            and paired.event_type = earlier.event_type
            and paired.problem = earlier.problem
            and paired.known_as = earlier.known_as
            and paired.place_among_known = earlier.place_among_known
),

listed as (
    select
        agency, reference_date, event_type, row_number, problem, reason, attribute, kept_row_number,
        false as is_kept_row,
        is_new
    from compared

    union all

    select distinct
        agency, reference_date, event_type,
        kept_row_number as row_number,
        problem, reason, attribute, kept_row_number,
        true as is_kept_row,
        cast(null as boolean) as is_new
    from paired
    where kept_row_number is not null
)

select
    agency, reference_date, event_type, files.file_name, files.sheet_name, row_number, listed.problem,
    case
        when listed.attribute = 'event_number' and event_type = 'invitations' then 'dossier_number'
        else listed.attribute
    end as attribute,
    case listed.attribute
        {%- for attribute in attributes %}
        when '{{ attribute }}' then events.{{ attribute }}
        {%- endfor %}
    end as delivered_value,
    listed.reason,
    not_counted.row_number is null as is_counted,
    listed.kept_row_number, listed.is_kept_row, listed.is_new
from listed
inner join files using (agency, reference_date, event_type)
left join events using (agency, reference_date, event_type, row_number)
left join not_counted using (agency, reference_date, event_type, row_number)
where {{ is_to_build() }}
