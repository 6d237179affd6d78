"""The text of a PostgreSQL node tree -> `Node`s whose fields are looked up by name.

PostgreSQL prints its trees as `{TAG :field value …}` (`src/backend/nodes/outfuncs.c`): in
`debug_print_parse`'s messages, `pg_rewrite.ev_action`, `pg_constraint.conbin` and the like. Fields
differ between versions, so nothing here knows any of them but `location`.

Trees are long (15 kB for an ordinary query), and inference looks at few of their fields. So the text
is only cut at its braces, which gives every node its own text with a `{` in place of each child;
`forms` reads this text once for all nodes that have the same.

    tree = nodes.query(text)
    for entry in tree.nodes("targetList"):
        print(entry.tag, entry.string("resname"), entry.node("expr"))
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from .forms import Field, form, masked, names_in, unmasked


class Node:
    """A node of a tree: its `tag`, its direct `children`, and its fields by name and kind.

    `tag` is the kind of node, as PostgreSQL 15 and newer print it: `QUERY`, `VAR`, `FUNCEXPR`.
    `location` is the byte offset into the statement, or -1 if it is unknown or the tree is stored. `form`
    has the fields, which nodes that print the same share. Each accessor gives an empty value where the node lacks the
    field or it is null (`<>`), since a field of one version may be unknown to another. An
    ordinary query is asked hundreds of times, hence the short cuts.
    """

    __slots__ = ("_below", "_queries", "children", "form", "location", "tag")

    def __init__(self, text: str = "", children: "tuple[Node, ...]" = ()) -> None:
        before, separator, place = text.rpartition(" :location ")
        if separator and (place.isdecimal() or place == "-1"):
            self.form = form(before)
            self.location = int(place)
        else:
            self.form = form(text)
            self.location = self.form.location
        self.tag = self.form.tag
        self.children = children

    def __contains__(self, name: str) -> bool:
        return name in self.form.fields

    def __repr__(self) -> str:
        return f"<{unmasked(self.form.text)} at {self.location}>"

    def number(self, name: str) -> int:
        """Return a number: `:varno 1`."""
        try:
            return self.form.numbers[name]
        except KeyError:
            return self.form.number(name)

    def flag(self, name: str) -> bool:
        """Return a boolean: `:constisnull true`."""
        return self.form.fields.get(name) == "true"

    def string(self, name: str) -> str:
        r"""Return a name or other text, its escapes undone: `:aliasname a\ b`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or value in ("<>", '""'):
            return ""
        return unmasked(value)

    def node(self, name: str) -> "Node | None":
        """Return a child: `:quals {FROMEXPR …}`; None also where the field is a list."""
        place = self.form.fields.get(name)
        return self.children[place] if place.__class__ is int else None

    def nodes(self, name: str) -> tuple["Node", ...]:
        """Return the nodes of a list without its nulls: `:args ({VAR …} {CONST …})`."""
        places = self.form.fields.get(name)
        if places.__class__ is slice:
            return self.children[places]
        return self._at(places) if isinstance(places, tuple) else ()

    def nodes_or_nulls(self, name: str) -> tuple["Node | None", ...]:
        """Return the nodes of a list with its nulls, where a place in it means something."""
        places = self.form.fields.get(name)
        if isinstance(places, str) and places.startswith("(<>"):  # nulls alone
            return (None,) * places.count("<>")
        if not isinstance(places, tuple):
            return self.nodes(name)
        return tuple([self.children[p] if isinstance(p, int) else None for p in places])

    def lists(self, name: str) -> tuple[tuple["Node", ...], ...]:
        """Return the nodes of a list of lists: `:values_lists (({CONST …}) ({CONST …}))`."""
        places = self.form.fields.get(name)
        if not isinstance(places, tuple):
            return ()
        return tuple([self._at(inner) for inner in places if isinstance(inner, tuple)])

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return a list of numbers or oids, or a bit set: `(i 1 2)`, `(o 23)`, `(b 8)`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.startswith("("):
            return ()
        return tuple([int(token) for token in value[2:-1].split()])

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of names: `:colnames ("id" "name")`."""
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.startswith('("'):
            return ()
        return names_in(value)

    def datum(self, name: str) -> bytes:
        """Return a constant's bytes in the server's memory order: `:constvalue 4 [ 1 0 0 0 ]`.

        A negative number is a byte above 127. Empty for a null.
        """
        value = self.form.fields.get(name)
        if not isinstance(value, str) or not value.endswith("]"):
            return b""
        start, end = value.find("["), value.rfind("]")
        return bytes([int(token) & 255 for token in value[start + 1 : end].split()])

    def with_numbers(self, **numbers: int) -> "Node":
        """Return the same node with other numbers in some of its fields."""
        text = self.form.text
        for name, number in numbers.items():
            text = re.sub(rf" :{name} -?\d+\b", f" :{name} {number}", text)
        return Node(f"{text} :location {self.location}", self.children)

    def with_children(self, children: "tuple[Node, ...]") -> "Node":
        """Return the same node over other *children*, as many as it has."""
        node = Node.__new__(Node)
        node.form, node.location, node.tag = self.form, self.location, self.tag
        node.children = children
        return node

    def walk(self) -> Iterator["Node"]:
        """Yield the node itself and all nodes below it, each before its children."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def own(self) -> tuple["Node", ...]:
        """Return the node itself and all below it, but for those of queries within; in any order."""
        if not hasattr(self, "_below"):
            self._look_below()
        return (self, *self._below)

    @property
    def queries(self) -> tuple["Node", ...]:
        """Return the queries within the node, without those within these, in the text's order."""
        if not hasattr(self, "_queries"):
            self._look_below()
        return self._queries

    def same(self, other: "Node") -> bool:
        """Return whether both are the same expression, wherever each stands in the statement."""
        return (
            (self.form is other.form or self.form.meaning == other.form.meaning)
            and len(self.children) == len(other.children)
            and all(map(Node.same, self.children, other.children))
        )

    def _at(self, places: tuple[Field, ...]) -> tuple["Node", ...]:
        return tuple([self.children[p] for p in places if isinstance(p, int)])

    def remember(self, below: Sequence["Node"], queries: Sequence["Node"]) -> None:
        """Remember the nodes below this one without the queries within it, and these queries."""
        # Without the node itself: a circle would keep its memory until the garbage collector runs.
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
        self.remember(below, queries)


def parse(text: str) -> tuple[Node, ...]:
    """Return the nodes that *text* holds: one, those of a list, or none (`<>`, empty)."""
    first, *pieces = masked(text).replace("\n", " ").split("{")
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
        while "}" in after:  # the end of the node around it
            before, _, after = after.partition("}")
            texts.append(before)
            node = Node("{".join(texts), tuple(children))
            texts, children, first_own, first_query = around.pop()
            children.append(node)
            if node.tag == "QUERY":
                node.remember(own[first_own:], queries[first_query:])
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
