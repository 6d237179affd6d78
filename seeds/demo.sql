-- A small clinic to try things on. Running it again changes nothing.

INSERT INTO practitioners (id, licence_number, full_name, email, specialties, room) VALUES
    ('d0000000-0000-4000-8000-000000000001', 'GP-1001', 'Amira Haddad', 'amira.haddad@clinic.example', '{"general practice"}', '1.04'),
    ('d0000000-0000-4000-8000-000000000002', 'CA-2002', 'Jonas Lindqvist', 'jonas.lindqvist@clinic.example', '{cardiology,"emergency medicine"}', '2.11'),
    ('d0000000-0000-4000-8000-000000000003', 'PD-3003', 'Mei Tanaka', 'mei.tanaka@clinic.example', '{paediatrics,"general practice"}', NULL)
ON CONFLICT DO NOTHING;

INSERT INTO patients (id, mrn, given_name, family_name, born_on, sex, email, phone_numbers, address) VALUES
    ('a0000000-0000-4000-8000-000000000001', 'MRN-000001', 'Elena', 'Marchetti', '1958-03-14', 'female', 'elena@mail.example', '{"+39 055 010 0101","+39 055 010 0102"}', ROW('Via dei Neri 8', 'Firenze', '50122', 'IT')),
    ('a0000000-0000-4000-8000-000000000002', 'MRN-000002', 'Tom', 'Okafor', '1991-11-02', 'male', 'tom.okafor@mail.example', '{"+44 20 7946 0002"}', ROW('12 "The Mews", Flat 3', 'London', 'N1 9GU', 'GB')),
    ('a0000000-0000-4000-8000-000000000003', 'MRN-000003', 'Sofie', 'Brandt', '2019-06-30', 'female', NULL, '{}', ROW('Lange Straße 5', 'Bremen', NULL, 'DE')),
    ('a0000000-0000-4000-8000-000000000004', 'MRN-000004', 'Yusuf', 'Demir', '1975-01-20', 'male', 'yusuf@mail.example', '{}', NULL),
    ('a0000000-0000-4000-8000-000000000005', 'MRN-000005', 'Robin', 'Vance', '2001-09-09', 'unknown', NULL, '{"+1 212 555 0105"}', NULL)
ON CONFLICT DO NOTHING;

