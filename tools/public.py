"""What each package shows to the others; `python -m tools.public` writes the list that a test holds."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path("src/shopweave")
LIST = Path("tests/house/public.txt")


def public(source: Path = SOURCE) -> list[str]:
    """Give a line per package that names what it exports."""
    return [
        f"{_package(path, source)}: {' '.join(names)}"
        for path in sorted(source.rglob("__init__.py"))
        if (names := exported(path.read_text("utf-8")))
    ]


def exported(text: str) -> list[str]:
    """Give the names of `__all__`."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and any(_is_all(target) for target in node.targets):
            names: list[str] = ast.literal_eval(node.value)
            return names
    return []


def private_imports(path: Path, source: Path = SOURCE) -> Iterator[tuple[int, str]]:
    """Give the names with an underscore that a module takes from another package."""
    own = _package(path.parent / "__init__.py", source)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("shopweave"):
            continue
        if (node.module or "").rpartition(".")[0] != own:
            names = [one.name for one in node.names if one.name.startswith("_") and one.name[1:2] != "_"]
            yield from ((node.lineno, f"{node.module}.{name}") for name in names)


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"


def _package(path: Path, source: Path) -> str:
    return ".".join(path.parent.relative_to(source.parent).parts)


if __name__ == "__main__":
    LIST.write_text("\n".join([*public(), ""]), "utf-8")
