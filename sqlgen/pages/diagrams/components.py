"""Boxes and links -> a picture: each connected part by itself, one below the other, lone boxes last."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from .layers import Pair, layers, without_cycles
from .ordering import ordered
from .placement import upper_edges
from .shapes import (
    BOX_GAP,
    LAYER_GAP,
    LOOP,
    Box,
    Link,
    Picture,
    PlacedBox,
    Point,
    Route,
)

MARGIN: Final = 8
LEAST_WIDTH: Final = 880
"""Lone boxes stand side by side up to this width, or to that of the rest."""
BEND: Final = 16
"""The height that a link takes in the layers that it passes."""


def laid_out(boxes: Sequence[Box], links: Sequence[Link]) -> Picture:
    """Return the picture of *boxes*, which have different names, and of the *links* between them."""
    number = {box.name: place for place, box in enumerate(boxes)}
    pairs = list(
        dict.fromkeys(
            [
                (number[link.source], number[link.target])
                for link in links
                if link.source != link.target
            ]
        )
    )
    placed: dict[str, PlacedBox] = {}
    routes: dict[int, Route] = {}
    bottom = width = MARGIN
    parts = _components(len(boxes), pairs)
    lone = [boxes[part[0]] for part in parts if len(part) == 1]
    for part in parts:
        if len(part) > 1:
            drawn = _component([boxes[n] for n in part], links, bottom)
            placed |= {box.name: box for box in drawn.boxes}
            routes |= {id(route.link): route for route in drawn.routes}
            bottom = drawn.height + 2 * BOX_GAP
            width = max(width, drawn.width)
    loops = {link.source for link in links if link.source == link.target}
    rows = _rows(lone, loops, max(width, LEAST_WIDTH), bottom)
    placed |= {box.name: box for box in rows}
    for link in links:
        if link.source == link.target:
            routes[id(link)] = _loop(link, placed[link.source])
    rights = [
        box.x + box.width + (LOOP if box.name in loops else 0)
        for box in placed.values()
    ]
    lows = [box.y + box.height for box in placed.values()]
    lows += [y for route in routes.values() for _, y in route.points]
    return Picture(
        max(rights, default=0) + MARGIN,
        max(lows, default=0) + MARGIN,
        tuple([placed[box.name] for box in boxes]),
        tuple([routes[id(link)] for link in links]),
    )


def _components(count: int, pairs: Iterable[Pair]) -> list[list[int]]:
    """Return the boxes that are linked with each other, the largest groups first."""
    group = list(range(count))

    def root(box: int) -> int:
        while group[box] != box:
            group[box] = group[group[box]]
            box = group[box]
        return box

    for source, target in pairs:
        first, second = sorted((root(source), root(target)))
        group[second] = first
    members: defaultdict[int, list[int]] = defaultdict(list)
    for box in range(count):
        members[root(box)].append(box)
    return sorted(members.values(), key=lambda part: -len(part))


def _component(boxes: Sequence[Box], links: Sequence[Link], top: int) -> Picture:
    """Return the picture of boxes that are all linked with each other, from *top* on."""
    number = {box.name: place for place, box in enumerate(boxes)}
    own = [
        link for link in links if link.source in number and link.source != link.target
    ]
    pairs = [(number[link.source], number[link.target]) for link in own]
    acyclic = without_cycles(len(boxes), dict.fromkeys(pairs))
    layer = layers(len(boxes), acyclic)
    members: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for box, place in enumerate(layer):
        members[place].append(box)
    heights = {place: box.height for place, box in enumerate(boxes)}
    before: defaultdict[int, list[int]] = defaultdict(list)
    after: defaultdict[int, list[int]] = defaultdict(list)
    ways: dict[Pair, list[int]] = {}
    for source, target in acyclic:
        way = [source]
        for passed in range(layer[source] - 1, layer[target], -1):
            bend = len(heights)
            heights[bend] = BEND
            members[passed].append(bend)
            way.append(bend)
        way.append(target)
        for right, left in pairwise(way):
            before[right].append(left)
            after[left].append(right)
        ways[source, target] = way
    order = ordered(members, before, after)
    edges = upper_edges(order, heights, before, after)
    lefts, widths = _columns(order, boxes)
    place_of = {box: place for place, row in enumerate(order) for box in row}
    placed = [
        PlacedBox(
            box.name,
            lefts[layer[place]],
            top + edges[place],
            widths[layer[place]],
            box.height,
        )
        for place, box in enumerate(boxes)
    ]

    def through(bend: int) -> tuple[Point, Point]:
        left, y = lefts[place_of[bend]], top + edges[bend] + BEND // 2
        return (left + widths[place_of[bend]], y), (left, y)

    def route(link: Link, pair: Pair) -> Route:
        source, target = placed[pair[0]], placed[pair[1]]
        start_y, end_y = source.y + link.source_port, target.y + link.target_port
        way = ways.get(pair)
        is_turned = way is None
        bends = (way or ways[pair[::-1]][::-1])[1:-1]
        points: list[Point] = []
        for bend in bends:
            right, left = through(bend)
            points += [left, right] if is_turned else [right, left]
        if is_turned:
            start, end = (source.x + source.width, start_y), (target.x, end_y)
        else:
            start, end = (source.x, start_y), (target.x + target.width, end_y)
        return Route(link, (start, *points, end))

    return Picture(
        lefts[-1] + widths[-1],
        top + max(edges[box] + heights[box] for box in edges),
        tuple(placed),
        tuple(map(route, own, pairs)),
    )


def _columns(
    order: Sequence[Sequence[int]], boxes: Sequence[Box]
) -> tuple[list[int], list[int]]:
    """Return the left edge and the width of each layer: that of its widest box."""
    widths = [
        max([boxes[box].width for box in row if box < len(boxes)], default=0)
        for row in order
    ]
    lefts = [MARGIN]
    for width in widths[:-1]:
        lefts.append(lefts[-1] + width + LAYER_GAP)
    return lefts, widths


def _rows(
    boxes: Sequence[Box], loops: set[str], width: int, top: int
) -> list[PlacedBox]:
    """Return boxes that no link joins, side by side in rows of equal columns."""
    if not boxes:
        return []
    room = max(box.width for box in boxes)
    step = (
        room + (LOOP if loops.intersection(box.name for box in boxes) else 0) + BOX_GAP
    )
    across = max(1, (width - MARGIN + BOX_GAP) // step)
    placed: list[PlacedBox] = []
    for start in range(0, len(boxes), across):
        row = boxes[start : start + across]
        for column, box in enumerate(row):
            x = MARGIN + column * step
            placed.append(PlacedBox(box.name, x, top, room, box.height))
        top += max(box.height for box in row) + BOX_GAP
    return placed


def _loop(link: Link, box: PlacedBox) -> Route:
    right = box.x + box.width
    start, end = box.y + link.source_port, box.y + link.target_port
    return Route(link, ((right, start), (right, end)))
