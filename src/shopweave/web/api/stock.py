"""The HTTP interface of stock: `/api/stock`."""

from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from shopweave.hub import stock, stock_list
from shopweave.hub.stock import StockList, StockStory
from shopweave.hub.stock_list import StockPage
from shopweave.web.api.work import Limit
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, State]


class Levels(Struct, kw_only=True, forbid_unknown_fields=True):
    """A flow whose first levels go, or a master whose held levels are right, all or those of some SKUs."""

    name: str
    skus: tuple[str, ...] = ()


class Released(Struct, frozen=True, kw_only=True):
    """How many levels were let go."""

    levels: int


@get("/stock", summary="What channels show, item by item")
async def get_stock(
    site: Given,
    text: FromQuery[str] = "",
    show: FromQuery[str] = "",
    after: FromQuery[int] = 0,
    limit: Limit = stock_list.PAGE,
) -> StockPage:
    """Give items beyond item `after`, by how their SKU begins, and by what differs or waits."""
    return await stock_list.list_stock(site.hub, text, show, after, limit)


@get("/stock/waiting", summary="Levels that wait")
async def get_waiting(site: Given) -> StockList:
    """Say which levels wait for a person or a reading."""
    return await stock.waiting(site.hub)


@get("/stock/explain/{sku:str}", summary="Where every unit of a SKU is")
async def get_explanation(site: Given, sku: FromPath[str]) -> StockStory:
    """Tell where every unit of a SKU is."""
    return await stock.explain_stock(site.hub, sku)


@post("/stock/release", summary="Let levels go", status_code=200)
async def release(request: AnyRequest, site: Given, data: JSONBody[Levels]) -> Released:
    """Let a flow's first levels go, or believe the held levels of a master."""
    return Released(levels=await stock.release(site.hub, data.name, request.state.person.email, data.skus))


HANDLERS = (get_stock, get_waiting, get_explanation, release)
