-- name: put_again(NewPatient) :exec
UPDATE patients SET family_name = :family_name, sex = :sex, home = :home, data = :data WHERE id = :id;
