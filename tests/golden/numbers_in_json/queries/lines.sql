-- name: get_lines :one
SELECT
    jsonb_agg(
        jsonb_build_object(
            'id', id, 'total', total, 'weight', weight, 'measured', measured, 'extra', extra
        )
    ) AS lines,
    jsonb_agg(measured) FILTER (WHERE measured < 100) AS small
FROM lines;
