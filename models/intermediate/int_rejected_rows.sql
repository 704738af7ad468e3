{{ config(materialized='view') }}

-- The reasons are decided in int_events, and those of broken rows by the loader.

select agency, reference_date, event_type, row_number, rejection_reason
from {{ ref('int_events') }}
where rejection_reason is not null

union all

select agency, reference_date, event_type, broken_rows.row_number, broken_rows.rejection_reason
from {{ ref('stg_landing__broken_rows') }} as broken_rows
inner join {{ ref('stg_landing__current_files') }} using (agency, reference_date, delivery_version, event_type)
