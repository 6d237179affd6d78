import pytest
from psycopg.conninfo import conninfo_to_dict

from sqlgen import database


@pytest.mark.parametrize(
    ("conninfo", "url"),
    [
        ("dbname=app", "postgresql:///app"),
        ("host=h port=1 user=u dbname=app", "postgresql://u@h:1/app"),
        ("host=/run/p user=u dbname=app sslmode=disable", "postgresql:///app?user=u&host=/run/p"),
        ("user=u password=p dbname=app", "postgresql:///app?user=u&password=p"),
        ("host=::1 port=5 dbname=app", "postgresql://[::1]:5/app"),
        (
            "host=h user='a b' password='p@/:?' dbname='my app'",
            "postgresql://a%20b:p%40%2F%3A%3F@h/my%20app",
        ),
        (
            r"host=h options='-c search_path=\"a\\ b\"'",
            "postgresql://h/?options=-c%20search_path%3D%22a%5C%20b%22",
        ),
        ("host=a,b port=1,2 dbname=app", "postgresql:///app?host=a%2Cb&port=1%2C2"),
        ("", "postgresql:///"),
    ],
)  # fmt: skip
def test_a_url_says_the_same(conninfo: str, url: str) -> None:
    assert database.url(conninfo) == url
    parameters = conninfo_to_dict(conninfo)
    parameters.pop("sslmode", None)
    assert conninfo_to_dict(url) == parameters


def test_a_password_may_be_left_out() -> None:
    conninfo = "host=h user=u password=secret dbname=app"
    assert database.url(conninfo, with_password=False) == "postgresql://u:…@h/app"
