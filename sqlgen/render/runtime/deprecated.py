"""The decorator of deprecated functions: Python's own, or that of psycopg's dependency before Python 3.13."""

import sys

if sys.version_info >= (3, 13):
    from warnings import deprecated
else:
    from typing_extensions import deprecated

__all__ = ["deprecated"]
