"""One site for all tests of the plug-in: making it takes longer than most of them."""

from collections.abc import Iterator

import pytest

from tests.wordpress.site import Site, wordpress


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a site, and see in the end that PHP had nothing to complain about."""
    with wordpress(tmp_path_factory.mktemp("site")) as found:
        yield found
        assert found.log == ""
