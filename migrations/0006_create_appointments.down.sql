DROP TABLE appointments;
DROP TYPE appointment_status;
