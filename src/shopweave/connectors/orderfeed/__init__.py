"""Orders for any receiver: by signed HTTP, as files, or as rows of an SQL table."""

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.declaration import Connector
from shopweave.connector.orders import LookUp, Takes
from shopweave.connector.settings import Settings
from shopweave.connectors.orderfeed.connection import OrderFeed
from shopweave.connectors.orderfeed.reports import ASKED_AT_ONCE
from shopweave.connectors.orderfeed.settings import FOLLOWED_BY, HTTP, OPTIONS

__all__ = ["CONNECTOR", "OrderFeed"]


def capabilities(settings: Settings) -> Capabilities:
    """Say what a feed can do; only files, tables and receivers that know orders again can be asked twice."""
    look_up = LookUp.REFERENCE
    if settings.get("way") == HTTP:
        look_up = LookUp.KEY if settings.get("dedupes") else LookUp.NONE
    follows = ASKED_AT_ONCE if settings.get(FOLLOWED_BY.get(str(settings.get("way")), "")) else 0
    takes = Takes(look_up=look_up, updates=True, follows=follows)
    return Capabilities(atoms=(), takes=takes, longest_run=60.0)


CONNECTOR = Connector(
    name="orderfeed",
    title="Order feed",
    description="Hands orders to any receiver: by signed HTTP requests, as files, or as rows of a table.",
    options=OPTIONS,
    capabilities=capabilities,
    make=OrderFeed,
)
