"""PHP Point Of Sale: items, categories, pictures and stock, straight from its database."""

from msgspec.structs import replace

from shopweave.connector.capabilities import Capabilities, Feed, Method, Writable
from shopweave.connector.declaration import Connector
from shopweave.connector.orders import Keeps, LookUp, Takes
from shopweave.connector.settings import Settings
from shopweave.connectors.phppos.connection import Till
from shopweave.connectors.phppos.options import OPTIONS
from shopweave.connectors.phppos.saleorders import SELLS
from shopweave.connectors.phppos.settings import is_booked_elsewhere, may_have_places
from shopweave.model.movement import Witness
from shopweave.model.record import Kind

__all__ = ["CONNECTOR", "Till"]

_ITEMS = (Kind.PRODUCT, Kind.VARIATION)
_CAPABILITIES = Capabilities(
    atoms=(
        "identity",
        "name",
        "long_text",
        "measures",
        "attributes#variation",
        "brand",
        "categories",
        "regular_price",
        "sale_price",
        "tax_class",
        "main_image",
        "gallery",
        "status",
        "node",
    ),
    feeds=(
        Feed(name="items", kinds=_ITEMS, method=Method.WINDOW),
        Feed(name="keys", kinds=_ITEMS, method=Method.KEYS),
        Feed(name="categories", kinds=(Kind.CATEGORY,), method=Method.SWEEP),
    ),
    writes=(
        Writable(kind=Kind.PRODUCT, batch=50, creates=False),
        Writable(kind=Kind.VARIATION, batch=50, creates=False),
    ),
    dated=("identity", "name", "long_text", "measures", "regular_price", "tax_class"),
    requests_at_once=2,
    read_by_ids=200,
    longest_run=60.0,
    serves_pictures=True,
    sells=SELLS,
    takes=Takes(look_up=LookUp.REFERENCE, books=True, levels=True, updates=True),
    keeps=Keeps(witness=Witness.LEVEL, adjusts=True),
)


def capabilities(settings: Settings) -> Capabilities:
    """Say what a till can do; who books at it and how many locations are for sale changes that."""
    witness = Witness.LOG_POSITION if is_booked_elsewhere(settings) else Witness.LEVEL
    return replace(
        _CAPABILITIES, keeps=Keeps(witness=witness, adjusts=True, places=may_have_places(settings))
    )


CONNECTOR = Connector(
    name="phppos",
    title="PHP Point Of Sale",
    description="Reads items, categories, prices, pictures and stock from the till's MySQL database.",
    options=OPTIONS,
    capabilities=capabilities,
    make=Till,
)
