"""PostgreSQL's base types -> Python types, and how their values travel: a row for each type.

What psycopg does with each type by itself was read off its adapters (`psycopg.adapters`), and a
test holds this table against them. To add a type, add its row.
"""

from collections.abc import Iterable
from enum import IntEnum

from ...model.catalog import ArrayType, DomainType, PgType, RangeType, ScalarType
from ...model.frozen import frozen
from ...model.python import (
    NONE,
    Apply,
    Conversion,
    Discard,
    Generic,
    Load,
    Named,
    Parse,
    PyType,
)
from .python_types import (
    BOOL,
    BYTES,
    CIDR,
    DATE,
    DATETIME,
    DECIMAL,
    DICT,
    FLOAT,
    INET,
    INT,
    JSON_INPUT,
    JSON_VALUE,
    KEEP,
    LIST,
    MAPPING,
    RECORD,
    SEQUENCE,
    STR,
    TIME,
    TIMEDELTA,
    UUID,
    nullable,
    support,
)


class BinarySpeed(IntEnum):
    """The speed of reading a value in the binary format, compared with text."""

    SLOWER = -1
    SAME = 0
    FASTER = 1


@frozen(kw_only=True)
class Adapter:
    """The ways in which psycopg itself reads and writes values of a type.

    `reads_arrays`: it has a loader for arrays of the type. `writes_binary`: it has a dumper for the
    binary format. `binary` is None where it cannot read the binary format, or where the value would
    differ from that of the text; `binary_in_arrays` is for arrays, None where there is no
    difference. docs/performance.md has the measured times.
    """

    reads_arrays: bool = True
    writes_binary: bool = False
    binary: BinarySpeed | None = None
    binary_in_arrays: BinarySpeed | None = None


_NO_ADAPTER = Adapter(reads_arrays=False)
_TEXT_ONLY = Adapter()
_READS_BINARY = Adapter(binary=BinarySpeed.SAME)
_SAME = Adapter(binary=BinarySpeed.SAME, writes_binary=True)
_FASTER = Adapter(binary=BinarySpeed.FASTER, writes_binary=True)
_SLOWER = Adapter(binary=BinarySpeed.SLOWER, writes_binary=True)


@frozen(kw_only=True)
class Scalar:
    """A base type: what its values are in Python, and how they are read and written.

    `name` is `pg_type.typname`. `type` is the Python type of a column; `argument` that of a
    parameter, None where it is the same. `extension` is the extension that the type comes with,
    empty for PostgreSQL's own types.

    `read` converts the value that psycopg returns for a column. `parse` converts the text that the
    value has within arrays, composites and ranges that psycopg cannot read.

    `write` makes the value whose wire type is this one. `cast`: no value has it, so the placeholder
    needs a cast. `write_array` makes the text of an array, None where psycopg writes a list of the
    written items. `delimiter` stands between the items of an array's text (`pg_type.typdelim`).
    """

    name: str
    type: PyType
    argument: PyType | None = None
    extension: str = ""
    read: Conversion = KEEP
    parse: Conversion = KEEP
    write: Conversion = KEEP
    cast: bool = False
    write_array: Conversion | None = None
    delimiter: str = ","
    psycopg: Adapter = _NO_ADAPTER

    @property
    def untyped(self) -> bool:
        """Return whether values are sent as text whose type the server infers (`unknown`)."""
        return self.type == STR or self.extension != ""

    @property
    def is_container(self) -> bool:
        """Return whether values are dicts or lists, which psycopg cannot write by themselves."""
        return self.argument is not None


ARRAY_OF = support("array_of")
_INT = Apply(INT)
_FLOAT = Apply(FLOAT)
_PRINTED = Parse(ARRAY_OF, Apply(STR))


def _number(name: str, parse: Conversion, psycopg: Adapter) -> Scalar:
    """Return an integer type; psycopg's wrapper alone would not notice an overflow."""
    return Scalar(
        name=name,
        type=INT,
        parse=parse,
        write=Apply(support(f"as_{name}")),
        write_array=Parse(ARRAY_OF, Apply(support(f"{name}_text"))),
        psycopg=psycopg,
    )


def _json(name: str, wrapper: str, psycopg: Adapter) -> Scalar:
    return Scalar(
        name=name,
        type=JSON_VALUE,
        argument=JSON_INPUT,
        parse=Load(name),
        write=Apply(Named(wrapper, "psycopg.types.json")),
        psycopg=psycopg,
    )


def _time(name: str, type_: PyType) -> Scalar:
    """Return a type of dates or times.

    It needs a cast: a `datetime` is a `date` too, a `time` has a zone or not, and psycopg chooses
    the wire type by the value. Arrays are left to psycopg, which a service may have told what
    `infinity` is.
    """
    return Scalar(name=name, type=type_, parse=Load(name), cast=True, psycopg=_SAME)


def _text(name: str, psycopg: Adapter = _TEXT_ONLY, extension: str = "") -> Scalar:
    return Scalar(
        name=name,
        type=STR,
        extension=extension,
        write_array=Apply(ARRAY_OF),
        psycopg=psycopg,
    )


def _texts(names: str) -> list[Scalar]:
    """Return types of PostgreSQL's that are text in Python, and that psycopg reads as text."""
    return [_text(name) for name in names.split()]


