"""Each recipe of docs/recipes.md, by requests to the service. Copied into its `tests/` and run there."""

import asyncio
from typing import Any

import psycopg
import pytest
from httpx import AsyncClient
from psycopg.rows import scalar_row

pytestmark = pytest.mark.anyio

EMMA = {"name": "Emma", "category": "book", "price": "9.50"}
CSV = """\
sku,name,category,price,stock
B1,Emma,book,9.50,3
B2,Persuasion,book,12.00,
G1,"Chess, wooden",game,30.00,1
"""


@pytest.fixture
async def shop(client: AsyncClient) -> AsyncClient:
    """The client of a shop with three products and a customer."""
    response = await client.post("/products/import", content=CSV.replace(",\n", ",0\n"))
    assert response.json() == 3, response.text
    ada = {"email": "ada@example.org", "name": "Ada"}
    assert (await client.post("/customers", json=ada)).status_code == 201
    return client


async def names(client: AsyncClient, **parameters: Any) -> list[str]:
    response = await client.get("/products", params=parameters)
    assert response.status_code == 200, response.text
    return [product["name"] for product in response.json()]


async def test_search(shop: AsyncClient) -> None:
    assert await names(shop) == ["Chess, wooden", "Emma", "Persuasion"]
    assert await names(shop, category="book") == ["Emma", "Persuasion"]
    assert await names(shop, name="MM", category="book") == ["Emma"]
    assert await names(shop, price_from="12", price_to="12") == ["Persuasion"]
    assert await names(shop, category="game", price_to=1) == []
    assert await names(shop, sort="-price") == ["Chess, wooden", "Persuasion", "Emma"]
    assert await names(shop, sort="best_stocked", limit=1) == ["Emma"]
    for parameters in ({"category": "x"}, {"sort": "id"}, {"sort": "name; DROP"}):
        assert (await shop.get("/products", params=parameters)).status_code == 422


async def test_upsert(client: AsyncClient) -> None:
    added = await client.put("/products/B1", json=EMMA)
    changed = await client.put("/products/B1", json=EMMA | {"price": "8.00"})
    assert (added.status_code, changed.status_code) == (201, 200)
    assert changed.json() == added.json() | {"price": "8.00"}
    assert await names(client) == ["Emma"]


async def test_patch(client: AsyncClient) -> None:
    whole = EMMA | {"description": "A novel"}
    product = (await client.put("/products/B1", json=whole)).json()
    for patch in ({}, {"price": "7.00"}, {"description": None, "name": "Emma 2"}):
        response = await client.patch("/products/B1", json=patch)
        assert response.status_code == 200, response.text
        product |= patch
        assert response.json() == product
    assert (await client.patch("/products/B1", json={"name": None})).status_code == 422
    assert (await client.patch("/products/B1", json={"price": -1})).status_code == 422
    assert (await client.patch("/products/B9", json={})).status_code == 404


async def test_conflict(shop: AsyncClient) -> None:
    again = {"email": "ada@example.org", "name": "Another Ada"}
    response = await shop.post("/customers", json=again)
    assert (response.status_code, response.json()["detail"]) == (
        409,
        {"field": "email"},
    )
    response = await shop.post("/customers", json={"email": "ada", "name": "Ada"})
    assert (response.status_code, response.json()["detail"]) == (
        422,
        {"field": "email"},
    )


async def test_settings(shop: AsyncClient, sqlgen_database: str) -> None:
    assert (await shop.get("/customers/1")).json()["settings"] == {
        "language": "en",
        "newsletter": False,
    }
    settings = {"language": "de", "newsletter": True}
    response = await shop.put("/customers/1/settings", json=settings)
    assert response.status_code == 204
    assert (await shop.get("/customers/1")).json()["settings"] == settings
    response = await shop.put("/customers/1/settings", json={"language": "xx"})
    assert response.status_code == 422
    assert (await shop.put("/customers/9/settings", json={})).status_code == 404
    assert (await shop.get("/customers/9")).status_code == 404
    async with await psycopg.AsyncConnection.connect(sqlgen_database) as conn:
        from generated import customers

        assert await customers.count_subscribers(conn) == 1


async def test_order(shop: AsyncClient) -> None:
    response = await shop.post(
        "/orders", json={"customer_id": 1, "quantities": {"1": 2, "3": 1}}
    )
    assert response.status_code == 201, response.text
    order = response.json()
    assert order["customer"]["name"] == "Ada"
    assert order["lines"] == [
        {"sku": "B1", "name": "Emma", "quantity": 2, "price": "9.50"},
        {"sku": "G1", "name": "Chess, wooden", "quantity": 1, "price": "30.00"},
    ]
    assert order["total"] == "49.00"
    assert (await shop.get(f"/orders/{order['id']}")).json() == order
    assert (await shop.get("/orders/99")).status_code == 404


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"customer_id": 9, "quantities": {"1": 1}}, 422),
        ({"customer_id": 1, "quantities": {"9": 1}}, 422),
        ({"customer_id": 1, "quantities": {"1": 0}}, 422),
        ({"customer_id": 1, "quantities": {"1": 1, "2": 1}}, 409),
    ],
)
async def test_an_order_that_fails_leaves_nothing(
    shop: AsyncClient, sqlgen_database: str, order: dict[str, Any], status: int
) -> None:
    assert (await shop.post("/orders", json=order)).status_code == status
    async with await psycopg.AsyncConnection.connect(
        sqlgen_database, row_factory=scalar_row
    ) as conn:
        for table in ("orders", "order_lines"):
            cursor = await conn.execute(f"SELECT count(*) FROM {table}")
            assert await cursor.fetchone() == 0


