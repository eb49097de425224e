"""What it means when the hub's own database cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, DBAPIError

from shopweave.model.errors import Configuration

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


@contextmanager
def explaining() -> Iterator[None]:
    """Turn the errors of a database that is opened into sentences; their own texts may hold its address."""
    try:
        yield
    except (ArgumentError, DBAPIError, UnicodeError) as error:
        raise _meaning(error) from None


def _meaning(error: Exception) -> Configuration:
    cause = getattr(error, "orig", None)
    state, text = getattr(cause, "sqlstate", None) or "", str(cause or "")
    for states, words, code, what, remedy in _WAYS:
        if state in states or (not state and any(f"FATAL:  {word}" in text for word in words)):
            return Configuration(what, code=code, remedy=remedy)
    remedy = "Look at [hub] database: whether host and port are right and the server runs."
    return Configuration("The hub's database cannot be reached.", code="STORE-014", remedy=remedy)
