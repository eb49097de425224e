"""One site for all tests of the plug-in: making it takes longer than most of them."""

import os
from collections.abc import Iterator

import pytest

from tests.wordpress.places import Live, Place, Real, simulated
from tests.wordpress.site import Site, wordpress

LIVE = os.environ.get("SHOPWEAVE_LIVE_WOOCOMMERCE", "")
PLACES = ["simulated", pytest.param("real", marks=pytest.mark.wordpress), *(["live"] if LIVE else [])]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a site, and see in the end that PHP had nothing to complain about."""
    with wordpress(tmp_path_factory.mktemp("site")) as found:
        yield found
        assert found.log == ""


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give each place that must answer the same."""
    if request.param == "simulated":
        with simulated() as simulation:
            yield simulation
    elif request.param == "real":
        yield Real(request.getfixturevalue("site"))
    else:
        live = Live(LIVE)
        yield live
        live.clean()
