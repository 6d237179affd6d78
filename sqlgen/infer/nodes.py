"""The text of a PostgreSQL node tree -> `Node`s whose fields are looked up by name.

PostgreSQL prints its trees as `{TAG :field value …}` (`src/backend/nodes/outfuncs.c`): in
`debug_print_parse`'s messages, `pg_rewrite.ev_action`, `pg_constraint.conbin` and the like. Fields
differ between versions, so nothing here knows any of them.

Trees are long (15 kB for an ordinary query) and inference looks at few of their fields. So the
text is only cut at its braces at first, which gives every node its own text with a `{` in place of
each child, and a node's fields are told apart when the first of them is asked for.

    tree = nodes.query(text)
    for entry in tree.nodes("targetList"):
        print(entry.tag, entry.string("resname"), entry.node("expr"))
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

Value: TypeAlias = "str | Node | tuple[Value, ...]"
"""A field: a token or a plain list as printed, a node, or a list that has nodes in it."""


class Node:
    """A node of a tree: its `tag`, its direct `children`, and its fields by name and kind.

    `tag` is what kind of node it is, as PostgreSQL 15 and newer say it: `QUERY`, `VAR`, `FUNCEXPR`.
    `text` is the node's own text, with a `{` in place of each child. Each accessor gives an empty
    value where the node lacks the field or it is null (`<>`), since a field of one version may be
    unknown to another. A query of ordinary size is asked a thousand times, hence the short cuts.
    """

    __slots__ = ("_fields", "_own", "_queries", "children", "tag", "text")

    def __init__(self, text: str = "") -> None:
        self.children: list[Node] = []
        self.text = text
        tag = text.partition(" ")[0]
        self.tag = _OLD_TAGS.get(tag, tag)
        self._fields: dict[str, Value] | None = None
        self._own: tuple[Node, ...] | None = None
        self._queries: tuple[Node, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self._read()

    def __repr__(self) -> str:
        return f"<{_unmask(self.text)}>"

    def number(self, name: str, default: int = 0) -> int:
        """A number: `:varno 1`."""
        value = (self._fields or self._read()).get(name)
        return int(value) if value.__class__ is str and value != "<>" else default

    def flag(self, name: str) -> bool:
        """A boolean: `:constisnull true`."""
        return (self._fields or self._read()).get(name) == "true"

    def string(self, name: str) -> str:
        r"""A name or other text, its escapes undone: `:aliasname a\ b`."""
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, str) or value in ("<>", '""'):
            return ""
        return _unmask(value)

    def node(self, name: str) -> "Node | None":
        """A child: `:quals {FROMEXPR …}`; None also where the field is a list."""
        value = (self._fields or self._read()).get(name)
        return value if isinstance(value, Node) else None

    def nodes(self, name: str) -> tuple["Node", ...]:
        """The nodes of a list; nulls in it are left out: `:args ({VAR …} {CONST …})`."""
        value = (self._fields or self._read()).get(name)
        if value.__class__ is _Nodes:
            return value
        if not isinstance(value, tuple):
            return ()
        return tuple([item for item in value if isinstance(item, Node)])

    def places(self, name: str) -> tuple["Node | None", ...]:
        """The nodes of a list with its nulls, where a place in it means something."""
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, tuple):
            return ()
        return tuple([item if isinstance(item, Node) else None for item in value])

    def lists(self, name: str) -> tuple[tuple["Node", ...], ...]:
        """The nodes of a list of lists: `:values_lists (({CONST …}) ({CONST …}))`."""
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, tuple):
            return ()
        return tuple(
            tuple([item for item in inner if isinstance(item, Node)])
            for inner in value
            if isinstance(inner, tuple)
        )

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of numbers or oids, or a bit set: `(i 1 2)`, `(o 23)`, `(b 8)`."""
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, str) or not value.startswith("("):
            return ()
        return tuple([int(token) for token in value[2:-1].split()])

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of names: `:colnames ("id" "name")`."""
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, str) or not value.startswith('("'):
            return ()
        return _names(value)

    def datum(self, name: str) -> bytes:
        """A constant's bytes in the server's memory order: `:constvalue 4 [ 1 0 0 0 ]`.

        A negative number stands for a byte above 127. Empty for a null.
        """
        value = (self._fields or self._read()).get(name)
        if not isinstance(value, str) or not value.endswith("]"):
            return b""
        start, end = value.find("["), value.rfind("]")
        return bytes([int(token) & 255 for token in value[start + 1 : end].split()])

    @property
    def location(self) -> int:
        """The byte offset into the statement, or -1: unknown, or in a stored tree."""
        return self.number("location", -1)

    def walk(self) -> Iterator["Node"]:
        """The node itself and all below it, each before its children."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def own(self) -> tuple["Node", ...]:
        """The node itself and all below it, without the queries within it; in `walk`'s order."""
        if self._own is None:
            self._look_below()
        return self._own or ()

    @property
    def queries(self) -> tuple["Node", ...]:
        """The queries within the node, without those within these; in `walk`'s order."""
        if self._own is None:
            self._look_below()
        return self._queries

    def same(self, other: "Node") -> bool:
        """Whether both are the same expression, wherever each stands in the statement."""
        return (
            self.tag == other.tag
            and len(self.children) == len(other.children)
            and _INCIDENTAL.sub("", self.text) == _INCIDENTAL.sub("", other.text)
            and all(map(Node.same, self.children, other.children))
        )

    def _look_below(self) -> None:
        own: list[Node] = []
        queries: list[Node] = []
        stack = [self]
        while stack:
            node = stack.pop()
            if node.tag == "QUERY" and node is not self:
                queries.append(node)
            else:
                own.append(node)
                if node.children:
                    stack.extend(node.children[::-1])
        self._own, self._queries = tuple(own), tuple(queries)

    def _read(self) -> dict[str, Value]:
        if self._fields is None:
            self._fields = _fields(self.text, self.children)
        return self._fields


