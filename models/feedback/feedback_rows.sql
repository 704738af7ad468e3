with set_aside as (

    select * from {{ ref('int_records_set_aside') }}

),

remarks as (

    select * from {{ ref('int_record_remarks') }}

),

set_aside_reasons as (

    select * from {{ ref('set_aside_reasons') }}

),

remark_kinds as (

    select * from {{ ref('remark_kinds') }}

),

rows_to_send_back as (

    select
        set_aside.agency,
        set_aside.reference_date,
        set_aside.fact,
        set_aside.file_name,
        set_aside.sheet_name,
        set_aside.row_number,
        set_aside_reasons.attribute,
        case set_aside_reasons.attribute
            when 'key_date' then set_aside.key_date_as_delivered
            when 'record_number' then set_aside.record_number
        end as delivered_value,
        set_aside_reasons.label as reason,
        false as is_counted
    from set_aside
    inner join set_aside_reasons
        on set_aside.set_aside_reason = set_aside_reasons.set_aside_reason

    union all

    select
        remarks.agency,
        remarks.reference_date,
        remarks.fact,
        remarks.file_name,
        remarks.sheet_name,
        remarks.row_number,
        remark_kinds.attribute,
        remarks.delivered_value,
        remark_kinds.label as reason,
        true as is_counted
    from remarks
    inner join remark_kinds
        on remarks.remark_kind = remark_kinds.remark_kind

),

final as (

    select
        agency,
        reference_date,
        fact,
        file_name,
        sheet_name,
        row_number,
        case
            when attribute = 'key_date' and fact = 'invitations' then 'first_extracted_on_as_delivered'
            when attribute = 'key_date' and fact = 'contracts' then 'signed_on_as_delivered'
            when attribute = 'key_date' and fact = 'attests' then 'obtained_on_as_delivered'
            when attribute = 'record_number' and fact = 'invitations' then 'dossier_number'
            when attribute = 'record_number' and fact = 'contracts' then 'contract_number'
            when attribute = 'record_number' and fact = 'attests' then 'attest_number'
            when attribute = 'type_code' and fact = 'contracts' then 'trajectory_type'
            when attribute = 'type_code' and fact = 'attests' then 'attest_type'
            else attribute
        end as attribute,
        delivered_value,
        reason,
        is_counted
    from rows_to_send_back

)

select * from final
