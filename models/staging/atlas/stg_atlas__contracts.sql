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
        {{ read_text('Contractnummer') }} as event_number,
        {{ read_text('Traject') }} as type_code,
        {{ read_text('Ondertekend op') }} as event_date_as_delivered
    from {{ source(agency, 'contracten') }}
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
