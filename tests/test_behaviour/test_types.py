"""Values of every type come back as they were sent, with the annotated and the described types."""

import asyncio
import datetime as dt
import inspect
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, get_type_hints

import psycopg
import pytest
from typeguard import CollectionCheckStrategy, check_type

from sqlgen import describe
from sqlgen.model.catalog import PgType, ScalarType
from sqlgen.model.description import Description
from sqlgen.translate.types import formats
from tests.test_behaviour.packages import Build, Connection
from tests.test_behaviour.values import NOON, SCHEMA, optional_types, values

# JsonValue refers to itself by name, which typeguard does not look up in another module.
pytestmark = pytest.mark.filterwarnings("ignore::typeguard.TypeHintWarning")


FLOAT = ScalarType(schema="pg_catalog", name="float8", display="double precision")


class _Anything:
    """Stands for the module of models where only the names of the types matter."""

    def __getattr__(self, name: str) -> Any:
        return _Anything()

    def __call__(self, *_: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def test_values_of_every_type_come_back(build: Build, connection: Connection) -> None:
    extra = optional_types(connection)
    names = [*values(_Anything()), *extra]
    package = build(SCHEMA + _tables(names), _queries(names))
    q, aio, m = package.sub("q"), package.sub("aio.q"), package.sub("models")
    table = values(m) | extra

    wrong = []
    for number, (name, all_of_type) in enumerate(table.items()):
        for sent, back in _trips(q, number, all_of_type, connection):
            if not _same(sent, back):
                wrong.append((name, sent, back))
    assert not wrong

    async def twins() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=True
        ) as conn:
            for number, (name, all_of_type) in enumerate(table.items()):
                for value in [*all_of_type, None]:
                    back = await _checked_async(aio, f"one_{number}", conn, v=value)
                    if not _same(value, back):
                        wrong.append((name, value, back))

    asyncio.run(twins())
    assert not wrong


def test_values_of_every_type_come_back_from_fields_and_from_copy(
    build: Build, connection: Connection
) -> None:
    extra = optional_types(connection)
    names = [*values(_Anything()), *extra]
    types = "".join(
        f"CREATE TYPE c{n} AS (v {x}, vs {x}[]);"
        f"CREATE TABLE t{n} (v {x}, vs {x}[], c c{n}, cs c{n}[]);"
        for n, x in enumerate(names)
    )
    package = build(
        SCHEMA + types,
        "".join(f"""
            -- name: copy_{n} :copy
            INSERT INTO t{n} VALUES (:v, :vs, :c, :cs);
            -- name: rows_{n} :many -> R{n}
            SELECT * FROM t{n};
            """ for n in range(len(names))),
    )
    q, m = package.sub("q"), package.sub("models")
    wrong = []
    for n, (name, all_of_type) in enumerate((values(m) | extra).items()):
        composite, row = getattr(m, f"C{n}"), getattr(m, f"R{n}")
        cs = [composite(value, all_of_type) for value in all_of_type]
        sent = [row(value, all_of_type, cs[0], cs) for value in all_of_type]
        sent += [row(None, None, None, []), row(None, [], composite(None, []), None)]
        params = getattr(q, f"Copy{n}Params")
        rows = [params(s.v, s.vs, s.c, s.cs) for s in sent]
        getattr(q, f"copy_{n}")(connection, rows=rows)
        back = getattr(q, f"rows_{n}")(connection)
        if not _same(sent, back):
            wrong.append((name, sent, back))
    assert not wrong


def _tables(names: list[str]) -> str:
    return "".join(
        f"CREATE TABLE t{n} (v {x}, vs {x}[]);"
        f"CREATE TABLE n{n} (v {x} NOT NULL, vs {x}[] NOT NULL);"
        for n, x in enumerate(names)
    )


def _queries(names: list[str]) -> str:
    return "\n".join(f"""
        -- name: one_{number} :one
        SELECT (:v?)::{name} AS v;
        -- name: stored_{number} :one -> Stored{number}
        INSERT INTO t{number} VALUES (:v, :vs) RETURNING *;
        -- name: there_{number} :one -> There{number}
        INSERT INTO n{number} VALUES (:v, :vs) RETURNING *;
        -- name: found_{number} :many
        SELECT vs FROM t{number} WHERE v::text = (:v)::{name}::text;
        """ for number, name in enumerate(names))


