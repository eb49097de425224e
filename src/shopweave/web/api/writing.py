"""The HTTP interface of stopping: `/api/writing`."""

from typing import Any

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Struct

from shopweave.hub import writing
from shopweave.hub.writing import Writing
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, State]


class Place(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which connection is meant; all of them without a name."""

    connection: str = ""


@get("/writing", summary="Whether the hub writes")
async def get_writing(site: Given) -> Writing:
    """Say whether the hub writes, who stopped it, and how many changes wait at each connection."""
    return await writing.status(site.hub)


@post("/writing/stop", summary="Stop writing", status_code=200)
async def stop_writing(request: AnyRequest, site: Given, data: JSONBody[Place | None] = None) -> Writing:
    """Stop writing at once, everywhere or to one connection; reading goes on and nothing is lost."""
    return await writing.stop(site.hub, request.state.person.email, data.connection if data else "")


@post("/writing/go-on", summary="Write again", status_code=200)
async def go_on_writing(request: AnyRequest, site: Given, data: JSONBody[Place | None] = None) -> Writing:
    """Let the hub write again, what waited first."""
    return await writing.go_on(site.hub, request.state.person.email, data.connection if data else "")


HANDLERS = (get_writing, stop_writing, go_on_writing)
