"""The interface of people: who there is, roles, passwords, sessions, tokens, and one's own choices."""

from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from shopweave.hub import access, acts, people
from shopweave.hub.access import Preferences, Role
from shopweave.hub.acts import ActView
from shopweave.hub.people import PersonView, TokenView
from shopweave.runtime.passwords import hash_password
from shopweave.web.api.work import Limit
from shopweave.web.security import Given, check_role

AnyRequest = Request[Any, Any, State]
ADMIN = {"role": Role.ADMIN}
ANYBODY = {"role": Role.VIEWER}


class NewPerson(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom to add: address, password, and role viewer, operator or admin."""

    email: str
    password: str
    role: str = "operator"


class Changed(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a person; what is not named stays."""

    email: str
    role: str | None = None
    password: str | None = None


class Whom(Struct, kw_only=True, forbid_unknown_fields=True):
    """Who is meant."""

    email: str


class NewToken(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a token is for and may do."""

    name: str
    role: str = "viewer"


class MadeToken(Struct, frozen=True, kw_only=True):
    """A new token; its text is given only this once."""

    token: str


class Revoked(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which token to take back."""

    number: int


@get("/people", opt=ADMIN, summary="People, their sessions and tokens")
async def get_people(site: Given) -> list[PersonView]:
    """Give everybody who may use the pages."""
    return await people.everybody(site.hub)


@post("/people", opt=ADMIN, summary="Add a person", status_code=201)
async def add_person(request: AnyRequest, site: Given, data: JSONBody[NewPerson]) -> PersonView:
    """Add a person, who may sign in at once."""
    access.check_password(data.password)
    hashed = await hash_password(data.password)
    await people.add_person(site.hub, data.email, hashed, data.role, request.state.person.email)
    return await people.person(site.hub, access.address_of(data.email))


@post("/people/change", opt=ADMIN, summary="Change a role or a password", status_code=200)
async def change_person(request: AnyRequest, site: Given, data: JSONBody[Changed]) -> PersonView:
    """Give a person another role, at once, or another password, which ends their sessions."""
    who = request.state.person.email
    if data.password is not None:
        access.check_password(data.password)
        await people.set_password(site.hub, data.email, await hash_password(data.password), who)
    if data.role is not None:
        await people.change_role(site.hub, data.email, data.role, who)
    return await people.person(site.hub, access.address_of(data.email))


@post("/people/end-sessions", opt=ADMIN, summary="End a person's sessions", status_code=204)
async def end_sessions(request: AnyRequest, site: Given, data: JSONBody[Whom]) -> None:
    """Sign a person out everywhere."""
    await people.end_sessions(site.hub, data.email, request.state.person.email)


@post("/people/remove", opt=ADMIN, summary="Remove a person", status_code=204)
async def remove_person(request: AnyRequest, site: Given, data: JSONBody[Whom]) -> None:
    """Remove a person with all sessions and tokens; what they did stays noted."""
    await people.remove(site.hub, data.email, request.state.person.email)


@get("/tokens", summary="One's own tokens")
async def get_tokens(request: AnyRequest, site: Given) -> tuple[TokenView, ...]:
    """Give the tokens of whoever asks, never their texts."""
    return (await people.person(site.hub, request.state.person.email)).tokens


@post("/tokens", opt=ANYBODY, summary="Make a token", status_code=201)
async def make_token(request: AnyRequest, site: Given, data: JSONBody[NewToken]) -> MadeToken:
    """Make a token of one's own, with no more than one's own role."""
    check_role(request.state.person, access.role_of(data.role))
    return MadeToken(
        token=await access.make_token(site.hub, request.state.person.email, data.name, data.role)
    )


@post("/tokens/revoke", opt=ANYBODY, summary="Revoke a token", status_code=204)
async def revoke_token(request: AnyRequest, site: Given, data: JSONBody[Revoked]) -> None:
    """Take a token back, at once; an administrator may take back anybody's."""
    person = request.state.person
    of = "" if person.role == Role.ADMIN else person.email
    await people.revoke_token(site.hub, data.number, person.email, of=of)


@post("/me/preferences", opt=ANYBODY, summary="Choose language, theme and keys", status_code=204)
async def prefer(request: AnyRequest, site: Given, data: JSONBody[Preferences]) -> None:
    """Keep one's own choices; an empty language or theme follows the browser."""
    await people.prefer(site.hub, request.state.person.email, data)


@get("/acts", opt=ADMIN, summary="Who did what")
async def get_acts(
    site: Given, before: FromQuery[int | None] = None, limit: Limit = acts.PAGE
) -> tuple[ActView, ...]:
    """Give what people did, the newest first, older than act `before`."""
    return await acts.acts(site.hub, before, limit)


HANDLERS = (
    get_acts,
    get_people,
    add_person,
    change_person,
    end_sessions,
    remove_person,
    get_tokens,
    make_token,
    revoke_token,
    prefer,
)
