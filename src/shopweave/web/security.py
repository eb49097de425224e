"""Who asks, and may they: sessions and tokens, roles, and forms that only our own pages can send."""

import hmac
from asyncio import Event
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

from shopweave.hub import access
from shopweave.hub.access import NotAllowed, Person, Role
from shopweave.hub.context import Hub
from shopweave.model.errors import HubError
from shopweave.web.rendering import Renderer
from shopweave.web.tongues import chosen

COOKIE = "shopweave"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class RoleNeeded(HubError):
    """Your role may not do this."""

    CODE = "WEB-403"


class Forged(HubError):
    """This form did not come from a page of the hub."""

    CODE = "WEB-419"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What every handler is given; `secure` when people come over HTTPS, `over` when serving ends."""

    hub: Hub
    renderer: Renderer
    secure: bool
    over: Event = field(default_factory=Event)

    def cookie(self, key: str) -> Cookie:
        """Make the cookie of a session; an empty key ends it."""
        return Cookie(
            key=COOKIE,
            value=key,
            httponly=True,
            samesite="lax",
            secure=self.secure,
            path="/",
            max_age=None if key else 0,
        )


Given = NamedDependency[Site]


async def may_come_in(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse every request that is not expressly open and comes without the role it needs."""
    site: Site = connection.app.state.site
    person = await _who(site, connection)
    connection.state.person = person
    unsafe = connection.scope.get("method", "GET") not in SAFE
    if unsafe and not _same_origin(connection):
        raise Forged(remedy="Open the page again and repeat it there.")
    if handler.opt.get("open"):
        return
    if person is None:
        raise NotAllowed(remedy="Sign in, or send a token.")
    needed: Role = handler.opt.get("role", Role.OPERATOR if unsafe else Role.VIEWER)
    check_role(person, needed)
    if unsafe and person.csrf and not await _has_csrf(connection, person):
        raise Forged(remedy="Open the page again and repeat it there.")


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Give the language of whoever asks: their own choice, else the browser's."""
    person: Person | None = connection.state.get("person")
    return chosen(
        person.preferences.language if person else "", connection.headers.get("accept-language", "")
    )


def check_role(person: Person, needed: Role) -> None:
    """Refuse somebody whose role is too small."""
    if person.role < needed:
        raise RoleNeeded(remedy=f"It needs the role {needed.name.lower()}.")


async def _who(site: Site, connection: ASGIConnection[Any, Any, Any, Any]) -> Person | None:
    kind, _, key = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return await access.by_token(site.hub, key.strip())
    cookie = connection.cookies.get(COOKIE, "")
    return await access.by_session(site.hub, cookie) if cookie else None


def _same_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Compare where a form comes from with where it goes; programs name no origin."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")


async def _has_csrf(connection: ASGIConnection[Any, Any, Any, Any], person: Person) -> bool:
    sent = connection.headers.get(CSRF_HEADER, "")
    if not sent and isinstance(connection, Request) and _is_form(connection):
        sent = str((await connection.form()).get(CSRF_FIELD, ""))
    return hmac.compare_digest(sent.encode(), person.csrf.encode())


def _is_form(request: Request[Any, Any, Any]) -> bool:
    return request.content_type[0] == "application/x-www-form-urlencoded"


async def harden(message: Message, scope: Scope) -> None:
    """Put the security headers on every answer, errors included."""
    if message["type"] != "http.response.start":
        return
    kept = list(message["headers"])
    if not scope["path"].startswith("/static/"):
        kept.append((b"cache-control", b"no-store"))
    message["headers"] = [*kept, *HEADERS]
