with source as (

    select * from {{ source('amal', 'invitations') }}

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
        {{ read_text('first_extraction') }} as first_extracted_on_as_delivered,
        {{ read_text('letter_sent') }} as letter_sent_on_as_delivered,
        {{ read_text('registered') }} as registered_on_as_delivered,
        upper({{ read_text('no_show_reason') }}) as no_show_reason_code
    from source

),

dated as (

    select
        *,
        {{ read_date('first_extracted_on_as_delivered', 'yyyy-mm-dd') }} as first_extracted_on,
        {{ read_date('letter_sent_on_as_delivered', 'yyyy-mm-dd') }} as letter_sent_on,
        {{ read_date('registered_on_as_delivered', 'yyyy-mm-dd') }} as registered_on
    from renamed

),

mapped as (

    {{ map_agency_codes('dated') }}

)

select * from mapped
