"""The HTTP interface of orders: `/api/orders`."""

from datetime import date
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from shopweave.hub import buyers, deciding, erasing, order_list, orders
from shopweave.hub.access import Role
from shopweave.hub.buyers import Buyer
from shopweave.hub.deciding import Choice, Decided
from shopweave.hub.order_list import OrderPage, Sought
from shopweave.hub.orders import OrderStory
from shopweave.web.api.work import Limit
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, State]
Name = FromPath[str]
Text = FromQuery[str]
Day = FromQuery[date | None]


class Again(Struct, kw_only=True, forbid_unknown_fields=True):
    """To whom an order goes again, all targets without a name; `confirmed` where it may be doubled."""

    target: str = ""
    confirmed: bool = False


class There(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where an order in doubt was found, and as what."""

    target: str = ""
    remote_id: str = ""


class Goods(Struct, kw_only=True, forbid_unknown_fields=True):
    """What became of goods that nobody booked: booked, void, or retry."""

    what: str


class Whose(Struct, kw_only=True, forbid_unknown_fields=True):
    """The e-mail address of a buyer."""

    email: str


class Forgotten(Struct, frozen=True, kw_only=True):
    """From how many orders a buyer is gone."""

    orders: int


@get("/orders", summary="Orders, the newest first")
async def get_orders(
    site: Given,
    channel: Text = "",
    target: Text = "",
    how: Annotated[str, QueryParameter(name="state")] = "",
    text: Text = "",
    since: Day = None,
    until: Day = None,
    before: FromQuery[int | None] = None,
    limit: Limit = orders.PAGE,
) -> OrderPage:
    """Give orders by channel, target, state, days, number or SKU, older than the key `before`."""
    sought = Sought(channel=channel, target=target, state=how, since=since, until=until, text=text)
    return await order_list.find_orders(site.hub, sought, before, limit)


@get("/orders/{name:str}", summary="The story of an order")
async def get_order(site: Given, name: Name) -> OrderStory:
    """Tell all that happened to an order, but nothing about who bought."""
    return await orders.story(site.hub, name)


@get("/orders/{name:str}/choices", summary="What can be decided about an order")
async def get_choices(site: Given, name: Name) -> tuple[Choice, ...]:
    """Say for each target how its hand-over stands, and what handing it over again would mean."""
    return await deciding.choices(site.hub, name)


@post("/orders/{name:str}/resend", summary="Hand an order over again", status_code=200)
async def resend(
    request: AnyRequest, site: Given, name: Name, data: JSONBody[Again | None] = None
) -> Decided:
    """Hand an order over again; with a warning, and unconfirmed, nothing is sent."""
    wanted = data or Again()
    who = request.state.person.email
    return await deciding.resend(site.hub, name, who, target=wanted.target, confirmed=wanted.confirmed)


@post("/orders/{name:str}/arrived", summary="Say that an order is there", status_code=200)
async def arrived(
    request: AnyRequest, site: Given, name: Name, data: JSONBody[There | None] = None
) -> Decided:
    """Say that an order in doubt is at its target."""
    found = data or There()
    who = request.state.person.email
    return await deciding.arrived(site.hub, name, who, target=found.target, remote_id=found.remote_id)


@post("/orders/{name:str}/release", summary="Settle goods that nobody booked", status_code=200)
async def release(request: AnyRequest, site: Given, name: Name, data: JSONBody[Goods]) -> Decided:
    """Say what became of sold goods that nobody has booked, or have them handed over once more."""
    return await deciding.release(site.hub, name, data.what, request.state.person.email)


@post("/orders/{name:str}/buyer", summary="Who bought an order", status_code=200)
async def get_buyer(request: AnyRequest, site: Given, name: Name) -> Buyer | None:
    """Give who bought an order, and note who asked; null once that was forgotten."""
    return await buyers.look_at_buyer(site.hub, name, request.state.person.email)


@post("/buyers/forget", opt={"role": Role.ADMIN}, summary="Forget a buyer", status_code=200)
async def forget(request: AnyRequest, site: Given, data: JSONBody[Whose]) -> Forgotten:
    """Forget a buyer in all orders, for good; goods and sums stay."""
    return Forgotten(orders=await erasing.erase(site.hub, data.email, request.state.person.email))


HANDLERS = (get_orders, get_order, get_choices, resend, arrived, release, get_buyer, forget)
