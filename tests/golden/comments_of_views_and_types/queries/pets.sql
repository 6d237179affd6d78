-- name: list_guests :many -> Guest
SELECT * FROM guests;

-- name: list_names :many
SELECT g.name, g.is_foundling, upper(g.name) AS shout FROM guests AS g;

-- name: list_plain :many
SELECT * FROM plain;

-- name: list_within :many -> InnerGuest
SELECT inside.* FROM (SELECT * FROM guests WHERE id > 1) AS inside;

-- name: list_counts :many -> Count
SELECT * FROM counts;

-- name: list_visits :many
SELECT v.id, p AS "pet: Pet", (SELECT g FROM guests AS g WHERE g.id = v.pet_id) AS "guest: GuestOfVisit"
FROM visits AS v JOIN pets AS p ON p.id = v.pet_id;

-- name: list_parts :many
SELECT p.id, ARRAY(SELECT part FROM (SELECT v.seen_at, v.id FROM visits AS v WHERE v.pet_id = p.id) AS part) AS seen
FROM pets AS p;
