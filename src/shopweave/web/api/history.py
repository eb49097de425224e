"""The interface of what happened over time."""

from litestar import get
from litestar.params import FromQuery

from shopweave.hub.history import History, history
from shopweave.web.security import Given


@get("/history", summary="Requests, writes and what waited over time")
async def get_history(site: Given, span: FromQuery[str] = "day") -> History:
    """Give a day in steps of ten minutes, or a week in hours, for each connection that is written to."""
    return await history(site.hub, span)


HANDLERS = (get_history,)
