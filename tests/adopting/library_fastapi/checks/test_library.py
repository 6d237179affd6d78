import asyncio

import psycopg
from app import main
from app.db import loans
from app.db.models import LoanState
from psycopg.rows import TupleRow


def test_a_book_is_lent(
    sqlgen_database: str, sqlgen_connection: psycopg.Connection[TupleRow]
) -> None:
    sqlgen_connection.execute("INSERT INTO book VALUES (1, 'Emma', NULL)")
    loans.lend(sqlgen_connection, book_id=1, reader="Ada", due=None)
    sqlgen_connection.commit()

    async def request() -> main.BookOnLoan:
        async with await psycopg.AsyncConnection.connect(sqlgen_database) as conn:
            return await main.book(1, conn)

    book = asyncio.run(request())
    assert (book.title, book.subtitle, book.reader) == ("Emma", None, "Ada")
    assert book.state is LoanState.LENT
    paths = [getattr(route, "path", "") for route in main.app.routes]
    assert "/books/{book_id}" in paths
