with delivered as (
    select agency, reference_date, event_type, row_number, rejection_reason as problem from {{ ref('int_rejected_rows') }}
    union all
    select agency, reference_date, event_type, row_number, warning as problem from {{ ref('int_event_warnings') }}
),

expected as (
    select
        agency, delivered.reference_date, delivered.event_type, delivered.row_number, delivered.problem
    from delivered
    inner join {{ ref('dim_agency') }} as agencies using (agency)
    left join {{ ref('warnings') }} as warnings on delivered.problem = warnings.warning
    left join {{ ref('delivered_forms') }} as forms
        on agencies.dialect = forms.dialect and warnings.attribute = forms.attribute
    where not (coalesce(warnings.is_empty_value, false) and coalesce(forms.may_be_empty, false))
),

found as (
    select agency, reference_date, event_type, row_number, problem
    from {{ ref('feedback_rows') }}
    where not is_kept_row
),

lost as (
    select * from expected
    except
    select * from found
),

too_many as (
    select * from found
    except
    select * from expected
)

select * from lost
union all
select * from too_many
