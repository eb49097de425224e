"""The pages of stock: the list, where every unit of an item is, and letting levels go."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from shopweave.hub import stock, stock_list
from shopweave.hub.stock_list import STOCK_SHOWS
from shopweave.model.errors import Configuration
from shopweave.web.once import once
from shopweave.web.pages.frame import page
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, Any]
LONGEST = 120


@get("/stock", include_in_schema=False)
async def show_stock(
    request: AnyRequest,
    site: Given,
    text: FromQuery[str] = "",
    show: FromQuery[str] = "",
    after: FromQuery[int] = 0,
    ask: FromQuery[str] = "",
    released: FromQuery[int | None] = None,
) -> Response[str]:
    """List the stock of all items that a channel shows; `ask` names a flow or master to let levels go."""
    wanted = text.strip()[:LONGEST]
    found = await stock_list.list_stock(site.hub, wanted, show, after)
    kept = {"text": wanted, "show": show}
    return await page(
        request,
        "stock.html",
        "stock",
        found=found,
        waits=await stock.waiting(site.hub),
        text=wanted,
        show=show,
        shows=STOCK_SHOWS,
        link=lambda **other: _link({**kept, **other}),
        ask=ask,
        released=released,
    )


def _link(values: dict[str, Any]) -> str:
    used = {name: value for name, value in values.items() if value}
    return f"/stock?{urlencode(used)}" if used else "/stock"


@get("/stock/explain", include_in_schema=False)
async def explain_stock(request: AnyRequest, site: Given, sku: FromQuery[str] = "") -> Response[str]:
    """Tell where every unit of an item is."""
    wanted, found, missing = sku.strip()[:LONGEST], None, False
    if wanted:
        try:
            found = await stock.explain_stock(site.hub, wanted)
        except Configuration:
            missing = True
    return await page(request, "stock_explain.html", "stock", found=found, sku=wanted, missing=missing)


@post("/stock", include_in_schema=False)
@once
async def release_levels(request: AnyRequest, site: Given) -> Redirect:
    """Let a flow's first levels go, or believe held levels of a master, all or the chosen ones."""
    form = await request.form()
    skus = tuple(str(one) for one in form.getall("sku", []))
    count = await stock.release(site.hub, str(form.get("name", "")), request.state.person.email, skus)
    return Redirect(f"/stock?released={count}", status_code=303)


HANDLERS = (show_stock, explain_stock, release_levels)
