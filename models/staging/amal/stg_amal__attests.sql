with source as (

    select * from {{ source('amal', 'attests') }}

),

renamed as (

    select
        {{ provenance_columns() }},
        {{ read_text('dossier_id') }} as dossier_number,
        {{ read_text('nis_code') }} as nis_code,
        {{ read_text('nationality') }} as nationality_code,
        {{ read_text('gender') }} as gender_code,
        {{ read_text('target_group') }} as target_group_code,
        {{ read_text('residence_status') }} as residence_status_code,
        {{ read_text('attest_id') }} as attest_number,
        upper({{ read_text('attest_type') }}) as attest_type,
        {{ read_text('obtained_on') }} as obtained_on_as_delivered
    from source

),

dated as (

    select
        *,
        {{ read_date('obtained_on_as_delivered', 'yyyy-mm-dd') }} as obtained_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
