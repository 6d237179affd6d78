-- What the clinic did, for those who plan.

-- name: list_monthly_totals :many
-- sqlgen: read only
-- Appointments by month and status, with sub-totals; NULL stands for all.
SELECT
    to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
    status,
    count(*) AS appointments,
    grouping(status) = 1 AS is_total
FROM appointments
GROUP BY ROLLUP (1, status)
ORDER BY 1 NULLS LAST, status NULLS LAST;

-- name: rank_practitioners :many
-- sqlgen: read only
-- The busiest first.
SELECT
    p.id,
    p.full_name,
    count(e.id) AS encounters,
    count(e.id) FILTER (WHERE e.setting = 'emergency') AS emergencies,
    avg(e.ended_at - e.started_at) AS average_length,
    dense_rank() OVER (ORDER BY count(e.id) DESC) AS rank
FROM practitioners AS p
LEFT JOIN encounters AS e
    ON e.practitioner_id = p.id AND e.started_at <@ :period::tstzrange
GROUP BY p.id
ORDER BY rank, p.full_name;

-- name: list_daily_load :many
-- sqlgen: read only
-- Every day between the two, also those on which nothing happens.
WITH days AS (
    SELECT day::date AS day
    FROM generate_series(:first_day::timestamp, :last_day::timestamp, '1 day') AS day
)
SELECT
    days.day,
    count(a.id) AS appointments,
    coalesce(sum(extract(epoch FROM a.ends_at - a.starts_at)), 0) / 3600 AS hours
FROM days
LEFT JOIN appointments AS a
    ON (a.starts_at AT TIME ZONE 'UTC')::date = days.day AND a.status <> 'cancelled'
GROUP BY days.day
ORDER BY days.day;

-- name: compare_planned_and_seen :many
-- sqlgen: read only
-- Planned and real contacts of each day: walk-ins have no plan, no-shows no contact.
WITH
planned AS (
    SELECT (starts_at AT TIME ZONE 'UTC')::date AS day, count(*) AS planned
    FROM appointments
    GROUP BY 1
),
seen AS (
    SELECT (started_at AT TIME ZONE 'UTC')::date AS day, count(*) AS seen
    FROM encounters
    GROUP BY 1
)
SELECT day, planned.planned, seen.seen
FROM planned
FULL JOIN seen USING (day)
ORDER BY day;

-- name: list_activity_feed :many
-- sqlgen: read only
-- The latest things that happened to a patient, whatever they are.
SELECT 'appointment' AS kind, id, starts_at AS at, reason AS text
FROM appointments
WHERE patient_id = :patient_id
UNION ALL
SELECT 'encounter', id, started_at, summary FROM encounters WHERE patient_id = :patient_id
UNION ALL
SELECT 'allergy', id, created_at, allergen FROM allergies WHERE patient_id = :patient_id
ORDER BY at DESC
LIMIT :max_rows;
