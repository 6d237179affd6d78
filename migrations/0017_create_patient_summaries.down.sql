DROP VIEW patient_summaries;