def _trips(
    q: Any, number: int, all_of_type: list[Any], connection: Connection
) -> Iterator[tuple[Any, Any]]:
    """Return pairs of the value that was sent and the one that came back, for every way to send it."""
    for value in [*all_of_type, None]:
        yield value, _checked(q, f"one_{number}", connection, v=value)
        many = None if value is None else [*all_of_type, value]
        for vs in (many, []):
            back = _checked(q, f"stored_{number}", connection, v=value, vs=vs)
            yield (value, vs), (back.v, back.vs)
        if value is not None:
            back = _checked(q, f"there_{number}", connection, v=value, vs=many)
            yield (value, many), (back.v, back.vs)
    last = all_of_type[-1]
    fetched = _checked(q, f"found_{number}", connection, v=last)
    yield [[*all_of_type, last], []], fetched[-2:]


def _checked(q: Any, name: str, conn: Any, **arguments: Any) -> Any:
    """Call the function, and check that arguments, result and fields of rows are as annotated."""
    function = getattr(q, name)
    hints = get_type_hints(function)
    for argument, value in arguments.items():
        _check(value, hints[argument])
    return _as_annotated(function(conn, **arguments), hints["return"])


async def _checked_async(q: Any, name: str, conn: Any, **arguments: Any) -> Any:
    function = getattr(q, name)
    hints = get_type_hints(function)
    return _as_annotated(await function(conn, **arguments), hints["return"])


def _as_annotated(result: Any, annotation: Any) -> Any:
    _check(result, annotation)
    if hasattr(result, "__dataclass_fields__"):
        for field, type_ in get_type_hints(type(result)).items():
            _check(getattr(result, field), type_)
    return result


def _check(value: Any, annotation: Any) -> None:
    check_type(
        value,
        annotation,
        collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS,
    )


def _same(sent: Any, back: Any) -> bool:
    """Return whether the values are equal and of the same types, with all they contain; NaN equals NaN."""
    if isinstance(sent, list | tuple):
        return (
            type(back) is type(sent)
            and len(sent) == len(back)
            and all(map(_same, sent, back))
        )
    if isinstance(sent, Decimal) and sent.is_nan():
        return isinstance(back, Decimal) and back.is_nan()
    if hasattr(sent, "__dataclass_fields__"):
        fields = sent.__dataclass_fields__
        return type(sent) is type(back) and all(
            _same(getattr(sent, name), getattr(back, name)) for name in fields
        )
    return type(sent) is type(back) and bool(sent == back)


def test_the_server_sees_the_types_that_it_described(
    build: Build, connection: Connection
) -> None:
    extra = optional_types(connection)
    names = [*values(_Anything()), *extra]
    columns = ", ".join(f"c{n} {name}, a{n} {name}[]" for n, name in enumerate(names))
    marks = ", ".join(f":c{n}?, :a{n}?" for n in range(len(names)))
    package = build(
        SCHEMA + f"CREATE TABLE t (id int, {columns});",
        f"""
        -- name: add :one
        INSERT INTO t VALUES (:id, {marks}) RETURNING *;
        -- name: at :many
        SELECT t.*, id + :n AS m FROM t WHERE c0 = ANY(:ids) AND now() > :at
            AND (:ids)[1] <> 5 AND :day <= current_date AND (:off::text IS NULL OR id < 3)
            AND interval '1 day' > :ago AND date_trunc('day', :at) < now() LIMIT :limit;
        """,
    )
    q, m = package.sub("q"), package.sub("models")
    by_type = values(m) | extra
    full = {f"c{n}": by_type[name][0] for n, name in enumerate(names)} | {
        f"a{n}": by_type[name] for n, name in enumerate(names)
    }
    connection.prepare_threshold = 0
    for arguments in (full, dict.fromkeys(full), {**full, **_emptied(full)}):
        q.add(connection, id=1, **arguments)
        q.at(
            connection,
            n=1,
            ids=[1, 2**12],
            at=NOON,
            day=NOON.date(),
            off=None,
            ago=dt.timedelta(1),
            limit=5,
        )
    for name, text in (("add", q.ADD), ("at", q.AT)):
        _check_described(connection, package.descriptions[name], text)
        _check_seen(connection, text)


