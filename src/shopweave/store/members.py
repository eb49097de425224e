"""People as a list: their sessions and tokens, what they prefer, a new role, an end."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, select, update

from shopweave.store.access import session, token, user
from shopweave.store.base import Tx
from shopweave.store.people import TOKENS, TokenRow, token_row


class Member(Struct, frozen=True, kw_only=True):
    """A person as the list shows one; `seen` is when a living session was last used."""

    id: int
    email: str
    role: str
    created: datetime
    sessions: int
    seen: datetime | None


_LIVING = (
    select(session.c.user, func.count().label("number"), func.max(session.c.seen).label("seen"))
    .where(session.c.expires > bindparam("now"))
    .group_by(session.c.user)
    .subquery()
)
_MEMBERS = (
    select(user.c.id, user.c.email, user.c.role, user.c.created, _LIVING.c.number, _LIVING.c.seen)
    .outerjoin(_LIVING, _LIVING.c.user == user.c.id)
    .order_by(user.c.email)
)
_ALL_TOKENS = TOKENS.order_by(token.c.id)
_DROP_TOKEN = delete(token).where(token.c.id == bindparam("number"))
_DROP_TOKENS = delete(token).where(token.c.user == bindparam("of"))
_END_OTHERS = delete(session).where(session.c.user == bindparam("of"), session.c.key != bindparam("besides"))
_DROP_USER = delete(user).where(user.c.id == bindparam("of"))
_OF_USER = update(user).where(user.c.id == bindparam("of"))


def members(tx: Tx) -> list[Member]:
    """Give everybody."""
    return [
        Member(
            id=row.id,
            email=row.email,
            role=row.role,
            created=row.created,
            sessions=int(row.number or 0),
            seen=row.seen,
        )
        for row in tx.rows(_MEMBERS, {"now": tx.now})
    ]


def tokens(tx: Tx) -> list[TokenRow]:
    """Give everybody's tokens."""
    return [token_row(row) for row in tx.rows(_ALL_TOKENS)]


def set_role(tx: Tx, member: int, role: str) -> None:
    """Give a person another role."""
    tx.run(_OF_USER, {"of": member, "role": role})


def set_password(tx: Tx, member: int, hashed: str) -> None:
    """Give a person another password."""
    tx.run(_OF_USER, {"of": member, "password": hashed})


def set_preferences(tx: Tx, member: int, text: str) -> None:
    """Keep what a person prefers."""
    tx.run(_OF_USER, {"of": member, "preferences": text})


def end_sessions(tx: Tx, member: int, besides: str = "") -> int:
    """End a person's sessions but for one; gives how many."""
    return tx.run(_END_OTHERS, {"of": member, "besides": besides})


def drop_token(tx: Tx, number: int) -> None:
    """Take a token back."""
    tx.run(_DROP_TOKEN, {"number": number})


def drop_member(tx: Tx, member: int) -> None:
    """Remove a person with all sessions and tokens."""
    end_sessions(tx, member)
    tx.run(_DROP_TOKENS, {"of": member})
    tx.run(_DROP_USER, {"of": member})
