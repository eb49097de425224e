"""The page of the queue: what waits, when it is done, and how it went over time."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from shopweave.hub.history import History, history, paces
from shopweave.web.pages.frame import page
from shopweave.web.security import Given

AnyRequest = Request[Any, Any, Any]
CHARTS = ("waiting", "writes", "requests")


@get("/queue", include_in_schema=False)
async def show_queue(request: AnyRequest, site: Given, span: FromQuery[str] = "day") -> Response[str]:
    """Show every lane with its pace, and charts of a day or a week."""
    found, pace = await history(site.hub, span), await paces(site.hub)
    totals = {name: total_of(found, name) for name in CHARTS}
    step = timedelta(seconds=found.step)
    return await page(request, "queue.html", "queue", found=found, paces=pace, totals=totals, step=step)


def total_of(found: History, name: str) -> int:
    """Give the figure that a chart is summed up by: the most that waited, or all that was sent."""
    values = [[one or 0 for one in getattr(line, name)] for line in found.lines]
    if name == "waiting":
        return max((sum(together) for together in zip(*values, strict=True)), default=0)
    return sum(map(sum, values))


HANDLERS = (show_queue,)