def test_values_fetched_in_binary_are_those_of_the_text(
    build: Build, connection: Connection
) -> None:
    """A `float8` parameter makes psycopg send all parameters in binary whose types allow it."""
    every = values(_Anything())
    table = {
        name: every[name]
        for name, type_ in _built_in_types(connection, every).items()
        if formats.in_binary([FLOAT, FLOAT, type_])
    }
    assert len(table) > 25
    columns = [f"(:v{n})::{name} AS v{n}" for n, name in enumerate(table)]
    arrays = [f"(:a{n})::{name}[] AS a{n}" for n, name in enumerate(table)]
    floats = [f"0.1::float8 AS f{n}" for n in range(20)]
    q = build(
        "",
        f"""
        -- name: every :one
        SELECT {", ".join([*columns, *arrays, *floats])};
        -- name: months :one
        SELECT 0.1::float8, interval '-1 year 2 mons 3 days 00:00:00.5' AS i,
            'a'::bpchar(3) AS b, '-infinity'::float8 AS f, '1e-7'::numeric AS n;
        """,
    ).sub("q")
    assert "binary=True" in inspect.getsource(q.every)
    for number in range(max(map(len, table.values()))):
        sent = {
            f"v{n}": all_of_type[number % len(all_of_type)]
            for n, all_of_type in enumerate(table.values())
        }
        listed = {f"a{n}": [*v, v[0]] for n, v in enumerate(table.values())}
        row = _checked(q, "every", connection, **sent, **listed)
        for name, value in (sent | listed).items():
            assert _same(value, getattr(row, name)), name
    assert "binary=True" in inspect.getsource(q.months)
    with psycopg.connect(connection.info.dsn) as plain:
        by_hand = plain.execute(q.MONTHS).fetchone()
        row = q.months(plain)
    assert by_hand == tuple(getattr(row, name) for name in row.__match_args__)


def _built_in_types(connection: Connection, names: Iterable[str]) -> dict[str, PgType]:
    """Return PostgreSQL's types by those of the *names* that the server knows."""
    catalog = describe.catalog(connection)
    oids = connection.execute(
        "SELECT name, to_regtype(name)::oid FROM unnest(%s::text[]) AS name",
        [list(names)],
    )
    return {name: catalog.types[oid] for name, oid in oids if oid is not None}


def _emptied(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: [] for name in arguments if name.startswith("a")}


TEXT = 25
"""The oid of text (pg_type.dat)."""


def _check_described(conn: Connection, before: Description, after: str) -> None:
    """The statement that runs has the types that were described, if the server decides on them."""
    for name, text in (("before", before.query.sql.text), ("after", after)):
        conn.pgconn.prepare(name.encode(), text.encode())
    first, second = (
        conn.pgconn.describe_prepared(name) for name in (b"before", b"after")
    )
    composites = _composites(conn)
    parameters, columns = _oids(first)
    as_text = [TEXT if oid in composites else oid for oid in columns]
    assert (parameters, as_text) == _oids(second)
    conn.execute("DEALLOCATE before")
    conn.execute("DEALLOCATE after")


def _composites(conn: Connection) -> set[int]:
    """Return the composite types and arrays of them, which are read as text."""
    rows = conn.execute("""
        SELECT t.oid::bigint FROM pg_type AS t LEFT JOIN pg_type AS e ON e.oid = t.typelem
        LEFT JOIN pg_type AS b ON b.oid = e.typbasetype
        WHERE 'c' IN (t.typtype, e.typtype, b.typtype)
        """).fetchall()
    return {oid for (oid,) in rows}


def _oids(result: psycopg.pq.abc.PGresult) -> tuple[list[int], list[int]]:
    return (
        [result.param_type(n) for n in range(result.nparams)],
        [result.ftype(n) for n in range(result.nfields)],
    )


def _check_seen(conn: Connection, text: str) -> None:
    """The parameters of each run had the described types, or types that the statement casts."""
    conn.pgconn.prepare(b"described", text.encode())
    result = conn.pgconn.describe_prepared(b"described")
    described = [result.param_type(n) for n in range(result.nparams)]
    runs = conn.execute(
        "SELECT parameter_types::oid[] FROM pg_prepared_statements"
        " WHERE statement = %s AND name <> 'described'",
        [text],
    ).fetchall()
    conn.execute("DEALLOCATE described")
    assert runs
    for (seen,) in runs:
        for number, (expected, oid) in enumerate(zip(described, seen, strict=True), 1):
            places = re.findall(rf"\${number}\b(::)?", text)
            assert oid == expected or all(places), f"${number}: {oid} is not {expected}"
