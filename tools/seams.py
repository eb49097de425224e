"""The lint of the seams: time, chance, identity and threads are passed in, never imported.

Run as `python -m tools.seams`; prints each breach with its line and ends with 1 if there is one.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ALLOWED: Mapping[str, str] = {
    "runtime": "the real clock, ids, chance, threads and secrets are made here",
    "store/sqlite.py": "the writer and reader threads of a SQLite file",
    "store/postgres.py": "the connection pool of PostgreSQL",
    "engine/dbos.py": "DBOS has threads of its own",
    "storms/loop.py": "virtual time is made here",
    "storms/fleet.py": "processes and what they cost, one for each core",
    "storms/outside.py": "chance from the seed of a storm",
    "cli/running.py": "where the loop of a command begins",
    "connector/contract/adapter.py": "where the loop of a test of the contract suite begins",
}
MODULES = ("time", "uuid", "random", "secrets", "threading", "concurrent", "multiprocessing", "_thread")
NAMES = (
    "asyncio.as_completed",
    "asyncio.new_event_loop",
    "asyncio.run",
    "asyncio.Runner",
    "asyncio.sleep",
    "asyncio.to_thread",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
)
ENDINGS = ("run_in_executor", "set_default_executor")
Breach = tuple[int, str]


def breaches(path: Path, text: str) -> Iterator[Breach]:
    """Give the lines of a module that reach past the seams, and how."""
    tree = ast.parse(text, str(path))
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported = dict(_imported(node))
            known |= imported
            yield from ((node.lineno, name) for name in imported.values() if _is_breach(name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = _full_name(node, known)
            if node.attr in ENDINGS or (_is_breach(name) and isinstance(node.ctx, ast.Load)):
                yield node.lineno, name or node.attr


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Give the names a statement brings, and what they stand for."""
    if isinstance(node, ast.ImportFrom):
        if not node.level:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)
        return
    for one in node.names:
        first = one.name.partition(".")[0]
        yield (one.asname, one.name) if one.asname else (first, first)


def _full_name(node: ast.Attribute, known: Mapping[str, str]) -> str:
    """Write `sleep` of `import asyncio as loop` as asyncio.sleep; empty for what is no import."""
    below = node.value
    if isinstance(below, ast.Name):
        root = known.get(below.id, "")
    else:
        root = _full_name(below, known) if isinstance(below, ast.Attribute) else ""
    return f"{root}.{node.attr}" if root else ""


def _is_breach(name: str) -> bool:
    return name in NAMES or (name.partition(".")[0] in MODULES and name.count(".") < 2)


def reason(place: str) -> str:
    """Say why a module may reach past the seams; empty when it may not."""
    return next((why for one, why in ALLOWED.items() if place == one or place.startswith(f"{one}/")), "")


def is_allowed(place: str) -> bool:
    """Say whether a module is one of the adapters, where the seams are made."""
    return bool(reason(place))


def main(root: Path = Path("src/shopweave")) -> int:
    """Look at all modules."""
    found = 0
    for path in sorted(root.rglob("*.py")):
        if is_allowed(path.relative_to(root).as_posix()):
            continue
        for line, what in breaches(path, path.read_text("utf-8")):
            sys.stdout.write(f"{path}:{line}: {what} is passed in, not imported\n")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
