with source as (

    select * from {{ source('atlas', 'uitnodigingen') }}

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
        {{ read_text('Eerste extractie') }} as first_extracted_on_as_delivered,
        {{ read_text('Wervingsbrief') }} as letter_sent_on_as_delivered,
        {{ read_text('Aanmelding') }} as registered_on_as_delivered,
        upper({{ read_text('Reden geen aanmelding') }}) as no_show_reason_code
    from source

),

dated as (

    select
        *,
        {{ read_date('first_extracted_on_as_delivered', 'dd/mm/yyyy') }} as first_extracted_on,
        {{ read_date('letter_sent_on_as_delivered', 'dd/mm/yyyy') }} as letter_sent_on,
        {{ read_date('registered_on_as_delivered', 'dd/mm/yyyy') }} as registered_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
