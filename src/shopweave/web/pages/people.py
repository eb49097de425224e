"""The pages of people: everybody for administrators, and one's own settings for everybody."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from shopweave.hub import access, acts, people
from shopweave.hub.access import Role
from shopweave.hub.people import PersonView
from shopweave.model.errors import Configuration
from shopweave.runtime.passwords import hash_password
from shopweave.web.once import once
from shopweave.web.pages.faults import Fault, fault_of
from shopweave.web.pages.frame import page
from shopweave.web.security import Given, Site

AnyRequest = Request[Any, Any, Any]
ADMIN = {"role": Role.ADMIN}
ROLES = tuple(role.name.lower() for role in Role)


@get("/people", include_in_schema=False, opt=ADMIN)
async def show_people(request: AnyRequest, site: Given) -> Response[str]:
    """List everybody, with a form to add somebody."""
    return await _people(request, site, {}, None)


async def _people(
    request: AnyRequest, site: Site, typed: Mapping[str, Any], fault: Fault | None
) -> Response[str]:
    found = await people.everybody(site.hub)
    status = 422 if fault else 200
    return await page(
        request, "people.html", "people", status, found=found, roles=ROLES, typed=typed, fault=fault
    )


@post("/people", include_in_schema=False, opt=ADMIN)
@once
async def add_person(request: AnyRequest, site: Given) -> Response[Any]:
    """Add a person; leads to the page of that person."""
    form = await request.form()
    email, password, role = (str(form.get(name, "")) for name in ("email", "password", "role"))
    try:
        access.check_password(password)
        hashed = await hash_password(password)
        await people.add_person(site.hub, email, hashed, role, request.state.person.email)
    except Configuration as error:
        return await _people(request, site, form, fault_of(error))
    number = (await people.person(site.hub, access.address_of(email))).number
    return Redirect(f"/people/{number}", status_code=303)


@get("/people/{number:int}", include_in_schema=False, opt=ADMIN)
async def show_person(
    request: AnyRequest, site: Given, number: FromPath[int], ask: FromQuery[str] = ""
) -> Response[str]:
    """Show one person, with forms to change them; `ask` is what to confirm."""
    return await _person(request, await _found(site, number), None, ask)


async def _found(site: Site, number: int) -> PersonView:
    found = next((one for one in await people.everybody(site.hub) if one.number == number), None)
    if found is None:
        raise Configuration(
            f"There is nobody with the number {number}.",
            code="USER-009",
            remedy="The list of people has all.",
        )
    return found


async def _person(
    request: AnyRequest, found: PersonView, fault: Fault | None, ask: str = ""
) -> Response[str]:
    status = 422 if fault else 200
    return await page(
        request, "person.html", "people", status, found=found, roles=ROLES, fault=fault, ask=ask
    )


@post("/people/{number:int}", include_in_schema=False, opt=ADMIN)
@once
async def change_person(request: AnyRequest, site: Given, number: FromPath[int]) -> Response[Any]:
    """Change a person: role, password, sessions, a token, or an end of it all."""
    form = await request.form()
    who, found = request.state.person.email, await _found(site, number)
    act = str(form.get("do", ""))
    try:
        await _change(site, found, act, str(form.get(act, "")), who)
    except Configuration as error:
        return await _person(request, found, fault_of(error))
    return Redirect("/people" if act == "remove" else f"/people/{number}", status_code=303)


async def _change(site: Site, found: PersonView, act: str, value: str, who: str) -> None:
    match act:
        case "role":
            await people.change_role(site.hub, found.email, value, who)
        case "password":
            access.check_password(value)
            await people.set_password(site.hub, found.email, await hash_password(value), who)
        case "sessions":
            await people.end_sessions(site.hub, found.email, who)
        case "token" if value.isdecimal():
            await people.revoke_token(site.hub, int(value), who, of=found.email)
        case "remove":
            await people.remove(site.hub, found.email, who)


@get("/acts", include_in_schema=False, opt=ADMIN)
async def show_acts(request: AnyRequest, site: Given, before: FromQuery[int | None] = None) -> Response[str]:
    """List what people did, the newest first."""
    found = await acts.acts(site.hub, before)
    return await page(request, "acts.html", "people", found=found, size=acts.PAGE)


HANDLERS = (show_acts, show_people, add_person, show_person, change_person)