class _Nodes(tuple[Node, ...]):
    """A list that holds nodes only, so that it need not be looked through at each use."""

    __slots__ = ()


def parse(text: str) -> tuple[Node, ...]:
    """Read all nodes that *text* holds: one, those of a list, or none (`<>`, empty)."""
    first, *pieces = _mask(text).replace("\n", " ").split("{")
    root = node = Node(first)
    stack = [root]
    for piece in pieces:
        node.text += "{"
        before, *rests = piece.split("}")
        child = Node(before)
        node.children.append(child)
        if not rests:
            stack.append(child)
            node = child
            continue
        node.text += rests[
            0
        ]  # of the child's own parent, which the first `}` comes back to
        for rest in rests[1:]:
            stack.pop()
            node = stack[-1]
            node.text += rest
    return tuple(root.children)


def query(text: str) -> Node | None:
    """Read a tree that is to be one node, also in a list of one; None where there is none."""
    found = parse(text)
    return found[0] if found else None


_OLD_TAGS = {
    "ARRAY": "ARRAYEXPR",
    "CASE": "CASEEXPR",
    "COALESCE": "COALESCEEXPR",
    "COLLATE": "COLLATEEXPR",
    "MINMAX": "MINMAXEXPR",
    "ROW": "ROWEXPR",
    "ROWCOMPARE": "ROWCOMPAREEXPR",
    "RTE": "RANGETBLENTRY",
    "WHEN": "CASEWHEN",
}

# What equal() ignores as well (`pg_node_attr(equal_ignore)` in primnodes.h).
_INCIDENTAL = re.compile(
    r" :(?:location|\w+_location|stmt_len|list_start|list_end|varnosyn|varattnosyn"
    r"|\w+format) -?\d+"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TOKEN = re.compile(r"[()]|[^\s()]+")

# Escaped characters are stood in for by lone surrogates, which no text from a server can hold, so
# that a brace, blank or parenthesis left in the text is always the tree's own.
_MASKS = {char: chr(0xD800 + place) for place, char in enumerate(" \n\t(){}\\")}
_MASKED = {ord(mask): char for char, mask in _MASKS.items()}
_LITERALLY = chr(0xD800 + len(_MASKS))
_MASKED[ord(_LITERALLY)] = ""


def _mask(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda m: _MASKS.get(m[1]) or _LITERALLY + m[1], text)


def _unmask(text: str) -> str:
    return text if text.isascii() else text.translate(_MASKED)


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    """A list of names, which for the columns of one table comes again in many statements."""
    return tuple([_unmask(token[1:-1]) for token in text[1:-1].split(" ")])


def _fields(text: str, children: list[Node]) -> dict[str, Value]:
    """Tell apart the fields of a node's own *text*, putting its *children* in their places."""
    pieces = [piece.split(" ", 1) for piece in text.split(" :")[1:]]
    try:
        tokens: dict[str, str] = dict(pieces)
    except ValueError:
        tokens = _with_colons(pieces)
    fields: dict[str, Value] = {**tokens}
    if not children:
        return fields
    place = 0
    for name, token in tokens.items():
        if token[0] == "{":
            fields[name] = children[place]
            place += 1
        elif count := token.count("{"):
            found = children[place : place + count]
            # Most lists are of nodes only, `({ {)`: two characters each and the closing one.
            plain = len(token) == 2 * count + 1
            fields[name] = _Nodes(found) if plain else _list(token, found)
            place += count
    return fields


def _with_colons(pieces: list[list[str]]) -> dict[str, str]:
    """Fields of which one is a token that starts with a colon itself: `:aliasname :foo`."""
    fields: dict[str, str] = {}
    waiting = ""
    for piece in pieces:
        if waiting:
            fields[waiting] = ":" + " ".join(piece)
            waiting = ""
        elif len(piece) == 1:
            waiting = piece[0]
        else:
            fields[piece[0]] = piece[1]
    return fields


def _list(text: str, children: list[Node]) -> tuple[Value, ...]:
    """A list with nodes in it, maybe in lists of its own."""
    stack: list[list[Value]] = [[]]
    following = iter(children)
    for token in _TOKEN.findall(text.replace("{", " { ")):
        if token == "(":
            stack.append([])
        elif token == ")":
            inner = stack.pop()
            stack[-1].append(tuple(inner))
        else:
            stack[-1].append(next(following) if token == "{" else token)
    [outer] = stack[0]
    return outer if isinstance(outer, tuple) else ()
