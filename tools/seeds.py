"""Which lines of the acceptance list have a passing test: `make seeds`."""

import subprocess
import sys
from pathlib import Path

import msgspec

OUT = Path(".seeds.json")
LIST = Path("tests/seeds.txt")


class Proven(msgspec.Struct, frozen=True):
    """The ids that tests prove, and those that a text meets."""

    tests: list[str]
    docs: list[str]
    failed: list[str]


def report(wanted: list[str], proven: Proven) -> list[str]:
    """Write the lines of the report, by system."""
    lines = []
    for system in dict.fromkeys(one.partition("-")[0] for one in wanted):
        ids = [one for one in wanted if one.startswith(f"{system}-")]
        met = {one for one in (*proven.tests, *proven.docs) if one not in proven.failed}
        missing = [one for one in ids if one not in met]
        documented = sum(one in proven.docs and one not in proven.tests for one in ids)
        behind = f" ({documented} documented)" if documented else ""
        lines.append(f"{system} {len(ids) - len(missing)}/{len(ids)}{behind}")
        lines += [f"  missing: {' '.join(missing)}"] if missing else []
    return lines


def main() -> int:
    """Run the marked tests and report."""
    OUT.unlink(missing_ok=True)
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "seed", f"--seeds-report={OUT}"],
        check=False,
    ).returncode
    proven = msgspec.json.decode(OUT.read_bytes(), type=Proven)
    OUT.unlink()
    wanted = LIST.read_text("utf-8").split()
    sys.stdout.write("\n".join(report(wanted, proven)) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
