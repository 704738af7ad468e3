with listed as (
    select
        agency, reference_date, problem,
        count(*) as rows_listed,
        sum(case when not is_kept_row and not is_counted then 1 else 0 end) as rows_not_counted
    from {{ ref('feedback_rows') }}
    group by agency, reference_date, problem
),

problems as (
    select * from {{ ref('feedback_problems') }}
),

on_one_side as (
    select
        coalesce(problems.problem, listed.problem) as problem,
        coalesce(problems.rows_reported + problems.rows_kept, 0) as rows_counted,
        coalesce(listed.rows_listed, 0) as rows_listed,
        coalesce(problems.rows_not_counted, 0) as rows_not_counted,
        coalesce(listed.rows_not_counted, 0) as rows_listed_as_not_counted
    from problems
    full outer join listed
        on
            problems.agency = listed.agency
            and problems.reference_date = listed.reference_date
            and problems.problem = listed.problem
),

-- What was there before is still there or solved.
since_before as (
    select
        problems.problem,
        problems.rows_still_there + problems.rows_solved as rows_accounted_for,
        coalesce(earlier.rows_reported, 0) as rows_before,
        problems.rows_new, problems.rows_still_there, problems.rows_solved, problems.rows_reported
    from problems
    left join problems as earlier
        on
            problems.agency = earlier.agency
            and problems.previous_delivery = earlier.reference_date
            and problems.problem = earlier.problem
    where problems.previous_delivery is not null
)

select problem
from on_one_side
where rows_counted <> rows_listed or rows_not_counted <> rows_listed_as_not_counted

union all

select problem
from since_before
where
    rows_accounted_for is distinct from rows_before
    or rows_new + rows_still_there is distinct from rows_reported
    or rows_still_there < 0 or rows_solved < 0
