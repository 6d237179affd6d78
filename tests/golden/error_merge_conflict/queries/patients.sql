-- name: count_patients :one
SELECT count(*) FROM patients
<<<<<<< HEAD
WHERE born_on > '2000-01-01';
=======
WHERE name <> '';
>>>>>>> feature
