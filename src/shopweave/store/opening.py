"""What it means when the hub's own database cannot be opened, or fails while the hub works."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError

from shopweave.model.errors import Configuration, HubError, Unavailable

_WAYS: tuple[tuple[tuple[str, ...], tuple[str, ...], str, str, str], ...] = (
    (
        ("28P01", "28000"),
        ("password authentication failed", "no password supplied", "role "),
        "STORE-011",
        "The hub's database refuses the user or its password.",
        "Look at user and password in [hub] database.",
    ),
    (
        ("3D000",),
        ("database ",),
        "STORE-012",
        "The server has no such database.",
        "Make it there, or correct its name in [hub] database.",
    ),
    (
        ("42501",),
        ("permission denied",),
        "STORE-013",
        "The user may not make the hub's tables in its database.",
        "As owner of the database: GRANT CREATE, USAGE ON SCHEMA public TO that user.",
    ),
    (
        ("55P03",),
        (),
        "STORE-024",
        "Others keep the hub's tables locked while steps wait for them.",
        "Stop what else uses the database, then start again.",
    ),
)


_FILE_WAYS: tuple[tuple[tuple[str, ...], type[HubError], str, str, str], ...] = (
    (
        ("SQLITE_NOTADB", "SQLITE_CORRUPT"),
        Configuration,
        "STORE-015",
        "The hub's database is damaged.",
        "Keep a copy of hub.sqlite, then put a backup back with 'shopweave restore'.",
    ),
    (
        ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"),
        Configuration,
        "STORE-016",
        "The hub's database cannot be opened for writing.",
        "Look who may read and write hub.sqlite and its folder.",
    ),
    (
        ("SQLITE_FULL", "SQLITE_IOERR"),
        Unavailable,
        "STORE-017",
        "The disk of the hub's database does not take what is written.",
        "Make room on it, and look whether it is sound.",
    ),
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        Unavailable,
        "STORE-018",
        "Another program keeps the hub's database locked.",
        "Close what else has hub.sqlite open.",
    ),
)


@contextmanager
def explaining() -> Iterator[None]:
    """Turn the errors of a server that is opened into sentences; their own texts may hold its address."""
    try:
        yield
    except (ArgumentError, DBAPIError, UnicodeError) as error:
        raise _meaning(error) from None


@contextmanager
def explaining_file(*, writes: bool = True) -> Iterator[None]:
    """Turn what keeps the hub's file from being read or written into sentences; other errors stay.

    Where nothing `writes`, a refused write is a fault of the hub's own and stays too.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = getattr(error, "orig", error)
        name = getattr(cause, "sqlite_errorname", None) or ""
        for names, kind, code, what, remedy in _FILE_WAYS:
            if name.startswith(names) and (writes or name != "SQLITE_READONLY"):
                raise kind(what, code=code, remedy=remedy) from error
        raise


def _meaning(error: Exception) -> Configuration:
    cause = getattr(error, "orig", None)
    state, text = getattr(cause, "sqlstate", None) or "", str(cause or "")
    for states, words, code, what, remedy in _WAYS:
        if state in states or (not state and any(f"FATAL:  {word}" in text for word in words)):
            return Configuration(what, code=code, remedy=remedy)
    remedy = "Look at [hub] database: whether host and port are right and the server runs."
    return Configuration("The hub's database cannot be reached.", code="STORE-014", remedy=remedy)
