"""Makes connectors known beside those that are installed."""

import pytest

from shopweave.connector import declaration
from shopweave.connector.declaration import Connector
from tests.trade.connector import STALL


class _Point:
    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def load(self) -> object:
        return self._connector


def install(patch: pytest.MonkeyPatch, connector: Connector = STALL) -> None:
    """Let settings name this connector, the stall unless told otherwise."""
    known = declaration._installed()
    patch.setattr(declaration, "_installed", lambda: {**known, connector.name: _Point(connector)})
