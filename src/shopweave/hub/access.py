"""Access: people and their roles, signing in and out, tokens, and the link of a first start."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import IntEnum
from functools import partial

from msgspec import Struct, json

from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration, HubError
from shopweave.store import audits, people
from shopweave.store.base import Tx
from shopweave.store.people import SessionRow, UserRow

LIFE = timedelta(hours=12)
FRESH = timedelta(minutes=5)
FREE_TRIES, LONGEST_WAIT, FROM_ONE_PLACE = 5, 900, 25
LEAST, MOST = 10, 200
FIRST = "web.first_link"
Fits = Callable[[str | None, str], Awaitable[bool]]


class Role(IntEnum):
    """What a person may do; each role may do what those before it may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


class NotAllowed(HubError):
    """This needs somebody who is signed in."""

    CODE = "WEB-401"


class Throttled(HubError):
    """Too many tries to sign in."""

    CODE = "WEB-429"


class Preferences(Struct, frozen=True, kw_only=True):
    """What a person prefers; an empty language or theme follows the browser."""

    language: str = ""
    theme: str = ""
    keys: bool = True


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who is signed in; `csrf` and `session` are empty for one who came with a token."""

    email: str
    role: Role
    csrf: str = ""
    session: str = ""
    preferences: Preferences = Preferences()


class Session(Struct, frozen=True, kw_only=True):
    """A new session: its key goes into the cookie and is stored only as a hash."""

    key: str
    person: Person


def hashed(secret: str) -> str:
    """Give what is stored of a key that nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def role_of(name: str) -> Role:
    """Give a role by name."""
    try:
        return Role[name.upper()]
    except KeyError:
        raise Configuration(
            f"There is no role '{name}'.", code="USER-001", remedy="There are: viewer, operator, admin."
        ) from None


async def put_user(hub: Hub, email: str, password_hash: str, role: str, who: str) -> None:
    """Add a person, or give one a new password and role."""
    address, found = address_of(email), role_of(role)
    await hub.store.write_safe(partial(_put_user, address, password_hash, found, who))


def address_of(email: str) -> str:
    """Give an e-mail address as it is stored."""
    address = email.strip().casefold()
    if "@" not in address or len(address) > 320:
        raise Configuration(
            f"'{email}' is no e-mail address.", code="USER-002", remedy="Such as me@shop.example."
        )
    return address


def _put_user(address: str, password_hash: str, role: Role, who: str, tx: Tx) -> None:
    people.put_user(tx, address, password_hash, role.name.lower())
    people.drop_setting(tx, FIRST)
    audits.note(tx, who, f"gave {address} the role {role.name.lower()}", "{}")


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        text = f"A password has {LEAST} to {MOST} characters."
        raise Configuration(text, code="USER-003", remedy="A sentence of four words is easy to remember.")


async def first_key(hub: Hub) -> str | None:
    """Make the key of the link by which the first administrator is made; None when there are people."""
    key = hub.ids.new()

    def keep(tx: Tx) -> bool:
        if people.count_users(tx):
            return False
        people.put_setting(tx, FIRST, hashed(key), "start")
        return True

    return key if await hub.store.write(keep) else None


async def is_first(hub: Hub, key: str) -> bool:
    """Say whether a key opens the page of the first administrator."""
    return await hub.store.read(
        lambda tx: not people.count_users(tx) and people.setting_of(tx, FIRST) == hashed(key)
    )


async def first_user(hub: Hub, key: str, email: str, password_hash: str) -> None:
    """Make the first administrator, once."""
    if not await is_first(hub, key):
        raise NotAllowed(
            "This link was used, or a newer one was made.",
            code="WEB-403",
            remedy="Start 'shopweave serve' again, or use 'shopweave user add'.",
        )
    await put_user(hub, email, password_hash, "admin", "first start")


