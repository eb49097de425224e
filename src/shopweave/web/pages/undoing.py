"""The pages that set back: the plan of a way back, and pins."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from shopweave.hub import undo
from shopweave.web.once import once
from shopweave.web.pages.frame import page
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, Any]


@post("/runs/{number:int}/undo", include_in_schema=False)
@once
async def undo_run(request: AnyRequest, site: Given, number: FromPath[int]) -> Response[Any]:
    """Make the plan that puts back what a run wrote; leads to it, or says why there is none."""
    form = await request.form()
    also = form.get("also_moved") == "yes"
    made = await undo.plan_undo(site.hub, number, request.state.person.email, also_moved=also)
    if made.plan:
        return Redirect(f"/plans/{made.plan}", status_code=303)
    return await page(request, "undo.html", "runs", made=made)


@get("/pins", include_in_schema=False)
async def show_pins(request: AnyRequest, site: Given) -> Response[str]:
    """List the values that flows leave alone after an undo."""
    return await page(request, "pins.html", "runs", found=await undo.pins(site.hub))


@post("/pins", include_in_schema=False)
@once
async def unpin(request: AnyRequest, site: Given) -> Redirect:
    """Let a flow write a value again."""
    form = await request.form()
    flow, sku, atom = (str(form.get(name, "")) for name in ("flow", "sku", "atom"))
    await undo.unpin(site.hub, flow, sku, atom, request.state.person.email)
    back = f"/explain?sku={quote(sku)}" if form.get("back") == "explain" else "/pins"
    return Redirect(back, status_code=303)


HANDLERS = (undo_run, show_pins, unpin)
