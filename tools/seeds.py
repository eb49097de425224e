"""Which lines of the acceptance list have a passing test: `make seeds`.

Runs the tests marked with `seed` and prints a line per system, such as `ICE 47/50 (4 documented)`, with the
lines that are missing beneath. Ends with 0 unless a marked test failed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

LIST = Path("tests/seeds.txt")
_NOTHING_RAN = 5


class Proven(msgspec.Struct, frozen=True):
    """The ids that tests prove, those that a text meets, and those of tests that failed or were left out."""

    tests: list[str]
    docs: list[str]
    failed: list[str]


def report(wanted: list[str], proven: Proven) -> list[str]:
    """Write the lines of the report, by system."""
    lines = []
    for system in dict.fromkeys(one.partition("-")[0] for one in wanted):
        lines += _system(system, [one for one in wanted if one.startswith(f"{system}-")], proven)
    return lines


def _system(system: str, ids: list[str], proven: Proven) -> list[str]:
    met = {one for one in (*proven.tests, *proven.docs) if one not in proven.failed}
    missing = [one for one in ids if one not in met]
    documented = sum(one in met and one not in proven.tests for one in ids)
    behind = f" ({documented} documented)" if documented else ""
    first = f"{system} {len(ids) - len(missing)}/{len(ids)}{behind}"
    return [first, f"  missing: {' '.join(missing)}"] if missing else [first]


def main() -> int:
    """Run the marked tests and report."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "proven.json"
        asked = ["-q", "-m", "seed", f"--seeds-report={out}"]
        done = subprocess.run([sys.executable, "-m", "pytest", *asked], check=False)
        if not out.exists():
            return done.returncode or 1
        proven = msgspec.json.decode(out.read_bytes(), type=Proven)
    sys.stdout.write("\n".join(report(LIST.read_text("utf-8").split(), proven)) + "\n")
    return 0 if done.returncode == _NOTHING_RAN else done.returncode


if __name__ == "__main__":
    sys.exit(main())
