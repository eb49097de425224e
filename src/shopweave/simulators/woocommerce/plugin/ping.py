"""Pings: orders and stock told to the hub at once, signed."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from shopweave.model.http import HttpRequest
from shopweave.simulators.woocommerce.answers import dump
from shopweave.simulators.woocommerce.plugin.settings import Settings
from shopweave.simulators.woocommerce.state import Row, when

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_SECONDS = 1.0


class Pings:
    """Sends the pings of one shop, when its settings say where to."""

    def __init__(self, shop: "WooShop", settings: Settings) -> None:
        self.shop, self.settings = shop, settings

    def tell(self, row: Row) -> None:
        """Tell of a row of the feed, if it is about an order or stock."""
        known = self.settings.all
        if not known["ping_url"] or not (row["kind"] == "order" or row["what"] == "stock"):
            return
        at = when(row["at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = {"kind": row["kind"], "id": row["id"], "number": row["n"], "at": at}
        if row["kind"] == "variation":
            said["parent"] = row["parent"]
        body = dump(said)
        delivery = sha256(f"{self.shop.url} {row['n']} {row['what']}".encode()).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"WordPress/6.9; {self.shop.url}",
            "X-Shopweave-Signature": f"sha256={_signed(known['ping_secret'], body)}",
            "X-Shopweave-Delivery": delivery[:32],
        }
        self.shop.callbacks.send(
            HttpRequest(method="POST", url=known["ping_url"], headers=headers, body=body, timeout=_SECONDS)
        )


def _signed(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, sha256).hexdigest()
