"""Which lines of the acceptance list have a passing test: `make seeds`.

Runs the tests marked with `seed` and prints a line per system, such as `ICE 47/50 (4 documented)`, with the
lines that are missing beneath. Ends with 0 unless a marked test failed. With `--last` nothing is run again if
the last `make test` passed as a whole and the files are still those of its commit.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

import msgspec

LIST = Path("tests/seeds.txt")
LAST = Path(".cache/proven.json")
_NOTHING_RAN = 5


class Proven(msgspec.Struct, frozen=True):
    """The ids that tests prove, those that a text meets, and those of tests that failed or were left out.

    `of` is the commit whose whole run this is, empty if some tests were not run or the files were others.
    """

    tests: list[str]
    docs: list[str]
    failed: list[str]
    of: str = ""


def pristine() -> str:
    """Give the commit that the files here are of; empty when they differ from it, or nobody knows."""
    git = which("git")
    if git is None:
        return ""
    commit, changed = (
        subprocess.run([git, *asked], capture_output=True, text=True, check=False)
        for asked in (("rev-parse", "HEAD"), ("status", "--porcelain"))
    )
    return "" if commit.returncode or changed.returncode or changed.stdout else commit.stdout.strip()


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


def last() -> Proven | None:
    """Give what the last whole run proved; None if it was of other files than those that are here."""
    if not LAST.exists():
        return None
    found = msgspec.json.decode(LAST.read_bytes(), type=Proven)
    return found if found.of and found.of == pristine() else None


def main(arguments: list[str]) -> int:
    """Run the marked tests, or take what the last run of all proved, and report."""
    found = last() if "--last" in arguments else None
    code = 0
    if found is None:
        code, found = _run()
    if found is not None:
        sys.stdout.write("\n".join(report(LIST.read_text("utf-8").split(), found)) + "\n")
    return code


def _run() -> tuple[int, Proven | None]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "proven.json"
        asked = ["-q", "-m", "seed", f"--seeds-report={out}"]
        done = subprocess.run([sys.executable, "-m", "pytest", *asked], check=False)
        if not out.exists():
            return done.returncode or 1, None
        proven = msgspec.json.decode(out.read_bytes(), type=Proven)
    return 0 if done.returncode == _NOTHING_RAN else done.returncode, proven


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
