"""The trees of a statement that varies -> the proof that it gives the same columns in all its forms."""

from .order_proof import reason_against, unproved_keys
from .proof import proof

__all__ = ["proof", "reason_against", "unproved_keys"]
