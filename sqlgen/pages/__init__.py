"""Documentation -> the pages of a project: a page for each query, table and type, an overview, a picture.

Pure. Every text of a page comes from SQL or a database, and is escaped where it becomes HTML: by the templates'
environment (`engine.py`), or by `highlighting.py`.
"""

from .site import pages

__all__ = ["pages"]
