select residence_status, label, sort_order, is_listed, reported_as
from {{ ref('residence_statuses') }}
