"""Numbers that PostgreSQL fixes in its header files and catalogs and never changes."""

from typing import Final

FIRST_NORMAL_OBJECT_ID: Final = 16384
"""`FirstNormalObjectId` (access/transam.h): PostgreSQL's own objects have smaller oids."""

VARLENA_HEADER: Final = 4
"""`VARHDRSZ` (varatt.h): a constant of variable length begins with its length in four bytes."""

# Oids of types (catalog/pg_type.dat).
BOOL: Final = 16
INT8: Final = 20
INT2: Final = 21
INT4: Final = 23
TEXT: Final = 25
JSON: Final = 114
UNKNOWN: Final = 705
VARCHAR: Final = 1043
DATE: Final = 1082
NUMERIC: Final = 1700
RECORD: Final = 2249
UUID: Final = 2950
