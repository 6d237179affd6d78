SELECT count(*) AS patients, max(id) AS last_id FROM patients
