"""Ordered layers -> the upper edge of each box: near those that it is linked with, without overlap."""

from collections.abc import Mapping, Sequence
from typing import Final

from .ordering import Neighbours
from .shapes import BOX_GAP

SWEEPS: Final = 12


def upper_edges(
    layers: Sequence[Sequence[int]],
    heights: Mapping[int, int],
    before: Neighbours,
    after: Neighbours,
) -> dict[int, int]:
    """Return where each box of the *layers* begins, in their order, with a gap between two; the first at 0."""
    edges: dict[int, float] = {}
    for layer in layers:
        edge = 0.0
        for box in layer:
            edges[box] = edge
            edge += heights[box] + BOX_GAP
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        neighbours = before if rightwards else after
        for layer in layers if rightwards else layers[::-1]:
            wished = [_wish(box, neighbours, edges, heights) for box in layer]
            placed = _apart(wished, [heights[box] for box in layer])
            edges.update(zip(layer, placed, strict=True))
    first = min(edges.values(), default=0.0)
    return {box: round(edge - first) for box, edge in edges.items()}


def _wish(
    box: int,
    neighbours: Neighbours,
    edges: Mapping[int, float],
    heights: Mapping[int, int],
) -> float:
    """Return where a box would begin if it were alone: beside the middle of those that it is linked with."""
    linked = neighbours.get(box, ())
    if not linked:
        return edges[box]
    centers = [edges[one] + heights[one] / 2 for one in linked]
    return sum(centers) / len(centers) - heights[box] / 2


def _apart(wished: Sequence[float], heights: Sequence[int]) -> list[float]:
    """Return the places nearest to those *wished* (least squares) in the same order and with gaps.

    Without the room that the boxes before it take, each place must only not be less than the one before:
    an isotonic regression, by pooling neighbours that are not in order (Ayer et al. 1955).
    """
    offsets = [0]
    for height in heights:
        offsets.append(offsets[-1] + height + BOX_GAP)
    pools: list[tuple[float, int]] = []  # the mean and the number of what is pooled
    for wish, offset in zip(wished, offsets, strict=False):
        mean, size = wish - offset, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean = (mean * size + other * count) / (size + count)
            size += count
        pools.append((mean, size))
    means = [mean for mean, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]
