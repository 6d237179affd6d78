SELECT * FROM patient_summaries ORDER BY next_appointment_at NULLS LAST, full_name