async def sign_in(hub: Hub, email: str, password: str, place: str, fits: Fits) -> Session:
    """Begin a session for a person whose password fits; failures are counted by person and by place."""
    address = email.strip().casefold()[:300]
    names = (f"who:{address}", f"from:{place}")
    user = await hub.store.write(partial(_try, address, names))
    if not await fits(user.password if user else None, password[:MOST]) or user is None:
        raise NotAllowed("The e-mail address and the password do not fit together.", code="WEB-403")
    key, csrf = hub.ids.new(), hub.ids.new()
    await hub.store.write(partial(_begin, user, names[0], hashed(key), csrf))
    return Session(key=key, person=Person(email=user.email, role=role_of(user.role), csrf=csrf))


def _try(address: str, names: tuple[str, str], tx: Tx) -> UserRow | None:
    """Count this try as failed before the password is looked at: tries side by side gain nothing."""
    for name in names:
        known = people.attempts(tx, name)
        if known.until is not None and known.until > tx.now:
            seconds = int((known.until - tx.now).total_seconds()) + 1
            raise Throttled(remedy=f"Try again in {seconds} seconds.")
    for name, free in zip(names, (FREE_TRIES, FROM_ONE_PLACE), strict=True):
        failures = people.attempts(tx, name).failures + 1
        people.note_attempt(tx, name, failures, wait_until(failures, free, tx.now))
    return people.user_of(tx, address)


def wait_until(failures: int, free: int, now: datetime) -> datetime | None:
    """Say until when nobody is listened to: twice as long with each failure beyond the free ones."""
    over = failures - free
    return None if over < 0 else now + timedelta(seconds=min(2.0 ** min(over, 10) * 15, LONGEST_WAIT))


def _begin(user: UserRow, name: str, key: str, csrf: str, tx: Tx) -> None:
    people.forget_attempts(tx, name)
    people.add_session(tx, key, user.id, csrf, LIFE)
    audits.note(tx, user.email, "signed in", "{}")


async def by_session(hub: Hub, key: str) -> Person | None:
    """Give the person of a session, which lives on while it is used."""
    found = await hub.store.read(lambda tx: (people.session_of(tx, hashed(key)), tx.now))
    session, now = found
    if session is None:
        return None
    if now - session.seen > FRESH:
        await hub.store.write(lambda tx: people.lengthen_session(tx, session.key, LIFE))
    return _person(session)


def _person(session: SessionRow) -> Person:
    return Person(
        email=session.email,
        role=role_of(session.role),
        csrf=session.csrf,
        session=session.key,
        preferences=json.decode(session.preferences, type=Preferences),
    )


async def sign_out(hub: Hub, key: str) -> None:
    """End a session."""
    await hub.store.write(lambda tx: people.end_session(tx, hashed(key)))


async def make_token(hub: Hub, email: str, name: str, role: str, seed: str = "") -> str:
    """Make a token for programs; this is the only time its text is shown.

    The same `seed`, a form's one-time key, makes the same token: a form sent twice makes one.
    """
    wanted = role_of(role)
    if not name.strip():
        raise Configuration("The token has no name.", code="USER-007", remedy="Say what it is for.")
    key = f"shw_{hashed(f'token {seed}')[:32]}" if seed else f"shw_{hub.ids.new()}"
    await hub.store.write_safe(partial(_make_token, email, name.strip()[:120], wanted, hashed(key)))
    return key


def _make_token(email: str, name: str, wanted: Role, key: str, tx: Tx) -> None:
    user = people.user_of(tx, email.strip().casefold())
    if user is None or role_of(user.role) < wanted:
        text = f"There is nobody '{email}' with the role {wanted.name.lower()}."
        raise Configuration(text, code="USER-004", remedy="'shopweave user add' adds people.")
    if people.token_of(tx, key) is None:
        people.add_token(tx, user.id, key, name, wanted.name.lower())
        audits.note(tx, user.email, f"made the token {name}", "{}")


async def by_token(hub: Hub, key: str) -> Person | None:
    """Give whom a token speaks for, with no more than that person's own role."""
    found = await hub.store.read(lambda tx: (people.token_of(tx, hashed(key)), tx.now))
    row, now = found
    if row is None:
        return None
    if row.seen is None or now - row.seen > FRESH:
        await hub.store.write(lambda tx: people.note_token(tx, row.id))
    return Person(email=row.email, role=min(role_of(row.role), role_of(row.own)))
