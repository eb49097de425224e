"""The environment file `.icecat_env`: lines of the form `export NAME=value`, read as a shell would."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from shopweave.model.errors import Configuration

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_PART = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.?)"""
    r"""|(?P<comment>\s+\#.*)|(?P<blanks>\s+)|(?P<bare>[^\s'"\\]+)"""
)
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "WP_URL": ("SHOP_URL",),
    "MYSQL_DATABASE": ("MYSQL_DB",),
}
_FIELDS: Mapping[str, str] = {
    "ICECAT_USER": "icecat_user",
    "ICECAT_API_TOKEN": "icecat_api_token",
    "MYSQL_HOST": "mysql_host",
    "MYSQL_USER": "mysql_user",
    "MYSQL_PASSWORD": "mysql_password",
    "MYSQL_DATABASE": "mysql_database",
    "WP_URL": "wp_url",
    "WP_API_USER": "wp_user",
    "WP_API_PASS": "wp_password",
}
_OPTIONAL: Mapping[str, str] = {"ICECAT_LANG": "icecat_languages", "LOG_DIR": "log_directory"}
_MAY_BE_EMPTY = ("MYSQL_PASSWORD",)


class Entry(Struct, frozen=True, kw_only=True):
    """One variable and the line it was last set in."""

    value: str
    line: int

    def __repr__(self) -> str:
        return f"Entry(line={self.line})"

    def __rich_repr__(self) -> Iterator[tuple[str, int]]:  # type: ignore[override,unused-ignore]
        yield "line", self.line


class IcecatEnv(Struct, frozen=True, kw_only=True):
    """What the tools need to reach till, Icecat and shop; `warnings` are sentences for people."""

    icecat_user: str
    icecat_api_token: str
    mysql_host: str
    mysql_user: str
    mysql_password: str
    mysql_database: str
    wp_url: str
    wp_user: str
    wp_password: str
    icecat_languages: str = ""
    log_directory: str = ""
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"IcecatEnv({shown})"

    def __rich_repr__(self) -> Iterator[tuple[str, str]]:  # type: ignore[override,unused-ignore]
        for name in ("icecat_user", "mysql_host", "mysql_user", "mysql_database", "wp_url", "wp_user"):
            yield name, getattr(self, name)


def read_env(path: Path) -> IcecatEnv:
    """Read the file; raises one `Configuration` that names all that is missing."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise Configuration(
            "The environment file cannot be read.",
            code="ENV-001",
            where=str(path),
            remedy="Name an existing text file in UTF-8 that this user may read.",
        ) from error
    return make_env(parse_env(text, str(path)), str(path), warnings=_warnings(path, mode))


def parse_env(text: str, where: str) -> Mapping[str, Entry]:
    """Read the variables; the last setting of a name counts. Values never stand in errors."""
    entries: dict[str, Entry] = {}
    spoilt: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            fault = "a quote is not closed" if match else "not of the form export NAME=value"
            spoilt.append(f"line {number}: {fault}")
        else:
            entries[match[1]] = Entry(value=value, line=number)
    if spoilt:
        raise Configuration(
            f"The environment file has lines that cannot be read: {'; '.join(spoilt)}.",
            code="ENV-002",
            where=where,
            remedy="Write each line as export NAME=value, with quotes around values that hold blanks or #.",
        )
    return entries


def make_env(entries: Mapping[str, Entry], where: str, *, warnings: tuple[str, ...] = ()) -> IcecatEnv:
    """Turn variables into values; raises one `Configuration` that names all that is missing."""
    found = {name: _find(entries, name) for name in (*_FIELDS, *_OPTIONAL)}
    missing = [fault for name in _FIELDS if (fault := _fault(name, found[name]))]
    if missing:
        raise Configuration(
            f"The environment file misses: {', '.join(missing)}.",
            code="ENV-003",
            where=where,
            remedy="Add a line export NAME=value for each.",
        )
    names = {**_FIELDS, **_OPTIONAL}
    values = {names[name]: entry.value for name, entry in found.items() if entry}
    return IcecatEnv(**values, warnings=warnings)


def _find(entries: Mapping[str, Entry], name: str) -> Entry | None:
    return next((entries[known] for known in (name, *_ALIASES.get(name, ())) if known in entries), None)


def _fault(name: str, entry: Entry | None) -> str:
    if entry is None:
        others = _ALIASES.get(name, ())
        return f"{name} (or {', '.join(others)})" if others else name
    return "" if entry.value or name in _MAY_BE_EMPTY else f"{name} (empty in line {entry.line})"


def _value(written: str) -> str | None:
    """Take off quotes, backslashes and a comment; None when a quote is not closed.

    Blanks inside an unquoted value stay: WordPress shows its application passwords with blanks.
    `$` is an ordinary letter.
    """
    out: list[str] = []
    blanks, at = "", 0
    while at < len(written):
        part = _PART.match(written, at)
        if part is None:
            return None
        at = part.end()
        if part["comment"] is not None:
            break
        if part["blanks"] is not None:
            blanks = part["blanks"] if out else ""
        else:
            out.append(blanks + _plain(part))
            blanks = ""
    return "".join(out)


def _plain(part: re.Match[str]) -> str:
    if part["double"] is not None:
        return re.sub(r'\\(["\\$`])', r"\1", part["double"])
    return next(text for text in (part["single"], part["escaped"], part["bare"]) if text is not None)


def _warnings(path: Path, mode: int) -> tuple[str, ...]:
    if os.name != "posix" or not mode & 0o077:
        return ()
    return (f"{path} holds passwords and can be read by other users of this machine: run chmod 600 on it.",)
