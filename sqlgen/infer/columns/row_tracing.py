"""A column of the result, or what becomes JSON -> the whole rows that it is made of."""

from typing import Final

from ...model.identifiers import quoted, unquoted
from ...model.postgres import RECORD
from ...model.typed import Star
from ..tree.column_types import inferred_type
from ..tree.enums import RTEKind, SetOperation, SubLinkType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.types import is_record
from .absent_rows import may_be_absent
from .json_arguments import JSON_CALLS
from .line_ends import names_with_line_ends
from .named_fields import named_fields, named_row
from .row_constructors import (
    WrittenField,
    composite_by_name,
    written_fields,
    written_star,
)
from .spans import characters
from .sql_tokens import SqlTokens
from .whole_row import WholeRow, names_in_type

_BEFORE: Final = frozenset({"select", "returning", "then", "else", "all", ",", "["})
"""The tokens that a whole row may stand after, beside the parenthesis of a call."""

_CALLS: Final = frozenset({"array_agg", "coalesce"})

_CLAUSES: Final = (
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
)
"""The words that may follow the last column of a SELECT list."""


def is_whole(node: Node) -> bool:
    """Return whether a node is a whole row: a `VAR` of all columns of its relation."""
    return node.tag == "VAR" and node.number("varattno") == 0