async def test_two_orders_of_the_last_one(shop: AsyncClient) -> None:
    order = {"customer_id": 1, "quantities": {"3": 1}}
    responses = await asyncio.gather(
        *(shop.post("/orders", json=order) for _ in range(2))
    )
    assert sorted(response.status_code for response in responses) == [201, 409]


async def test_orders_of_the_same_products_at_once(client: AsyncClient) -> None:
    lines = "".join(f"X{n},Tetris {n},game,5.00,20\n" for n in range(5))
    await client.post("/products/import", content=CSV.splitlines()[0] + "\n" + lines)
    await client.post("/customers", json={"email": "ada@example.org", "name": "Ada"})
    products = ["1", "2", "3", "4", "5"]
    responses = await asyncio.gather(
        *(
            client.post(
                "/orders", json={"customer_id": 1, "quantities": dict.fromkeys(some, 2)}
            )
            for some in [products, products[::-1]] * 5
        )
    )
    assert [response.status_code for response in responses] == [201] * 10
    left = (await client.get("/products")).json()
    assert {product["stock"] for product in left} == {0}


async def test_pages(shop: AsyncClient) -> None:
    order = {"customer_id": 1, "quantities": {"1": 1}}
    ids = [(await shop.post("/orders", json=order)).json()["id"] for _ in range(3)]
    seen: list[int] = []
    where: dict[str, Any] = {"customer_id": 1, "size": 2}
    while len(seen) < 9:
        page = (await shop.get("/orders", params=where)).json()
        seen += [row["id"] for row in page["rows"]]
        if page["next"] is None:
            break
        where["after"] = page["next"]
    assert seen == ids[::-1]
    where["after"] = "forged"
    response = await shop.get("/orders", params=where)
    assert (response.status_code, response.json()["detail"]) == (
        422,
        {"field": "after"},
    )


async def test_import_of_all_or_none(shop: AsyncClient) -> None:
    response = await shop.post("/products/import", content=CSV.replace("B1", "B9"))
    assert (response.status_code, response.json()["detail"]) == (
        422,
        {
            "line": 3,
            "column": "stock",
            "message": "Input should be a valid integer, unable to parse string as an integer",
        },
    )
    response = await shop.post(
        "/products/import", content=CSV.replace("B1", "B9").replace(",\n", ",0\n")
    )
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "Key (sku)=(B2) already exists.",
    )
    line = "X1,Tetris,game,-1,0\n"
    response = await shop.post(
        "/products/import", content=CSV.splitlines()[0] + "\n" + line
    )
    assert response.status_code == 422
    assert "products_price_check" in response.json()["detail"]
    assert len(await names(shop)) == 3


async def test_export(shop: AsyncClient) -> None:
    response = await shop.get("/products.csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert response.text == CSV.replace(",\n", ",0\n").replace("\n", "\r\n")
    many = "".join(f"X{n},Tetris {n},game,5.00,0\n" for n in range(250))
    await shop.post("/products/import", content=CSV.splitlines()[0] + "\n" + many)
    assert len((await shop.get("/products.csv")).text.splitlines()) == 254


async def test_defaults(client: AsyncClient) -> None:
    chess = {"sku": "G1", "name": "Chess", "category": "game", "price": "30.00"}
    added = await client.post("/products", json=chess)
    assert (added.status_code, added.json()["stock"]) == (201, 0)
    assert added.json()["description"] is None
    again = await client.post("/products", json=chess)
    assert (again.status_code, again.json()["detail"]) == (409, {"field": "sku"})
    many = await client.post("/products", json=chess | {"sku": "G2", "stock": 7})
    assert many.json()["stock"] == 7
    for wrong in ({"stock": -1}, {"price": "-1"}, {"category": "x"}):
        sent = await client.post("/products", json=chess | {"sku": "G3"} | wrong)
        assert sent.status_code == 422


async def test_wishes(shop: AsyncClient) -> None:
    first, second = [p["id"] for p in (await shop.get("/products")).json()][:2]
    for product, note in ((second, None), (first, "for Bob")):
        wish = {"product_id": product, "note": note}
        assert (await shop.post("/customers/1/wishes", json=wish)).status_code == 201
    assert (await shop.post("/customers/1/wishes", json=wish)).status_code == 409
    assert (await shop.post("/customers/9/wishes", json=wish)).status_code == 404
    wish = {"product_id": 99}
    assert (await shop.post("/customers/1/wishes", json=wish)).status_code == 422
    wishes = (await shop.get("/customers/1/wishes")).json()
    assert {w["product_id"]: w["note"] for w in wishes} == {
        second: None,
        first: "for Bob",
    }
    assert (await shop.delete(f"/customers/1/wishes/{first}")).status_code == 204
    assert (await shop.delete(f"/customers/1/wishes/{first}")).status_code == 404
    assert len((await shop.get("/customers/1/wishes")).json()) == 1


async def test_functions(shop: AsyncClient) -> None:
    assert (await shop.get("/shipping", params={"total": 50})).json() == "0"
    both = {"total": "49.99", "express": "true"}
    assert (await shop.get("/shipping", params=both)).json() == "14.90"
