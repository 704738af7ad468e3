with delivered as (
    {% for agency in agencies_with_dialect('amal') %}
    select
        agency, event_type,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        row_number, person_pseudonym, is_person_number_valid,
        {{ read_text('dossier_id') }} as dossier_number,
        {{ read_text('nis_code') }} as nis_code,
        {{ read_text('nationality') }} as nationality_code,
        {{ read_text('gender') }} as gender_code,
        {{ read_text('target_group') }} as target_group_code,
        {{ read_text('residence_status') }} as residence_status_code,
        {{ read_text('dossier_id') }} as event_number,
        {{ read_text('first_extraction') }} as event_date_as_delivered,
        {{ read_text('letter_sent') }} as letter_sent_on_as_delivered,
        {{ read_text('registered') }} as registered_on_as_delivered,
        {{ read_text('no_show_reason') }} as not_registered_reason_code
    from {{ source(agency, 'invitations') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

dated as (
    select
        *,
        {{ read_date('event_date_as_delivered', 'yyyy-mm-dd') }} as event_date,
        {{ read_date('letter_sent_on_as_delivered', 'yyyy-mm-dd') }} as letter_sent_on,
        {{ read_date('registered_on_as_delivered', 'yyyy-mm-dd') }} as registered_on
    from delivered
)

select * from dated
