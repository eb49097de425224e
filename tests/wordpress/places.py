"""Where the same calls go: the simulated shop, a real WordPress with a stand-in for WooCommerce, a whole real shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import Key, Rules, WooShop
from shopweave.simulators.woocommerce.plugin import install
from tests.connectors.woocommerce.shop import Ticking
from tests.servers import serving
from tests.wordpress.pictures import png
from tests.wordpress.site import Site


class Simulation:
    """The simulated shop."""

    def __init__(self) -> None:
        keys = (
            Key(key="ck_both", secret="cs_secret"),
            Key(key="ck_read", secret="cs_secret", permission="read"),
        )
        rules = Rules(callbacks_anywhere=True)
        self.shop = WooShop(Ticking(), keys=keys, plugins=(install,), fetch=self._fetched, rules=rules)
        self.url = ""

    def _fetched(self, url: str) -> HttpResponse:
        if url.endswith("/gone.png"):
            return HttpResponse(status=404)
        return HttpResponse(status=200, body=png(shade=7) if url.endswith("/a.png") else b"<html>")

    def name(self, text: str) -> str:
        """Give a name nobody used before."""
        return text

    def ask(self, method: str, path: str, *, who: str = "read_write", **kwargs: Any) -> httpx.Response:
        """Ask a route with a key, or as nobody."""
        auth = {"read_write": ("ck_both", "cs_secret"), "read": ("ck_read", "cs_secret")}.get(who)
        return httpx.request(method, f"{self.url}/wp-json{path}", auth=auth, timeout=60, **kwargs)

    def product(self, sku: str, stock: int | None, price: str = "") -> int:
        """Make a product; without a stock it is not counted."""
        made: int = self.ask("POST", "/wc/v3/products", json=_product(sku, stock, price)).json()["id"]
        return made

    def products(self, count: int, stock: int) -> list[int]:
        """Make many products."""
        create = self.shop.products.create
        return [create(_product(f"MANY-{number}", stock, ""))["id"] for number in range(count)]

    def send_out(self) -> None:
        """Let what waits go out."""
        for one in self.shop.callbacks.due():
            asked = one.request
            httpx.request(asked.method, asked.url, headers=dict(asked.headers), content=asked.body)


class Real:
    """A WordPress with WooCommerce's stand-in."""

    def __init__(self, site: Site) -> None:
        self.site, self.ask = site, site.ask

    def name(self, text: str) -> str:
        """Give a name nobody used before."""
        return text

    def product(self, sku: str, stock: int | None, price: str = "") -> int:
        """Make a product; without a stock it is not counted."""
        counted = {"_manage_stock": "yes", "_stock": str(stock)} if stock is not None else {}
        priced = {"_regular_price": price, "_price": price} if price else {}
        return self.site.product(sku, **counted, **priced)

    def products(self, count: int, stock: int) -> list[int]:
        """Make many products."""
        found: list[int] = self.site.run(f'return standin_products( {count}, "MANY", "{stock}" );')
        return found

    def send_out(self) -> None:
        """It sends by itself."""


class Live:
    """A real shop that is there for tests, as `https://ck_…:cs_…@shop.example` with the plug-in active."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._auth = (parts.username or "", parts.password or "")
        port = f":{parts.port}" if parts.port else ""
        self.url = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"
        self._mark, self._made = uuid4().hex[:8], list[int]()

    def name(self, text: str) -> str:
        """Give a name nobody used before."""
        return f"{text}-{self._mark}"

    def ask(self, method: str, path: str, *, who: str = "read_write", **kwargs: Any) -> httpx.Response:
        """Ask a route with the key, or as nobody."""
        auth = self._auth if who == "read_write" else None
        return httpx.request(method, f"{self.url}/wp-json{path}", auth=auth, timeout=60, **kwargs)

    def product(self, sku: str, stock: int | None, price: str = "") -> int:
        """Make a product; without a stock it is not counted."""
        answer = self.ask("POST", "/wc/v3/products", json=_product(sku, stock, price))
        assert answer.status_code == 201, answer.text
        self._made.append(answer.json()["id"])
        return self._made[-1]

    def products(self, count: int, stock: int) -> list[int]:
        """Make many products."""
        found: list[int] = []
        while len(found) < count:
            bodies = [
                _product(self.name(f"MANY-{len(found) + number}"), stock, "")
                for number in range(min(50, count - len(found)))
            ]
            answer = self.ask("POST", "/wc/v3/products/batch", json={"create": bodies}).json()
            found += [row["id"] for row in answer["create"]]
        self._made += found
        return found

    def send_out(self) -> None:
        """It sends by itself."""

    def clean(self) -> None:
        """Take away what was made."""
        for one in self._made:
            self.ask("DELETE", f"/wc/v3/products/{one}", params={"force": "true"})


Place = Simulation | Real | Live


@contextmanager
def simulated() -> Iterator[Simulation]:
    """Serve a simulated shop."""
    simulation, alone = Simulation(), Lock()

    def handle(asked: HttpRequest) -> HttpResponse:
        with alone:
            return simulation.shop.handle(asked)

    with serving(handle) as simulation.url:
        yield simulation


def _product(sku: str, stock: int | None, price: str) -> dict[str, Any]:
    counted = {"manage_stock": True, "stock_quantity": stock} if stock is not None else {}
    return {"name": sku, "sku": sku, "status": "publish", "regular_price": price, **counted}
