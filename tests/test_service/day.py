"""A day in the clinic, on the demo data, which calls every generated function."""

import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from psycopg.types.range import Range

from generated import (
    allergies,
    appointments,
    audit,
    charts,
    encounters,
    medications,
    patients,
    practitioners,
    prescriptions,
    workflows,
)
from generated.functions import dosing, public
from generated.models import (
    AppointmentStatus,
    JsonValue,
    NewPrescription,
    PostalAddress,
    RunState,
    Sex,
    Specialty,
)
from generated.reports import activity, front_desk, safety
from tests.test_service.calls import Caller

ELENA = UUID("a0000000-0000-4000-8000-000000000001")
TOM = UUID("a0000000-0000-4000-8000-000000000002")
SOFIE = UUID("a0000000-0000-4000-8000-000000000003")
YUSUF = UUID("a0000000-0000-4000-8000-000000000004")
AMIRA = UUID("d0000000-0000-4000-8000-000000000001")
JONAS = UUID("d0000000-0000-4000-8000-000000000002")
AMOXICILLIN = UUID("c0000000-0000-4000-8000-000000000001")
METOPROLOL = UUID("c0000000-0000-4000-8000-000000000002")
FIRST_VISIT = UUID("f0000000-0000-4000-8000-000000000001")
FEVER = UUID("70000000-0000-4000-8000-000000000002")
NOBODY = UUID(int=0)

QUESTIONS: JsonValue = ["How are you?", 1, None, {"more": [True, 0.5]}]


