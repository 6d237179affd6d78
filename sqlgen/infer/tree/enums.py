"""The numbers that node trees say in the place of PostgreSQL's enums and flags, by their names.

Trees are read as plain integers, which compare with these members directly. A member is left out
where nothing asks for it. The numbers used here are the same in PostgreSQL 14 to 18.
"""

from enum import IntEnum, IntFlag
from typing import Final


class CmdType(IntEnum):
    """The command of a query (nodes.h)."""

    SELECT = 1
    UPDATE = 2
    INSERT = 3
    DELETE = 4
    MERGE = 5


class RTEKind(IntEnum):
    """The kind of an entry of the range table (parsenodes.h)."""

    RELATION = 0
    SUBQUERY = 1
    JOIN = 2
    FUNCTION = 3
    TABLEFUNC = 4
    VALUES = 5
    CTE = 6
    GROUP = 9
    """PostgreSQL 18's entry for the expressions of GROUP BY."""


class JoinType(IntEnum):
    """The kind of a join (nodes.h)."""

    INNER = 0
    LEFT = 1
    FULL = 2
    RIGHT = 3


class SetOperation(IntEnum):
    """A set operation (parsenodes.h)."""

    UNION = 1
    INTERSECT = 2
    EXCEPT = 3


class LimitOption(IntEnum):
    """The kind of a LIMIT clause (nodes.h)."""

    WITH_TIES = 1


class OnConflictAction(IntEnum):
    """The action of ON CONFLICT (nodes.h)."""

    NOTHING = 1
    UPDATE = 2


class MergeMatchKind(IntEnum):
    """The rows that a WHEN clause of MERGE is for (primnodes.h, 17 and newer)."""

    NOT_MATCHED_BY_SOURCE = 1


class VarReturningType(IntEnum):
    """The row that a column in RETURNING is of (primnodes.h, 18 and newer)."""

    DEFAULT = 0
    OLD = 1
    NEW = 2


class SubLinkType(IntEnum):
    """The kind of a subquery in an expression (primnodes.h)."""

    EXISTS = 0
    ALL = 1
    ANY = 2
    EXPR = 4
    ARRAY = 6


class ParamKind(IntEnum):
    """The source of a parameter's value (primnodes.h)."""

    EXTERN = 0
    """A parameter of the statement, `$1`."""
    SUBLINK = 2
    """An output column of the subquery that a comparison with ANY or ALL is about."""


class NullTestType(IntEnum):
    """The kind of a test for NULL (primnodes.h)."""

    IS_NULL = 0
    IS_NOT_NULL = 1


class BoolTestType(IntEnum):
    """The kind of a test for truth (primnodes.h)."""

    IS_TRUE = 0
    IS_NOT_TRUE = 1
    IS_FALSE = 2
    IS_NOT_FALSE = 3
    IS_UNKNOWN = 4
    IS_NOT_UNKNOWN = 5


class CoercionForm(IntEnum):
    """How a call of a function was written (primnodes.h)."""

    EXPLICIT_CALL = 0
    EXPLICIT_CAST = 1
    IMPLICIT_CAST = 2


class MinMaxOp(IntEnum):
    """GREATEST or LEAST (primnodes.h)."""

    GREATEST = 0
    LEAST = 1


class XmlExprOp(IntEnum):
    """The kind of an XML expression (primnodes.h)."""

    ELEMENT = 1


class TableFuncType(IntEnum):
    """The kind of a table function (primnodes.h, 17 and newer; only XMLTABLE before)."""

    XMLTABLE = 0


class JsonConstructorType(IntEnum):
    """The kind of a JSON constructor (primnodes.h, 16 and newer)."""

    OBJECT = 1
    ARRAY = 2
    OBJECTAGG = 3
    ARRAYAGG = 4
    SCALAR = 6


class JsonExprOp(IntEnum):
    """The kind of a JSON query function (primnodes.h, 17 and newer)."""

    EXISTS = 0


class JsonBehaviorType(IntEnum):
    """The result of a JSON query function on an error (primnodes.h, 17 and newer)."""

    UNKNOWN = 5


class FrameOption(IntFlag):
    """The flags of a window's frame (`FRAMEOPTION_…`, parsenodes.h)."""

    RANGE = 0x2
    START_UNBOUNDED_PRECEDING = 0x20
    END_UNBOUNDED_FOLLOWING = 0x100
    START_CURRENT_ROW = 0x200
    END_CURRENT_ROW = 0x400
    START_OFFSET_PRECEDING = 0x800
    END_OFFSET_FOLLOWING = 0x4000
    EXCLUDE_CURRENT_ROW = 0x8000
    EXCLUDE_GROUP = 0x10000


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
