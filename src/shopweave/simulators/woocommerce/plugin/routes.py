"""Which part of the plug-in answers which route, and what it says of itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, answer
from shopweave.simulators.woocommerce.plugin.batch import ITEMS, Batches
from shopweave.simulators.woocommerce.plugin.feed import Feed
from shopweave.simulators.woocommerce.plugin.file_names import FileNames
from shopweave.simulators.woocommerce.plugin.orders import OrdersWindow
from shopweave.simulators.woocommerce.plugin.pictures import Pictures
from shopweave.simulators.woocommerce.plugin.ping import Pings
from shopweave.simulators.woocommerce.plugin.prices import Prices
from shopweave.simulators.woocommerce.plugin.settings import Settings
from shopweave.simulators.woocommerce.plugin.stock import Stock
from shopweave.simulators.woocommerce.routes import MANAGERS, Call, no_route, only

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

SPACE = "/wc-shopweave/v1"
WINDOW = "/flashnode/v1"
VERSION = "0.3.0"
FEATURES = (
    "changes", "fix_images", "orders_changed", "orders_window", "pictures", "ping", "quiet_analytics",
    "set_image", "prices", "stock",
)  # fmt: skip
Route = Callable[[Call], HttpResponse]


def install(shop: "WooShop") -> None:
    """Add the plug-in's routes to a shop."""
    settings = Settings(shop)
    feed = Feed(shop, Pings(shop, settings).tell)
    batches, pictures, window = Batches(shop), Pictures(shop), OrdersWindow(shop)
    own: dict[str, dict[str, Route]] = {
        "check": {"GET": lambda _: answer(200, check(shop, feed))},
        "changes": {"GET": feed.answer},
        "settings": {"GET": settings.show, "POST": settings.change},
        "pictures": {"POST": feed.by_hub(pictures.pictures)},
        "set-image": {"POST": feed.by_hub(pictures.set_image)},
        "stock": {"POST": feed.by_hub(Stock(shop, batches, feed).answer)},
        "prices": {"POST": feed.by_hub(Prices(shop, batches, feed).answer)},
        "orders-changed": {"GET": window.changed},
        "fix-images": {"POST": feed.by_hub(FileNames(shop).answer)},
    }
    shop.routes.add(SPACE, _routed(own))
    shop.routes.add(WINDOW, _routed({"orders": {"GET": window.orders}, "status": {"GET": window.status}}))
    shop.access.opened.append(f"/wp-json{WINDOW}/")


def _routed(routes: dict[str, dict[str, Route]]) -> Callable[[Call, list[str]], HttpResponse]:
    def routed(call: Call, parts: list[str]) -> HttpResponse:
        route = routes.get("/".join(parts), {}).get(call.method)
        if route is None:
            raise no_route()
        only(call, *MANAGERS)
        return route(call)

    return routed


def check(shop: "WooShop", feed: Feed) -> Body:
    """Describe the site."""
    return {
        "plugin": VERSION,
        "wordpress": "6.9",
        "woocommerce": shop.rules.version,
        "php": "8.2",
        "hpos": True,
        "engine": "InnoDB",
        "atomic_stock": True,
        "stock_managed": True,
        "features": list(FEATURES),
        "lacks": [],
        "time": shop.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "feed": feed.name,
        "newest": feed.last,
        "oldest": feed.oldest,
        "limits": {"items": ITEMS, "image_mb": 20},
    }