INSERT INTO allergies (id, patient_id, allergen, severity, reaction, onset_date) VALUES
    ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'penicillin', 'life-threatening', 'anaphylaxis', '1979-05-01'),
    ('b0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'pollen', 'mild', 'sneezing', NULL),
    ('b0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002', 'peanut', 'severe', NULL, '1995-01-01'),
    ('b0000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000003', 'amoxicillin', 'moderate', 'rash', '2023-02-11')
ON CONFLICT DO NOTHING;

INSERT INTO medications (id, atc_code, name, form, ingredients, unit_price, stock, controlled) VALUES
    ('c0000000-0000-4000-8000-000000000001', 'J01CA04', 'Amoxicillin 500', 'capsule', '{amoxicillin,penicillin}', 0.32, 400, false),
    ('c0000000-0000-4000-8000-000000000002', 'C07AB02', 'Metoprolol 50', 'tablet', '{metoprolol}', 0.11, 900, false),
    ('c0000000-0000-4000-8000-000000000003', 'N02AA01', 'Morphine 10', 'injection', '{morphine}', 2.75, 20, true),
    ('c0000000-0000-4000-8000-000000000004', 'N02BE01', 'Paracetamol', 'solution', '{paracetamol}', 1.90, 0, false)
ON CONFLICT DO NOTHING;

INSERT INTO appointments (id, patient_id, practitioner_id, status, starts_at, ends_at, reason) VALUES
    ('e0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000002', 'completed', '2026-01-12 09:00+00', '2026-01-12 09:30+00', 'Palpitations'),
    ('e0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000002', 'confirmed', '2026-02-09 09:00+00', '2026-02-09 09:20+00', 'Follow-up'),
    ('e0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'no-show', '2026-01-12 10:00+00', '2026-01-12 10:15+00', NULL),
    ('e0000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000003', 'scheduled', '2026-02-10 14:00+00', '2026-02-10 14:20+00', 'Vaccination'),
    ('e0000000-0000-4000-8000-000000000005', 'a0000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', 'scheduled', '2026-02-10 15:00+00', '2026-02-10 15:30+00', 'Back pain')
ON CONFLICT DO NOTHING;

INSERT INTO encounters (id, patient_id, practitioner_id, appointment_id, setting, started_at, ended_at, diagnoses, summary, signature) VALUES
    ('f0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000002', 'e0000000-0000-4000-8000-000000000001', 'ambulatory', '2026-01-12 09:05+00', '2026-01-12 09:40+00', '{I49.9,I10}', 'Extrasystoles; beta blocker started.', '\x5e9f00ff'),
    ('f0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000003', NULL, NULL, 'emergency', '2026-01-20 22:15+00', NULL, '{}', NULL, NULL)
ON CONFLICT DO NOTHING;

INSERT INTO observations (encounter_id, code, value_quantity, value_text, unit, reference_range, observed_at)
SELECT seed.*
FROM (VALUES
    ('f0000000-0000-4000-8000-000000000001'::uuid, '8867-4', 104::double precision, NULL, '/min', '[60,100]'::numrange, '2026-01-12 09:08+00'::timestamptz),
    ('f0000000-0000-4000-8000-000000000001', '8867-4', 88, NULL, '/min', '[60,100]', '2026-01-12 09:30+00'),
    ('f0000000-0000-4000-8000-000000000001', '11524-6', NULL, 'Ventricular extrasystoles', NULL, NULL, '2026-01-12 09:15+00'),
    ('f0000000-0000-4000-8000-000000000002', '8310-5', 39.4, NULL, 'Cel', '(,37.5]', '2026-01-20 22:20+00')
) AS seed (encounter_id, code, value_quantity, value_text, unit, reference_range, observed_at)
WHERE NOT EXISTS (SELECT FROM observations);

INSERT INTO prescriptions (id, patient_id, medication_id, practitioner_id, encounter_id, status, dose, dose_unit, dose_interval, valid_during, stop_reason) VALUES
    ('90000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000002', 'f0000000-0000-4000-8000-000000000001', 'active', 50, 'mg', '12 hours', '[2026-01-12,)', NULL),
    ('90000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000001', NULL, NULL, 'active', 0.25, 'g', '8 hours', '[2026-01-20,2026-01-27)', NULL),
    ('90000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', NULL, 'stopped', 25, 'mg', '1 day', '[2025-03-01,2025-09-01)', 'dizziness')
ON CONFLICT DO NOTHING;

INSERT INTO workflow_configurations (key, enabled, settings, escalate_after, quiet_from, quiet_until, updated_by) VALUES
    ('reminders.appointment', true, '{"channels": ["email", "sms"], "lead_hours": 24}', NULL, '21:00', '07:30', 'd0000000-0000-4000-8000-000000000001'),
    ('triage.fever', true, '{"threshold": 39.0, "notify": {"role": "emergency medicine"}}', '15 minutes', NULL, NULL, NULL),
    ('surveys.after_visit', false, '{}', NULL, NULL, NULL, NULL)
ON CONFLICT DO NOTHING;

INSERT INTO visual_workflows (id, name, revision, category, definition, derived_from, created_by, published_at) VALUES
    ('70000000-0000-4000-8000-000000000001', 'Fever in children', 1, 'triage', '{"nodes": [{"id": "start", "kind": "trigger", "title": "Arrival"}, {"id": "call", "kind": "task", "title": "Call physician"}], "edges": [{"from": "start", "to": "call"}]}', NULL, 'd0000000-0000-4000-8000-000000000003', '2025-11-03 08:00+00'),
    ('70000000-0000-4000-8000-000000000002', 'Fever in children', 2, 'triage', '{"nodes": [{"id": "start", "kind": "trigger", "title": "Arrival"}, {"id": "hot", "kind": "decision", "title": "Above 39?"}, {"id": "call", "kind": "task", "title": "Call physician"}, {"id": "wait", "kind": "task", "title": null}], "edges": [{"from": "start", "to": "hot"}, {"from": "hot", "to": "call", "when": "yes"}, {"from": "hot", "to": "wait", "when": "no"}]}', '70000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000003', '2025-12-01 08:00+00')
ON CONFLICT DO NOTHING;

INSERT INTO workflow_runs (workflow_id, patient_id, context, queued_at)
SELECT '70000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000003', '{"temperature": 39.4}', '2026-01-20 22:21+00'
WHERE NOT EXISTS (SELECT FROM workflow_runs);
