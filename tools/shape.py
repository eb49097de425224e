"""The size and words of the house: how long modules and functions are, and which names none may have."""

import ast
import re
from collections.abc import Iterator

MODULE = 400
FUNCTION = 40
COMMENTS = 0.05
NOT_A_WORD = re.compile(r"manager|helper|utils?$|^utils?_|processor|^(info|data)$", re.IGNORECASE)
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX)\b")


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Give what is out of shape in a module, with its line."""
    lines = text.splitlines()
    tree = ast.parse(text)
    if not ast.get_docstring(tree):
        yield 1, "says not what it is for"
    if len(lines) > MODULE:
        yield len(lines), f"more than {MODULE} lines"
    comments = sum(line.lstrip().startswith("#") for line in lines)
    if comments > max(2, COMMENTS * len(lines)):
        yield 1, f"{comments} comment lines of {len(lines)}"
    yield from ((number, "unfinished") for number, line in enumerate(lines, 1) if UNFINISHED.search(line))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _definition(node)


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[tuple[int, str]]:
    if NOT_A_WORD.search(node.name):
        yield node.lineno, f"'{node.name}' is no word of the house"
    if not isinstance(node, ast.ClassDef) and _length(node) > FUNCTION:
        yield node.lineno, f"'{node.name}' has {_length(node)} lines"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    words = ast.get_docstring(node, clean=False)
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    return whole - (words.count("\n") + 1 if words else 0)
