"""How long a command takes that only tells."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Figure, at_most

TIMES = 9


def measure() -> list[Figure]:
    """Start the program several times, as a person does."""
    program = Path(sys.executable).with_name("shopweave")
    took = statistics.median(_once(program) for _ in range(TIMES))
    return [at_most("shopweave --help", took, 0.3, "s", f"start to end of the process, median of {TIMES}")]


def _once(program: Path) -> float:
    began = time.perf_counter()
    subprocess.run([program, "--help"], check=True, capture_output=True)
    return time.perf_counter() - began
