"""PostgreSQL's enums and flags, which node trees print as numbers.

Trees are read as plain integers. So are these numbers: looking up a member of an IntEnum costs ten
times as much on Python 3.11, and inference does so hundreds of times for a query. Most members that nothing
asks for are left out. The numbers are the same in PostgreSQL 14 to 18.
"""

from typing import Final


class CmdType:
    """The command of a query (nodes.h)."""

    SELECT: Final = 1
    UPDATE: Final = 2
    INSERT: Final = 3
    DELETE: Final = 4
    MERGE: Final = 5


class RTEKind:
    """The kind of an entry of the range table (parsenodes.h)."""

    RELATION: Final = 0
    SUBQUERY: Final = 1
    JOIN: Final = 2
    FUNCTION: Final = 3
    TABLEFUNC: Final = 4
    VALUES: Final = 5
    CTE: Final = 6
    GROUP: Final = 9
    """PostgreSQL 18's entry for the expressions of GROUP BY."""


class JoinType:
    """The kind of a join (nodes.h)."""

    INNER: Final = 0
    LEFT: Final = 1
    FULL: Final = 2
    RIGHT: Final = 3


class SetOperation:
    """A set operation (parsenodes.h)."""

    UNION: Final = 1
    INTERSECT: Final = 2
    EXCEPT: Final = 3


class LimitOption:
    """The kind of a LIMIT clause (nodes.h)."""

    WITH_TIES: Final = 1


class OnConflictAction:
    """The action of ON CONFLICT (nodes.h)."""

    NOTHING: Final = 1
    UPDATE: Final = 2


class MergeMatchKind:
    """The rows that a WHEN clause of MERGE is for (primnodes.h, 17 and newer)."""

    NOT_MATCHED_BY_SOURCE: Final = 1


class VarReturningType:
    """The row that a column in RETURNING is of (primnodes.h, 18 and newer)."""

    DEFAULT: Final = 0
    OLD: Final = 1
    NEW: Final = 2


class SubLinkType:
    """The kind of a subquery in an expression (primnodes.h)."""

    EXISTS: Final = 0
    ALL: Final = 1
    ANY: Final = 2
    EXPR: Final = 4
    ARRAY: Final = 6


class ParamKind:
    """The source of a parameter's value (primnodes.h)."""

    EXTERN: Final = 0
    """A parameter of the statement, `$1`."""
    SUBLINK: Final = 2
    """An output column of the subquery that a comparison with ANY or ALL is about."""


class NullTestType:
    """The kind of a test for NULL (primnodes.h)."""

    IS_NULL: Final = 0
    IS_NOT_NULL: Final = 1


class BoolTestType:
    """The kind of a test for truth (primnodes.h)."""

    IS_TRUE: Final = 0
    IS_NOT_TRUE: Final = 1
    IS_FALSE: Final = 2
    IS_NOT_FALSE: Final = 3
    IS_UNKNOWN: Final = 4
    IS_NOT_UNKNOWN: Final = 5


class CoercionForm:
    """The form in which a call of a function was written (primnodes.h)."""

    EXPLICIT_CALL: Final = 0
    EXPLICIT_CAST: Final = 1
    IMPLICIT_CAST: Final = 2


class MinMaxOp:
    """GREATEST or LEAST (primnodes.h)."""

    GREATEST: Final = 0
    LEAST: Final = 1


class XmlExprOp:
    """The kind of an XML expression (primnodes.h)."""

    ELEMENT: Final = 1


class TableFuncType:
    """The kind of a table function (primnodes.h, 17 and newer; only XMLTABLE before)."""

    XMLTABLE: Final = 0
    JSON_TABLE: Final = 1


class JsonConstructorType:
    """The kind of a JSON constructor (primnodes.h, 16 and newer)."""

    OBJECT: Final = 1
    ARRAY: Final = 2
    OBJECTAGG: Final = 3
    ARRAYAGG: Final = 4
    SCALAR: Final = 6


class JsonExprOp:
    """The kind of a JSON query function (primnodes.h, 17 and newer)."""

    EXISTS: Final = 0


class JsonBehaviorType:
    """The result of a JSON query function on an error (primnodes.h, 17 and newer)."""

    UNKNOWN: Final = 5


class FrameOption:
    """The flags of a window's frame (`FRAMEOPTION_…`, parsenodes.h)."""

    RANGE: Final = 0x2
    START_UNBOUNDED_PRECEDING: Final = 0x20
    END_UNBOUNDED_FOLLOWING: Final = 0x100
    START_CURRENT_ROW: Final = 0x200
    END_CURRENT_ROW: Final = 0x400
    START_OFFSET_PRECEDING: Final = 0x800
    END_OFFSET_FOLLOWING: Final = 0x4000
    EXCLUDE_CURRENT_ROW: Final = 0x8000
    EXCLUDE_GROUP: Final = 0x10000


SQL_VALUE_FUNCTIONS: Final = (
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "LOCALTIMESTAMP",
    "CURRENT_ROLE",
    "CURRENT_USER",
    "USER",
    "SESSION_USER",
    "CURRENT_CATALOG",
    "CURRENT_SCHEMA",
)
"""The functions of `SQLValueFunctionOp` (primnodes.h) by their numbers, with and without precision."""

ACL_DELETE: Final = 1 << 3
"""The bit of the privilege to delete in `requiredPerms` (`ACL_DELETE`, parsenodes.h)."""

FIRST_LOW_INVALID_ATTRIBUTE: Final = -7
"""The number that bit sets of columns count from (`FirstLowInvalidHeapAttributeNumber`, sysattr.h)."""
