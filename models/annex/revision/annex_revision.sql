with moves as (
    select * from {{ ref('annex_revision_moves') }}
    where old_year is distinct from new_year or old_member is distinct from new_member
),

cube as (
    select * from {{ ref('annex_cube') }}
    where second_breakdown = 'total'
),

-- Who left a cell and who came into it.
sides as (
    {%- for side in ['old', 'new'] %}
    select
        reference_date, previous_reference_date, measure,
        {{ side }}_year as year,
        breakdown,
        {{ side }}_member as member,
        cause,
        {{ "0" if side == 'old' else "persons" }} as persons_in,
        {{ "persons" if side == 'old' else "0" }} as persons_out
    from moves
    where {{ side }}_year < extract(year from previous_reference_date)
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

per_cause as (
    select
        reference_date, previous_reference_date, measure, year, breakdown, member, cause,
        cast(sum(persons_in) as bigint) as persons_in,
        cast(sum(persons_out) as bigint) as persons_out
    from sides
    group by reference_date, previous_reference_date, measure, year, breakdown, member, cause
),

final as (
    select
        per_cause.reference_date, per_cause.previous_reference_date, per_cause.measure, per_cause.year,
        per_cause.breakdown, per_cause.member,
        coalesce(earlier.persons, 0) as persons_before,
        coalesce(later.persons, 0) as persons_now,
        coalesce(later.persons, 0) - coalesce(earlier.persons, 0) as difference,
        per_cause.cause,
        per_cause.persons_in - per_cause.persons_out as difference_by_cause,
        per_cause.persons_in, per_cause.persons_out
    from per_cause
    left join cube as earlier
        on
            per_cause.previous_reference_date = earlier.reference_date
            and per_cause.measure = earlier.measure
            and per_cause.year = earlier.year
            and per_cause.breakdown = earlier.breakdown
            and per_cause.member = earlier.member
    left join cube as later
        on
            per_cause.reference_date = later.reference_date
            and per_cause.measure = later.measure
            and per_cause.year = later.year
            and per_cause.breakdown = later.breakdown
            and per_cause.member = later.member
)

select * from final
