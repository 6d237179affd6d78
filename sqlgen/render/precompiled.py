"""Our own templates: compiled when sqlgen was built, or from their sources.

`engine.compile_templates` writes the package folder `compiled`, one module for each template, and beside
them the digest of all that they depend on. Where that folder is missing, or another digest is in
it, as happens while a template is edited, the sources are compiled in memory.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import BaseLoader, FileSystemLoader, ModuleLoader
from jinja2.bccache import bc_version
from jinja2.runtime import exported

TEMPLATES: Final = Path(__file__).with_name("templates")
COMPILED: Final = Path(__file__).with_name("compiled")
SUFFIX: Final = ".jinja"
DIGEST: Final = "digest.txt"


@cache
def names() -> list[str]:
    """Return the names of our templates, sorted."""
    return sorted(path.name for path in TEMPLATES.glob(f"*{SUFFIX}"))


def source(name: str) -> str:
    """Return the source of our template of that name."""
    return (TEMPLATES / name).read_text("utf-8")


def loader() -> BaseLoader:
    """Return what loads our templates."""
    try:
        is_current = (COMPILED / DIGEST).read_text("utf-8") == digest()
    except OSError:
        is_current = False
    return ModuleLoader(COMPILED) if is_current else FileSystemLoader(TEMPLATES)


def digest() -> str:
    """Return what compiled templates depend on: their sources, and what jinja2 compiles them to."""
    facts = (bc_version, tuple(exported), [(name, source(name)) for name in names()])
    return hashlib.sha256(repr(facts).encode()).hexdigest()
