"""What users of other systems suffer, how Shopweave answers, and the tests that prove it: a page."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

TESTS = Path("tests")
LIST = TESTS / "pains.toml"
MARK = "pain"


class Pain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A complaint, the public threads it stands in, the answer to it, and what of that is still to come."""

    about: str
    places: tuple[str, ...]
    suffers: str
    answer: str = ""
    later: str = ""

    @property
    def name(self) -> str:
        """Give the name that marks of tests use."""
        return self.places[0]


def pains(file: Path = LIST) -> tuple[Pain, ...]:
    """Read the list."""
    return msgspec.convert(tomllib.loads(file.read_text("utf-8"))["pain"], tuple[Pain, ...])


def proofs(folder: Path = TESTS) -> dict[str, list[str]]:
    """Give the marked tests by the name in their mark, each as `path::name`."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for name in _marks(node):
                    found.setdefault(name, []).append(f"{path.as_posix()}::{node.name}")
    return found


def _marks(node: ast.FunctionDef) -> Iterator[str]:
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == MARK:
            yield from (str(argument.value) for argument in one.args if isinstance(argument, ast.Constant))


def page() -> str:
    """Write the page."""
    known, proven = pains(), proofs()
    parts = [
        "# What users of such systems suffer",
        "",
        "Made from `tests/pains.toml`; do not edit by hand.",
        "",
    ]
    parts += ["Each line was complained about in public by users of other systems. Behind it stands how"]
    parts += ["Shopweave answers, and the tests that are run to prove it.", ""]
    for about in dict.fromkeys(one.about for one in known):
        parts += [f"## {about}", ""]
        for one in known:
            if one.about == about:
                parts += [*_entry(one, proven.get(one.name, [])), ""]
    return "\n".join(parts).rstrip() + "\n"


def _entry(one: Pain, tests: list[str]) -> list[str]:
    places = ", ".join(place for place in one.places if not place.startswith("seed:"))
    lines = [f"**{one.suffers}**" + (f" ({places})" if places else "")]
    if one.answer:
        lines.append(one.answer)
    if one.later:
        lines.append(f"Not yet: {one.later}")
    lines += [f"- `{test}`" for test in tests]
    return ["  \n".join(lines[: len(lines) - len(tests)]), *(["", *lines[-len(tests) :]] if tests else [])]
