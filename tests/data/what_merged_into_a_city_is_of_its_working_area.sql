select
    merged.nis_code,
    merged.valid_until as merged_on,
    cities.working_area,
    found.working_area as working_area_found,
    found.in_area_from
from {{ ref('municipalities') }} as merged
inner join {{ ref('city_working_areas') }} as cities
    on merged.successor = cities.nis_code
left join {{ ref('city_working_areas') }} as found
    on merged.nis_code = found.nis_code
where coalesce(cities.working_area <> found.working_area or merged.valid_until <> found.in_area_from, true)
