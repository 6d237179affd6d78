-- The column is called born_on.
CREATE INDEX patients_name ON patients (name);
CREATE INDEX patients_born ON patients (birthday);
