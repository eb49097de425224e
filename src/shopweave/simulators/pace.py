"""How long the real systems take, as measured; for `--pace real`."""

from urllib.parse import urlsplit

import msgspec

from shopweave.model.http import HttpRequest

CALLBACK = 20.0
_LIST, _START, _CHANGE, _ITEM, _UPLOAD, _SHEET = 1.0, 0.13, 0.16, 0.045, 0.5, 0.3
_ADJUST, _ORDERS = 0.00012, 2.0


def woocommerce(request: HttpRequest) -> float:
    """Give the seconds a WooCommerce shop takes (measured on 9.9.5, 2 shared cores)."""
    path = urlsplit(request.url).path
    if "/wc-shopweave/" in path or "/flashnode/" in path:
        return _companion(request, path)
    if path.endswith("/media") and request.method == "POST":
        return _UPLOAD
    if path.endswith("/batch"):
        return _START + _ITEM * _items(request.body)
    if request.method != "GET":
        return _CHANGE
    return _LIST if path.endswith(("/products", "/variations")) else _START


def _companion(request: HttpRequest, path: str) -> float:
    """Give the seconds of the companion plug-in: a batch is one transaction, an order as slow as anywhere."""
    if path.endswith("/pictures"):
        return _UPLOAD
    if path.endswith("/flashnode/v1/orders"):
        return _ORDERS
    return _START + (_ADJUST * _items(request.body) if path.endswith(("/stock", "/prices")) else 0.0)


def _items(body: bytes) -> int:
    try:
        parts = msgspec.json.decode(body or b"{}", type=dict[str, list[msgspec.Raw] | str])
    except msgspec.MsgspecError:
        return 1
    return sum(len(items) for items in parts.values() if isinstance(items, list))


def icecat(request: HttpRequest) -> float:
    """Give the seconds Icecat takes."""
    return _SHEET if "/api" in request.url else 0.1
