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
        {{ read_text('contract_id') }} as event_number,
        {{ read_text('trajectory') }} as type_code,
        {{ read_text('signed_on') }} as event_date_as_delivered
    from {{ source(agency, 'contracts') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

dated as (
    select
        *,
        {{ read_date('event_date_as_delivered', 'yyyy-mm-dd') }} as event_date
    from delivered
)

select * from dated
