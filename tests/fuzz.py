"""Run the tests of `test_fuzz.py` with new seeds for some time: `python -m tests.fuzz [SECONDS]`."""

import os
import random
import subprocess
import sys
import time

EXAMPLES = "1000"


def main(seconds: float) -> int:
    """Return 1 at the first failure, which has been printed with its seed; 0 when the time is up."""
    end = time.monotonic() + seconds
    runs = 0
    while time.monotonic() < end:
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist"]
        command += [
            "-m",
            "not system",
            f"--hypothesis-seed={seed}",
            "tests/test_fuzz.py",
        ]
        environment = os.environ | {"SQLGEN_FUZZ_EXAMPLES": EXAMPLES}
        if subprocess.run(command, env=environment, check=False).returncode:
            return 1
        runs += 1
    print(f"{runs} runs without a failure")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
