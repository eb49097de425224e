"""People: who there is, a new role or password, an end of sessions, of tokens, of access at all."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from msgspec import Struct, json

from shopweave.hub.access import Preferences, Role, address_of, role_of
from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.store import audits, members
from shopweave.store import people as rows
from shopweave.store.base import Tx
from shopweave.store.people import TokenRow, UserRow

LANGUAGES = ("en", "fi", "sv", "pl", "pt-BR")
THEMES = ("light", "dark")


class TokenView(Struct, frozen=True, kw_only=True):
    """A token: what it is for and may do, never its text."""

    number: int
    email: str
    name: str
    role: str
    created: datetime
    seen: datetime | None


class PersonView(Struct, frozen=True, kw_only=True):
    """A person: the role, how many sessions live and when one was last used, the tokens."""

    number: int
    email: str
    role: str
    created: datetime
    sessions: int
    seen: datetime | None
    tokens: tuple[TokenView, ...]


async def everybody(hub: Hub) -> list[PersonView]:
    """Give all people."""
    return await hub.store.read(_everybody)


def _everybody(tx: Tx) -> list[PersonView]:
    tokens = [_token(row) for row in members.tokens(tx)]
    return [
        PersonView(
            number=one.id,
            email=one.email,
            role=one.role,
            created=one.created,
            sessions=one.sessions,
            seen=one.seen,
            tokens=tuple(token for token in tokens if token.email == one.email),
        )
        for one in members.members(tx)
    ]


def _token(row: TokenRow) -> TokenView:
    return TokenView(
        number=row.id, email=row.email, name=row.name, role=row.role, created=row.created, seen=row.seen
    )


async def person(hub: Hub, email: str) -> PersonView:
    """Give one person."""
    found = next((one for one in await everybody(hub) if one.email == email), None)
    if found is None:
        raise _nobody(email)
    return found


async def add_person(hub: Hub, email: str, password_hash: str, role: str, who: str) -> None:
    """Add a person; one who is there already is left as is."""
    address, wanted = address_of(email), role_of(role)

    def add(tx: Tx) -> None:
        if rows.user_of(tx, address) is not None:
            text = f"{address} may use the pages already."
            raise Configuration(text, code="USER-005", remedy="Change the role or password there.")
        rows.put_user(tx, address, password_hash, wanted.name.lower())
        audits.note(tx, who, f"added {address} as {wanted.name.lower()}", "{}")

    await hub.store.write_safe(add)


async def change_role(hub: Hub, email: str, role: str, who: str) -> None:
    """Give a person another role, at once also in open sessions; one administrator always stays."""
    wanted = role_of(role).name.lower()

    def change(tx: Tx, user: UserRow) -> None:
        if wanted != user.role:
            _keep_an_admin(tx, user)
        members.set_role(tx, user.id, wanted)
        audits.note(tx, who, f"gave {user.email} the role {wanted}", "{}")

    await _with(hub, email, change)


async def set_password(hub: Hub, email: str, password_hash: str, who: str) -> None:
    """Give a person another password; all their sessions end."""

    def change(tx: Tx, user: UserRow) -> None:
        members.set_password(tx, user.id, password_hash)
        members.end_sessions(tx, user.id)
        audits.note(tx, who, f"gave {user.email} a new password", "{}")

    await _with(hub, email, change)


async def end_sessions(hub: Hub, email: str, who: str, besides: str = "") -> None:
    """End a person's sessions, but for one."""

    def end(tx: Tx, user: UserRow) -> None:
        count = members.end_sessions(tx, user.id, besides)
        audits.note(tx, who, f"ended the sessions of {user.email}", json.encode({"ended": count}).decode())

    await _with(hub, email, end)


async def remove(hub: Hub, email: str, who: str) -> None:
    """Remove a person with all sessions and tokens; one administrator always stays."""

    def drop(tx: Tx, user: UserRow) -> None:
        _keep_an_admin(tx, user)
        members.drop_member(tx, user.id)
        audits.note(tx, who, f"removed {user.email}", "{}")

    await _with(hub, email, drop)


async def revoke_token(hub: Hub, number: int, who: str, *, of: str = "") -> None:
    """Take a token back, at once; with `of` only one of that person's own."""

    def revoke(tx: Tx) -> None:
        found = next((one for one in members.tokens(tx) if one.id == number), None)
        if found is None or of not in ("", found.email):
            text = f"There is no token {number}."
            raise Configuration(text, code="USER-008", remedy="The list of tokens has all.")
        members.drop_token(tx, number)
        audits.note(tx, who, f"revoked the token {found.name} of {found.email}", "{}")

    await hub.store.write_safe(revoke)


async def prefer(hub: Hub, email: str, wanted: Preferences) -> None:
    """Keep what a person prefers."""
    if wanted.language not in ("", *LANGUAGES) or wanted.theme not in ("", *THEMES):
        text = f"There is no language '{wanted.language}' or no theme '{wanted.theme}'."
        choices = f"There are: {', '.join((*LANGUAGES, *THEMES))}; empty follows the browser."
        raise Configuration(text, code="USER-010", remedy=choices)
    text = json.encode(wanted).decode()
    await _with(hub, email, lambda tx, user: members.set_preferences(tx, user.id, text))


async def _with(hub: Hub, email: str, act: Callable[[Tx, UserRow], None]) -> None:
    await hub.store.write_safe(partial(_act, email.strip().casefold(), act))


def _act(address: str, act: Callable[[Tx, UserRow], None], tx: Tx) -> None:
    user = rows.user_of(tx, address)
    if user is None:
        raise _nobody(address)
    act(tx, user)


def _nobody(email: str) -> Configuration:
    return Configuration(f"There is nobody '{email}'.", code="USER-009", remedy="The list of people has all.")


def _keep_an_admin(tx: Tx, user: UserRow) -> None:
    admin = Role.ADMIN.name.lower()
    if user.role == admin and sum(one.role == admin for one in members.members(tx)) == 1:
        text = f"{user.email} is the only administrator."
        raise Configuration(text, code="USER-006", remedy="Make somebody else administrator first.")
