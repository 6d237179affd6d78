"""Connection string -> connection URL, which every driver and tool understands."""

from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from ..conninfo import SECRETS, libpq_conninfo

_NETWORK_ONLY = ("sslmode", "gssencmode")
"""Parameters without effect on a connection through a socket."""


def url(conninfo: str, *, with_password: bool = True) -> str:
    """Return *conninfo* as `postgresql://user@host:port/database?…`.

    The folder of a socket becomes the parameter `host`, and the user one as well: SQLx refuses a URL
    with a user and no host. Without *with_password*, a password is
    shown as `…`, and so are the other secrets of libpq.
    """
    parameters = {
        name: str(value)
        for name, value in conninfo_to_dict(libpq_conninfo(conninfo)).items()
        if value is not None
    }
    if not with_password:
        parameters |= dict.fromkeys(SECRETS & {*parameters}, "…")
    address = user = ""
    host = parameters.get("host", "")
    if host.startswith("/"):
        for name in _NETWORK_ONLY:
            parameters.pop(name, None)
    elif "," not in host:
        address = f"[{host}]" if ":" in host else host
        parameters.pop("host", None)
        if port := parameters.pop("port", ""):
            address += f":{port}"
    if address:
        user = quote(parameters.pop("user", ""), safe="")
        if password := parameters.pop("password", ""):
            user += f":{quote(password, safe='')}"
    name = quote(parameters.pop("dbname", ""), safe="")
    query = urlencode(parameters, safe="/", quote_via=quote)
    text = f"postgresql://{user}{'@' if user else ''}{address}/{name}{'?' if query else ''}{query}"
    return text if with_password else text.replace(quote("…"), "…")
