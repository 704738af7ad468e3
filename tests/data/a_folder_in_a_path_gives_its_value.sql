with examples as (
    select *
    from (
        values
        ('/landing/agency=amal/reference_date=2024-01-31/version=12/delivery.parquet', 'amal', '2024-01-31', '12'),
        ('s3a://b/version=1/agency=a b/reference_date=x/delivery.parquet', 'a b', 'x', '1'),
        ('/landing/my_agency=x/delivery.parquet', '', '', ''),
        ('/landing/delivery.parquet', '', '', ''),
        ('/landing/agency=', '', '', '')
    ) as listed (path, agency, reference_date, version)  -- noqa: AL05
),

found as (
    select
        *,
        {{ folder_value('path', 'agency') }} as agency_found,
        {{ folder_value('path', 'reference_date') }} as reference_date_found,
        {{ folder_value('path', 'version') }} as version_found
    from examples
)

select *
from found
where
    coalesce(agency_found <> agency, true)
    or coalesce(reference_date_found <> reference_date, true)
    or coalesce(version_found <> version, true)
