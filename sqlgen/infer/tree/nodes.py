"""The text of a PostgreSQL node tree -> `Node`s whose fields are looked up by name.

PostgreSQL prints its trees as `{TAG :field value …}` (`src/backend/nodes/outfuncs.c`): in
`debug_print_parse`'s messages, `pg_rewrite.ev_action`, `pg_constraint.conbin` and the like. Fields
differ between versions, so nothing here knows any of them but `location`.

Trees are long (15 kB for an ordinary query), inference looks at few of their fields, and they say the
same again and again: the same column of the same table, in this statement and in the next. So the
text is only cut at its braces, which gives every node its own text with a `{` in place of each child.
What this text says is found out once for all nodes that have it, wherever they stand (`Form`), and
not before the first of them is asked.

    tree = nodes.query(text)
    for entry in tree.nodes("targetList"):
        print(entry.tag, entry.string("resname"), entry.node("expr"))
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import TypeAlias

Field: TypeAlias = "str | int | slice | tuple[Field, ...]"
"""A field: a token or a plain list as printed, a child by its place, a list of children by theirs, or a
list that has both or lists in it."""


class Node:
    """A node of a tree: its `tag`, its direct `children`, and its fields by name and kind.

    `tag` is what kind of node it is, as PostgreSQL 15 and newer say it: `QUERY`, `VAR`, `FUNCEXPR`.
    `location` is the byte offset into the statement, or -1: unknown, or in a stored tree. `form` is
    what the node shares with others. Each accessor gives an empty value where the node lacks the
    field or it is null (`<>`), since a field of one version may be unknown to another. A query of
    ordinary size is asked hundreds of times, hence the short cuts.
    """

    __slots__ = ("_below", "_queries", "children", "form", "location", "tag")

    def __init__(self, text: str = "", children: "tuple[Node, ...]" = ()) -> None:
        before, found, place = text.rpartition(" :location ")
        if found and (place.isdecimal() or place == "-1"):
            self.form = _form(before)
            self.location = int(place)
        else:
            self.form = _form(text)
            self.location = self.form.location
        self.tag = self.form.tag
        self.children = children

    def __contains__(self, name: str) -> bool:
        return name in self.form.fields

    def __repr__(self) -> str:
        return f"<{_unmask(self.form.text)} at {self.location}>"

    def number(self, name: str) -> int:
        """A number: `:varno 1`."""
        try:
            return self.form.numbers[name]
        except KeyError:
            return self.form.number(name)

    def flag(self, name: str) -> bool:
        """A boolean: `:constisnull true`."""
        return self.form.fields.get(name) == "true"

    def string(self, name: str) -> str:
        r"""A name or other text, its escapes undone: `:aliasname a\ b`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or value in ("<>", '""'):
            return ""
        return _unmask(value)

    def node(self, name: str) -> "Node | None":
        """A child: `:quals {FROMEXPR …}`; None also where the field is a list."""
        place = self.form.fields.get(name)
        return self.children[place] if place.__class__ is int else None

    def nodes(self, name: str) -> tuple["Node", ...]:
        """The nodes of a list; nulls in it are left out: `:args ({VAR …} {CONST …})`."""
        found = self.form.fields.get(name)
        if found.__class__ is slice:
            return self.children[found]
        return self._those(found) if isinstance(found, tuple) else ()

    def places(self, name: str) -> tuple["Node | None", ...]:
        """The nodes of a list with its nulls, where a place in it means something."""
        found = self.form.fields.get(name)
        if not isinstance(found, tuple):
            return self.nodes(name)
        return tuple([self.children[p] if isinstance(p, int) else None for p in found])

    def lists(self, name: str) -> tuple[tuple["Node", ...], ...]:
        """The nodes of a list of lists: `:values_lists (({CONST …}) ({CONST …}))`."""
        found = self.form.fields.get(name)
        if not isinstance(found, tuple):
            return ()
        return tuple(
            [self._those(inner) for inner in found if isinstance(inner, tuple)]
        )

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of numbers or oids, or a bit set: `(i 1 2)`, `(o 23)`, `(b 8)`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.startswith("("):
            return ()
        return tuple([int(token) for token in value[2:-1].split()])

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of names: `:colnames ("id" "name")`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.startswith('("'):
            return ()
        return _names(value)

    def datum(self, name: str) -> bytes:
        """A constant's bytes in the server's memory order: `:constvalue 4 [ 1 0 0 0 ]`.

        A negative number stands for a byte above 127. Empty for a null.
        """
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.endswith("]"):
            return b""
        start, end = value.find("["), value.rfind("]")
        return bytes([int(token) & 255 for token in value[start + 1 : end].split()])

    def having(self, **numbers: int) -> "Node":
        """The same node with other numbers in some of its fields."""
        text = self.form.text
        for name, number in numbers.items():
            text = re.sub(rf" :{name} -?\d+\b", f" :{name} {number}", text)
        return Node(f"{text} :location {self.location}", self.children)

    def walk(self) -> Iterator["Node"]:
        """The node itself and all below it, each before its children."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def own(self) -> tuple["Node", ...]:
        """The node itself and all below it, without the queries within it; in no certain order."""
        if not hasattr(self, "_below"):
            self._look_below()
        return (self, *self._below)

    @property
    def queries(self) -> tuple["Node", ...]:
        """The queries within the node, without those within these; in the text's order."""
        if not hasattr(self, "_queries"):
            self._look_below()
        return self._queries

    def same(self, other: "Node") -> bool:
        """Whether both are the same expression, wherever each stands in the statement."""
        return (
            (self.form is other.form or self.form.meaning == other.form.meaning)
            and len(self.children) == len(other.children)
            and all(map(Node.same, self.children, other.children))
        )

    def _those(self, places: tuple[Field, ...]) -> tuple["Node", ...]:
        return tuple([self.children[p] for p in places if isinstance(p, int)])

    def keep(self, below: Sequence["Node"], queries: Sequence["Node"]) -> None:
        """Remember what is below the node without the queries within it, and these."""
        # Without the node itself, so that its memory is free again as soon as it is not needed.
        self._below, self._queries = tuple(below), tuple(queries)

    def _look_below(self) -> None:
        below: list[Node] = []
        queries: list[Node] = []
        stack = [*self.children[::-1]]
        while stack:
            node = stack.pop()
            if node.tag == "QUERY":
                queries.append(node)
            else:
                below.append(node)
                if node.children:
                    stack.extend(node.children[::-1])
        self.keep(below, queries)


