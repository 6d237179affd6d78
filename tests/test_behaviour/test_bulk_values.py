"""`:copy` and `:batch` store what `:exec` stores."""

import datetime
from typing import Any

from tests.test_behaviour.packages import Build, Connection

NAIVE = datetime.datetime(2020, 1, 2, 3, 4, 5)  # noqa: DTZ001 (on purpose)
VALUES: dict[str, list[Any]] = {
    "jsonb[]": [[{"a": 1}, [1, 2], "x", "{}", 1, True], [], [[1]], [{}], [["a", "b"], ["c"]]],
    "json[]": [[{"a": 1}, [1, 2], "x", 'q"\\', 1.5, False], [], [[1], [2]]],
    "jsonb": [{"a": 1}, [1, 2], "x", 1, True],
    "json": [{"a": 1}, [1, 2], "x"],
    "timestamptz": [NAIVE, NAIVE.replace(tzinfo=datetime.UTC)],
    "timestamptz[]": [[NAIVE], [NAIVE.replace(tzinfo=datetime.UTC)], []],
    "timestamp": [NAIVE],
    "int4[]": [[1, 2], [[1, 2], [3, 4]], []],
    "int8[]": [[1, 2], [[1, 2], [3, 4]], []],
    "float8[]": [[1, 2.5], [[1.5]]],
    "numeric[]": [[1], [[1, 2]]],
    "text[]": [["a", 'b"\\'], [["a"], ["b"]]],
    "mood[]": [["sad"], [["sad", "ok"]]],
    "bool[]": [[True], [[True, False]]],
    "date[]": [[datetime.date(2020, 1, 1)], [[datetime.date(2020, 1, 1)]]],
    "bytea[]": [[b"a"], [[b"a\\"]]],
    "uuid[]": [[]],
    "pair": [],
}  # fmt: skip
TABLES = {type_: f"t_{n}" for n, type_ in enumerate(VALUES) if VALUES[type_]}
SCHEMA = "CREATE TYPE mood AS ENUM ('sad', 'ok');\n" + "\n".join(
    f"CREATE TABLE {table} (n serial, v {type_}, w {type_});"
    for type_, table in TABLES.items()
)
COMMANDS = {"one": "exec", "many": "batch", "copied": "copy"}


def test_bulk_commands_store_the_same_values(
    build: Build, connection: Connection
) -> None:
    queries = "\n".join(
        f"-- name: {name}_{table} :{command}\nINSERT INTO {table} (v, w) VALUES (:v, :w);\n"
        f"-- name: {name}_only_{table} :{command}\nINSERT INTO {table} (v) VALUES (:v);\n"
        for table in TABLES.values()
        for name, command in COMMANDS.items()
    )
    q = build(SCHEMA, queries).sub("q")
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    wrong = []
    for type_, table in TABLES.items():
        for value in VALUES[type_]:
            stored = {}
            for name in COMMANDS:
                connection.execute(f"TRUNCATE {table}".encode())
                try:
                    if name == "one":
                        getattr(q, f"{name}_{table}")(connection, v=value, w=None)
                        getattr(q, f"{name}_only_{table}")(connection, v=value)
                    else:
                        prefix = "Many" if name == "many" else "Copied"
                        class_ = getattr(
                            q, f"{prefix}{table.title().replace('_', '')}Params"
                        )
                        getattr(q, f"{name}_{table}")(
                            connection, rows=[class_(v=value, w=None)]
                        )
                        getattr(q, f"{name}_only_{table}")(connection, rows=[value])
                except Exception as error:  # noqa: BLE001 (compared with the others)
                    stored[name] = repr(error)[:150]
                    continue
                found = f"SELECT v::text, w::text FROM {table}"
                stored[name] = str(connection.execute(found.encode()).fetchall())
            if len({*stored.values()}) > 1 or "rror" in stored["one"]:
                wrong.append((type_, value, stored))
    assert not wrong, "\n".join(map(str, wrong))
