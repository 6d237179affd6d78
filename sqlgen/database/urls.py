"""connection string -> the same as a URL, which every driver and tool understands."""

from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

_NO_MATTER = ("sslmode", "gssencmode")
"""Parameters that say nothing where the server is reached through a socket."""


def url(conninfo: str, *, with_password: bool = True) -> str:
    """`postgresql://user@host:port/database?…`; a socket's folder is the parameter `host`."""
    given = {
        name: str(value)
        for name, value in conninfo_to_dict(conninfo).items()
        if value is not None
    }
    user = quote(given.pop("user", ""), safe="")
    password = quote(given.pop("password", ""), safe="")
    if password:
        user += f":{password}" if with_password else ":…"
    place = ""
    host = given.get("host", "")
    if host.startswith("/"):
        for name in _NO_MATTER:
            given.pop(name, None)
    elif "," not in host:
        place = f"[{host}]" if ":" in host else host
        given.pop("host", None)
        if port := given.pop("port", ""):
            place += f":{port}"
    name = quote(given.pop("dbname", ""), safe="")
    query = urlencode(given, safe="/", quote_via=quote)
    return f"postgresql://{user}{'@' if user else ''}{place}/{name}{'?' if query else ''}{query}"
