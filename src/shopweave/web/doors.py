"""Signing in and out, and the page of the first administrator."""

from typing import Any
from urllib.parse import urlsplit

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from shopweave.hub import access
from shopweave.hub.access import NotAllowed, Throttled
from shopweave.model.errors import Configuration, HubError
from shopweave.runtime.passwords import fits, hash_password
from shopweave.web.security import COOKIE, Given, Site, language_of

AnyRequest = Request[Any, Any, Any]


@get("/sign-in", include_in_schema=False, opt={"open": True})
async def ask(request: AnyRequest, site: Given) -> Response[str]:
    """Ask who is there."""
    return _door(request, site, "", "", _next(request.query_params.get("next", "")))


@post("/sign-in", include_in_schema=False, opt={"open": True}, status_code=200)
async def come_in(request: AnyRequest, site: Given) -> Response[Any]:
    """Begin a session."""
    form = await request.form()
    email, target = str(form.get("email", "")), _next(str(form.get("next", "")))
    place = request.client.host if request.client else ""
    try:
        session = await access.sign_in(site.hub, email, str(form.get("password", "")), place, fits)
    except (NotAllowed, Throttled) as error:
        return _door(request, site, email, f"{error.what} {error.remedy}".strip(), target, _status(error))
    answer: Response[Any] = Redirect(target, status_code=303)
    answer.set_cookie(site.cookie(session.key))
    return answer


def _status(error: HubError) -> int:
    return 429 if isinstance(error, Throttled) else 422


def _door(
    request: AnyRequest, site: Site, email: str, error: str, target: str, status: int = 200
) -> Response[str]:
    html = site.renderer.render("sign_in.html", language_of(request), email=email, error=error, next=target)
    return Response(html, status_code=status, media_type=MediaType.HTML)


def _next(target: str) -> str:
    """Lead only to pages of the hub."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if inside else "/"


@post("/sign-out", include_in_schema=False, opt={"role": access.Role.VIEWER}, status_code=200)
async def go_out(request: AnyRequest, site: Given) -> Response[Any]:
    """End the session."""
    await access.sign_out(site.hub, request.cookies.get(COOKIE, ""))
    answer: Response[Any] = Redirect("/sign-in", status_code=303)
    answer.set_cookie(site.cookie(""))
    return answer


@get("/first", include_in_schema=False, opt={"open": True})
async def first(request: AnyRequest, site: Given, key: FromQuery[str] = "") -> Response[str]:
    """Ask for the first administrator; only the link of the start leads here."""
    if not await access.is_first(site.hub, key):
        raise NotAllowed(
            "This link was used, or a newer one was made.", code="WEB-403", remedy="Sign in instead."
        )
    return _first(request, site, key, "", "")


@post("/first", include_in_schema=False, opt={"open": True}, status_code=200)
async def make_first(request: AnyRequest, site: Given) -> Response[Any]:
    """Make the first administrator."""
    form = await request.form()
    key, email, password = (str(form.get(name, "")) for name in ("key", "email", "password"))
    try:
        access.check_password(password)
        await access.first_user(site.hub, key, email, await hash_password(password))
    except Configuration as error:
        return _first(request, site, key, email, f"{error.what} {error.remedy}".strip(), 422)
    return Redirect("/sign-in", status_code=303)


def _first(
    request: AnyRequest, site: Site, key: str, email: str, error: str, status: int = 200
) -> Response[str]:
    html = site.renderer.render("first.html", language_of(request), key=key, email=email, error=error)
    return Response(html, status_code=status, media_type=MediaType.HTML)


HANDLERS = (ask, come_in, go_out, first, make_first)
