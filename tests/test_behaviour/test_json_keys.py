"""Rows whose keys in JSON are in camelCase, as services send and take them."""

import asyncio
import copy
import json
import pickle
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from sqlgen.model.config import FieldKeys
from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE patients (id int PRIMARY KEY, family_name text NOT NULL, born_on date, "class" text);
CREATE TABLE visits (id int PRIMARY KEY, patient_id int NOT NULL, last_room text);
INSERT INTO patients VALUES (1, 'Curie', '1867-11-07', 'a');
INSERT INTO visits VALUES (7, 1, 'B2'), (8, 1, NULL);
"""
QUERIES = """
-- name: get_patient :one -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: get_chart :one
SELECT
    p.family_name,
    p AS "whole_patient: Patient",
    ARRAY(SELECT v FROM visits AS v ORDER BY id) AS "past_visits: list[Visit]",
    ARRAY(SELECT s FROM (SELECT v.last_room FROM visits AS v ORDER BY id) AS s) AS all_rooms,
    json_build_object('a_key', 1) AS some_json
FROM patients AS p;
"""
PATIENT = {"id": 1, "familyName": "Curie", "bornOn": "1867-11-07", "class": "a"}
CHART = {
    "familyName": "Curie",
    "wholePatient": PATIENT,
    "pastVisits": [
        {"id": 7, "patientId": 1, "lastRoom": "B2"},
        {"id": 8, "patientId": 1, "lastRoom": None},
    ],
    "allRooms": [{"lastRoom": "B2"}, {"lastRoom": None}],
    "someJson": {"a_key": 1},  # the query's own key
}


def package(build: Build, style: RowStyle) -> Any:
    return build(SCHEMA, QUERIES, style, fields=FieldKeys.CAMEL)


def test_rows_of_pydantic(build: Build, connection: Connection) -> None:
    made = package(build, RowStyle.PYDANTIC)
    q, patient_class = made.sub("q"), made.sub("models").Patient
    patient, chart = q.get_patient(connection, id=1), q.get_chart(connection)
    assert patient.class_ == "a"
    assert json.loads(patient.model_dump_json(by_alias=True)) == PATIENT
    assert json.loads(chart.model_dump_json(by_alias=True)) == CHART
    assert patient_class.model_validate(PATIENT) == patient
    assert patient_class(**patient.model_dump()) == patient
    assert pickle.loads(pickle.dumps(chart)) == copy.deepcopy(chart) == chart


def test_fastapi_answers_in_camel_case(build: Build, connection: Connection) -> None:
    q = package(build, RowStyle.PYDANTIC).sub("q")
    app = FastAPI()

    @app.get("/chart", response_model=q.GetChartRow)
    def chart() -> Any:
        return q.get_chart(connection)

    async def get(path: str) -> Any:
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://made"
        ) as client:
            return (await client.get(path)).json()

    assert asyncio.run(get("/chart")) == CHART
    schemas = asyncio.run(get("/openapi.json"))["components"]["schemas"]
    assert list(schemas["GetChartRow"]["properties"]) == list(CHART)
    assert list(schemas["Patient"]["properties"]) == list(PATIENT)


def test_rows_of_msgspec(build: Build, connection: Connection) -> None:
    made = package(build, RowStyle.MSGSPEC)
    q, patient_class = made.sub("q"), made.sub("models").Patient
    patient, chart = q.get_patient(connection, id=1), q.get_chart(connection)
    assert patient.class_ == "a"
    assert json.loads(msgspec.json.encode(patient)) == PATIENT
    assert json.loads(msgspec.json.encode(chart)) == CHART
    assert msgspec.convert(PATIENT, patient_class) == patient
    assert pickle.loads(pickle.dumps(chart)) == copy.deepcopy(chart) == chart


@pytest.mark.parametrize("style", [RowStyle.PYDANTIC, RowStyle.MSGSPEC])
def test_names_without_words_need_no_keys(build: Build, style: RowStyle) -> None:
    made = build("", "-- name: a :one\nSELECT 1 AS id, 2 AS n", style, fields="camel")
    assert "camel" not in repr(made.sub("q").ARow.__annotations__)
    assert made.sub("q").ARow(id=1, n=2).n == 2
