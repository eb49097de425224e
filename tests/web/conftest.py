"""One served hub for all tests of a module: a plan is held, a run is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub import plans
from tests.web.site import Site, serving

FLOW = "till-to-shop"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(_folder(tmp_path_factory)) as found:
        found.do(lambda hub: found.world.run(hub, FLOW, approve=False))
        found.plan = found.do(plans.held)[0].id
        yield found


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("hub")
