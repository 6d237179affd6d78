"""Boxes and the links between them -> a picture: where each box stands, and the way of each link.

The boxes stand in layers along the links, what is referred to on the left. Pure, and the same for the same input.
"""

from .components import laid_out
from .shapes import Box, Link, Picture, PlacedBox, Route

__all__ = ["Box", "Link", "Picture", "PlacedBox", "Route", "laid_out"]
