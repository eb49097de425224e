"""The references, made from what the code declares: `python -m tools.reference` writes them."""

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import typer.main
from msgspec import Struct, json
from msgspec.structs import fields

from shopweave.cli import app as frame
from shopweave.connector.declaration import GROUP, Connector
from shopweave.connector.settings import Option, shown
from shopweave.hub.settings.flow_spec import KINDS
from shopweave.hub.settings.spec import SECTIONS
from shopweave.web import app, measures
from tools import pains

FOLDER = Path("docs/reference")
PAGE = FOLDER / "settings.md"
SOURCE = Path("src/shopweave")
OPERATIONS = (*app.OPERATIONS, measures.health)
_HEAD = ["| option | meaning | default |", "| --- | --- | --- |"]


def settings() -> str:
    """Write the page of settings: the hub's own sections, then each connector's options."""
    parts = ["# Settings", "", "Made from the code; do not edit by hand. All stands in `shopweave.toml`.", ""]
    sections = {f"`[{name}]`": options for name, options in SECTIONS.items()}
    sections |= {f'`[flows.NAME]` with `kind = "{kind}"`': options for kind, options in KINDS.items()}
    for title, options in sections.items():
        parts += [f"## {title}", "", *_HEAD, *(_row(option) for option in options), ""]
    for connector in _connectors():
        parts += [f'## `type = "{connector.name}"`: {connector.title}', "", connector.description, ""]
        parts += [*_HEAD, *(_row(option) for option in connector.options), ""]
    return "\n".join(parts)


def _connectors() -> Iterator[Connector]:
    """Load the connectors that this source declares, installed or not."""
    points = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]
    for _, place in sorted(points.items()):
        module, name = place.split(":")
        yield getattr(import_module(module), name)


def _row(option: Option) -> str:
    text = " ".join(part for part in (option.description, option.recommendation) if part)
    if option.choices:
        text += f" One of: {', '.join(option.choices)}."
    if option.minimum is not None and option.maximum is not None:
        text += f" From {option.minimum:g} to {option.maximum:g}."
    known = option.default
    written = json.encode(known).decode() if known and isinstance(known, tuple) else shown(known)
    default = "needed" if option.needed else f"`{written}`" if written else ""
    return f"| `{option.name}` | {_cell(text)} | {default} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def commands() -> str:
    """Write the page of the command line: every command with its arguments and options."""
    parts = ["# Commands", "", "Made from the code; do not edit by hand.", ""]
    parts += ["Exit codes: 0 done · 1 done, with refusals or failures · 2 settings, usage or connection ·"]
    parts += ["3 something is held for a person · 4 another process works on this folder.", ""]
    whole = typer.main.get_command(frame.app)
    parts += ["## Before or after any command", "", *_parameters(whole), ""]
    for name, command in _leaves(whole, "shopweave"):
        text = inspect.cleandoc(command.help or "").splitlines()[0]
        parts += [f"## `{name}`", "", text, "", *_parameters(command), ""]
    return "\n".join(parts).rstrip() + "\n"


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below: Mapping[str, Any] = getattr(command, "commands", {})
    for word, one in below.items():
        if hasattr(one, "commands"):
            yield from _leaves(one, f"{name} {word}")
        else:
            yield f"{name} {word}", one


def _parameters(command: Any) -> list[str]:
    rows = [_parameter(one) for one in command.params if one.name != "help"]
    return ["| option | meaning |", "| --- | --- |", *rows] if rows else ["No options."]


def _parameter(one: Any) -> str:
    is_argument = one.param_type_name == "argument"
    name = str(one.name).upper() if is_argument else ", ".join(one.opts)
    default = one.default
    is_told = isinstance(default, str | int | float | Path) and not isinstance(default, bool)
    tail = f" Default: {default}." if is_told and str(default) not in ("", ".") else ""
    return f"| `{name}` | {_cell(str(one.help or ''))}{tail} |"


def findings() -> str:
    """Write the page of codes: each with its sentence and its remedy as they stand in the code."""
    parts = ["# Codes", "", "Made from the code; do not edit by hand. `…` stands for what is filled in.", ""]
    parts += ["| code | what | what to do |", "| --- | --- | --- |"]
    return "\n".join([*parts, *(f"| `{code}` | {what} | {todo} |" for code, what, todo in codes())]) + "\n"


def codes(source: Path = SOURCE) -> Sequence[tuple[str, str, str]]:
    """Collect every code with the texts beside it, once for each pair."""
    found: dict[tuple[str, str, str], None] = {}
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node, texts in _scoped(tree, _texts(tree.body)):
            found.update(dict.fromkeys(_told(node, texts)))
    return sorted(found)


def _scoped(node: ast.AST, texts: Mapping[str, str]) -> Iterator[tuple[ast.AST, Mapping[str, str]]]:
    """Give each node with the texts that names stand for there."""
    for below in ast.iter_child_nodes(node):
        inner = texts
        if isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = {**texts, **_texts(list(ast.walk(below)))}
        yield below, inner
        yield from _scoped(below, inner)


