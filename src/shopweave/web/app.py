"""The application: all handlers, closed to everybody unless a handler says that it is open."""

from importlib.metadata import version
from pathlib import Path

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from shopweave.hub.context import Hub
from shopweave.model.errors import HubError
from shopweave.web import doors, measures
from shopweave.web.api import connections as api_of_connections
from shopweave.web.api import history as api_of_history
from shopweave.web.api import linking as api_of_links
from shopweave.web.api import orders as api_of_orders
from shopweave.web.api import people as api_of_people
from shopweave.web.api import stock as api_of_stock
from shopweave.web.api import undoing as api_of_undoing
from shopweave.web.api import work as api_of_work
from shopweave.web.api import writing as api_of_writing
from shopweave.web.errors import on_crash, on_http_error, on_hub_error
from shopweave.web.live import live
from shopweave.web.pages import connections, linking, me, orders, people, queue, stock, undoing, work, writing
from shopweave.web.rendering import STATIC, Renderer
from shopweave.web.security import Site, harden, may_come_in

BIGGEST = 1_000_000
PARTS = (
    api_of_work,
    api_of_undoing,
    api_of_writing,
    api_of_history,
    api_of_people,
    api_of_orders,
    api_of_stock,
    api_of_links,
    api_of_connections,
)
PAGES = (
    work,
    undoing,
    orders,
    stock,
    linking,
    connections,
    queue,
    people,
    me,
    writing,
    doors,
    measures,
)
OPERATIONS = tuple(handler for part in PARTS for handler in part.HANDLERS)


def make_app(hub: Hub, *, secure: bool = False) -> Litestar:
    """Make the application of a hub; `secure` marks cookies for HTTPS only."""
    site = Site(hub=hub, renderer=Renderer(hub.settings.time_zone, hub.ids.new), secure=secure)
    return Litestar(
        route_handlers=[
            *(handler for part in PAGES for handler in part.HANDLERS),
            live,
            Router("/api", route_handlers=list(OPERATIONS), tags=["api"]),
            create_static_files_router(
                path="/static", directories=[Path(str(STATIC))], opt={"open": True}, include_in_schema=False
            ),
        ],
        guards=[may_come_in],
        dependencies={"site": Provide(lambda: site, sync_to_thread=False)},
        exception_handlers={
            HubError: on_hub_error,
            HTTPException: on_http_error,
            Exception: on_crash,
        },
        before_send=[harden],
        state=State({"site": site}),
        openapi_config=OpenAPIConfig(
            title="Shopweave",
            version=version("shopweave"),
            path="/api/schema",
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=BIGGEST,
        debug=False,
        logging_config=None,
    )
