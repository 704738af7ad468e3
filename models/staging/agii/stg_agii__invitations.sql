with source as (

    select * from {{ source('agii', 'uitnodigingen') }}

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
        {{ read_text('EERSTE_EXTRACTIE') }} as first_extracted_on_as_delivered,
        {{ read_text('WERVINGSBRIEF') }} as letter_sent_on_as_delivered,
        {{ read_text('AANMELDING') }} as registered_on_as_delivered,
        upper({{ read_text('REDEN_GEEN_AANMELDING') }}) as no_show_reason_code
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
