"""Services as users write them, on psycopg's pools: one with asyncio and one with threads."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

import pytest
from psycopg import AsyncConnection, Connection
from psycopg.errors import (
    ExclusionViolation,
    NoDataFound,
    UniqueViolation,
)
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from generated import appointments, patients, workflows
from generated.aio import allergies as aio_allergies
from generated.aio import appointments as aio_appointments
from generated.aio import encounters as aio_encounters
from generated.aio import patients as aio_patients
from generated.aio import practitioners as aio_practitioners
from generated.aio import workflows as aio_workflows
from generated.errors import (
    EmailAddressForm,
    MedicalRecordNumberForm,
    PatientsMrnKey,
    PatientsNamesNotBlank,
)
from generated.models import (
    Appointment,
    AppointmentStatus,
    Patient,
    RunState,
    Sex,
    WorkflowRun,
)

AMIRA = UUID("d0000000-0000-4000-8000-000000000001")
TOM = UUID("a0000000-0000-4000-8000-000000000002")
FEVER = UUID("70000000-0000-4000-8000-000000000002")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reception:
    """The reception: every method runs in its own transaction."""

    pool: AsyncConnectionPool[AsyncConnection[Any]]

    async def register(self, mrn: str, name: str) -> Patient:
        given_name, family_name = name.split(" ")
        async with self.pool.connection() as conn:
            return await aio_patients.register_patient(
                conn,
                mrn=mrn,
                given_name=given_name,
                family_name=family_name,
                born_on=date(1980, 1, 1),
                sex=Sex.UNKNOWN,
                email=None,
                phone_numbers=[],
                address=None,
            )

    async def post_patient(self, mrn: str, name: str) -> tuple[int, str]:
        """Register a patient, and return the status and the field that is wrong."""
        try:
            patient = await self.register(mrn, name)
        except aio_patients.REGISTER_PATIENT_ERRORS as error:
            match error:
                case PatientsMrnKey():
                    return 409, "mrn"
                case MedicalRecordNumberForm():
                    return 422, "mrn"
                case PatientsNamesNotBlank():
                    return 422, "name"
                case EmailAddressForm():
                    return 422, "email"
                case _:
                    assert_never(error)
        return 201, str(patient.id)

    async def book(self, patient: Patient, starts_at: datetime) -> Appointment | None:
        """Book an appointment; return None if somebody else was faster."""
        try:
            async with self.pool.connection() as conn:
                await aio_practitioners.lock_diary(conn, practitioner_id=AMIRA)
                return await aio_appointments.book_appointment(
                    conn,
                    patient_id=patient.id,
                    practitioner_id=AMIRA,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=15),
                    reason=None,
                )
        except ExclusionViolation:
            return None

    async def arrive(self, appointment: Appointment) -> str:
        async with self.pool.connection() as conn:
            await aio_encounters.admit_appointment(conn, appointment_id=appointment.id)
            now = await aio_appointments.get_appointment(
                conn, appointment_id=appointment.id
            )
            if now is None:
                return "Who are you?"
            warnings = await aio_allergies.list_allergies(
                conn, patient_id=now.patient_id
            )
        return " ".join([greeting(now.status), *(a.allergen for a in warnings)])


def greeting(status: AppointmentStatus) -> str:
    match status:
        case AppointmentStatus.SCHEDULED | AppointmentStatus.CONFIRMED:
            return "Please come in."
        case AppointmentStatus.ARRIVED:
            return "Please take a seat."
        case AppointmentStatus.COMPLETED:
            return "Get well soon."
        case AppointmentStatus.CANCELLED | AppointmentStatus.NO_SHOW:
            return "Please book again."
        case _:
            assert_never(status)


def test_an_asyncio_service_on_a_pool(clinic: str) -> None:
    async def main() -> None:
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            clinic, min_size=2, max_size=4, open=False
        )
        async with pool:
            desk = Reception(pool)
            crowd = await asyncio.gather(
                *(desk.register(f"MRN-00020{n}", f"Guest Nr{n}") for n in range(5))
            )
            booked = await asyncio.gather(*(desk.book(p, NOON) for p in crowd))
            (winner,) = [a for a in booked if a is not None]
            assert await desk.arrive(winner) == "Please take a seat."
            with pytest.raises(UniqueViolation):
                await desk.register("MRN-000201", "Guest Again")
            answers = [
                await desk.post_patient(mrn, name)
                for mrn, name in (
                    ("MRN-000201", "Guest Again"),
                    ("none", "Guest Wrong"),
                    ("MRN-000299", "Guest "),
                )
            ]
            assert answers == [(409, "mrn"), (422, "mrn"), (422, "name")]
            async with pool.connection() as conn:
                seen = await aio_appointments.get_appointment(
                    conn, appointment_id=winner.id
                )
                names = [
                    row.given_name
                    async for row in aio_patients.stream_mailing_list(conn)
                ]
            assert seen is not None
            assert seen.status is AppointmentStatus.ARRIVED
            assert seen.created_at == winner.created_at
            assert len(names) == 4

    asyncio.run(main())


def test_no_two_async_workers_get_the_same_run(clinic: str) -> None:
    async def work(pool: AsyncConnectionPool[AsyncConnection[Any]]) -> list[int]:
        done: list[int] = []
        while True:
            async with pool.connection() as conn:
                run = await aio_workflows.claim_run(conn)
                if run is None:
                    return done
                await aio_workflows.finish_run(
                    conn,
                    run_id=run.id,
                    state=RunState.SUCCEEDED,
                    error=None,
                    outcome={"by": "async"},
                )
                done.append(run.id)

    async def main() -> None:
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            clinic, min_size=3, max_size=3, open=False
        )
        async with pool:
            async with pool.connection() as conn:
                for n in range(20):
                    await aio_workflows.queue_run(
                        conn, workflow_id=FEVER, patient_id=TOM, context={"n": n}
                    )
            done = await asyncio.gather(*(work(pool) for _ in range(3)))
        ids = [run_id for share in done for run_id in share]
        assert len(ids) == len(set(ids)) == 21

    asyncio.run(main())


def test_a_threaded_service_on_a_pool(clinic: str) -> None:
    def claim(pool: ConnectionPool[Connection[Any]]) -> Iterator[WorkflowRun]:
        while True:
            with pool.connection() as conn:
                run = workflows.claim_run(conn)
            if run is None:
                return
            yield run

    pool: ConnectionPool[Connection[Any]] = ConnectionPool(
        clinic, min_size=2, max_size=2, open=False
    )
    with pool, ThreadPoolExecutor(2) as threads:
        with pool.connection() as conn:
            for n in range(10):
                workflows.queue_run(
                    conn, workflow_id=FEVER, patient_id=TOM, context={"n": n}
                )
        shares = threads.map(lambda _: list(claim(pool)), range(2))
        runs = [run for share in shares for run in share]
        assert len({run.id for run in runs}) == len(runs) == 11
        assert {run.state for run in runs} == {RunState.RUNNING}


def test_transactions_stay_the_callers(clinic: str) -> None:
    with ConnectionPool(clinic, min_size=1, max_size=1, open=True) as pool:
        with pool.connection() as conn, conn.transaction(force_rollback=True):
            assert patients.delete_patient(conn, patient_id=TOM) == 1
            with pytest.raises(NoDataFound), conn.transaction():
                patients.get_patient_by_mrn(conn, mrn="MRN-000002")
        with pool.connection() as conn:
            tom = patients.get_patient_by_mrn(conn, mrn="MRN-000002")
            later = appointments.next_appointment_at(conn, patient_id=TOM, now=NOON)
    assert (tom.id, later) == (TOM, None)
