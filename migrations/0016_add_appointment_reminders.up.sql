ALTER TABLE appointments ADD COLUMN reminder_sent_at timestamptz;

-- Building it takes a moment only: few appointments are still to come.
-- sqlgen: allow blocking-index
CREATE INDEX appointments_reminders_idx ON appointments (starts_at)
    WHERE reminder_sent_at IS NULL AND status IN ('scheduled', 'confirmed');

COMMENT ON COLUMN appointments.reminder_sent_at IS 'NULL until the patient was reminded.';
