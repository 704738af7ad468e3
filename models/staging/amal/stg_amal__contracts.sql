with source as (

    select * from {{ source('amal', 'contracts') }}

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
        {{ read_text('contract_id') }} as contract_number,
        upper({{ read_text('trajectory') }}) as trajectory_type,
        {{ read_text('signed_on') }} as signed_on_as_delivered
    from source

),

dated as (

    select
        *,
        {{ read_date('signed_on_as_delivered', 'yyyy-mm-dd') }} as signed_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
