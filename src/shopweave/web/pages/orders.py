"""The pages of orders: the list, the story of one, what a person decides about it, and its buyer."""

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from shopweave.hub import buyers, deciding, erasing, order_list, orders
from shopweave.hub.access import Role
from shopweave.hub.buyers import Buyer
from shopweave.hub.order_list import ORDER_STATES, Sought
from shopweave.model.errors import Configuration
from shopweave.web.once import once
from shopweave.web.pages.faults import Fault, fault_of
from shopweave.web.pages.frame import page
from shopweave.web.pages.order_events import events
from shopweave.web.security import Given, Site

AnyRequest = Request[Any, Any, Any]
ADMIN = {"role": Role.ADMIN}
FILTERS = ("channel", "target", "state", "since", "until", "text")
LONGEST = 120


@get("/orders", include_in_schema=False)
async def show_orders(
    request: AnyRequest, site: Given, before: FromQuery[int | None] = None
) -> Response[str]:
    """List orders, the newest first, as far as they are looked for."""
    typed = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in FILTERS}
    fault, sought = None, Sought()
    try:
        sought = _sought(typed)
    except Configuration as error:
        fault = fault_of(error)
    found = await order_list.find_orders(site.hub, sought, before)
    kept = {name: value for name, value in typed.items() if value}
    return await page(
        request,
        "orders.html",
        "orders",
        422 if fault else 200,
        found=found,
        typed=typed,
        ends=order_list.ends(site.hub),
        states=ORDER_STATES,
        link=lambda **other: _link({**kept, **other}),
        fault=fault,
    )


def _link(values: dict[str, Any]) -> str:
    used = {name: value for name, value in values.items() if value}
    return f"/orders?{urlencode(used)}" if used else "/orders"


def _sought(typed: dict[str, str]) -> Sought:
    return Sought(
        channel=typed["channel"],
        target=typed["target"],
        state=typed["state"],
        since=_day(typed["since"], "ORD-410"),
        until=_day(typed["until"], "ORD-411"),
        text=typed["text"],
    )


def _day(text: str, code: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Configuration(f"'{text}' is no day.", code=code, remedy="Such as 2026-11-30.") from error


@get("/orders/{name:str}", include_in_schema=False)
async def show_order(
    request: AnyRequest, site: Given, name: FromPath[str], ask: FromQuery[str] = "", at: FromQuery[str] = ""
) -> Response[str]:
    """Tell the story of an order; `ask` is what to confirm, `at` the target it is about."""
    return await _order(request, site, name, ask, at)


async def _order(
    request: AnyRequest,
    site: Site,
    name: str,
    ask: str = "",
    at: str = "",
    *,
    fault: Fault | None = None,
    buyer: Buyer | None = None,
    is_shown: bool = False,
) -> Response[str]:
    found = await orders.story(site.hub, name)
    choices = await deciding.choices(site.hub, found.order.name)
    return await page(
        request,
        "order.html",
        "orders",
        422 if fault else 200,
        found=found,
        events=events(found),
        choices=choices,
        chosen=next((one for one in choices if one.target == at), None),
        ask=ask,
        fault=fault,
        buyer=buyer,
        is_shown=is_shown,
    )


@post("/orders/{name:str}", include_in_schema=False)
@once
async def decide_order(request: AnyRequest, site: Given, name: FromPath[str]) -> Response[Any]:
    """Hand an order over again, say that it arrived, or settle its goods."""
    form = await request.form()
    act, target = str(form.get("do", "")), str(form.get("at", ""))
    who = request.state.person.email
    try:
        match act:
            case "resend":
                agreed = str(form.get("agreed", ""))
                done = await deciding.resend(site.hub, name, who, target=target, agreed=agreed)
                if done.warning:
                    return await _order(request, site, name, act, target)
            case "arrived":
                known = str(form.get("remote_id", "")).strip()[:LONGEST]
                await deciding.arrived(site.hub, name, who, target=target, remote_id=known)
            case _:
                await deciding.release(site.hub, name, act, who)
    except Configuration as error:
        if error.code == "ORD-404":
            raise
        return await _order(request, site, name, fault=fault_of(error))
    return Redirect(f"/orders/{quote(name, safe='')}", status_code=303)


@post("/orders/{name:str}/buyer", include_in_schema=False, status_code=200)
async def show_buyer(request: AnyRequest, site: Given, name: FromPath[str]) -> Response[str]:
    """Show who bought an order, this once; it is noted who looked."""
    buyer = await buyers.look_at_buyer(site.hub, name, request.state.person.email)
    return await _order(request, site, name, buyer=buyer, is_shown=True)


@get("/buyers", include_in_schema=False, opt=ADMIN)
async def show_forgetting(request: AnyRequest, forgot: FromQuery[int | None] = None) -> Response[str]:
    """Ask whom to forget."""
    return await page(request, "buyers.html", "orders", forgot=forgot, fault=None)


@post("/buyers", include_in_schema=False, opt=ADMIN)
@once
async def forget_buyer(request: AnyRequest, site: Given) -> Response[Any]:
    """Forget a buyer in all orders, for good."""
    form = await request.form()
    email = str(form.get("email", "")).strip()
    try:
        _check_forgetting(email, is_sure=form.get("sure") == "yes")
    except Configuration as error:
        fault = fault_of(error)
        return await page(request, "buyers.html", "orders", 422, forgot=None, fault=fault)
    count = await erasing.erase(site.hub, email, request.state.person.email)
    return Redirect(f"/buyers?forgot={count}", status_code=303)


def _check_forgetting(email: str, *, is_sure: bool) -> None:
    if "@" not in email:
        raise Configuration("This is no e-mail address.", code="ORD-420", remedy="Such as me@shop.example.")
    if not is_sure:
        raise Configuration("Nothing was forgotten.", code="ORD-421", remedy="Say that it is for good.")


HANDLERS = (show_orders, show_order, decide_order, show_buyer, show_forgetting, forget_buyer)
