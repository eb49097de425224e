"""Makes connectors known beside those that are installed."""

import pytest

from shopweave.connector import declaration
from shopweave.connector.declaration import Connector
from tests.trade.connector import STALL


def install(patch: pytest.MonkeyPatch, connector: Connector = STALL) -> None:
    """Let settings name this connector, the stall unless told otherwise."""
    patch.setitem(declaration._LENT, connector.name, connector)
