"""Secrets: sealed where they are stored, masked wherever text leaves the hub."""

import base64
import binascii
import contextlib
import html
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shopweave.model.errors import Configuration
from shopweave.model.settings import HIDDEN
from shopweave.store.hiding import hide_with

KEY_FILE = "shopweave.key"
_CODED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEADER = re.compile(r"(?i)\b(basic|bearer)(\s+|%20)[A-Za-z0-9+/_.~-]{6,}=*")
_HEADS = ("basic", "bearer")
_SHORT = 4


class Masker:
    """Takes every form of the known secrets out of texts: plain, encoded for URLs, JSON, HTML and base64."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: dict[str, None] = {}
        self._forms: re.Pattern[str] | None = None
        self._traces: tuple[str, ...] = ()
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Learn more secrets."""
        self._secrets.update(dict.fromkeys(_variants(secrets)))
        forms = {form for secret in self._secrets for form in _forms(secret)}
        patterns = [_pattern(form) for form in sorted(forms, key=lambda one: (-len(one), one))]
        self._forms = re.compile("|".join(patterns)) if patterns else None
        self._traces = tuple(sorted({one for secret in self._secrets for one in _traces(secret)}))

    def __call__(self, text: str) -> str:
        """Give `text` with all secrets hidden."""
        folded = text.lower()
        if not any(trace in folded for trace in (*_HEADS, *self._traces)):
            return text
        if self._forms is not None:
            text = self._forms.sub(HIDDEN, text)
        text = _HEADER.sub(lambda match: f"{match[1]} {HIDDEN}", text)
        return _CODED.sub(self._coded, text) if self._secrets else text

    def _coded(self, match: re.Match[str]) -> str:
        known = [secret.encode() for secret in self._secrets if len(secret) >= _SHORT]
        plain = _decodings(match[0])
        return HIDDEN if any(secret in one for one in plain for secret in known) else match[0]


def _variants(secrets: Iterable[str]) -> Iterable[str]:
    """Give secrets as they are and without blanks: WordPress shows application passwords with blanks."""
    for secret in secrets:
        if secret.strip():
            yield secret
            yield "".join(secret.split())


def _forms(secret: str) -> set[str]:
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
    }


def _traces(secret: str) -> Iterator[str]:
    """Give lower-case texts of which one is in every text that holds the secret: a cheap first look."""
    yield from (form.lower() for form in _forms(secret))
    raw = secret.encode()
    for start in range(3):
        coded = base64.b64encode(b"\0" * start + raw).decode().rstrip("=")
        core = coded[(0, 2, 3)[start] : len(coded) - ((start + len(raw)) % 3 > 0)]
        yield from (core.lower(), core.lower().replace("+", "-").replace("/", "_"))


def _pattern(form: str) -> str:
    """Match a form anywhere; a short one only where it stands alone, or half the text would go."""
    text = re.sub(r"%([0-9A-F]{2})", r"%(?i:\1)", re.escape(form))
    return text if len(form) >= _SHORT else rf"(?<!\w){text}(?!\w)"


def _decodings(text: str) -> list[bytes]:
    """Decode base64 that may begin at any of four places, as it does after a slash of a path."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    found = []
    for start in range(4):
        part = plain[start:]
        part = part[:-1] if len(part) % 4 == 1 else part
        with contextlib.suppress(binascii.Error):
            found.append(base64.b64decode(part + "=" * (-len(part) % 4)))
    return found


MASK = Masker()
hide_with(MASK)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """Hide in `text` the secrets given and those this process has been told of."""
    return MASK(Masker(secrets)(text))


class Seal:
    """Seals texts with the keys of a file; the first key seals, all of them open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._box = MultiFernet([Fernet(key) for key in _read_keys(path)])

    def seal(self, text: str) -> str:
        """Seal a text."""
        return self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Open a sealed text; raises `Configuration` when no key fits."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Configuration(
                "A stored secret cannot be opened with this key.",
                code="SEC-002",
                where=str(self._path),
                remedy="Put back the key file that belongs to this database, or enter the secret again.",
            ) from error

    def renew(self, sealed: str) -> str:
        """Seal anew, with the first key, what any key opens."""
        return self.seal(self.open(sealed))


def open_seal(folder: Path) -> Seal:
    """Open the key file of a hub's folder; makes it where there is none."""
    path = folder / KEY_FILE
    with contextlib.suppress(FileExistsError):
        _write_new(path, Fernet.generate_key() + b"\n")
    return Seal(path)


def add_key(folder: Path) -> Seal:
    """Put a new key before the others; what is stored should be renewed then, and the others dropped."""
    path = folder / KEY_FILE
    return _write_keys(path, [Fernet.generate_key(), *_read_keys(path)])


def drop_old_keys(folder: Path) -> Seal:
    """Keep the first key only."""
    path = folder / KEY_FILE
    return _write_keys(path, _read_keys(path)[:1])


def _read_keys(path: Path) -> list[bytes]:
    try:
        mode = path.stat().st_mode
        keys = path.read_bytes().split()
        for key in keys:
            Fernet(key)
    except (OSError, ValueError) as error:
        raise _bad_key(path, "The key file cannot be read.", "Put back a copy of it.") from error
    if not keys:
        raise _bad_key(path, "The key file is empty.", "Put back a copy of it.")
    if mode & 0o077:
        raise _bad_key(path, "Other users of this machine can read the key file.", f"Run: chmod 600 {path}")
    return keys


def _bad_key(path: Path, what: str, remedy: str) -> Configuration:
    return Configuration(what, code="SEC-001", where=str(path), remedy=remedy)


def _write_keys(path: Path, keys: list[bytes]) -> Seal:
    """Write beside and rename, so that a dying process leaves the old keys or the new ones."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    _write_new(beside, b"\n".join(keys) + b"\n")
    beside.replace(path)
    return Seal(path)


def _write_new(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
