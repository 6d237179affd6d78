"""Put the compiled templates of generated code and the documentation into the wheel.

For an editable install, templates are compiled in place, and the documentation is that of the repository.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_FOR_USERS = ("architecture", "commands", "style")
"""Pages for contributors, and the one that is made of `sqlgen --help`."""


class AddMadeFiles(BuildHookInterface[Any]):
    """The build hook of `[tool.hatch.build.targets.wheel.hooks.custom]`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write `sqlgen/render/compiled/`, which git ignores and the wheel has; add the pages to the wheel."""
        sys.path.insert(0, self.root)
        try:
            from sqlgen.render.engine import compile_templates
        finally:
            sys.path.remove(self.root)
        folder = compile_templates().relative_to(self.root)
        build_data["artifacts"].append(f"/{folder.as_posix()}/")
        if version == "editable":
            return
        for page in Path(self.root, "docs").glob("*.md"):
            if page.stem not in NOT_FOR_USERS:
                target = f"sqlgen/cli/pages/{page.name}"
                build_data["force_include"][str(page)] = target
        security = str(Path(self.root, "SECURITY.md"))
        build_data["force_include"][security] = "sqlgen/cli/pages/security.md"
