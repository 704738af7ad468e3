with delivered as (
    {% for agency in agencies_with_dialect('atlas') %}
    select
        agency, event_type,
        cast(reference_date as date) as reference_date,
        cast(version as integer) as delivery_version,
        row_number, person_pseudonym, is_person_number_valid,
        {{ read_text('Dossiernummer') }} as dossier_number,
        {{ read_text('Gemeente (NIS)') }} as nis_code,
        {{ read_text('Nationaliteit') }} as nationality_code,
        {{ read_text('Geslacht') }} as gender_code,
        {{ read_text('Doelgroep') }} as target_group_code,
        {{ read_text('Verblijfsreden') }} as residence_status_code,
        {{ read_text('Dossiernummer') }} as event_number,
        {{ read_text('Eerste extractie') }} as event_date_as_delivered,
        {{ read_text('Wervingsbrief') }} as letter_sent_on_as_delivered,
        {{ read_text('Aanmelding') }} as registered_on_as_delivered,
        {{ read_text('Reden geen aanmelding') }} as not_registered_reason_code
    from {{ source(agency, 'uitnodigingen') }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

dated as (
    select
        *,
        {{ read_date('event_date_as_delivered', 'dd/mm/yyyy') }} as event_date,
        {{ read_date('letter_sent_on_as_delivered', 'dd/mm/yyyy') }} as letter_sent_on,
        {{ read_date('registered_on_as_delivered', 'dd/mm/yyyy') }} as registered_on
    from delivered
)

select * from dated
