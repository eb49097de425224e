"""What the hub surely knows of a shop that sells.

Who reads of a sale knows what the shop took off by itself; unless the level was read or written since the
orders were read before, or set by hand and not read since: then nobody can say what it came to, and what was
known of it counts no more. While a write whose answer nobody stored may still take effect, nothing that is
read counts; an answer that says nothing of what was written is none.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import WooShop
from shopweave.storms.sight import STORED_AFTER, Shown, Sightings, written

ORDERS = "/wp-json/wc/v3/orders"
# A lease, and how long a shop may still carry a request out after that.
DOUBT = 40.0 + 120.0
NEVER = float("inf")


class _Asked(Struct, kw_only=True):
    """A request: orders it told of, goods it wrote or was to write, and who heard the answer when."""

    request: HttpRequest | None
    sent: float
    told: frozenset[str] = frozenset()
    wrote: tuple[int, ...] = ()
    life: int = 0
    heard: float | None = None


class Glances(Sightings):
    """Sightings of one shop that sells."""

    def __init__(self, shop: WooShop) -> None:
        super().__init__(shop)
        self._told: set[str] = set()
        self._touched: dict[int, float] = {}
        self._last = 0.0
        self._asked: list[_Asked] = []

    def departed(self, request: HttpRequest, now: float) -> None:
        """Note that a request is on its way: whether it arrives or not, it may."""
        if wrote := written(request) if request.method != "GET" else ():
            self._asked.append(_Asked(request=request, sent=now, wrote=wrote))

    def handle(self, request: HttpRequest, sent: float, now: float) -> tuple[HttpResponse, Shown]:
        """Let the shop answer; gives what the answer shows, an empty state for what it makes doubtful."""
        answer, shown = super().handle(request, sent, now)
        self._touched |= dict.fromkeys(shown, now)
        if request.method != "GET" or urlsplit(request.url).path != ORDERS or answer.status != 200:
            return answer, shown
        sales = list(_sales(answer))
        found = {sale.good: self._known(sale.good) for sale in sales if sale.revision not in self._told}
        told = frozenset(sale.revision for sale in sales)
        self._asked.append(_Asked(request=request, sent=sent, told=told))
        return answer, found

    def _known(self, good: int) -> bytes:
        return b"" if self._touched.get(good, -1.0) >= self._last else self.state(good)

    def by_hand(self, goods: Iterable[int]) -> None:
        """Note that staff set the levels of these goods, which nobody can know before they are read."""
        self._touched |= dict.fromkeys(goods, NEVER)

    def heard(self, request: HttpRequest, shown: Shown, life: int, now: float) -> None:
        """Note that a life was told this."""
        self.delivered(shown, life, now)
        if self.is_over(life):
            return
        for one in self._asked:
            if one.request is request and (shown or not one.wrote):
                one.life, one.heard = life, now
                self._told |= one.told
                if one.told and "include=" not in request.url:
                    self._last = one.sent

    def left_open(self, goods: Iterable[int], now: float) -> None:
        """Note what a life had written ahead when it ended: who comes after it cannot know if it was sent."""
        self._asked.append(_Asked(request=None, sent=now, wrote=tuple(goods)))

    def ended(self, life: int, now: float) -> None:
        """Forget what a life that ends or stands still may not have stored."""
        super().ended(life, now)
        self._unheard(lambda one: one.life == life and now < (one.heard or now) + STORED_AFTER)

    def lost_since(self, moment: float) -> None:
        """Forget what a power cut took back."""
        super().lost_since(moment)
        self._unheard(lambda one: moment < (one.heard or moment) + STORED_AFTER)

    def _unheard(self, lost: Any) -> None:
        for one in self._asked:
            if one.wrote and lost(one):
                one.heard = None

    def held(self, key: int, state: bytes, sent: float) -> bool:
        """Say whether the hub surely knew, when it sent a request, that a product was like this."""
        doubtful = any(
            key in one.wrote and one.heard is None and one.sent < sent < one.sent + DOUBT
            for one in self._asked
        )
        return not doubtful and super().held(key, state, sent)


class _Sale(Struct, frozen=True):
    good: int
    revision: str


def _sales(answer: HttpResponse) -> Iterator[_Sale]:
    rows: list[dict[str, Any]] = msgspec.json.decode(answer.body)
    for row in (one for one in rows if "date_modified" in one):
        for line in row.get("line_items", ()):
            told = f"{row['id']} {row['status']} {line['id']} {line['quantity']} {row.get('date_modified')}"
            yield _Sale(good=line["variation_id"] or line["product_id"], revision=told)
