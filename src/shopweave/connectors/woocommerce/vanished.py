"""Which products of an order a shop no longer has: asked at once, for an order that waits keeps levels up."""

from collections.abc import Iterable, Sequence

from shopweave.connector.waiting import together
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.reading import ids_of, pieces, rows_of
from shopweave.model.record import Kind

_PRODUCTS = "/wc/v3/products"


async def vanished(client: Client, goods: Iterable[tuple[Kind, str]], size: int) -> list[str]:
    """Give the remote ids that the shop does not list, of products and variations; `size` ids per request.

    What lies in the trash is not listed.
    """
    asked = list(dict.fromkeys(goods))
    families: dict[str, list[str]] = {}
    for kind, key in asked:
        if kind is Kind.VARIATION:
            parent, _, child = key.partition(":")
            families.setdefault(parent, []).append(child)
    plain = [key for kind, key in asked if kind is Kind.PRODUCT]
    found = await together(
        *(_listed(client, _PRODUCTS, piece, "") for piece in pieces(plain, size)),
        *(
            _listed(client, f"{_PRODUCTS}/{parent}/variations", piece, f"{parent}:")
            for parent, children in families.items()
            for piece in pieces(children, size)
        ),
    )
    return sorted({key for _, key in asked} - frozenset().union(*found))


async def _listed(client: Client, path: str, keys: Sequence[str], before: str) -> frozenset[str]:
    query = {"include": ",".join(keys), "per_page": str(len(keys)), "_fields": "id"}
    return frozenset(f"{before}{key}" for key in ids_of(rows_of(await client.get(path, query))))
