"""WooCommerce: products, variations, categories, brands, attributes, prices, pictures, levels and orders."""

from shopweave.connector.capabilities import Capabilities, Feed, Method, Writable
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.orders import Keeps, LookUp, Takes
from shopweave.connector.settings import Settings
from shopweave.connectors.woocommerce.records import ATOMS
from shopweave.connectors.woocommerce.selling import sells
from shopweave.connectors.woocommerce.settings import OPTIONS, WooSettings, read_settings
from shopweave.connectors.woocommerce.shop import Shop
from shopweave.model.movement import Witness
from shopweave.model.record import Kind

__all__ = ["CONNECTOR", "Shop", "WooSettings", "read_settings"]


def _capabilities(settings: Settings) -> Capabilities:
    known = read_settings(settings)
    writes = [
        Writable(kind=Kind.PRODUCT, batch=100),
        Writable(kind=Kind.VARIATION, batch=100, by_parent=True),
        Writable(kind=Kind.CATEGORY, batch=100),
        Writable(kind=Kind.BRAND, batch=100),
        Writable(kind=Kind.ATTRIBUTE, batch=100),
    ]
    if known.may_upload:
        writes.append(Writable(kind=Kind.MEDIA, batch=1))
    return Capabilities(
        atoms=ATOMS,
        feeds=(
            Feed(name="products", kinds=(Kind.PRODUCT, Kind.VARIATION), method=Method.WINDOW),
            Feed(name="categories", kinds=(Kind.CATEGORY,), method=Method.SWEEP),
            Feed(name="brands", kinds=(Kind.BRAND,), method=Method.SWEEP),
            Feed(name="attributes", kinds=(Kind.ATTRIBUTE,), method=Method.SWEEP),
        ),
        writes=tuple(writes),
        references={
            "brand": Kind.BRAND,
            "attributes#variation": Kind.ATTRIBUTE,
            "main_image": Kind.MEDIA,
            "gallery": Kind.MEDIA,
        },
        dated=tuple(atom for atom in ATOMS if atom != "node"),
        requests_at_once=known.requests_at_once,
        read_by_ids=known.page_size,
        longest_run=120.0,
        sells=sells(known),
        takes=Takes(look_up=LookUp.SCAN, books=True, follows=known.page_size),
        keeps=Keeps(witness=Witness.REQUEST_ORDER, batch=100, adjusts=known.adjusts_stock, swaps=True),
    )


def _make(settings: Settings, doors: Doors) -> Shop:
    return Shop(read_settings(settings), doors.http, doors.ids)


CONNECTOR = Connector(
    name="woocommerce",
    title="WooCommerce",
    description="A web shop on WordPress, through its REST API wc/v3 and its media library.",
    options=OPTIONS,
    capabilities=_capabilities,
    make=_make,
)
