-- sqlgen: allow may-return-many
SELECT id FROM patients WHERE id = :id -- sqlgen: optional id
