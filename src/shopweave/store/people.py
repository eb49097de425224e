"""People, their sessions and tokens, and how often somebody failed to sign in."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, select, update

from shopweave.store.access import attempt, session, setting, token, user
from shopweave.store.base import Tx
from shopweave.store.connections import home


class UserRow(Struct, frozen=True, kw_only=True):
    """A person with a role; `password` is a hash."""

    id: int
    email: str
    password: str
    role: str


class SessionRow(Struct, frozen=True, kw_only=True):
    """A living session and whose it is."""

    key: str
    user: int
    email: str
    role: str
    csrf: str
    seen: datetime
    preferences: str


class TokenRow(Struct, frozen=True, kw_only=True):
    """A token as it may be shown, never its text; `own` is the role of whom it speaks for."""

    id: int
    email: str
    name: str
    role: str
    own: str
    created: datetime
    seen: datetime | None


class Attempts(Struct, frozen=True, kw_only=True):
    """Failures to sign in, and until when nobody is listened to."""

    failures: int
    until: datetime | None


_USER = select(user.c.id, user.c.email, user.c.password, user.c.role)
_BY_EMAIL = _USER.where(user.c.email == bindparam("address"))
_COUNT = select(func.count()).select_from(user)
_ADD_USER = insert(user)
_SET_USER = update(user).where(user.c.email == bindparam("address"))
_SESSION = (
    select(
        session.c.key,
        session.c.user,
        user.c.email,
        user.c.role,
        session.c.csrf,
        session.c.seen,
        user.c.preferences,
    )
    .join(user, user.c.id == session.c.user)
    .where(session.c.key == bindparam("hashed"), session.c.expires > bindparam("now"))
)
_ADD_SESSION = insert(session)
_SEEN = update(session).where(session.c.key == bindparam("hashed"))
_END = delete(session).where(session.c.key == bindparam("hashed"))
_END_ALL = delete(session).where(session.c.user == bindparam("of"))
_OVER = delete(session).where(session.c.expires <= bindparam("now"))
TOKENS = select(
    token.c.id,
    user.c.email,
    token.c.name,
    token.c.role,
    user.c.role.label("own"),
    token.c.created,
    token.c.seen,
).join(user, user.c.id == token.c.user)
_TOKEN = TOKENS.where(token.c.key == bindparam("hashed"))
_ADD_TOKEN = insert(token)
_TOKEN_SEEN = update(token).where(token.c.id == bindparam("number"))
_ATTEMPT = select(attempt.c.failures, attempt.c.until).where(attempt.c.who == bindparam("name"))
_ADD_ATTEMPT = insert(attempt)
_SET_ATTEMPT = update(attempt).where(attempt.c.who == bindparam("name"))
_FORGET = delete(attempt).where(attempt.c.who == bindparam("name"))
_SETTING = select(setting.c.value).where(setting.c.name == bindparam("called"))
_ADD_SETTING = insert(setting)
_DROP_SETTING = delete(setting).where(setting.c.name == bindparam("called"))


def count_users(tx: Tx) -> int:
    """Count people."""
    return int(tx.scalar(_COUNT) or 0)


def user_of(tx: Tx, email: str) -> UserRow | None:
    """Give a person by address."""
    row = tx.one(_BY_EMAIL, {"address": email})
    return None if row is None else UserRow(id=row.id, email=row.email, password=row.password, role=row.role)


def put_user(tx: Tx, email: str, hashed: str, role: str) -> None:
    """Add a person, or give one a new password and role; the sessions of before are over."""
    known = user_of(tx, email)
    if known is not None:
        tx.run(_SET_USER, {"address": email, "password": hashed, "role": role})
        tx.run(_END_ALL, {"of": known.id})
        return
    values = {"email": email, "password": hashed, "role": role, "created": tx.now, "workspace": home(tx)}
    tx.run(_ADD_USER, values)


def add_session(tx: Tx, hashed: str, owner: int, csrf: str, life: timedelta) -> None:
    """Begin a session; those whose time is over are forgotten."""
    tx.run(_OVER, {"now": tx.now})
    values = {"created": tx.now, "seen": tx.now, "expires": tx.now + life}
    tx.run(_ADD_SESSION, {"key": hashed, "user": owner, "csrf": csrf, **values})


def session_of(tx: Tx, hashed: str) -> SessionRow | None:
    """Give a living session."""
    row = tx.one(_SESSION, {"hashed": hashed, "now": tx.now})
    if row is None:
        return None
    return SessionRow(**{name: getattr(row, name) for name in SessionRow.__struct_fields__})


def end_session(tx: Tx, hashed: str) -> None:
    """End a session."""
    tx.run(_END, {"hashed": hashed})


def lengthen_session(tx: Tx, hashed: str, life: timedelta) -> None:
    """Note that a session is used, and let it live on from now."""
    tx.run(_SEEN, {"hashed": hashed, "seen": tx.now, "expires": tx.now + life})


def add_token(tx: Tx, owner: int, hashed: str, name: str, role: str) -> None:
    """Add a token."""
    tx.run(_ADD_TOKEN, {"user": owner, "key": hashed, "name": name, "role": role, "created": tx.now})


def token_of(tx: Tx, hashed: str) -> TokenRow | None:
    """Give a token by what its text hashes to."""
    row = tx.one(_TOKEN, {"hashed": hashed})
    return None if row is None else token_row(row)


def token_row(row: object) -> TokenRow:
    """Read a token from a row of `TOKENS`."""
    return TokenRow(**{name: getattr(row, name) for name in TokenRow.__struct_fields__})


def note_token(tx: Tx, number: int) -> None:
    """Note that a token was used."""
    tx.run(_TOKEN_SEEN, {"number": number, "seen": tx.now})


def attempts(tx: Tx, who: str) -> Attempts:
    """Give the failures of an address or a place."""
    row = tx.one(_ATTEMPT, {"name": who})
    return (
        Attempts(failures=0, until=None) if row is None else Attempts(failures=row.failures, until=row.until)
    )


def note_attempt(tx: Tx, who: str, failures: int, until: datetime | None) -> None:
    """Note failures, and until when nobody is listened to."""
    if not tx.run(_SET_ATTEMPT, {"name": who, "failures": failures, "until": until}):
        tx.run(_ADD_ATTEMPT, {"who": who, "failures": failures, "until": until})


def forget_attempts(tx: Tx, who: str) -> None:
    """Forget failures after a success."""
    tx.run(_FORGET, {"name": who})


def put_setting(tx: Tx, name: str, value: str, who: str) -> None:
    """Keep a value under a name."""
    drop_setting(tx, name)
    tx.run(_ADD_SETTING, {"name": name, "value": value, "at": tx.now, "who": who})


def setting_of(tx: Tx, name: str) -> str | None:
    """Give a kept value."""
    value: str | None = tx.scalar(_SETTING, {"called": name})
    return value


def drop_setting(tx: Tx, name: str) -> None:
    """Forget a kept value."""
    tx.run(_DROP_SETTING, {"called": name})
