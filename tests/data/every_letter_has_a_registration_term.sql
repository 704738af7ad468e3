with terms as (
    select * from {{ ref('registration_terms') }}
),

problems as (
    select 'no term holds everywhere from the first possible day' as problem
    from terms
    where province = 'everywhere'
    having coalesce(min(letters_from), cast('9999-12-31' as date)) > cast('{{ var("first_possible_day") }}' as date)

    union all

    select 'two terms for one province from one day, or a line without a day or months' as problem
    from terms
    group by province, letters_from
    having count(*) > 1 or letters_from is null or count(case when months > 0 then 1 end) = 0

    union all

    select 'a province that nobody lives in' as problem
    from terms
    where province <> 'everywhere' and province not in (select provinces.province from {{ ref('dim_province') }} as provinces)
)

select problem from problems
