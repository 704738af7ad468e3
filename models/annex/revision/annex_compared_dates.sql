with reference_dates as (
    select distinct reference_date
    from {{ ref('int_current_files') }}
),

compared as (
    select
        reference_date,
        lag(reference_date) over (order by reference_date) as previous_reference_date
    from reference_dates
)

select * from compared
where previous_reference_date is not null
