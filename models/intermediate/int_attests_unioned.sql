{{ config(materialized='view') }}

with agii as (

    select * from {{ ref('stg_agii__attests') }}

),

atlas as (

    select * from {{ ref('stg_atlas__attests') }}

),

amal as (

    select * from {{ ref('stg_amal__attests') }}

),

unioned as (

    select * from agii
    union all
    select * from atlas
    union all
    select * from amal

)

select * from unioned
