"""Facts about a row's columns -> the outcomes of their comparisons with constants."""

from collections.abc import Callable, Mapping
from math import inf, nan
from struct import pack
from typing import Final, NamedTuple, TypeAlias

from ...model import postgres
from ...model.catalog import Catalog, EnumType
from ..tree.expressions import CAST_FORMS, unchanged
from ..tree.nodes import Node
from .three_valued import FALSE, NOT_NULL, TRUE

ColumnKey: TypeAlias = tuple[int, int]
"""The number of an entry of the range table, and that of a column in it."""

EXACTLY: Final = -1
"""The `collation` of a comparison that tells any two different values apart."""


class Comparison(NamedTuple):
    """The right side of a comparison with a constant: `= 'cat'`.

    `family` names the types that the operator compares. `value` is a number for integers, the bytes
    in the server's memory for other types.
    """

    operator: str
    family: str
    value: int | bytes
    collation: int = 0

    @property
    def is_true(self) -> bool:
        """Return whether a boolean column is true where this is, `= true` or `<> false`."""
        assert isinstance(self.value, bytes)
        return any(self.value) == (self.operator == "=")

    @property
    def tells_values_apart(self) -> bool:
        """Return whether only the same value is equal; only users' own collations may differ."""
        return self.collation < postgres.FIRST_NORMAL_OBJECT_ID

    def negated(self) -> "Comparison":
        """Return the comparison that is true where this one is false."""
        return self._replace(operator=_NEGATED[self.operator])

    def outcome(self, other: "Comparison") -> int:
        """Return the outcomes that the *other* comparison of the column may have if this one is true."""
        if self.family != other.family:
            return NOT_NULL
        operators = {self.operator, other.operator}
        if self.value == other.value or self.family == _INTEGER:
            if not (
                self.collation in (other.collation, EXACTLY)
                or (
                    operators <= {"=", "<>"}
                    and self.tells_values_apart
                    and other.tells_values_apart
                )
            ):
                return NOT_NULL
            numbers = (self.value, other.value)
            here, there = numbers if self.family == _INTEGER else (0, 0)
            assert isinstance(here, int)
            assert isinstance(there, int)
            return _outcome(
                _ranges(self.operator, here), _ranges(other.operator, there)
            )
        if (
            self.operator == "="
            and operators <= {"=", "<>"}
            and self.family in _BYTES_DIFFER
            and self.tells_values_apart
            and other.tells_values_apart
        ):
            return FALSE if other.operator == "=" else TRUE
        if self.operator == "=" and self.family in _SPECIAL:
            here, there = self.rank, other.rank
            if here or there:
                return TRUE if _HOLDS[other.operator](here, there) else FALSE
        return NOT_NULL

    @property
    def is_infinite(self) -> bool:
        """Return whether the value is infinite."""
        return abs(self.rank) == 1

    @property
    def rank(self) -> int:
        """Return the place of a value: -1 for -Infinity, 0 for finite ones, 1 for Infinity, 2 for NaN."""
        return _SPECIAL[self.family].get(self._mark, 0)

    @property
    def _mark(self) -> bytes:
        """Return the bytes that tell a special value: a header's, or all of a float's."""
        assert isinstance(self.value, bytes)
        if self.family == "numeric":
            return bytes([self.value[5] & 0xF0]) if len(self.value) > 5 else b""
        return self.value


class Known(NamedTuple):
    """Facts about the columns of a row.

    `outcomes` are the sets of outcomes that a column may have: `NOT_NULL`, `NULL`, or `TRUE` of a
    boolean. `comparisons` are true.
    """

    outcomes: Mapping[ColumnKey, int] = {}
    comparisons: Mapping[ColumnKey, tuple[Comparison, ...]] = {}

    def outcome(self, column: ColumnKey, comparison: Comparison) -> int:
        """Return the outcomes that a *comparison* of the column may have; it is not NULL."""
        outcomes = NOT_NULL
        for known in self.comparisons.get(column, ()):
            outcomes &= known.outcome(comparison)
        return outcomes or NOT_NULL

    def of_entry(self, varno: int) -> "Known":
        """Return what is known of the columns of one entry, as those of the entry 1."""
        return Known(
            {(1, n): v for (entry, n), v in self.outcomes.items() if entry == varno},
            {(1, n): v for (entry, n), v in self.comparisons.items() if entry == varno},
        )

    def also(self, other: "Known") -> "Known | None":
        """Return what is known if both hold; None if they contradict each other."""
        outcomes = dict(self.outcomes)
        for column, values in other.outcomes.items():
            outcomes[column] = outcomes.get(column, values) & values
            if not outcomes[column]:
                return None
        comparisons = dict(self.comparisons)
        for column, more in other.comparisons.items():
            comparisons[column] = comparisons.get(column, ()) + more
        return Known(outcomes, comparisons)


