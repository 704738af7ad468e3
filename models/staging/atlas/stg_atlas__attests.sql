with source as (

    select * from {{ source('atlas', 'attesten') }}

),

renamed as (

    select
        {{ provenance_columns() }},
        {{ read_text('Dossiernummer') }} as dossier_number,
        {{ read_text('Gemeente (NIS)') }} as nis_code,
        {{ read_text('Nationaliteit') }} as nationality_code,
        {{ read_text('Geslacht') }} as gender_code,
        {{ read_text('Doelgroep') }} as target_group_code,
        {{ read_text('Verblijfsreden') }} as residence_status_code,
        {{ read_text('Attestnummer') }} as attest_number,
        upper({{ read_text('Type') }}) as attest_type,
        {{ read_text('Behaald op') }} as obtained_on_as_delivered
    from source

),

dated as (

    select
        *,
        {{ read_date('obtained_on_as_delivered', 'dd/mm/yyyy') }} as obtained_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
