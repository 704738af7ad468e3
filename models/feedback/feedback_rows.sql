with reported as (
    select
        agency,
        reference_date,
        event_type,
        row_number,
        rejection_reason as reason
    from {{ ref('int_rejected_rows') }}

    union all

    select
        agency,
        reference_date,
        event_type,
        row_number,
        warning as reason
    from {{ ref('int_event_warnings') }}
),

reasons as (
    select
        rejection_reason as reason,
        label,
        attribute,
        false as is_counted
    from {{ ref('rejection_reasons') }}

    union all

    select
        warning as reason,
        label,
        attribute,
        is_counted
    from {{ ref('warnings') }}
),

final as (
    select
        reported.agency,
        reported.reference_date,
        reported.event_type,
        files.file_name,
        files.sheet_name,
        reported.row_number,
        case
            when reasons.attribute = 'event_number' and reported.event_type = 'invitations' then 'dossier_number'
            else reasons.attribute
        end as attribute,
        case reasons.attribute
            {%- for attribute in [
                'event_number', 'event_date_as_delivered', 'letter_sent_on_as_delivered', 'registered_on_as_delivered',
                'not_registered_reason_code', 'type_code', 'nis_code', 'nationality_code', 'gender_code', 'target_group_code',
                'residence_status_code',
            ] %}
            when '{{ attribute }}' then events.{{ attribute }}
            {%- endfor %}
        end as delivered_value,
        reasons.label as reason,
        reasons.is_counted
    from reported
    inner join reasons
        on reported.reason = reasons.reason
    inner join {{ ref('int_current_files') }} as files
        on
            reported.agency = files.agency
            and reported.reference_date = files.reference_date
            and reported.event_type = files.event_type
    left join {{ ref('int_events') }} as events
        on
            reported.agency = events.agency
            and reported.reference_date = events.reference_date
            and reported.event_type = events.event_type
            and reported.row_number = events.row_number
)

select * from final
