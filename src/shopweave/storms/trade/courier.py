"""What shops send by themselves: pings and webhooks, on their way to whichever life of the hub answers."""

from collections.abc import Callable

import msgspec

from shopweave.simulators.woocommerce import WooShop
from shopweave.simulators.woocommerce.callbacks import Delivery
from shopweave.storms.loop import VirtualLoop
from shopweave.storms.trade.demand import Told

WAY = 0.05
Answered = Callable[[int | None], None]
Ring = Callable[[Delivery, Answered], None]
Heard = Callable[[str, str, float], None]


class Courier:
    """Carries the callbacks of one shop; `ring` hands one to the hub and says what it was answered.

    `heard` is told of each that the hub accepted, by the order it is about.
    """

    def __init__(self, name: str, shop: WooShop, loop: VirtualLoop, ring: Ring, heard: Heard) -> None:
        self._name, self._shop = name, shop
        self._loop, self._ring, self._heard = loop, ring, heard
        self._told: dict[str, Told] = {}

    def tell(self, order: int, told: Told) -> None:
        """Let the next callback of an order fare like this."""
        self._told[str(order)] = told

    def look(self) -> None:
        """Send what is due, and come again for the rest."""
        for one in self._shop.callbacks.due():
            about = _about(one)
            told = self._told.get(about, Told())
            if not told.times:
                self._shop.callbacks.settle(one, 200)
            for turn in range(told.times):
                self._loop.call_later(WAY + told.late * (turn + 1) / told.times, self._send, one, about)
        wait = self._shop.callbacks.next_due()
        if wait is not None:
            self._loop.call_later(max(wait, WAY), self.look)

    def _send(self, one: Delivery, about: str) -> None:
        def answered(status: int | None) -> None:
            self._shop.callbacks.settle(one, status)
            if status == 200 and about:
                self._heard(self._name, about, self._loop.time())

        self._ring(one, answered)


def _about(one: Delivery) -> str:
    """Give the order a callback is about, empty for those about anything else."""
    if one.request.headers.get("X-WC-Webhook-Resource") == "order":
        return str(msgspec.json.decode(one.request.body).get("id", ""))
    if "X-Shopweave-Signature" not in one.request.headers:
        return ""
    said = msgspec.json.decode(one.request.body)
    return str(said["id"]) if said["kind"] == "order" else ""
