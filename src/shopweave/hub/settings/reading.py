"""Reading tables of settings against their options; every problem is kept with its place."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shopweave.connector.settings import Option, OptionKind
from shopweave.hub.settings.overrides import Given, variable
from shopweave.hub.settings.places import Places
from shopweave.hub.settings.problems import Problem, nearest
from shopweave.model.settings import Secret

Names = tuple[str, ...]
SWITCHES = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


class Reading:
    """One reading of the settings: where things stand, what is wrong, what is doubtful."""

    def __init__(self, file: str, text: str, raw: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self.file, self.raw, self.environment = file, raw, environment
        self.folder = Path(file).parent
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._places = Places(text)

    def wrong(
        self,
        path: Names,
        what: str,
        *,
        remedy: str = "",
        value: object = "",
        allowed: Sequence[str] = (),
        name: str = "",
        word: str = "",
        meant: str = "",
    ) -> None:
        """Note a problem at a key; `name` should be one of `allowed`, `word` is a part of the value.

        `meant` is the likeliest right value where the allowed ones are too many to list.
        """
        file, line = self.place(path, word)
        self.problems.append(
            Problem(
                file=file,
                line=line,
                key=".".join(path),
                what=what,
                remedy=remedy,
                value=shown(value),
                allowed=tuple(allowed),
                nearest=meant or (nearest(name, allowed) if name else ""),
            )
        )

    def doubt(self, path: Names, what: str) -> None:
        """Note something that works but should not stay."""
        file, line = self.place(path)
        self.warnings.append(f"{file}:{line}: {'.'.join(path)}: {what}" if line else f"{file}: {what}")

    def place(self, path: Names, word: str = "") -> tuple[str, int]:
        """Give the file and line of a key, or the environment variable that gives it."""
        at: Any = self.raw
        for part in path:
            if not isinstance(at, Mapping) or part not in at:
                break
            at = at[part]
        line = self._places.line(path, word)
        given = _given_in(at) if isinstance(at, Given) or not line else None
        return (f"environment variable {given.variable}", 0) if given else (self.file, line)

    def table(self, path: Names, options: Sequence[Option], *, also: Sequence[str] = ()) -> dict[str, Any]:
        """Read a table; keys that are unknown, wrong or missing are problems. `also` are read elsewhere."""
        raw = self._raw_table(path)
        if raw is None:
            return {}
        known = {option.name: option for option in options}
        found: dict[str, Any] = {}
        for key, value in raw.items():
            if key in known:
                read = self.value((*path, key), known[key], value)
                found.update({} if read is None else {key: read})
            elif key not in also:
                names = (*known, *also)
                self.wrong((*path, key), "unknown key.", allowed=names, name=key)
        for option in options:
            if option.needed and option.name not in raw:
                self.wrong((*path, option.name), "this is needed.", remedy=option.description)
        return found

    def _raw_table(self, path: Names) -> Mapping[str, Any] | None:
        at: Any = self.raw
        for part in path:
            at = at.get(part, {}) if isinstance(at, Mapping) else {}
        if isinstance(at, Mapping):
            return at
        self.wrong(
            path, "this is a section, not a value.", remedy=f"Write [{'.'.join(path)}] above its keys."
        )
        return None

    def value(self, path: Names, option: Option, raw: Any) -> Any:
        """Read one value; None when it is wrong."""
        if option.kind is OptionKind.SECRET:
            return self._secret(path, option, raw)
        value = from_text(option, raw.text) if isinstance(raw, Given) else raw
        fault = wrong_kind(option, value)
        if fault:
            is_open = option.kind is not OptionKind.URL or "@" not in shown(raw)
            what = f"{shown(raw) if is_open else 'this'} is not {fault}."
            allowed = ("true", "false") if option.kind is OptionKind.SWITCH else ()
            within = (fault,) if option.kind is OptionKind.NUMBER else allowed
            self.wrong(path, what, value=raw if is_open else "", **_said(fault, within))
            return None
        if option.choices and value not in option.choices:
            self.wrong(
                path, f"{shown(raw)} is not allowed.", value=raw, allowed=option.choices, name=str(value)
            )
            return None
        return self._settled(option, value)

    def _settled(self, option: Option, value: Any) -> Any:
        if option.kind is OptionKind.PATH:
            return str(self.folder / value) if value else value
        return tuple(value) if option.kind is OptionKind.LIST else value

    def _secret(self, path: Names, option: Option, raw: Any) -> Secret | None:
        if isinstance(raw, Given):
            return Secret(raw.text)
        if isinstance(raw, str):
            if raw and (option.name != "database" or urlsplit(raw).password):
                self.doubt(path, 'this secret stands in the file itself; better write { env = "NAME" }.')
            return Secret(raw)
        if isinstance(raw, dict) and len(raw) == 1 and isinstance(source := next(iter(raw.values())), str):
            if "env" in raw:
                return self._from_environment(path, source)
            if "file" in raw:
                return self._from_file(path, source)
        self.wrong(
            path, "a secret is given by reference.", remedy='Write { env = "NAME" } or { file = "path" }.'
        )
        return None

    def _from_environment(self, path: Names, name: str) -> Secret | None:
        found = self.environment.get(name)
        if found:
            return Secret(found)
        state = "is empty" if found is not None else "is not set"
        self.wrong(
            path,
            f"the secret is missing. Looked in: {variable(path)} (is not set), {name} ({state}).",
            remedy=f"Set {name} in the environment of the hub.",
        )
        return None

    def _from_file(self, path: Names, name: str) -> Secret | None:
        file = self.folder / name
        try:
            text = file.read_text("utf-8").strip()
            mode = file.stat().st_mode
        except (OSError, UnicodeDecodeError):
            text, mode = "", 0
        if not text:
            state = "is empty or cannot be read" if file.exists() else "is not there"
            self.wrong(
                path,
                f"the secret is missing. Looked in: {variable(path)} (is not set), {file} ({state}).",
                remedy="Put the secret into that file, readable by the hub alone.",
            )
            return None
        if mode & 0o077:
            self.doubt(path, f"other users of this machine can read {file}: run chmod 600 on it.")
        return Secret(text)


def _said(fault: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    """Name what is allowed where that is a short list or a range, else say it as a remedy."""
    return {"allowed": allowed} if allowed else {"remedy": f"Give {fault}."}


def _given_in(value: Any) -> Given | None:
    if isinstance(value, Given):
        return value
    below = value.values() if isinstance(value, Mapping) else ()
    return next((found for one in below if (found := _given_in(one))), None)


def shown(value: object) -> str:
    """Write a value as the file would have it."""
    if isinstance(value, Given):
        return f"'{value.text}'"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) and value else str(value)


def wrong_kind(option: Option, value: Any) -> str:
    """Say what an option wants when `value` is not of that kind; empty when it is."""
    if option.kind is OptionKind.SWITCH:
        return "" if isinstance(value, bool) else "true or false"
    if option.kind is OptionKind.NUMBER:
        kinds = (int,) if option.whole else (int, float)
        is_number = isinstance(value, kinds) and not isinstance(value, bool)
        return "" if is_number and _is_within(option, value) else _number_words(option)
    if option.kind is OptionKind.LIST:
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if is_list else "a list of texts"
    if not isinstance(value, str):
        return "a text"
    return _wrong_url(value) if option.kind is OptionKind.URL else ""


def from_text(option: Option, text: str) -> Any:
    """Read a value from the environment's text; what cannot be read stays a text."""
    if option.kind is OptionKind.SWITCH:
        return SWITCHES.get(text.strip().lower(), text)
    if option.kind is OptionKind.LIST and not text.strip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if option.kind not in (OptionKind.NUMBER, OptionKind.LIST):
        return text
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _is_within(option: Option, value: float) -> bool:
    is_enough = option.minimum is None or value >= option.minimum
    return is_enough and (option.maximum is None or value <= option.maximum)


def _number_words(option: Option) -> str:
    kind = "a whole number" if option.whole else "a number"
    if option.minimum is not None and option.maximum is not None:
        return f"{kind} from {option.minimum:g} to {option.maximum:g}"
    if option.minimum is not None:
        return f"{kind}, at least {option.minimum:g}"
    return kind if option.maximum is None else f"{kind}, at most {option.maximum:g}"


def _wrong_url(text: str) -> str:
    wanted = "an address that begins with https://"
    try:
        parts = urlsplit(text)
        is_fit = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return wanted
    return "" if is_fit or not text else wanted
