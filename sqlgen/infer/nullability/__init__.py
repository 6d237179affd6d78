"""An analysed statement -> for each value in it, whether it may be NULL, and why."""

from .result_columns import column_verdicts, statement_scope

__all__ = ["column_verdicts", "statement_scope"]
