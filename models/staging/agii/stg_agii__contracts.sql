with source as (

    select * from {{ source('agii', 'contracten') }}

),

renamed as (

    select
        {{ provenance_columns() }},
        {{ read_text('KBI_NUMMER') }} as dossier_number,
        {{ read_text('NIS_GEMEENTE') }} as nis_code,
        {{ read_text('NATIONALITEIT') }} as nationality_code,
        {{ read_text('GESLACHT') }} as gender_code,
        {{ read_text('DOELGROEP') }} as target_group_code,
        {{ read_text('VERBLIJFSREDEN') }} as residence_status_code,
        {{ read_text('CONTRACT_ID') }} as contract_number,
        upper({{ read_text('TYPE_TRAJECT') }}) as trajectory_type,
        {{ read_text('DATUM_ONDERTEKENING') }} as signed_on_as_delivered
    from source

),

dated as (

    select
        *,
        {{ read_date('signed_on_as_delivered', 'dd/mm/yyyy') }} as signed_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
