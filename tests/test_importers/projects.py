"""The types of the fixtures of these tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlgen.importers import ImportResult

Project = Callable[[Mapping[str, str]], Path]
Import = Callable[..., ImportResult]
