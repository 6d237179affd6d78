DROP INDEX appointments_reminders_idx;
ALTER TABLE appointments DROP COLUMN reminder_sent_at;
