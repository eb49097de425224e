"""Passwords: hashed and checked with argon2id, beside the loop because each takes tens of milliseconds."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """Hash a password."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def fits(hashed: str | None, password: str) -> bool:
    """Check a password; None, for a person who does not exist, takes as long and fits nothing."""
    found = await asyncio.to_thread(_check, hashed or _NOBODY, password)
    return found and hashed is not None


def _check(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