class RowTracing:
    """Traces an output column to the whole rows that it is made of.

    `rows` gathers these, `columns` the columns of subqueries and CTEs on the way, and
    `traced` the `VAR` nodes. `inner` are the whole rows in the columns of whole rows, which may stay
    as they are. `number` is 0 for these, and for whole rows that become JSON (`as_json`).
    """

    def __init__(
        self,
        statement: QueryLevel,
        tokens: SqlTokens,
        number: int = 0,
        *,
        as_json: bool = False,
    ) -> None:
        self.statement = statement
        self.number = number
        self.as_json = as_json
        self.inner: list[RowTracing] = []
        self.rows: list[WholeRow] = []
        self.texts: list[Star] = []
        self.traced: set[int] = set()
        self.columns: list[tuple[QueryLevel, int]] = []
        self._tokens = tokens
        self._openings: set[int] = set()
        """The parentheses of `ROW(…)` that have been found."""
        self._unwritable = names_with_line_ends(statement, tokens.text)

    @property
    def all(self) -> "tuple[RowTracing, ...]":
        """Return the tracing itself and those of the columns of its rows."""
        return (self, *[part for inner in self.inner for part in inner.all])

    def column(self, level: QueryLevel, number: int) -> bool:
        """Return whether whole rows alone make column *number* of a query."""
        query = level.query
        if operation := query.node("setOperations"):
            nodes = [n for n in operation.walk() if n.tag == "SETOPERATIONSTMT"]
            keeps = all(
                n.number("op") == SetOperation.UNION and n.flag("all") for n in nodes
            )
            if not keeps or query.nodes("sortClause"):
                return False
            arms = level.arms
            return bool(arms) and all(self.column(arm, number) for arm in arms)
        if number > len(level.output):
            return False
        entry = level.output[number - 1]
        expression = entry.node("expr")
        if expression is None or entry.number("ressortgroupref"):
            return False  # a row is compared, not only returned
        name = entry.string("resname") if level is not self.statement else ""
        return self.value(expression, level, name)

    def value(self, node: Node, level: QueryLevel, name: str = "") -> bool:
        """Return whether whole rows alone make the value of an expression."""
        match node.tag:
            case "VAR":
                self.traced.add(id(node))
                if is_whole(node):
                    return self._row(node, level, name)
                return self._reference(node, level)
            case "SUBLINK":
                query = node.node("subselect")
                kind = node.number("subLinkType")
                if query is None or kind not in (SubLinkType.EXPR, SubLinkType.ARRAY):
                    return False
                return self.column(level.inner(query), 1)
            case "AGGREF":
                return self._aggregate(node, level)
            case "ROWEXPR" if not self.as_json:
                return self._fields(node, level, name)
            case "COALESCEEXPR" | "ARRAYEXPR":
                parts = node.nodes("args" if node.tag[0] == "C" else "elements")
            case "CASEEXPR":
                results = [when.node("result") for when in node.nodes("args")]
                default = node.node("defresult")
                parts = tuple([part for part in (*results, default) if part])
            case _:
                return False
        values = [part for part in parts if not self._is_plain(part)]
        return bool(values) and all(self.value(part, level) for part in values)

    def _is_plain(self, node: Node) -> bool:
        """Return whether it is NULL or `'{}'` without a cast, which may be of any type."""
        if node.tag != "CONST":
            return False
        if node.location < 0:
            return node.flag("constisnull")  # a CASE without ELSE
        index = self._index(node)
        word = self._tokens.word(index)
        is_plain = word == "null" or word.replace(" ", "") == "'{}'"
        return is_plain and not self._tokens.is_cast(index, index + 1)

    def _aggregate(self, node: Node, level: QueryLevel) -> bool:
        function = level.catalog.functions.get(node.number("aggfnoid"))
        arguments = node.nodes("args")
        if (
            function is None
            or not function.system
            or function.name != "array_agg"
            or node.nodes("aggdistinct")
            or not arguments
            or arguments[0].number("ressortgroupref")
        ):
            return False
        value = arguments[0].node("expr")
        if value is None or not (is_whole(value) or value.tag == "ROWEXPR"):
            return False
        return self.value(value, level)

    def _reference(self, var: Node, level: QueryLevel) -> bool:
        """Return whether a column of a subquery or CTE is made of whole rows."""
        column = level.resolve(var)
        source = column.source if column else None
        if source is None or source.query is None:
            return False
        if source.kind not in (RTEKind.SUBQUERY, RTEKind.CTE) or source.attno < 1:
            return False
        index = self._index(var)
        if self._tokens.is_cast(index, self._tokens.after_name(index)):
            return False
        self.columns.append((source.query, source.attno))
        return self.column(source.query, source.attno)

    def _fields(self, row: Node, level: QueryLevel, name: str) -> bool:
        """Gather `ROW(…)`, whose text it gives; return whether all its fields can be written out."""
        tokens, index = self._tokens, self._index(row)
        opening = index + (tokens.word(index) == "row")
        closing = tokens.closer(opening)
        if (
            row.location < 0
            or row.number("row_typeid") != RECORD
            or tokens.word(opening) != "("
            or closing is None
            or tokens.is_cast(index, closing + 1)
            or not self._is_value(index)
        ):
            return False
        self._openings.add(opening)
        fields = written_fields(row, tokens, opening, closing)
        if fields is None or not all(self._field(f, level) for f in fields):
            return False
        tail = "::text"
        if name and tokens.word(closing + 1) in (",", ")", "", "from", *_CLAUSES):
            tail += f" AS {quoted(name)}"
        self.texts.append(Star(tokens.end(closing), tokens.end(closing), (tail,)))
        return True

    def _field(self, field: WrittenField, level: QueryLevel) -> bool:
        """Gather what is written for a field of `ROW(…)`; return whether that is known."""
        types = [inferred_type(value, level.catalog) for value in field.values]
        tokens = self._tokens
        if tokens.word(field.last) == "*":
            star = written_star(field, types, level, tokens)
            self.texts += [star] if star else []
            return star is not None
        [value], [type_] = field.values, types
        if type_ is None:
            return False
        fields_of_type = named_fields("", type_)
        if fields_of_type is None and not is_record(type_):
            return True
        is_column = value.tag == "VAR" and not is_whole(value)
        if is_record(type_) or not is_column:
            inner = RowTracing(self.statement, tokens)
            inner._openings = self._openings
            if inner.value(value, level):
                self._gather(inner)
                return True
        if fields_of_type is None:
            return False
        texts = composite_by_name(field, type_, level, tokens)
        self.texts += texts or ()
        return texts is not None

    def _gather(self, other: "RowTracing") -> None:
        self.inner += other.inner
        self.rows += other.rows
        self.texts += other.texts
        self.traced |= other.traced
        self.columns += other.columns

    def _row(self, var: Node, level: QueryLevel, name: str) -> bool:
        """Gather a whole row; return whether its columns can be written out."""
        home = level.up(var.number("varlevelsup"))
        source = home.source(var.number("varno"), 0) if home else None
        if home is None or source is None or var.location < 0:
            return False
        tokens, index = self._tokens, self._index(var)
        after = tokens.after_name(index)
        is_star = tokens.word(after - 1) == "*"
        last = after - 3 if is_star else after - 1
        names = source.entry.node("eref")
        alias = names.string("aliasname") if names else ""
        listed = names.strings("colnames") if names else ()
        columns = [
            (number, column) for number, column in enumerate(listed, 1) if column
        ]
        word = tokens.word(last)
        changed = var.number("varreturningtype")
        is_optional = bool(changed) or may_be_absent(source, home)
        if (
            not columns
            or len({column for _, column in columns}) < len(columns)
            or not self._unwritable.isdisjoint([alias, *listed])
            or not (changed or unquoted(word) == alias)
            or tokens.is_cast(index, after)
            or not self._is_value(index)
        ):
            return False
        start, end = tokens.start(index), tokens.end(after - 1)
        written = tokens.text[start : tokens.end(last)]
        head, tail = "ROW(", ")::text"
        if self.as_json:
            names_of_row = [column for _, column in columns]
            head, tail = named_row(["*"], names_of_row).split("*")
        if is_optional:
            # Without the star, that would be a column of this name as soon as there is one.
            head = f"CASE WHEN {written}.* IS DISTINCT FROM NULL THEN {head}"
            tail += " END"
        if name and tokens.word(after) in (",", ")", "", "from", *_CLAUSES):
            tail += f" AS {quoted(name)}"
        is_query = source.kind in (RTEKind.SUBQUERY, RTEKind.CTE, RTEKind.VALUES)
        if not (self.as_json and is_query):  # whose columns are all in the statement
            self.rows.append(
                WholeRow(
                    source=source,
                    catalog=home.catalog,
                    start=start,
                    end=end,
                    written=written,
                    columns=tuple(columns),
                    head=head,
                    tail=tail,
                    as_json=self.as_json,
                    keys=names_in_type(var, source, home.catalog),
                )
            )
        if source.query and source.kind in (RTEKind.SUBQUERY, RTEKind.CTE):
            for number in range(1, len(source.query.output) + 1):
                inner = RowTracing(self.statement, tokens, as_json=self.as_json)
                inner.columns.append((source.query, number))
                if inner.column(source.query, number):
                    self.inner.append(inner)
        return True

    def _is_value(self, index: int) -> bool:
        """Return whether nothing but the value itself stands at a place, such as parentheses."""
        before = self._tokens.word(index - 1)
        if before == "(":
            call = self._tokens.word(index - 2)
            return (
                index - 1 in self._openings
                or call in _CALLS
                or (self.as_json and call in JSON_CALLS)
            )
        return before in _BEFORE or (self.as_json and before in ("value", ":"))

    def _index(self, node: Node) -> int:
        return self._tokens.index(characters(self._tokens.text, node.location))