def _vector(name: str) -> Scalar:
    parse = Apply(support("parse_vector"))
    return Scalar(
        name=name,
        type=Generic(LIST, (FLOAT,)),
        argument=Generic(SEQUENCE, (FLOAT,)),
        extension="vector",
        read=parse,
        parse=parse,
        write=Apply(support("vector_text")),
    )


def _table(rows: Iterable[Scalar]) -> dict[str, Scalar]:
    return {row.name: row for row in rows}


SCALARS = _table(
    [
        _number("int2", _INT, _SAME),
        _number("int4", _INT, _SAME),
        _number("int8", _INT, _SAME),
        _number("oid", _INT, _SAME),
        Scalar(
            name="float4",
            type=FLOAT,
            parse=_FLOAT,
            write=Apply(support("as_float4")),
            psycopg=Adapter(writes_binary=True),  # 0.1 is 0.10000000149011612 in binary
        ),
        Scalar(
            name="float8",
            type=FLOAT,
            parse=_FLOAT,
            write=_FLOAT,  # the argument may be an int
            write_array=Parse(ARRAY_OF, Apply(support("float8_text"))),
            psycopg=_FASTER,
        ),
        Scalar(
            name="numeric",
            type=DECIMAL,
            parse=Apply(DECIMAL),
            write_array=_PRINTED,
            psycopg=_SLOWER,
        ),
        Scalar(
            name="bool",
            type=BOOL,
            parse=Load("bool"),
            write_array=_PRINTED,
            psycopg=_SAME,
        ),
        Scalar(
            name="uuid",
            type=UUID,
            parse=Apply(UUID),
            write_array=_PRINTED,
            psycopg=Adapter(
                writes_binary=True,
                binary=BinarySpeed.SAME,
                binary_in_arrays=BinarySpeed.FASTER,
            ),
        ),
        Scalar(name="bytea", type=BYTES, parse=Load("bytea"), psycopg=_SAME),
        _json("json", "Json", _SAME),
        _json("jsonb", "Jsonb", _SLOWER),
        Scalar(name="interval", type=TIMEDELTA, parse=Load("interval"), psycopg=_SAME),
        _time("date", DATE),
        _time("time", TIME),
        _time("timetz", TIME),
        _time("timestamp", DATETIME),
        _time("timestamptz", DATETIME),
        Scalar(name="inet", type=INET, parse=Load("inet"), psycopg=_FASTER),
        Scalar(name="cidr", type=CIDR, parse=Load("cidr"), psycopg=_FASTER),
        Scalar(name="record", type=RECORD, psycopg=_TEXT_ONLY),
        Scalar(name="void", type=NONE, read=Discard()),
        _text("text", _SAME),
        _text("varchar", _SAME),
        _text("name", _SAME),
        _text("bpchar", _READS_BINARY),
        Scalar(name="box", type=STR, delimiter=";", psycopg=_TEXT_ONLY),
        *_texts("""
            aclitem bit char cid circle gtsvector int2vector jsonpath line lseg macaddr macaddr8
            money oidvector path pg_lsn point polygon refcursor regclass regcollation regconfig
            regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype tid
            tsquery tsvector txid_snapshot varbit xid xid8 xml
            """),
        Scalar(
            name="hstore",
            type=Generic(DICT, (STR, nullable(STR))),
            argument=Generic(MAPPING, (STR, nullable(STR))),
            extension="hstore",
            read=Apply(support("parse_hstore")),
            parse=Apply(support("parse_hstore")),
            write=Apply(support("hstore_text")),
        ),
        _vector("vector"),
        _vector("halfvec"),
        _text("citext", _NO_ADAPTER, extension="citext"),
        _text("ltree", _NO_ADAPTER, extension="ltree"),
    ]
)
"""The base types by name."""

RANGES = {
    f"{name}{kind}": adapter
    for name, adapter in {
        "int4": _FASTER,
        "int8": _FASTER,
        "num": _SLOWER,
        "ts": _FASTER,
        "tstz": _FASTER,
        "date": _FASTER,
    }.items()
    for kind in ("range", "multirange")
}
"""The range types that psycopg reads by itself."""

_UNLISTED = _text("", _NO_ADAPTER)


def scalar_of(type_: ScalarType) -> Scalar:
    """Return the row of a base type; types without a row are read and written as text."""
    row = SCALARS.get(type_.name, _UNLISTED)
    return row if row.extension or type_.schema == "pg_catalog" else _UNLISTED


def adapter_of(type_: PgType) -> Adapter:
    """Return what psycopg does by itself with values of a base type or range type."""
    match type_:
        case ScalarType():
            return scalar_of(type_).psycopg
        case RangeType(schema="pg_catalog", name=name):
            return RANGES.get(name, _NO_ADAPTER)
        case _:
            return _NO_ADAPTER


def base_type(type_: PgType) -> PgType:
    """Return the type under domains."""
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_


def delimiter_of(element: PgType) -> str:
    """Return what stands between the items in the text of an array of such elements.

    Domains and arrays have that of their base type (`pg_type.typdelim`).
    """
    element = base_type(element)
    while isinstance(element, ArrayType):
        element = base_type(element.element)
    return scalar_of(element).delimiter if isinstance(element, ScalarType) else ","
