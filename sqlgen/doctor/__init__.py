"""A database -> what it means for migrations and for generated code that will run on it."""

from .examination import examine
from .facts import Pooling, ServerFacts
from .remarks import Remark, RemarkLevel, remarks

__all__ = ["Pooling", "Remark", "RemarkLevel", "ServerFacts", "examine", "remarks"]
