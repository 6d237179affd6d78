"""Numbered boxes and pairs of them -> the layer of each box: longest paths, once cycles are broken."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

Pair = tuple[int, int]
"""The numbers of two boxes: the one that refers to the other, and that other."""


def without_cycles(count: int, pairs: Iterable[Pair]) -> list[Pair]:
    """Return the *pairs* of *count* boxes, some of them the other way round, so that no path leads back.

    Those are turned that lead back to a box on the way of a depth-first search. There is no pair of a box with itself.
    """
    following: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in pairs:
        following[source].append(target)
    turned: list[Pair] = []
    state = [0] * count  # 1: on the way, 2: done
    for start in range(count):
        if state[start]:
            continue
        state[start] = 1
        way = [(start, iter(following[start]))]
        while way:
            box, targets = way[-1]
            target = next(targets, -1)
            if target < 0:
                state[box] = 2
                way.pop()
            elif state[target] == 1:
                turned.append((target, box))
            else:
                turned.append((box, target))
                if not state[target]:
                    state[target] = 1
                    way.append((target, iter(following[target])))
    return list(dict.fromkeys(turned))


def layers(count: int, pairs: Sequence[Pair]) -> list[int]:
    """Return the layer of each box: greater than that of all boxes that it refers to.

    The *pairs* make no cycle. A box that refers to no other stands right before the nearest that refers to it.
    """
    targets: defaultdict[int, list[int]] = defaultdict(list)
    sources: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in pairs:
        targets[source].append(target)
        sources[target].append(source)
    layer = [0] * count
    waiting = [len(targets[box]) for box in range(count)]
    ready = [box for box in range(count) if not waiting[box]]
    for box in ready:
        layer[box] = max([layer[target] + 1 for target in targets[box]], default=0)
        for source in sources[box]:
            waiting[source] -= 1
            if not waiting[source]:
                ready.append(source)
    for box in range(count):
        if not targets[box] and sources[box]:
            layer[box] = min(layer[source] for source in sources[box]) - 1
    return layer
