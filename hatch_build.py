"""Compile the templates of generated code into the wheel, or in place for an editable install."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTemplates(BuildHookInterface[Any]):
    """The build hook of `[tool.hatch.build.targets.wheel.hooks.custom]`."""

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Write `sqlgen/render/compiled/`, which git ignores and the wheel has."""
        sys.path.insert(0, self.root)
        try:
            from sqlgen.render.engine import compile_templates
        finally:
            sys.path.remove(self.root)
        folder = compile_templates().relative_to(self.root)
        build_data["artifacts"].append(f"/{folder.as_posix()}/")
