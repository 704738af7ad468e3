{{ config(group='annex', severity='warn') }}

select * from {{ ref('annex_checks_issued') }}
