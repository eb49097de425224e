"""What the tests of stock share."""

from collections.abc import Iterator

import pytest

from shopweave.hub import stock
from tests.services import postgres_url
from tests.stock.market import Market


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    with postgres_url() as found:
        yield found


async def begun(market: Market) -> None:
    """Run all flows, and let their first levels go."""
    await market.run()
    await stock.release_first(market.hub, "test")
    await market.settled()
