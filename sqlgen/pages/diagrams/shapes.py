"""The boxes and links of a picture, before and after they have their places. All lengths are in pixels."""

from typing import Final

from ...model.frozen import frozen

LAYER_GAP: Final = 88
"""Between two layers, where the links bend."""
BOX_GAP: Final = 24
"""Between two boxes of a layer."""
LOOP: Final = 40
"""The width of the loop of a link from a box to itself."""

Point = tuple[int, int]


@frozen
class Box:
    """A box of at least this width."""

    name: str
    width: int
    height: int


@frozen
class Link:
    """A link from the box *source* to the box *target*; ports are places below the upper edge of each."""

    source: str
    target: str
    source_port: int
    target_port: int
    label: str = ""


@frozen
class PlacedBox:
    """A box at its place; its `width` is that of its layer."""

    name: str
    x: int
    y: int
    width: int
    height: int


@frozen
class Route:
    """The way of a link: bends lead from an even point to the next, straight lines from an odd one."""

    link: Link
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """Return the way as the `d` of an SVG path."""
        (x, y), *rest = self.points
        parts = [f"M{x} {y}"]
        if self.link.source == self.link.target:
            end_x, end_y = self.points[-1]
            return f"M{x} {y}C{x + LOOP} {y} {end_x + LOOP} {end_y} {end_x} {end_y}"
        for number, (next_x, next_y) in enumerate(rest):
            if number % 2:
                parts.append(f"H{next_x}")
            else:
                middle = (x + next_x) // 2
                parts.append(f"C{middle} {y} {middle} {next_y} {next_x} {next_y}")
            x, y = next_x, next_y
        return "".join(parts)


@frozen
class Picture:
    """A picture: its size, its boxes and the ways of its links, in the order in which they were given."""

    width: int
    height: int
    boxes: tuple[PlacedBox, ...]
    routes: tuple[Route, ...]
