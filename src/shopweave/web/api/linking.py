"""The HTTP interface of links: `/api/links`."""

from decimal import Decimal
from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from shopweave.hub import choosing, linking, pairs
from shopweave.hub.choosing import Found
from shopweave.hub.linking import Linked
from shopweave.hub.pairs import ItemLinks, WaitingPage
from shopweave.web.api.work import Limit
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, State]


class Pair(Struct, kw_only=True, forbid_unknown_fields=True):
    """An item by SKU or as `item:NUMBER`, and the product of a connection by its id there."""

    sku: str
    connection: str
    remote_id: str


class Link(Pair, kw_only=True, forbid_unknown_fields=True):
    """A pair that is the same; `factor` of the item are in one there."""

    factor: Decimal = Decimal(1)


class Ended(Struct, kw_only=True, forbid_unknown_fields=True):
    """An item and the connection at which its link ends."""

    sku: str
    connection: str


@get("/links", summary="What is linked to nothing")
async def get_waiting(
    site: Given,
    connection: FromQuery[str],
    show: FromQuery[str] = "",
    after: FromQuery[int] = 0,
    limit: Limit = pairs.PAGE,
) -> WaitingPage:
    """Give products of a connection without an item, why, and what they may be, beyond the key `after`."""
    return await pairs.list_waiting(site.hub, connection, show, after, limit)


@get("/links/items/{sku:str}", summary="All links of an item")
async def get_links(site: Given, sku: FromPath[str]) -> ItemLinks:
    """Give all links that an item has or had, and what it is not."""
    return await pairs.item_links(site.hub, sku)


@get("/links/choose/item", summary="Items that a product may be")
async def find_items(
    site: Given,
    connection: FromQuery[str],
    remote_id: FromQuery[str],
    text: FromQuery[str],
    after: FromQuery[int] = 0,
) -> Found:
    """Look for an item by the beginning of its SKU, its EAN, or a part of its name."""
    return await choosing.find_items(site.hub, connection, remote_id, text, after)


@get("/links/choose/product", summary="Products that an item may be")
async def find_products(
    site: Given,
    connection: FromQuery[str],
    sku: FromQuery[str],
    text: FromQuery[str],
    after: FromQuery[int] = 0,
) -> Found:
    """Look for a product of a connection by the beginning of its SKU, its EAN, or a part of its name."""
    return await choosing.find_records(site.hub, connection, sku, text, after)


@post("/links", summary="Link an item to a product", status_code=200)
async def link(request: AnyRequest, site: Given, data: JSONBody[Link]) -> Linked:
    """Link an item to a product; what waited for it is looked at again at once."""
    who = request.state.person.email
    return await linking.link(site.hub, data.sku, data.connection, data.remote_id, who, data.factor)


@post("/links/end", summary="End a link", status_code=200)
async def unlink(request: AnyRequest, site: Given, data: JSONBody[Ended]) -> Linked:
    """End the link of an item at a connection; nothing is written there any more, nothing made anew."""
    return await linking.unlink(site.hub, data.sku, data.connection, request.state.person.email)


@post("/links/apart", summary="Say that two are not the same", status_code=200)
async def not_same(request: AnyRequest, site: Given, data: JSONBody[Pair]) -> Linked:
    """Say that an item and a product are not the same; a link that they have ends."""
    who = request.state.person.email
    return await linking.not_same(site.hub, data.sku, data.connection, data.remote_id, who)


HANDLERS = (get_waiting, get_links, find_items, find_products, link, unlink, not_same)
