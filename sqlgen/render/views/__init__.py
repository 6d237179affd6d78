"""Views: the parts of a module as templates get them, with everything decided and named.

A property that is Python code is a `str`, and is printed as it is. Text of the user's is a `Text`,
which only the filters of `literals` make code of. What a property imports is imported when it is
asked for, so that a module imports what its template prints and nothing else.
"""

from .modules import module_view

__all__ = ["module_view"]
