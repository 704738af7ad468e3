{{ config(materialized='view') }}

with agii as (

    select * from {{ ref('stg_agii__contracts') }}

),

atlas as (

    select * from {{ ref('stg_atlas__contracts') }}

),

amal as (

    select * from {{ ref('stg_amal__contracts') }}

),

unioned as (

    select * from agii
    union all
    select * from atlas
    union all
    select * from amal

)

select * from unioned