NOTHING: Final = Known()


def comparison(node: Node, catalog: Catalog) -> tuple[Node, Comparison] | None:
    """Return the `VAR` and the right side of a comparison of a column with a constant.

    None for other nodes, also for types whose `=` and `<` are not known to go together.
    """
    compared = _compared(node, catalog)
    if compared is None:
        return None
    arguments, operator, family = compared
    column, constant = map(unchanged, arguments)
    if column.tag == "CONST":
        column, constant = constant, column
        operator = _COMMUTED.get(operator, operator)
    value = constant_value(constant, family)
    if column.tag != "VAR" or value is None:
        return None
    if family == BOOLEAN and operator not in ("=", "<>"):
        return None
    return column, Comparison(operator, family, value, node.number("inputcollid"))


def _compared(node: Node, catalog: Catalog) -> tuple[tuple[Node, ...], str, str] | None:
    """Return the two sides of one of PostgreSQL's comparisons, its operator, and the types' family."""
    arguments = node.nodes("args")
    function = catalog.functions.get(node.number("opfuncid"))
    operator = catalog.operators.get(node.number("opno"), "")
    if (
        len(arguments) != 2
        or function is None
        or not function.system
        or operator not in _NEGATED
    ):
        return None
    return arguments, operator, _family(function.arguments)


def special_values(family: str) -> tuple[Comparison, ...]:
    """Return NaN and the infinities of a type of numbers; none of other types."""
    header = (6 * 4).to_bytes(4, "little") if family == "numeric" else b""
    return tuple(
        [
            Comparison("=", family, header + b"\0" + mark if header else mark)
            for mark in _SPECIAL.get(family, ())
        ]
    )


def constant_value(constant: Node, family: str) -> int | bytes | None:
    """Return the value of a `CONST` as `Comparison` has it; None if it is NULL or of another type.

    Of a number that is cast to another type, it is the bytes of the former, marked: it is only known
    to be finite, and the same as that very constant.
    """
    if family in _SPECIAL and constant.tag == "FUNCEXPR":
        return _cast_number(constant)
    if constant.tag != "CONST" or constant.flag("constisnull"):
        return None
    value = constant.datum("constvalue")
    if family == _INTEGER:
        if constant.number("consttype") not in _INTEGERS:
            return None
        return int.from_bytes(
            value[: constant.number("constlen")], "little", signed=True
        )
    if family in _VARLENA:
        size = int.from_bytes(value[: postgres.VARLENA_HEADER], "little")
        # The lowest two bits tell headers of other kinds (varatt.h).
        return value if size == 4 * len(value) else None
    return value if family else None


def _cast_number(call: Node) -> bytes | None:
    """Return a mark for the cast of an integer, or of a finite `numeric`, to another type of numbers."""
    arguments = call.nodes("args")
    is_cast = call.number("funcformat") in CAST_FORMS
    if (
        not is_cast
        or len(arguments) != 1
        or call.number("funcid") >= postgres.FIRST_NORMAL_OBJECT_ID
    ):
        return None
    [argument] = arguments
    oid = argument.number("consttype")
    if oid in _INTEGERS:
        number = constant_value(argument, _INTEGER)
        return None if number is None else b"int %d" % int(number)
    if oid != postgres.NUMERIC:
        return None
    value = constant_value(argument, "numeric")
    if not isinstance(value, bytes):
        return None
    is_finite = Comparison("=", "numeric", value).outcome
    specials = [is_finite(special) for special in special_values("numeric")]
    return b"numeric " + value if set(specials) == {FALSE} else None


def constants_of(array: Node, family: str) -> tuple[int | bytes | None, ...] | None:
    """Return the values of `ARRAY[…]` of constants, None for other expressions.

    A cast of the array that leaves its elements as they are is looked through.
    """
    while array.tag in ("RELABELTYPE", "ARRAYCOERCEEXPR"):
        each = array.node("elemexpr")
        inner = array.node("arg")
        if inner is None or (each and unchanged(each).tag != "CASETESTEXPR"):
            return None
        array = inner
    elements = [unchanged(element) for element in array.nodes("elements")]
    if array.tag != "ARRAYEXPR" or array.flag("multidims") or not elements:
        return None
    values = [constant_value(element, family) for element in elements]
    return None if None in values else tuple(values)


