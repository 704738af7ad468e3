-- Guards: read_date on this engine takes exactly the agency's form and only days that exist.
with examples as (

    select '29/02/2024' as delivered, cast('2024-02-29' as date) as day_first, cast(null as date) as year_first
    union all
    select '29/02/2023', null, null
    union all
    select '31/12/2023', cast('2023-12-31' as date), null
    union all
    select '12/31/2023', null, null
    union all
    select '1/2/2023', null, null
    union all
    select '01/02/23', null, null
    union all
    select '01-02-2023', null, null
    union all
    select '01/02/2023 00:00', null, null
    union all
    select '2024-02-29', null, cast('2024-02-29' as date)
    union all
    select '2023-02-29', null, null
    union all
    select '2023-1-5', null, null
    union all
    select '20230105', null, null
    union all
    select '2023-01-05T00:00', null, null
    union all
    select 'onbekend', null, null
    union all
    select '00/00/0000', null, null
    union all
    select null, null, null

),

read as (

    select
        *,
        {{ read_date('delivered', 'dd/mm/yyyy') }} as found_day_first,
        {{ read_date('delivered', 'yyyy-mm-dd') }} as found_year_first
    from examples

)

select *
from read
where
    coalesce(cast(found_day_first as {{ dbt.type_string() }}), '<null>')
    <> coalesce(cast(day_first as {{ dbt.type_string() }}), '<null>')
    or coalesce(cast(found_year_first as {{ dbt.type_string() }}), '<null>')
    <> coalesce(cast(year_first as {{ dbt.type_string() }}), '<null>')