def at(day: str, clock: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


JANUARY = Range(at("2026-01-01"), at("2026-02-01"))


async def a_day_in_the_clinic(call: Caller) -> None:
    await call(audit.set_audit_actor, actor="amira.haddad")
    await at_the_front_desk(call)
    await among_practitioners(call)
    await with_appointments(call)
    await with_allergies(call)
    await in_the_pharmacy(call)
    await while_prescribing(call)
    await during_encounters(call)
    await reading_charts(call)
    await with_workflows(call)
    await for_reports(call)
    await in_the_audit(call)


async def at_the_front_desk(call: Caller) -> None:
    elena = await call(patients.get_patient, patient_id=ELENA)
    assert elena is not None
    assert elena.sex is Sex.FEMALE
    assert elena.address == PostalAddress(
        street="Via dei Neri 8", city="Firenze", postal_code="50122", country="IT"
    )
    assert await call(patients.get_patient, patient_id=NOBODY) is None
    assert await call(patients.get_patient_by_mrn, mrn="MRN-000001") == elena
    some = await call(patients.list_patients_by_ids, ids=[TOM, ELENA, NOBODY])
    assert [p.family_name for p in some] == ["Marchetti", "Okafor"]
    address = PostalAddress(
        street='7, "Rue" \\ Haute', city="", postal_code=None, country="BE"
    )
    new = await call(
        patients.register_patient,
        mrn="MRN-000010",
        given_name="Zoé",
        family_name="O'Brien, {Jr.}",
        born_on=date(1999, 12, 31),
        sex=Sex.OTHER,
        email=None,
        phone_numbers=['a"b', "", "NULL", "c,d"],
        address=address,
    )
    assert (new.address, new.phone_numbers) == (address, ['a"b', "", "NULL", "c,d"])
    moved = await call(
        patients.update_contact_details,
        email="zoe@mail.example",
        phone_numbers=[],
        address=None,
        patient_id=new.id,
    )
    assert moved is not None
    assert (moved.email, moved.phone_numbers, moved.address) == (
        "zoe@mail.example",
        [],
        None,
    )
    reached = await call(
        patients.update_contact_details, phone_numbers=["1"], patient_id=new.id
    )
    assert reached is not None
    assert (reached.email, reached.phone_numbers) == ("zoe@mail.example", ["1"])
    unreachable = await call(
        patients.update_contact_details, email=None, patient_id=new.id
    )
    assert unreachable is not None
    assert (unreachable.email, unreachable.phone_numbers) == (None, ["1"])
    assert await call(patients.update_contact_details, patient_id=new.id) == unreachable
    assert await call(patients.update_contact_details, patient_id=NOBODY) is None
    brought_in = await call(
        patients.register_patient,
        mrn="MRN-000012",
        given_name="Unknown",
        family_name="Twelve",
        born_on=date(1980, 1, 1),
        email=None,
        address=None,
    )
    assert (brought_in.sex, brought_in.phone_numbers) == (Sex.UNKNOWN, [])
    assert await call(patients.delete_patient, patient_id=brought_in.id) == 1
    again = await call(
        patients.import_patient,
        mrn="MRN-000010",
        given_name="Zoe",
        family_name="O'Brien",
        born_on=date(1999, 12, 31),
    )
    assert (again.id, again.inserted) == (new.id, False)
    twin = await call(
        patients.import_patient,
        mrn="MRN-000011",
        given_name="Zoe",
        family_name="O'Brien",
        born_on=date(1999, 12, 31),
    )
    assert twin.inserted
    matches = await call(
        patients.search_patients, search_text="zoe o'brien", max_rows=10
    )
    assert {row.id for row in matches} == {new.id, twin.id}
    matches = await call(
        patients.search_patients,
        search_text="zoe o'brien",
        sex=Sex.UNKNOWN,
        born_from=date(1999, 12, 31),
        born_to=date(1999, 12, 31),
        max_rows=10,
    )
    assert [row.id for row in matches] == [twin.id]
    page = await call(patients.list_patients_page, size=4)
    assert page.rows[0].city == "Bremen"
    rest = await call(patients.list_patients_page, size=4, after=page.next)
    assert (len(page.rows), len(rest.rows), rest.next) == (4, 3, None)
    names = [row.family_name for row in (*page.rows, *rest.rows)]
    assert names == sorted(names)
    eldest = await call(patients.list_patients_page, sort="born_on", size=1)
    assert eldest.rows[0].born_on == min(r.born_on for r in (*page.rows, *rest.rows))
    mailing = await call.stream(patients.stream_mailing_list)
    assert sum(row.address is not None for row in mailing) == 3
    assert await call(patients.patient_exists, mrn="MRN-000011") is True
    assert await call(patients.count_patients, sex=None) == 7
    assert await call(patients.count_patients, sex=Sex.MALE) == 2
    counts = await call(patients.list_appointment_counts)
    assert [row.appointment_count for row in counts] == [2, 1, 1, 1, 0, 0, 0]
    merged = await call(
        patients.merge_patients, survivor_id=ELENA, duplicate_id=twin.id
    )
    assert merged.forgotten_mrn == "MRN-000011"
    assert (merged.appointments, merged.encounters) == (0, 0)
    assert (
        await call(
            patients.record_death, deceased_on=date(2026, 1, 1), patient_id=new.id
        )
        == 1
    )
    assert await call(patients.delete_patient, patient_id=new.id) == 1
    assert await call(patients.delete_patient, patient_id=new.id) == 0


async def among_practitioners(call: Caller) -> None:
    hired = await call(
        practitioners.hire_practitioner,
        licence_number="PS-4004",
        full_name="Ines Alvarez",
        email="ines@clinic.example",
        specialties=[Specialty.PSYCHIATRY, Specialty.GENERAL_PRACTICE],
        room=None,
    )
    await call(practitioners.lock_diary, practitioner_id=hired.id)
    assert hired.specialties == [Specialty.PSYCHIATRY, Specialty.GENERAL_PRACTICE]
    assert all(isinstance(s, Specialty) for s in hired.specialties)
    doctor = await call(
        practitioners.get_practitioner_by_licence, licence_number="PS-4004"
    )
    assert doctor == hired
    everybody = await call(practitioners.list_practitioners, specialties=None)
    assert len(everybody) == 4
    some = await call(
        practitioners.list_practitioners,
        specialties=[Specialty.CARDIOLOGY, Specialty.PSYCHIATRY],
    )
    assert [p.full_name for p in some] == ["Ines Alvarez", "Jonas Lindqvist"]
    free = await call(
        practitioners.find_free_practitioners,
        specialty=Specialty.GENERAL_PRACTICE,
        period=Range(at("2026-02-10", "15:10"), at("2026-02-10", "15:20")),
    )
    assert [(p.full_name, p.room) for p in free] == [
        ("Ines Alvarez", "rotating"),
        ("Mei Tanaka", "rotating"),
    ]
    following = await call(practitioners.list_next_appointments, now=at("2026-02-10"))
    assert [row.patient_id for row in following] == [SOFIE, YUSUF, None, None]
    specialties = await call(practitioners.list_specialties)
    assert [row.specialty for row in specialties] == list(Specialty)
    assert {row.specialty: row.names for row in specialties}[
        Specialty.DERMATOLOGY
    ] == []
    assert await call(practitioners.retire_practitioner, practitioner_id=hired.id) == 1


async def with_appointments(call: Caller) -> None:
    booked = await call(
        appointments.book_appointment,
        patient_id=TOM,
        practitioner_id=AMIRA,
        starts_at=at("2026-02-11", "08:00"),
        ends_at=at("2026-02-11", "08:40"),
        reason=None,
    )
    assert booked.status is AppointmentStatus.SCHEDULED
    assert booked.during == Range(at("2026-02-11", "08:00"), at("2026-02-11", "08:40"))
    assert await call(appointments.get_appointment, appointment_id=booked.id) == booked
    moved = await call(
        appointments.reschedule_appointment,
        appointment_id=booked.id,
        starts_at=at("2026-02-12", "10:00"),
    )
    assert moved is not None
    assert moved.ends_at == at("2026-02-12", "10:40")
    confirmed = await call(
        appointments.set_appointment_status,
        appointment_id=booked.id,
        status=AppointmentStatus.CONFIRMED,
    )
    assert confirmed is not None
    assert confirmed.status is AppointmentStatus.CONFIRMED
    assert (
        await call(appointments.count_appointments, patient_id=ELENA, since=None) == 2
    )
    since = at("2026-02-01")
    assert (
        await call(appointments.count_appointments, patient_id=ELENA, since=since) == 1
    )
    every = await call(
        appointments.list_appointments,
        practitioner_id=None,
        statuses=None,
        since=None,
        until=None,
    )
    assert len(every) == 6
    missed = await call(
        appointments.list_appointments,
        practitioner_id=AMIRA,
        statuses=[AppointmentStatus.NO_SHOW, AppointmentStatus.CANCELLED],
        since=at("2026-01-01"),
        until=at("2026-02-01"),
    )
    assert [a.patient_id for a in missed] == [TOM]
    january = await call(appointments.list_appointments_during, period=JANUARY)
    assert len(january) == 2
    schedule = await call(
        appointments.list_day_schedule,
        practitioner_id=JONAS,
        day=date(2026, 1, 12),
    )
    assert [(row.encounter_id, row.finished) for row in schedule] == [
        (FIRST_VISIT, True)
    ]
    assert schedule[0].length == timedelta(minutes=30)
    next_at = await call(
        appointments.next_appointment_at, patient_id=ELENA, now=at("2026-02-01")
    )
    assert next_at == at("2026-02-09", "09:00")
    busy = await call(appointments.list_busy_times)
    assert {row.practitioner_id: len(row.busy or []) for row in busy}[JONAS] == 2
    reminders = await call(
        appointments.claim_due_reminders,
        now=at("2026-02-10"),
        ahead=timedelta(days=1),
        max_rows=10,
    )
    assert sorted(row.given_name for row in reminders) == ["Sofie", "Yusuf"]
    assert [row.phone_number for row in reminders] == [None, None]
    became = AppointmentStatus.COMPLETED
    changed = await call(
        appointments.set_appointment_statuses,
        rows=[
            appointments.SetAppointmentStatusesParams(became, appointment.id)
            for appointment in january
        ],
    )
    assert changed == 2
    after = at("2026-02-01")
    assert (
        await call(appointments.cancel_appointments, patient_id=TOM, after=after) == 1
    )
    await call(
        appointments.set_appointment_status,
        appointment_id=booked.id,
        status=AppointmentStatus.CONFIRMED,
    )
    assert await call(public.close_day, day=date(2026, 2, 12)) == 1


async def with_allergies(call: Caller) -> None:
    before = await call(allergies.list_allergies, patient_id=ELENA)
    assert [a.severity for a in before] == ["life-threatening", "mild"]
    grave = await call(
        allergies.list_allergies_by_severity, severities=["severe", "life-threatening"]
    )
    assert [a.allergen for a in grave] == ["penicillin", "peanut"]
    recorded = await call(
        allergies.record_allergy,
        patient_id=ELENA,
        allergen="Pollen",
        severity="moderate",
        reaction=None,
        onset_date=None,
    )
    assert (recorded.reaction, recorded.severity) == ("sneezing", "moderate")
    new_id = await call(
        allergies.report_allergy, patient_id=TOM, allergen="Latex", severity="mild"
    )
    assert new_id is not None
    assert (
        await call(
            allergies.report_allergy, patient_id=TOM, allergen="LATEX", severity="mild"
        )
        is None
    )
    imported = await call(
        allergies.import_allergies,
        patient_id=TOM,
        allergens=["latex", "Wasp venom"],
        severities=["mild", "severe"],
    )
    assert imported == 1
    with warnings.catch_warnings(record=True, category=DeprecationWarning) as told:
        warnings.simplefilter("always")
        changed = await call(
            allergies.set_allergy_severity, allergy_id=new_id, severity="severe"
        )
    assert ["record_allergy" in str(warning.message) for warning in told] == [True]
    assert changed is not None
    assert changed.severity == "severe"
    reactions = await call(allergies.list_allergy_reactions, patient_id=ELENA)
    assert [row.reaction for row in reactions] == ["anaphylaxis", "sneezing"]
    assert await call(allergies.remove_allergy, allergy_id=new_id) == 1


async def in_the_pharmacy(call: Caller) -> None:
    added = await call(
        medications.add_medication,
        atc_code="M01AE01",
        name="Ibuprofen 400",
        form="tablet",
        ingredients=["ibuprofen"],
        unit_price=Decimal("0.05"),
        stock=10,
        controlled=False,
    )
    assert added.unit_price == Decimal("0.05")
    ordered = await call(
        medications.add_medication,
        atc_code="M01AE01",
        name="Ibuprofen 600",
        form="tablet",
        ingredients=["ibuprofen"],
        unit_price=Decimal("0.09"),
    )
    assert (ordered.stock, ordered.controlled) == (0, False)
    pain = await call(medications.list_medications, atc_prefix="N02")
    assert [m.controlled for m in pain] == [True, False]
    by_stock = await call(medications.list_medications, sort="least_stock")
    assert [m.stock for m in by_stock] == sorted(m.stock for m in by_stock)
    dearest = await call(
        medications.list_medications, atc_prefix="N02", sort="-unit_price"
    )
    assert {m.id for m in dearest} == {m.id for m in pain}
    assert dearest[0].unit_price == max(m.unit_price for m in pain)
    with_both = await call(
        medications.list_medications_with, ingredients=["penicillin", "amoxicillin"]
    )
    assert [m.id for m in with_both] == [AMOXICILLIN]
    restocked = await call(
        medications.restock_medications, ids=[added.id, NOBODY], quantities=[5, 5]
    )
    assert [(row.id, row.stock) for row in restocked] == [(added.id, 15)]
    left = await call(
        medications.dispense_medication, medication_id=added.id, quantity=15
    )
    assert left == 0
    none = await call(
        medications.dispense_medication, medication_id=added.id, quantity=1
    )
    assert none is None
    assert await call(medications.stock_value) == Decimal("282.00")


async def while_prescribing(call: Caller) -> None:
    conflicts = await call(
        prescriptions.list_allergy_conflicts,
        medication_id=AMOXICILLIN,
        patient_id=ELENA,
    )
    assert [c.severity for c in conflicts] == ["life-threatening"]
    new = NewPrescription(
        patient_id=YUSUF,
        medication_id=METOPROLOL,
        practitioner_id=AMIRA,
        encounter_id=None,
        dose=Decimal("12.5"),
        dose_unit="mg",
        dose_interval=timedelta(hours=12),
        valid_during=Range(date(2026, 2, 1), date(2026, 2, 10), "[]"),
    )
    prescribed = await call(prescriptions.prescribe, new)
    assert prescribed.valid_during == Range(date(2026, 2, 1), date(2026, 2, 11))
    assert (prescribed.status, prescribed.dose) == ("active", Decimal("12.500"))
    assert await call(prescriptions.list_prescriptions, patient_id=YUSUF) == [
        prescribed
    ]
    current = await call(
        prescriptions.list_current_medications, patient_id=ELENA, day=date(2026, 2, 1)
    )
    assert [(row.prescribed_by, row.until) for row in current] == [
        ("Jonas Lindqvist", None)
    ]
    extended = await call(
        prescriptions.extend_prescription,
        prescription_id=prescribed.id,
        until=date(2026, 3, 1),
    )
    assert extended is not None
    assert extended.valid_during == Range(date(2026, 2, 1), date(2026, 3, 1))
    stopped = await call(
        prescriptions.stop_prescription,
        prescription_id=prescribed.id,
        reason="no longer needed",
    )
    assert stopped is not None
    assert (stopped.status, stopped.stop_reason) == ("stopped", "no longer needed")
    later = replace(new, valid_during=Range(date(2027, 2, 1), date(2027, 2, 10)))
    assert await call(prescriptions.import_prescriptions, rows=[later]) == 1
    surface = await call(
        dosing.body_surface, height_cm=Decimal(170), weight_kg=Decimal(70)
    )
    assert surface == Decimal("1.82")
    doses = await call(
        dosing.plan, dose=new.dose, dose_interval=new.dose_interval, days=2
    )
    assert [(d.number, d.due_after, d.total) for d in doses[2:]] == [
        (3, timedelta(days=1), Decimal("37.5")),
        (4, timedelta(hours=36), Decimal("50.0")),
    ]
    week = await call(dosing.plan, dose=new.dose, dose_interval=new.dose_interval)
    assert len(week) == 14
    history = await call(prescriptions.list_dose_changes, patient_id=ELENA)
    assert [(row.previous_dose, row.change, row.position) for row in history] == [
        (None, None, 1),
        (Decimal(25), Decimal(25), 2),
    ]


async def during_encounters(call: Caller) -> None:
    opened = await call(
        encounters.start_encounter,
        patient_id=YUSUF,
        practitioner_id=None,
        appointment_id=None,
        setting="virtual",
        started_at=at("2020-02-01", "12:00"),
    )
    assert opened.practitioner_id is None
    due = await call(
        appointments.list_appointments,
        practitioner_id=AMIRA,
        statuses=[AppointmentStatus.SCHEDULED],
        since=None,
        until=None,
    )
    admitted = await call(encounters.admit_appointment, appointment_id=due[0].id)
    assert admitted is not None
    assert (admitted.appointment_id, admitted.setting) == (due[0].id, "ambulatory")
    assert await call(encounters.admit_appointment, appointment_id=due[0].id) is None
    first = await call(
        encounters.record_measurement,
        encounter_id=opened.id,
        code="8867-4",
        value=120.5,
        unit="/min",
        reference_range=Range(Decimal(60), Decimal(100), "[]"),
    )
    await call(
        encounters.record_measurement,
        encounter_id=opened.id,
        code="8867-4",
        value=2.0,
        unit="/min",
        reference_range=None,
    )
    await call(
        encounters.record_finding,
        encounter_id=opened.id,
        code="11524-6",
        finding="Sinus tachycardia",
    )
    abnormal = await call(encounters.list_abnormal_measurements, encounter_id=opened.id)
    (high,) = abnormal
    assert (high.id, high.low, high.high) == (first, Decimal(60), Decimal(100))
    latest = await call(encounters.list_latest_observations, patient_id=YUSUF)
    assert [row.value_text for row in latest] == ["Sinus tachycardia", None]
    rates = await call.stream(encounters.stream_measurements, code="8867-4")
    assert [row.value_quantity for row in rates] == [104, 88, 120.5, 2]
    finished = await call(
        encounters.finish_encounter,
        encounter_id=opened.id,
        ended_at=None,
        summary=None,
        diagnoses=["R00.0"],
        signature=b"\x00\xff'\\",
    )
    assert finished is not None
    assert finished.ended_at is not None
    assert finished.signature == b"\x00\xff'\\"
    assert await call(encounters.list_encounters, patient_id=YUSUF) == [
        admitted,
        finished,
    ]
    waiting = await call(encounters.list_open_encounters, now=at("2026-01-21"))
    assert (waiting[0].mrn, waiting[0].waiting) == (
        "MRN-000003",
        timedelta(hours=1, minutes=45),
    )
    document = await call(encounters.get_encounter_document, encounter_id=FIRST_VISIT)
    assert isinstance(document, dict)
    assert document["patient"] == {"mrn": "MRN-000001", "born_on": "1958-03-14"}
    assert document["observations"] == [
        {"code": "8867-4", "value": 104},
        {"code": "8867-4", "value": 88},
    ]

    ids = await call(
        encounters.record_measurements,
        rows=[
            encounters.RecordMeasurementsParams(opened.id, "2708-6", value, "%")
            for value in (98, 97.5)
        ],
    )
    [[first_id], [second_id]] = ids
    assert first_id != second_id
    written = await call(
        encounters.import_observations,
        rows=[
            encounters.ImportObservationsParams(
                encounter_id=opened.id,
                code="29463-7",
                value_quantity=None,
                value_text="heavy\t\\N",
                unit=None,
                reference_range=reference_range,
                observed_at=at("2019-01-01"),
            )
            for reference_range in (None, Range(None, Decimal("80.5")))
        ],
    )
    assert written == 2
    newest = await call(encounters.list_latest_observations, patient_id=YUSUF)
    assert [(row.code, row.value_text) for row in newest][2:] == [
        ("29463-7", "heavy\t\\N"),
        ("8867-4", None),
    ]
    assert newest[2].reference_range == Range(None, Decimal("80.5"))


async def with_workflows(call: Caller) -> None:
    configured = await call(
        workflows.configure_workflow,
        key="triage.fever",
        enabled=True,
        settings={"threshold": 38.5},
        escalate_after=timedelta(minutes=5),
        quiet_from=time(22),
        quiet_until=time(6, 30),
        updated_by=AMIRA,
    )
    assert configured.settings == {
        "threshold": 38.5,
        "notify": {"role": "emergency medicine"},
    }
    assert configured.quiet_until == time(6, 30)
    listed = await call(
        workflows.list_workflow_configurations, settings={"channels": ["sms"]}
    )
    assert [c.key for c in listed] == ["reminders.appointment"]
    setting = await call(
        workflows.get_workflow_setting,
        key="reminders.appointment",
        path=["channels", "0"],
    )
    assert setting == "email"
    changed = await call(
        workflows.set_workflow_setting,
        key="surveys.after_visit",
        path=["questions"],
        value=QUESTIONS,
        updated_by=None,
    )
    assert changed == 1
    drawn = await call(
        workflows.draw_workflow,
        name="Fever in children",
        category="triage",
        definition={"nodes": [], "edges": []},
        created_by=None,
    )
    assert (drawn.revision, drawn.derived_from) == (3, FEVER)
    assert (await call(workflows.publish_workflow, workflow_id=drawn.id)) is not None
    assert await call(workflows.publish_workflow, workflow_id=drawn.id) is None
    published = await call(workflows.list_published_workflows, category="triage")
    assert [(row.revision, row.node_count) for row in published] == [(3, 0)]
    lineage = await call(workflows.list_workflow_lineage, workflow_id=drawn.id)
    assert [(row.revision, row.generation) for row in lineage] == [
        (3, 0),
        (2, 1),
        (1, 2),
    ]
    reachable = await call(
        workflows.list_reachable_nodes, workflow_id=FEVER, start_node="hot"
    )
    assert [(row.node, row.steps) for row in reachable] == [
        ("hot", 0),
        ("call", 1),
        ("wait", 1),
    ]
    nodes = await call(workflows.list_nodes, workflow_id=FEVER)
    assert [row.title for row in nodes] == [
        "Call physician",
        "Above 39?",
        "Arrival",
        None,
    ]
    queued = await call(
        workflows.queue_run, workflow_id=FEVER, patient_id=TOM, context={"n": 1}
    )
    assert queued.state is RunState.QUEUED
    claimed = await call(workflows.claim_run)
    assert claimed is not None
    assert (claimed.patient_id, claimed.attempts) == (SOFIE, 1)
    done = await call(
        workflows.finish_run,
        run_id=claimed.id,
        state=RunState.FAILED,
        error="nobody answered",
        outcome={"calls": 3},
    )
    assert done is not None
    assert done.context == {"temperature": 39.4, "calls": 3}
    runs = await call(
        workflows.count_runs, states=[RunState.FAILED, RunState.SUCCEEDED]
    )
    assert [(row.state, row.runs, row.most_attempts) for row in runs] == [
        (RunState.SUCCEEDED, 0, None),
        (RunState.FAILED, 1, 1),
    ]


async def for_reports(call: Caller) -> None:
    totals = await call(activity.list_monthly_totals)
    assert (totals[-1].month, totals[-1].status) == (None, None)
    assert totals[-1].appointments == 6
    ranked = await call(activity.rank_practitioners, period=JANUARY)
    assert (ranked[0].id, ranked[0].encounters, ranked[0].rank) == (JONAS, 1, 1)
    assert ranked[0].average_length == timedelta(minutes=35)
    assert ranked[1].average_length is None
    load = await call(
        activity.list_daily_load,
        first_day=datetime(2026, 1, 11),  # noqa: DTZ001 a timestamp without time zone
        last_day=datetime(2026, 1, 12),  # noqa: DTZ001 a timestamp without time zone
    )
    assert [(row.appointments, row.hours) for row in load] == [
        (0, 0),
        (2, Decimal("0.75")),
    ]
    compared = {
        row.day: (row.planned, row.seen)
        for row in await call(activity.compare_planned_and_seen)
    }
    assert compared[date(2026, 1, 12)] == (2, 1)
    assert compared[date(2026, 1, 20)] == (None, 1)
    feed = await call(activity.list_activity_feed, patient_id=ELENA, max_rows=100)
    assert {row.kind for row in feed} == {"appointment", "encounter", "allergy"}
    grave = await call(safety.list_dangerous_allergies)
    assert [a.allergen for a in grave] == ["penicillin", "peanut", "wasp venom"]
    by_severity = await call(safety.count_allergies_by_severity)
    assert [(row.severity, row.patients) for row in by_severity] == [
        ("life-threatening", 1),
        ("severe", 1),
        ("moderate", 2),
    ]
    wrong = await call(safety.list_prescriptions_against_allergies)
    assert [(row.mrn, row.allergen) for row in wrong] == [("MRN-000003", "amoxicillin")]
    never_seen = await call(safety.list_patients_never_seen)
    assert {p.mrn for p in never_seen} == {"MRN-000002", "MRN-000005"}
    desk = {row.mrn: row for row in await call(front_desk.front_desk)}
    assert desk["MRN-000001"].allergens == ["penicillin", "pollen"]
    assert desk["MRN-000005"].last_seen_at is None


async def in_the_audit(call: Caller) -> None:
    changes = await call(
        audit.list_changes,
        table_name="patients",
        row_id=ELENA,
        before_id=None,
        max_rows=10,
    )
    assert [c.action for c in changes] == ["INSERT"]
    assert changes[0].old_values is None
    allergy = (await call(allergies.list_allergies, patient_id=ELENA))[1]
    update, insert = await call(
        audit.list_changes,
        table_name="allergies",
        row_id=allergy.id,
        before_id=None,
        max_rows=10,
    )
    assert (update.action, update.actor) == ("UPDATE", "amira.haddad")
    earlier = await call(
        audit.list_changes,
        table_name="allergies",
        row_id=allergy.id,
        before_id=update.id,
        max_rows=10,
    )
    assert earlier == [insert]
    differences = {
        row.field: (row.old_value, row.new_value)
        for row in await call(audit.list_changed_fields, entry_id=update.id)
    }
    assert differences["severity"] == ("mild", "moderate")
    actions = await call(audit.count_changes_by_action, since=at("2000-01-01"))
    assert {row.action for row in actions} == {"INSERT", "UPDATE", "DELETE"}
    far_future = at("2999-01-01")
    assert await call(audit.purge_audit_log, before=far_future) > 10


async def reading_charts(call: Caller) -> None:
    """Rows within rows are those that the queries of their tables give."""
    elena = await call(patients.get_patient, patient_id=ELENA)
    assert elena is not None
    encounters_ = await call(charts.list_encounters_with_appointments, patient_id=ELENA)
    observed = await call(charts.list_encounters_with_observations, patient_id=ELENA)
    assert [row.id for row in encounters_] == [row.id for row in observed]
    assert any(row.observations for row in observed)
    for row in encounters_:
        chart = await call(charts.get_encounter_chart, encounter_id=row.id)
        assert chart is not None
        assert chart.patient == elena
        if appointment := row.appointment:
            same = await call(
                appointments.get_appointment, appointment_id=appointment.id
            )
            assert appointment == same
    assert await call(charts.get_encounter_chart, encounter_id=NOBODY) is None
    [whole] = await call(charts.list_patient_charts, family_name=elena.family_name)
    assert whole.patient == elena
    assert [row.id for row in whole.encounters] == [row.id for row in observed]
    assert [row.observations for row in whole.encounters] == [
        sorted(row.observations, key=lambda observation: observation.id)
        for row in observed
    ]
