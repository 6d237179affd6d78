"""The trees of a statement with and without its parts -> the proof that each may be left out."""

from .proof import proof

__all__ = ["proof"]
