{%- set attributes = [
    'event_number', 'event_date_as_delivered', 'letter_sent_on_as_delivered', 'registered_on_as_delivered',
    'not_registered_reason_code', 'type_code', 'nis_code', 'nationality_code', 'gender_code', 'target_group_code',
    'residence_status_code',
] -%}

with reported as (
    select agency, reference_date, event_type, row_number, rejection_reason as reason_key from {{ ref('int_rejected_rows') }}
    union all
    select agency, reference_date, event_type, row_number, warning as reason_key from {{ ref('int_event_warnings') }}
),

reasons as (
    select rejection_reason as reason_key, label, attribute, false as is_counted from {{ ref('rejection_reasons') }}
    union all
    select warning as reason_key, label, attribute, is_counted from {{ ref('warnings') }}
)

select
    agency, reference_date, event_type, files.file_name, files.sheet_name, row_number,
    case
        when reasons.attribute = 'event_number' and event_type = 'invitations' then 'dossier_number'
        else reasons.attribute
    end as attribute,
    case reasons.attribute
        {%- for attribute in attributes %}
        when '{{ attribute }}' then events.{{ attribute }}
        {%- endfor %}
    end as delivered_value,
    reasons.label as reason,
    reasons.is_counted
from reported
inner join reasons using (reason_key)
inner join {{ ref('int_current_files') }} as files using (agency, reference_date, event_type)
left join {{ ref('int_events') }} as events using (agency, reference_date, event_type, row_number)