def _texts(nodes: Sequence[ast.AST]) -> dict[str, str]:
    """Give the names that stand for one text; those that stand for several are left open."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, {})
            if text not in ("", "…"):
                found.setdefault(node.targets[0].id, set()).add(text)
    return {name: texts.pop() for name, texts in found.items() if len(texts) == 1}


def _told(node: ast.AST, constants: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, ast.Call):
        words = {one.arg: _text(one.value, constants) for one in node.keywords if one.arg}
        first = _text(node.args[0], constants) if node.args else ""
        if _is_code(words.get("code", "")):
            yield (
                words["code"],
                _cell(words.get("what") or first),
                _cell(words.get("remedy", "") or words.get("can_do", "")),
            )
    if isinstance(node, ast.Tuple):
        texts = [_text(one, constants) for one in node.elts]
        at = next((number for number, text in enumerate(texts) if _is_code(text)), None)
        if at is not None and len(texts) > at + 1 and texts[at + 1]:
            yield texts[at], _cell(texts[at + 1]), _cell(texts[at + 2] if len(texts) > at + 2 else "")
    if isinstance(node, ast.ClassDef):
        for one in node.body:
            code = one.value if isinstance(one, ast.Assign | ast.AnnAssign) else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and _is_code(code.value):
                yield code.value, _cell((ast.get_docstring(node) or "").splitlines()[0]), ""


def _is_code(text: str) -> bool:
    head, dash, tail = text.partition("-")
    return bool(dash) and head.isupper() and head.isalpha() and tail.isdigit()


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    """Give a text as it stands in the code, with … where something is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    if isinstance(node, ast.Name):
        return constants.get(node.id, "…")
    if isinstance(node, ast.BoolOp):
        return next((text for one in node.values if (text := _text(one, constants)) not in ("", "…")), "…")
    return "…"


def interface() -> str:
    """Write the page of the HTTP interface: every operation with what it takes and gives."""
    parts = ["# HTTP interface", "", "Made from the code; do not edit by hand.", ""]
    parts += ["Send a token (`shopweave user token`) as `Authorization: Bearer …`. An error is JSON with"]
    parts += [
        "`code`, `what`, `where` and `remedy`. `/api/schema/openapi.json` has the same as OpenAPI 3.1.",
        "",
    ]
    for handler in OPERATIONS:
        prefix = "" if handler is measures.health else "/api"
        path = re.sub(r"{(\w+):\w+}", r"{\1}", f"{prefix}{min(handler.paths)}")
        verb = min(handler.http_methods)
        takes, gives = _signature(handler.fn)
        text = inspect.cleandoc(handler.fn.__doc__ or "").splitlines()[0]
        parts += [f"## `{verb} {path}`", "", text, "", f"Takes: {takes}. Gives: {gives}.", ""]
    parts += ["# Values", ""]
    for one in sorted(_structs(), key=lambda found: (found.__name__, found.__struct_fields__)):
        names = ", ".join(f"`{name}`" for name in one.__struct_fields__)
        parts += [f"- **{one.__name__}**: {names}"]
    return "\n".join(parts) + "\n"


def _signature(function: Any) -> tuple[str, str]:
    found = inspect.signature(function)
    taken = [name for name in found.parameters if name not in ("request", "site", "data")]
    body = found.parameters.get("data")
    names = [f"`{name}`" for name in taken] + ([_names(body.annotation)] if body else [])
    return ", ".join(names) or "nothing", _names(found.return_annotation)


def _names(annotation: Any) -> str:
    structs = _within(annotation)
    many = any(word in str(annotation) for word in ("tuple[", "list["))
    text = ", ".join(f"`{one.__name__}`" for one in structs)
    return "nothing" if not text else f"a list of {text}" if many else text


def _within(annotation: Any) -> list[type[Struct]]:
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return [annotation]
    return [one for part in get_args(annotation) for one in _within(part)]


def _structs() -> set[type[Struct]]:
    """Collect the values of the interface, and the values within them."""
    left = [
        one
        for handler in OPERATIONS
        for part in (inspect.signature(handler.fn).return_annotation, *_bodies(handler.fn))
        for one in _within(part)
    ]
    found: set[type[Struct]] = set()
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += [inner for field in fields(one) for inner in _within(field.type)]
    return found


def _bodies(function: Any) -> list[Any]:
    return [one.annotation for name, one in inspect.signature(function).parameters.items() if name == "data"]


PAGES: Mapping[Path, Callable[[], str]] = {
    PAGE: settings,
    FOLDER / "cli.md": commands,
    FOLDER / "findings.md": findings,
    FOLDER / "api.md": interface,
    FOLDER / "pains.md": pains.page,
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        page.write_text(write(), "utf-8")
        sys.stdout.write(f"wrote {page}\n")
