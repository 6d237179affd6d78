CREATE SCHEMA dosing;
COMMENT ON SCHEMA dosing IS 'Calculations for doses.';

CREATE FUNCTION dosing.body_surface(height_cm numeric, weight_kg numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT
RETURN round(sqrt(height_cm * weight_kg / 3600), 2);

COMMENT ON FUNCTION dosing.body_surface IS 'The surface of the body in m², by Mosteller.';

CREATE FUNCTION dosing.plan(dose numeric, dose_interval interval, days integer DEFAULT 7)
RETURNS TABLE (number integer, due_after interval, total numeric)
LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
    SELECT n::integer, dose_interval * (n - 1), dose * n
    FROM generate_series(
        1, ceil(extract(epoch FROM make_interval(days => days)) / extract(epoch FROM dose_interval))
    ) AS n
    ORDER BY n;
END;

COMMENT ON FUNCTION dosing.plan IS 'The doses of some days, with the sum up to each.';

CREATE PROCEDURE close_day(day date, INOUT missed integer DEFAULT 0)
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE appointments SET status = 'no-show'
    WHERE status IN ('scheduled', 'confirmed') AND starts_at >= day AND starts_at < day + 1;
    GET DIAGNOSTICS missed = ROW_COUNT;
END;
$$;

COMMENT ON PROCEDURE close_day IS 'Marks the appointments of a day to which nobody came, and counts them.';
