"""The pages of connections: each with its settings, and a check that says what works."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from shopweave.hub.checking import Checked, check
from shopweave.hub.configured import connection_sheet
from shopweave.web.pages.frame import page
from shopweave.web.security import Given, Site

AnyRequest = Request[Any, Any, Any]


@get("/connections", include_in_schema=False)
async def show_connections(request: AnyRequest) -> Response[str]:
    """List connections with their state."""
    return await page(request, "connections.html", "connections")


@get("/connections/{name:str}", include_in_schema=False)
async def show_connection(request: AnyRequest, site: Given, name: FromPath[str]) -> Response[str]:
    """Show the settings of a connection."""
    return await _connection(request, site, name, None)


@post("/connections/{name:str}/check", include_in_schema=False, status_code=200)
async def check_connection(request: AnyRequest, site: Given, name: FromPath[str]) -> Response[str]:
    """Try a connection, changing nothing, and say what works and what is missing."""
    return await _connection(request, site, name, await check(site.hub, name))


async def _connection(request: AnyRequest, site: Site, name: str, checked: Checked | None) -> Response[str]:
    sheet = connection_sheet(site.hub, name)
    return await page(request, "connection.html", "connections", sheet=sheet, checked=checked)


HANDLERS = (show_connections, show_connection, check_connection)
