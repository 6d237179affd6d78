"""Layers of numbered boxes -> the same layers in an order with few crossings, by the barycenter method."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

SWEEPS: Final = 8
"""Number of times that the layers are sorted, to the right and to the left in turn; more changes hardly anything."""

Neighbours = Mapping[int, Sequence[int]]
"""The boxes that each box is linked with in the layer before, or in the layer after."""


def ordered(
    layers: Sequence[Sequence[int]], before: Neighbours, after: Neighbours
) -> list[list[int]]:
    """Return the *layers*, each sorted so that boxes stand near those that they are linked with.

    Of all orders on the way, it is the one with the fewest crossings; the given one if no other has fewer.
    """
    current = [list(layer) for layer in layers]
    best, fewest = current, crossings(current, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        rightwards = sweep % 2 == 0
        current = _swept(current, before if rightwards else after, rightwards)
        count = crossings(current, after)
        if count < fewest:
            best, fewest = current, count
    return best


def crossings(layers: Sequence[Sequence[int]], after: Neighbours) -> int:
    """Return how many pairs of links between neighbouring layers cross each other."""
    count = 0
    for layer, following in pairwise(layers):
        place = {box: number for number, box in enumerate(following)}
        ends = [sorted(place[n] for n in after.get(box, ())) for box in layer]
        # Each link crosses those that start above it and end below it.
        totals = [0] * (len(following) + 1)
        seen = 0
        for places in ends:
            for end in places:
                count += seen - _sum(totals, end)
            for end in places:
                _add(totals, end)
            seen += len(places)
    return count


def _swept(
    layers: Sequence[list[int]], neighbours: Neighbours, rightwards: bool
) -> list[list[int]]:
    result = [list(layer) for layer in layers]
    numbers = range(1, len(layers)) if rightwards else range(len(layers) - 2, -1, -1)
    for number in numbers:
        beside = result[number - 1] if rightwards else result[number + 1]
        place = {box: where for where, box in enumerate(beside)}
        own = {box: where for where, box in enumerate(result[number])}

        def center(
            box: int, place: dict[int, int] = place, own: dict[int, int] = own
        ) -> float:
            places = [place[n] for n in neighbours.get(box, ())]
            return sum(places) / len(places) if places else own[box]

        result[number].sort(key=center)  # stable, so that equal ones stay as they are
    return result


def _add(tree: list[int], index: int) -> None:
    """Count an end in a binary indexed tree."""
    index += 1
    while index < len(tree):
        tree[index] += 1
        index += index & -index


def _sum(tree: list[int], index: int) -> int:
    """Return how many ends are at *index* or before it."""
    index += 1
    total = 0
    while index:
        total += tree[index]
        index -= index & -index
    return total
