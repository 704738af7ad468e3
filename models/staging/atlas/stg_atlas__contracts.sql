with source as (

    select * from {{ source('atlas', 'contracten') }}

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
        {{ read_text('Contractnummer') }} as contract_number,
        upper({{ read_text('Traject') }}) as trajectory_type,
        {{ read_text('Ondertekend op') }} as signed_on_as_delivered
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
