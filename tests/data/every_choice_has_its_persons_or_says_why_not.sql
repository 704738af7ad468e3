select
    choice, persons, persons_are, persons_moved, alternative, not_counted_because
from {{ ref('annex_checks_choices') }}
where
    (persons is null) <> (persons_are is null)
    or (persons is null) <> (not_counted_because is not null)
    or (persons_moved is null) <> (alternative is null)
    or coalesce(persons_moved > persons, false)
