"""Icecat: product texts, technical data, weights and pictures by GTIN."""

from shopweave.connector.capabilities import Capabilities, Limit
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.settings import Settings
from shopweave.connectors.icecat.connection import IcecatConnection
from shopweave.connectors.icecat.records import ATOMS
from shopweave.connectors.icecat.settings import OPTIONS, IcecatSettings, read_settings

__all__ = ["CONNECTOR", "IcecatConnection", "IcecatSettings", "read_settings"]


def _capabilities(settings: Settings) -> Capabilities:
    known = read_settings(settings)
    return Capabilities(
        atoms=ATOMS,
        requests_at_once=known.at_once,
        limits=(Limit(scope="sheets", requests=known.per_second, seconds=1.0),),
        enriches=True,
        serves_pictures=True,
    )


def _make(settings: Settings, doors: Doors) -> IcecatConnection:
    return IcecatConnection(read_settings(settings), doors)


CONNECTOR = Connector(
    name="icecat",
    title="Icecat",
    description="Product texts, technical data, weights and pictures, by GTIN or brand and part number.",
    options=OPTIONS,
    capabilities=_capabilities,
    make=_make,
)
