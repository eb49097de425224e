"""The page of whoever is signed in: language, theme, keys, password, sessions, tokens."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from shopweave.hub import access, people
from shopweave.hub.access import NotAllowed, Preferences, Role, Throttled
from shopweave.model.errors import Configuration
from shopweave.runtime.passwords import fits, hash_password
from shopweave.web.once import FIELD, once
from shopweave.web.pages.faults import Fault, fault_of
from shopweave.web.pages.frame import page
from shopweave.web.security import Given, Site, check_role

AnyRequest = Request[Any, Any, Any]
ANYBODY = {"role": Role.VIEWER}
ROLES = tuple(role.name.lower() for role in Role)


@get("/me", include_in_schema=False)
async def show_me(request: AnyRequest, site: Given) -> Response[str]:
    """Show one's own settings."""
    return await _me(request, site)


async def _me(
    request: AnyRequest, site: Site, fault: Fault | None = None, token: str = "", typed: str = ""
) -> Response[str]:
    found = await people.person(site.hub, request.state.person.email)
    may = [role for role in ROLES if access.role_of(role) <= request.state.person.role]
    status = 422 if fault else 200
    return await page(
        request, "me.html", "me", status, found=found, roles=may, fault=fault, token=token, typed=typed
    )


@post("/me/preferences", include_in_schema=False, opt=ANYBODY)
@once
async def prefer(request: AnyRequest, site: Given) -> Response[Any]:
    """Keep language, theme and keys."""
    form = await request.form()
    wanted = Preferences(
        language=str(form.get("language", "")),
        theme=str(form.get("theme", "")),
        keys=form.get("keys") == "on",
    )
    try:
        await people.prefer(site.hub, request.state.person.email, wanted)
    except Configuration as error:
        return await _me(request, site, fault_of(error))
    return Redirect("/me", status_code=303)


@post("/me/password", include_in_schema=False, opt=ANYBODY)
async def change_password(request: AnyRequest, site: Given) -> Response[Any]:
    """Change one's own password; the one until now is asked for, and all other sessions end."""
    form, email = await request.form(), request.state.person.email
    place = request.client.host if request.client else ""
    wanted = str(form.get("password", ""))
    try:
        access.check_password(wanted)
        await access.sign_in(site.hub, email, str(form.get("current", "")), place, fits)
    except (Configuration, NotAllowed, Throttled) as error:
        return await _me(request, site, fault_of(error))
    await people.set_password(site.hub, email, await hash_password(wanted), email)
    session = await access.sign_in(site.hub, email, wanted, place, fits)
    answer: Response[Any] = Redirect("/me", status_code=303)
    answer.set_cookie(site.cookie(session.key))
    return answer


@post("/me/sessions", include_in_schema=False, opt=ANYBODY)
@once
async def end_others(request: AnyRequest, site: Given) -> Redirect:
    """End one's sessions elsewhere."""
    person = request.state.person
    await people.end_sessions(site.hub, person.email, person.email, person.session)
    return Redirect("/me", status_code=303)


@post("/me/tokens", include_in_schema=False, opt=ANYBODY, status_code=200)
async def make_token(request: AnyRequest, site: Given) -> Response[str]:
    """Make a token and show it, this once; the same form sent again shows the same token."""
    form, person = await request.form(), request.state.person
    name, role = str(form.get("name", "")), str(form.get("role", ""))
    try:
        check_role(person, access.role_of(role))
        key = await access.make_token(site.hub, person.email, name, role, str(form.get(FIELD, "")))
    except Configuration as error:
        return await _me(request, site, fault_of(error), typed=name)
    return await _me(request, site, token=key)


@post("/me/tokens/revoke", include_in_schema=False, opt=ANYBODY)
@once
async def revoke_token(request: AnyRequest, site: Given) -> Redirect:
    """Take one of one's own tokens back."""
    form, email = await request.form(), request.state.person.email
    number = str(form.get("token", ""))
    await people.revoke_token(site.hub, int(number) if number.isdecimal() else 0, email, of=email)
    return Redirect("/me", status_code=303)


HANDLERS = (show_me, prefer, change_password, end_others, make_token, revoke_token)
