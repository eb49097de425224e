"""A served hub between a till that keeps the stock and a shop that shows it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from shopweave.hub.context import Hub
from shopweave.runtime.secrets import open_seal
from tests.stock.market import Market, goods
from tests.web.site import Served, serving_around


class Around:
    """A market whose hub can be served."""

    def __init__(self, folder: Path) -> None:
        self.market = Market(folder, goods(3))

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[Hub]:
        """Open the hub with its key file."""
        async with self.market.open() as hub:
            hub.open_seal = partial(open_seal, self.market.folder)
            yield hub


Markets = Served[Around]


@contextmanager
def serving_market(folder: Path) -> Iterator[Markets]:
    """Serve a hub whose first levels wait for a person."""
    with serving_around(Around(folder)) as site:
        site.do(lambda hub: site.world.market.run())
        yield site
