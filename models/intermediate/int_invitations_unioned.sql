{{ config(materialized='view') }}

with agii as (

    select * from {{ ref('stg_agii__invitations') }}

),

atlas as (

    select * from {{ ref('stg_atlas__invitations') }}

),

amal as (

    select * from {{ ref('stg_amal__invitations') }}

),

unioned as (

    select * from agii
    union all
    select * from atlas
    union all
    select * from amal

)

select * from unioned