class Form:
    """What a node's own text says but for where the node stands: the same for all that print it.

    `fields` are told apart, but not what they mean. `numbers` are those that have been asked for as
    such. `location` is that of a node whose text has it in its midst, or -1.
    """

    __slots__ = ("_meaning", "fields", "location", "numbers", "tag", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tag = text.partition(" ")[0]
        self.tag = _OLD_TAGS.get(tag, tag)
        self.fields = _fields(tag, text)
        self.numbers: dict[str, int] = {}
        self.location = self.number("location") if "location" in self.fields else -1

    def number(self, name: str) -> int:
        """The field *name* as a number, 0 if it is none."""
        token = self.fields.get(name)
        known = isinstance(token, str) and token != "<>"
        value = int(token) if known else 0  # type: ignore[arg-type]  # known to be a text
        self.numbers[name] = value
        return value

    @property
    def meaning(self) -> str:
        """The text without what makes no other expression of it."""
        if not hasattr(self, "_meaning"):
            self._meaning = f"{self.tag} {_INCIDENTAL.sub('', self.text)}"
        return self._meaning


_form = lru_cache(maxsize=8192)(Form)


def parse(text: str) -> tuple[Node, ...]:
    """Read all nodes that *text* holds: one, those of a list, or none (`<>`, empty)."""
    first, *pieces = _mask(text).replace("\n", " ").split("{")
    texts: list[str] = [first]
    children: list[Node] = []
    own: list[Node] = []
    queries: list[Node] = []
    around: list[tuple[list[str], list[Node], int, int]] = []
    for piece in pieces:
        before, closed, after = piece.partition("}")
        if not closed:
            around.append((texts, children, len(own), len(queries)))
            texts, children = [before], []
            continue
        node = Node(before)
        children.append(node)
        (queries if node.tag == "QUERY" else own).append(node)
        while "}" in after:  # which the node around it ends with
            before, _, after = after.partition("}")
            texts.append(before)
            node = Node("{".join(texts), tuple(children))
            texts, children, first_own, first_query = around.pop()
            children.append(node)
            if node.tag == "QUERY":
                node.keep(own[first_own:], queries[first_query:])
                del own[first_own:], queries[first_query:]
                queries.append(node)
            else:
                own.append(node)
        texts.append(after)
    return tuple(children)


def query(text: str) -> Node | None:
    """Return the one node that *text* holds, perhaps in a list of one; None if it holds none."""
    nodes = parse(text)
    return nodes[0] if nodes else None


@lru_cache(maxsize=4096)
def stored_query(text: str) -> Node | None:
    """Return the node of a tree in the catalog (a view's, a CHECK's), which is asked for often."""
    return query(text)


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


def _fields(tag: str, text: str) -> dict[str, Field]:
    """Tell apart the fields of a node's own *text*."""
    fields = _tokens(tag, text)
    if "{" not in text:
        return fields
    place = 0
    for name, token in [*fields.items()]:
        if isinstance(token, str) and "{" in token:
            many = token.count("{")
            # Most lists are of nodes only, `({ {)`: two characters each and the closing one.
            if token[0] == "{":
                fields[name] = place
            elif len(token) == 2 * many + 1:
                fields[name] = slice(place, place + many)
            else:
                fields[name] = _list(token, place)
            place += many
    return fields


def _tokens(tag: str, text: str) -> dict[str, Field]:
    """The fields as they are printed."""
    printed, names = _NAMES.get(tag, ([], ()))
    if names and text.count(" ") == 2 * len(names):
        tokens = text.split(" ")
        if tokens[1::2] == printed:
            return dict(zip(names, tokens[2::2], strict=True))
    pieces = [piece.partition(" ") for piece in text.split(" :")[1:]]
    found: dict[str, Field] = {name: token for name, _, token in pieces}
    if "" in found.values():
        return _with_colons(text)
    if text.count(" ") == 2 * len(found):
        _NAMES[tag] = [f":{name}" for name in found], tuple(found)
    return found


_NAMES: dict[str, tuple[list[str], tuple[str, ...]]] = {}
"""The fields of the last node of each tag that had single tokens for values: most have the same."""


def _with_colons(text: str) -> dict[str, Field]:
    """Fields of which one is a token that starts with a colon itself: `:aliasname :foo`."""
    fields: dict[str, Field] = {}
    waiting = ""
    for piece in text.split(" :")[1:]:
        name, _, token = piece.partition(" ")
        if waiting:
            fields[waiting] = f":{piece}"
            waiting = ""
        elif token:
            fields[name] = token
        else:
            waiting = name
    return fields


def _list(text: str, place: int) -> tuple[Field, ...]:
    """A list with nodes in it, the first of them at that *place*, maybe in lists of its own."""
    stack: list[list[Field]] = [[]]
    following = count(place)
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