def of_elements(
    node: Node, catalog: Catalog
) -> tuple[Node, tuple[Comparison, ...]] | None:
    """Return the `VAR` and the comparisons with each element of `column = ANY (ARRAY[…])` or ALL."""
    compared = _compared(node, catalog)
    if compared is None:
        return None
    arguments, operator, family = compared
    column = unchanged(arguments[0])
    values = constants_of(arguments[1], family)
    if column.tag != "VAR" or values is None or family == BOOLEAN:
        return None
    collation = node.number("inputcollid")
    comparisons = [
        Comparison(operator, family, value, collation)
        for value in values
        if value is not None
    ]
    return column, tuple(comparisons)


def exactly(constant: Node, catalog: Catalog) -> tuple[Comparison, ...]:
    """Return the comparison that is true of a column with the value of a `CONST`, if it is known."""
    oid = constant.number("consttype")
    type_ = catalog.types.get(oid)
    family = _FAMILIES.get(oid, "")
    if isinstance(type_, EnumType):
        family = "anyenum"
    value = constant_value(constant, family)
    return () if value is None else (Comparison("=", family, value, EXACTLY),)


def _family(types: tuple[str, ...]) -> str:
    """Return a name for the types that an operator compares, empty if it is not known to order them."""
    if all(type_ in _INTEGER_NAMES for type_ in types):
        return _INTEGER
    left, right = types
    return left if left == right and left in _BYTES_DIFFER | _ORDERED else ""


_Ranges: TypeAlias = tuple[tuple[float, float], ...]


def _ranges(operator: str, value: int) -> _Ranges:
    """Return the integers that a comparison with *value* is true of, as ranges with both bounds."""
    match operator:
        case "=":
            return ((value, value),)
        case "<":
            return ((-inf, value - 1),)
        case "<=":
            return ((-inf, value),)
        case ">":
            return ((value + 1, inf),)
        case ">=":
            return ((value, inf),)
        case _:
            return ((-inf, value - 1), (value + 1, inf))


def _outcome(known: _Ranges, asked: _Ranges) -> int:
    """Return the outcomes of *asked* for the numbers in the *known* ranges."""
    within = all(
        any(low <= first and last <= high for low, high in asked)
        for first, last in known
    )
    apart = all(
        last < low or high < first for first, last in known for low, high in asked
    )
    if within:
        return TRUE
    return FALSE if apart else NOT_NULL


_NEGATED: Final = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_COMMUTED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
BOOLEAN: Final = "boolean"
_INTEGER: Final = "integer"
_INTEGERS: Final = (postgres.INT2, postgres.INT4, postgres.INT8)
_INTEGER_NAMES: Final = ("smallint", "integer", "bigint")
_FAMILIES: Final = {
    **dict.fromkeys(_INTEGERS, _INTEGER),
    **dict.fromkeys((postgres.TEXT, postgres.VARCHAR), "text"),
    postgres.UUID: "uuid",
}
_VARLENA: Final = ("text", "numeric")
_BYTES_DIFFER: Final = frozenset({"text", "anyenum", "uuid", '"char"'})
"""Types of which values with different bytes are not equal, of texts under most collations.

Dates and times are not among them: which one a literal means depends on the session's TimeZone and
DateStyle, and those of the session that runs the query may be others than ours.
"""
_SPECIAL: Final[dict[str, dict[bytes, int]]] = {
    "numeric": {b"\xc0": 2, b"\xd0": 1, b"\xf0": -1},
    "double precision": {
        pack("<d", nan): 2,
        pack("<d", inf): 1,
        pack("<d", -inf): -1,
    },
    "real": {
        pack("<fi", nan, 0): 2,
        pack("<fi", inf, 0): 1,
        pack("<fi", -inf, 0): -1,
    },
}
"""The marks of values that no number is, with their places in the order (numeric.c, float.h).

A `numeric` has them in the first four bits of its header's second byte.
"""
_HOLDS: Final[dict[str, Callable[[int, int], bool]]] = {
    "=": int.__eq__,
    "<>": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
_ORDERED: Final = frozenset({"numeric", "double precision", "real", BOOLEAN})
"""Types of which values with different bytes may be equal: 1.0 and 1.00."""
