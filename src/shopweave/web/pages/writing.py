"""The page that stops writing and lets it go on."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from shopweave.hub import writing
from shopweave.web.once import once
from shopweave.web.pages.frame import page
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, Any]
ALL = "/"


@get("/writing", include_in_schema=False)
async def show_writing(request: AnyRequest, site: Given, ask: FromQuery[str] = "") -> Response[str]:
    """Show whether the hub writes and where it does not; `ask` names what to stop or to let go on."""
    if ask not in ("", ALL):
        site.hub.port(ask)
    return await page(request, "writing.html", "writing", ask=ask, all=ALL)


@post("/writing", include_in_schema=False)
@once
async def switch_writing(request: AnyRequest, site: Given) -> Redirect:
    """Stop writing, or let it go on."""
    form = await request.form()
    place = str(form.get("at", ALL))
    act = writing.go_on if form.get("do") == "go-on" else writing.stop
    await act(site.hub, request.state.person.email, "" if place == ALL else place)
    return Redirect("/writing", status_code=303)


HANDLERS = (show_writing, switch_writing)
