"""Values are those that were stored, or an error is raised, whatever the session's settings are."""

from psycopg import DataError

from tests.test_behaviour.packages import Build, Connection

VALUES = {
    "interval": "'1 year 2 months 3 days 04:05:06.7'",
    "date": "'2021-03-04'",
    "timestamp": "'2021-03-04 05:06:07.8'",
    "timestamptz": "'2021-03-04 05:06:07.8+00'",
    "time": "'01:02:03.4'",
    "timetz": "'01:02:03.4+01'",
    "bytea": "'\\x005c2200ff'",
    "numeric": "'1.50'",
    "money": "'-1234.56'",
    "float8": "0.1",
    "float4": "0.1",
}
SETTINGS = [
    *(f"IntervalStyle = {x}" for x in ("sql_standard", "postgres_verbose", "iso_8601")),
    *(f"DateStyle = '{x}'" for x in ("SQL, DMY", "SQL, MDY", "German", "Postgres, DMY", "ISO, YMD")),
    "bytea_output = escape",
    "extra_float_digits = 3",
    "lc_monetary = 'C'",
    "TimeZone = 'Asia/Kathmandu'",
    "standard_conforming_strings = off",
]  # fmt: skip
SCHEMA = "\n".join(f"""CREATE TYPE c_{name} AS (v {name}, w {name}[]);
    CREATE TYPE r_{name} AS RANGE (subtype = {name}, multirange_type_name = m_{name});
    CREATE DOMAIN d_{name} AS {name};""" for name in VALUES)
FORMS = {
    "scalar": "{value}::{name}",
    "domain": "{value}::d_{name}",
    "array": "ARRAY[{value}::{name}]",
    "composite": "ROW({value}, ARRAY[{value}::{name}])::c_{name}",
    "composites": "ARRAY[ROW({value}, NULL)::c_{name}]",
    "range": "r_{name}({value}::{name}, NULL)",
    "multirange": "m_{name}(r_{name}({value}::{name}, NULL))",
}
CASES = [(name, form) for name in VALUES for form in FORMS]
UNSUPPORTED = (DataError, NotImplementedError)


def test_settings_and_types(build: Build, connection: Connection) -> None:
    queries = "\n".join(
        f"-- name: {form}_{name} :one\nSELECT {FORMS[form].format(name=name, value=VALUES[name])} AS v;"
        for name, form in CASES
    )
    q = build(SCHEMA, queries).sub("q")
    expected = {case: getattr(q, f"{case[1]}_{case[0]}")(connection) for case in CASES}
    wrong = []
    for setting in SETTINGS:
        connection.execute(f"SET {setting}".encode())
        for case in CASES:
            try:
                value = getattr(q, f"{case[1]}_{case[0]}")(connection)
            except UNSUPPORTED as error:
                # What psycopg cannot read is refused; of intervals and dates only.
                assert "can't parse" in str(error), (setting, case)  # noqa: PT017
                assert "Style" in setting
                continue
            if value != expected[case]:
                wrong.append((setting, case, value, expected[case]))
        connection.execute(f"RESET {setting.split()[0]}".encode())
    assert not wrong, "\n".join(map(str, wrong))
