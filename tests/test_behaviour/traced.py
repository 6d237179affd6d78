"""Calls generated functions on a traced connection, and prints the statement of each span.

    python -m tests.test_behaviour.traced TOOL MODE FOLDER DSN

A process of its own, since these tools patch psycopg, and ddtrace starts threads.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

Spans = Callable[[], list[str]]


def with_opentelemetry() -> Spans:
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
        InMemorySpanExporter,
    )

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    PsycopgInstrumentor().instrument(tracer_provider=provider)
    return lambda: [
        str((span.attributes or {}).get("db.statement"))
        for span in exporter.get_finished_spans()
    ]


def with_ddtrace() -> Spans:
    from ddtrace.contrib.internal.psycopg.patch import patch
    from ddtrace.trace import Span, TraceFilter, tracer

    statements: list[str] = []

    class Collect(TraceFilter):
        def process_trace(self, trace: Sequence[Span]) -> None:
            statements.extend(
                str(span.resource) for span in trace if span.name == "postgres.query"
            )

    tracer.configure(trace_processors=[Collect()])
    patch()  # type: ignore[no-untyped-call]  # ddtrace leaves it so
    return lambda: statements


def call(q: Any, conn: Any) -> list[object]:
    return [
        q.count_all(conn),
        q.get(conn, id=1),
        q.list_all(conn),
        q.add(conn, id=3),
        q.rename(conn),
        q.remove(conn, rows=[3]),
        q.note_all(conn, rows=[q.NoteAllParams("a", 1), q.NoteAllParams("b", 2)]),
        list(q.stream_all(conn)),
    ]


async def call_async(q: Any, conn: Any) -> list[object]:
    notes = [q.NoteAllParams("a", 1), q.NoteAllParams("b", 2)]
    return [
        await q.count_all(conn),
        await q.get(conn, id=1),
        await q.list_all(conn),
        await q.add(conn, id=3),
        await q.rename(conn),
        await q.remove(conn, rows=[3]),
        await q.note_all(conn, rows=notes),
        [row async for row in q.stream_all(conn)],
    ]


async def main_async(q: Any, dsn: str) -> list[object]:
    async with await psycopg.AsyncConnection.connect(dsn) as conn:
        return await call_async(q, conn)


def main() -> None:
    tool, mode, folder, dsn = sys.argv[1:]
    spans = {"opentelemetry": with_opentelemetry, "ddtrace": with_ddtrace}[tool]()
    sys.path.insert(0, folder)
    if mode == "sync":
        with psycopg.connect(dsn) as conn:
            values = call(importlib.import_module("made.q"), conn)
    else:
        values = asyncio.run(main_async(importlib.import_module("made.aio.q"), dsn))
    sys.stdout.write(json.dumps([[repr(value) for value in values], spans()]))


if __name__ == "__main__":
    main()
