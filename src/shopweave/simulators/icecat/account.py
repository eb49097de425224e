"""Who asks: the accounts of the site, their keys and tokens, and how often they may ask."""

import base64
import binascii
import re
from collections.abc import Mapping

from msgspec import Struct

from shopweave.model.seams import Clock

LANGUAGES = (
    "EN", "US", "NL", "FR", "DE", "IT", "ES", "DK", "RU", "PT", "ZH", "SE", "PL", "CZ", "HU", "FI", "NO",
    "TR", "BG", "KA", "RO", "SR", "JA", "UK", "CA", "HR", "AR", "VI",
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Account(Struct, frozen=True, kw_only=True):
    """One login; a key or a token opens Full Icecat. `refusal` is a number that every call hears, 5 or 6."""

    user: str
    password: str = ""
    app_key: str = ""
    token: str = ""
    content_token: str = ""
    refusal: int = 0


class Asked(Struct, frozen=True, kw_only=True):
    """Who asks and may see what."""

    user: str
    lang: str
    full: bool = False
    content_token: str = ""


def asking(
    accounts: tuple[Account, ...], query: Mapping[str, str], headers: Mapping[str, str]
) -> Asked | int:
    """Give who asks, or the number of the refusal, checked in the order of the real site."""
    user = query.get("shopname") or query.get("username") or ""
    lang = (query.get("lang") or query.get("language") or "").upper()
    token, key = headers.get("api-token", ""), query.get("app_key", "")
    if not user or not lang:
        return 1
    account = next((one for one in accounts if one.user.lower() == user.lower()), None)
    if account is None:
        return 3
    if account.refusal:
        return account.refusal
    if lang not in LANGUAGES:
        return 2
    if token and not _UUID.fullmatch(token):
        return 19
    if key and key != account.app_key:
        return 7 if any(one.app_key == key for one in accounts) else 10
    is_known = bool(token) and token == account.token
    content = headers.get("content-token", "") if is_known else ""
    is_content = bool(content) and content == account.content_token
    return Asked(
        user=user, lang=lang, full=bool(key) or is_known, content_token=content if is_content else ""
    )


def may_index(accounts: tuple[Account, ...], headers: Mapping[str, str]) -> bool:
    """Say whether somebody may read the index files: login and password, or a token."""
    token = headers.get("api-token", "")
    if token and any(one.token == token for one in accounts):
        return True
    kind, _, rest = headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    fits = (one.user.lower() == name.lower() and one.password == password for one in accounts)
    return kind.lower() == "basic" and bool(password) and any(fits)


class Allowance:
    """How many requests a second are answered; 0 is no limit."""

    def __init__(self, clock: Clock | None, per_second: int) -> None:
        self._clock, self._most = clock, per_second
        self._second, self._count = 0, 0

    def is_over(self) -> bool:
        """Count a request and say whether it is one too many."""
        if self._clock is None or not self._most:
            return False
        second = int(self._clock.now().timestamp())
        self._count = self._count + 1 if second == self._second else 1
        self._second = second
        return self._count > self._most
