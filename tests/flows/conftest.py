"""What the tests of whole flows share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopweave.hub.settings.templates import DEMO
from tests.services import postgres_url
from tests.worlds import World, filled, play


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        yield filled(tmp_path, 8, simple=True)
        return
    with postgres_url() as url:
        settings = DEMO.replace("[hub]", f'[hub]\ndatabase = "{url}"')
        found = World(tmp_path, 8, simple=True, settings=settings)
        play(found, found.run)
        yield found
