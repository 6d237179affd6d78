from decimal import Decimal

import psycopg
from psycopg.rows import TupleRow
from shop.db import reviews


def test_products_are_rated(sqlgen_connection: psycopg.Connection[TupleRow]) -> None:
    sqlgen_connection.execute(
        "INSERT INTO auth_user (id, username, password, is_superuser, first_name, last_name, email,"
        " is_staff, is_active, date_joined) VALUES (1, 'ada', '', false, '', '', '', false, true, now());"
        "INSERT INTO catalogue_product (id, name, added) VALUES (1, 'Tea', now());"
        "INSERT INTO catalogue_review (product_id, author_id, stars) VALUES (1, 1, 4), (1, 1, 5)"
    )
    (product,) = reviews.best_products(sqlgen_connection)
    assert (product.name, product.price, product.stars) == ("Tea", None, Decimal("4.5"))
    (reviewer,) = reviews.reviewers(sqlgen_connection)
    assert (reviewer.username, reviewer.reviews) == ("ada", 2)
