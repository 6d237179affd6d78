"""Query files -> their analysed queries, from what is known, a server, or the lock."""

from .analyst import Analyst
from .findings import Analysed, Findings
from .locked import Locked

__all__ = ["Analysed", "Analyst", "Findings", "Locked"]
