"""The pages of links: what is linked to nothing, choosing by hand, and all links of an item."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from shopweave.hub import choosing, linking, pairs
from shopweave.hub.pairs import LINK_SHOWS
from shopweave.model.errors import Configuration
from shopweave.web.once import once
from shopweave.web.pages.faults import Fault, fault_of
from shopweave.web.pages.frame import page
from shopweave.web.security import Given, Site

AnyRequest = Request[Any, Any, Any]
KEPT = ("connection", "show", "sku", "id", "q", "order")
SAID = ("linked", "apart", "unlinked")
LONGEST = 200


@get("/links", include_in_schema=False)
async def show_links(
    request: AnyRequest,
    site: Given,
    after: FromQuery[int] = 0,
    ask: FromQuery[str] = "",
    done: FromQuery[str] = "",
) -> Response[str]:
    """Show what is linked to nothing at a connection, or all links of a SKU; `ask` names one to end."""
    return await _links(request, site, _typed(dict(request.query_params)), after=after, ask=ask, done=done)


def _typed(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(values.get(name, "")).strip()[:LONGEST] for name in KEPT}


async def _links(
    request: AnyRequest,
    site: Site,
    typed: dict[str, str],
    fault: Fault | None = None,
    *,
    after: int = 0,
    ask: str = "",
    done: str = "",
) -> Response[str]:
    places = pairs.linkable(site.hub)
    at = typed["connection"] or (places[0] if places else "")
    item = None
    if typed["sku"]:
        try:
            item = await pairs.item_links(site.hub, typed["sku"])
        except Configuration as error:
            fault = fault or fault_of(error)
    return await page(
        request,
        "links.html",
        "links",
        422 if fault else 200,
        found=await pairs.list_waiting(site.hub, at, typed["show"], after) if at else None,
        item=item,
        places=places,
        shows=LINK_SHOWS,
        typed={**typed, "connection": at},
        link=lambda **other: _link("/links", {**typed, "connection": at, **other}),
        ask=ask,
        done=done if done in SAID else "",
        fault=fault,
    )


def _link(path: str, values: dict[str, Any]) -> str:
    used = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(used)}" if used else path


@get("/links/choose", include_in_schema=False)
async def show_choices(request: AnyRequest, site: Given, after: FromQuery[int] = 0) -> Response[str]:
    """Look for the item of a product (`id`), or for the product of an item (`sku`), at a connection."""
    return await _choices(request, site, _typed(dict(request.query_params)), after=after)


async def _choices(
    request: AnyRequest, site: Site, typed: dict[str, str], fault: Fault | None = None, *, after: int = 0
) -> Response[str]:
    place, text = typed["connection"], typed["q"]
    if typed["id"]:
        found = await choosing.find_items(site.hub, place, typed["id"], text, after)
    else:
        found = await choosing.find_records(site.hub, place, typed["sku"], text, after)
    return await page(
        request,
        "choose.html",
        "links",
        422 if fault else 200,
        found=found,
        typed=typed,
        link=lambda **other: _link("/links/choose", {**typed, **other}),
        fault=fault,
    )


@post("/links", include_in_schema=False)
@once
async def decide_link(request: AnyRequest, site: Given) -> Response[Any]:
    """Link a pair, say that it is none, or end a link; leads back to where it was asked."""
    form = await request.form()
    typed = _typed(dict(form))
    try:
        done = await _decide(site, {name: str(value) for name, value in form.items()}, request)
    except Configuration as error:
        fault = fault_of(error)
        if form.get("page") == "choose":
            return await _choices(request, site, typed, fault)
        return await _links(request, site, typed, fault)
    if typed["order"]:
        return Redirect(f"/orders/{quote(typed['order'], safe='')}", status_code=303)
    kept = {name: typed[name] for name in ("connection", "show", "sku")}
    return Redirect(_link("/links", {**kept, "done": done}), status_code=303)


async def _decide(site: Site, form: dict[str, str], request: AnyRequest) -> str:
    """Carry out what a form says; gives what was done."""
    who = request.state.person.email
    item, at, record = (form.get(name, "")[:LONGEST] for name in ("item", "connection", "remote_id"))
    match form.get("do"):
        case "same":
            factor = linking.as_factor(form.get("factor") or "1")
            await linking.link(site.hub, item, at, record, who, factor)
            return "linked"
        case "apart":
            await linking.not_same(site.hub, item, at, record, who)
            return "apart"
        case _:
            await linking.unlink(site.hub, item, at, who)
            return "unlinked"


HANDLERS = (show_links, show_choices, decide_link)
