DROP TRIGGER prescriptions_record_change ON prescriptions;
DROP TRIGGER allergies_record_change ON allergies;
DROP TRIGGER patients_record_change ON patients;
DROP FUNCTION record_change();
DROP TABLE audit_log;
