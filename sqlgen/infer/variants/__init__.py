"""The trees of a statement that varies -> the proof that it gives the same columns in all its forms."""

from .order_proof import unproved_keys
from .proof import proof

__all__ = ["proof", "unproved_keys"]
