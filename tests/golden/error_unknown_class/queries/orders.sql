-- name: list_totals :many
SELECT total AS "total!: app.types.Mony" FROM orders;

-- name: find :many
-- sqlgen: parameter state: list[app.types.State]
SELECT id, note AS "note: lib.notes.Text | None" FROM orders WHERE state = ANY(:state);

-- name: of_elsewhere :many
SELECT
    id AS "id: elsewhere.Id",
    total AS "total: app.types.Money",
    note AS "note: app.dynamic.Anything",
    state AS "state: app.stars.Anything"
FROM orders
WHERE note <> 'app.types.Mony' AND "state" <> 'x: app.types.Mony';
