"""The machine's current boot, which unsynced files do not outlive."""

import subprocess
import sys
from pathlib import Path


def boot_id() -> str:
    """Return an id of the machine's current boot, empty if the system has none."""
    if sys.platform == "darwin":
        command = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
        return subprocess.run(
            command, capture_output=True, text=True, check=False
        ).stdout
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""
