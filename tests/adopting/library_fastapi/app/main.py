import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI, HTTPException

from app.db.aio import loans
from app.db.loans import BookOnLoan

app = FastAPI()


async def connection() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    url = os.environ["DATABASE_URL"]
    async with await psycopg.AsyncConnection.connect(url) as conn:
        yield conn


Connection = Annotated[psycopg.AsyncConnection[Any], Depends(connection)]


@app.get("/books/{book_id}")
async def book(book_id: int, conn: Connection) -> BookOnLoan:
    found = await loans.find_book(conn, id=book_id)
    if found is None:
        raise HTTPException(404)
    return found
