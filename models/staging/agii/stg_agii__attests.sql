with delivered as (
    {% for agency in agencies_with_dialect('agii') %}
    select
        agency, event_type,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        row_number, person_pseudonym, is_person_number_valid,
        {{ read_text('KBI_NUMMER') }} as dossier_number,
        {{ read_text('NIS_GEMEENTE') }} as nis_code,
        {{ read_text('NATIONALITEIT') }} as nationality_code,
        {{ read_text('GESLACHT') }} as gender_code,
        {{ read_text('DOELGROEP') }} as target_group_code,
        {{ read_text('VERBLIJFSREDEN') }} as residence_status_code,
        {{ read_text('ATTEST_ID') }} as event_number,
        {{ read_text('TYPE_ATTEST') }} as type_code,
        {{ read_text('DATUM_ONDERTEKENING') }} as event_date_as_delivered
    from {{ source(agency, 'attesten') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

dated as (
    select
        *,
        {{ read_date('event_date_as_delivered', 'dd/mm/yyyy') }} as event_date
    from delivered
)

select * from dated
