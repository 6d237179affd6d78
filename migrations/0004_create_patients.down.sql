DROP TABLE patients;
DROP TYPE sex;
DROP DOMAIN medical_record_number;
