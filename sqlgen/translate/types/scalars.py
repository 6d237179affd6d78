"""PostgreSQL's own scalar types -> Python types, and how their values travel.

What psycopg gives for each type was read off its adapters (`psycopg.adapters`), and a test holds
this table against them.
"""

from ...model.frozen import frozen
from ...model.python import (
    NONE,
    Apply,
    Conversion,
    Generic,
    Keep,
    LiteralOf,
    Load,
    Named,
    PyType,
    UnionOf,
)

BOOL = Named("bool")
BYTES = Named("bytes")
FLOAT = Named("float")
INT = Named("int")
STR = Named("str")
ANY = Named("Any", "typing")
DECIMAL = Named("Decimal", "decimal")
UUID = Named("UUID", "uuid")
DATE = Named("date", "datetime", qualified=True)
TIME = Named("time", "datetime", qualified=True)
DATETIME = Named("datetime", "datetime", qualified=True)
TIMEDELTA = Named("timedelta", "datetime", qualified=True)
JSON_VALUE = Named("JsonValue", ".models")
JSON_INPUT = Named("JsonInput", ".models")
JSON_NUMBER = Named("JsonNumber", ".models")
INET = Named("Inet", ".models")
CIDR = Named("Cidr", ".models")
RECORD = Generic(Named("tuple"), (ANY, Named("...")))

SHARED_ALIASES: dict[Named, PyType] = {
    JSON_VALUE: UnionOf(
        (
            Generic(Named("dict"), (STR, JSON_VALUE)),
            Generic(Named("list"), (JSON_VALUE,)),
            STR,
            INT,
            FLOAT,
            BOOL,
            NONE,
        )
    ),
    # A `dict[str, int]` is no `dict[str, JsonValue]`, but it is a `Mapping[str, JsonInput]`.
    JSON_INPUT: UnionOf(
        (
            Generic(Named("Mapping", "collections.abc"), (STR, JSON_INPUT)),
            Generic(Named("Sequence", "collections.abc"), (JSON_INPUT,)),
            STR,
            INT,
            FLOAT,
            BOOL,
            NONE,
        )
    ),
    JSON_NUMBER: UnionOf((INT, FLOAT, LiteralOf(("NaN", "Infinity", "-Infinity")))),
    INET: UnionOf(
        tuple(
            Named(f"IPv{version}{kind}", "ipaddress")
            for kind in ("Address", "Interface")
            for version in (4, 6)
        )
    ),
    CIDR: UnionOf(tuple(Named(f"IPv{v}Network", "ipaddress") for v in (4, 6))),
}
"""The aliases for types that take more than a name, defined in the `models` module if used."""


PYDANTIC_JSON = Named("JsonValue", "pydantic")
"""The same for pydantic, which cannot look through an alias that names itself."""

SHARED_DOCS = {
    JSON_VALUE: "What a `json` or `jsonb` value is in Python.",
    JSON_INPUT: "What a `json` or `jsonb` value may be made of: dicts, lists and tuples.",
    JSON_NUMBER: "What a `numeric` or `float8` is within JSON, where special values are strings.",
    INET: "What an `inet` value is in Python.",
    CIDR: "What a `cidr` value is in Python.",
}


@frozen
class Scalar:
    """How one of PostgreSQL's types is dealt with.

    `write` makes the value that fixes the wire type. `cast` tells that no value does, so that the
    placeholder needs a cast. `parse` reads the text that stands in arrays and composites which
    psycopg does not know. `text` tells that values are `str` and sent with their type unknown.
    """

    type: PyType
    write: Conversion
    parse: Conversion
    cast: bool = False

    @property
    def text(self) -> bool:
        """Whether values are sent as text of unknown type, which the server then infers."""
        return self.type == STR


def _wrapped(type_: PyType, wrapper: str, module: str, parse: Conversion) -> Scalar:
    return Scalar(type_, Apply(Named(wrapper, f"psycopg.types.{module}")), parse)


def _checked(type_: PyType, name: str, parse: Conversion) -> Scalar:
    """A number whose wrapper would go over without a word where the type has no room for it."""
    return Scalar(type_, Apply(Named(f"as_{name}", "._support")), parse)


_TEXT = Scalar(STR, Keep(), Keep())
_INT = Apply(INT)
_FLOAT = Apply(FLOAT)

SCALARS: dict[str, Scalar] = {
    "int2": _checked(INT, "int2", _INT),
    "int4": _checked(INT, "int4", _INT),
    "int8": _checked(INT, "int8", _INT),
    "oid": _checked(INT, "oid", _INT),
    "float4": _checked(FLOAT, "float4", _FLOAT),
    "float8": Scalar(FLOAT, _FLOAT, _FLOAT),  # an int is a float, too
    "json": _wrapped(JSON_VALUE, "Json", "json", Load("json")),
    "jsonb": _wrapped(JSON_VALUE, "Jsonb", "json", Load("jsonb")),
    "numeric": Scalar(DECIMAL, Keep(), Apply(DECIMAL)),
    "bool": Scalar(BOOL, Keep(), Load("bool")),
    "bytea": Scalar(BYTES, Keep(), Load("bytea")),
    "uuid": Scalar(UUID, Keep(), Apply(UUID)),
    "interval": Scalar(TIMEDELTA, Keep(), Load("interval")),
    # A datetime is a date too, a time may have a zone or not, and the zone is the wire type.
    "date": Scalar(DATE, Keep(), Load("date"), cast=True),
    "time": Scalar(TIME, Keep(), Load("time"), cast=True),
    "timetz": Scalar(TIME, Keep(), Load("timetz"), cast=True),
    "timestamp": Scalar(DATETIME, Keep(), Load("timestamp"), cast=True),
    "timestamptz": Scalar(DATETIME, Keep(), Load("timestamptz"), cast=True),
    "inet": Scalar(INET, Keep(), Load("inet")),
    "cidr": Scalar(CIDR, Keep(), Load("cidr")),
    "record": Scalar(RECORD, Keep(), Keep()),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RANGES = frozenset(
    f"{name}{kind}"
    for name in ("int4", "int8", "num", "ts", "tstz", "date")
    for kind in ("range", "multirange")
)
"""The range types that psycopg reads by itself."""

LISTS = _words("""
    "char" aclitem bit bool box bpchar bytea cid cidr circle date float4 float8 gtsvector inet int2
    int2vector int4 int8 interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric
    oid oidvector path pg_lsn point polygon record refcursor regclass regcollation regconfig
    regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype text tid time
    timestamp timestamptz timetz tsquery tsvector txid_snapshot uuid varbit varchar xid xid8 xml
    """) | {"char"}
"""The types whose arrays psycopg reads by itself; `pg_type.typname` of `"char"` is `char`."""


def scalar(name: str) -> Scalar:
    """How PostgreSQL's own type *name* is dealt with; as text if it is not in the table."""
    return SCALARS.get(name, _TEXT)
