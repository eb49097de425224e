"""The HTTP interface of one connection: its settings, and its check."""

from litestar import get, post
from litestar.params import FromPath

from shopweave.hub.checking import Checked, check
from shopweave.hub.configured import ConnectionSheet, connection_sheet
from shopweave.web.security import Given


@get("/connections/{name:str}", summary="The settings of a connection")
async def get_connection(site: Given, name: FromPath[str]) -> ConnectionSheet:
    """Give a connection as the settings have it; of secrets only whether they are set."""
    return connection_sheet(site.hub, name)


@post("/connections/{name:str}/check", summary="Check a connection", status_code=200)
async def check_connection(site: Given, name: FromPath[str]) -> Checked:
    """Try a connection, changing nothing."""
    return await check(site.hub, name)


HANDLERS = (get_connection, check_connection)
