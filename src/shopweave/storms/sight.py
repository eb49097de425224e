"""What the hub surely knows: which state of a product was shown to it and stored; by this writes are judged.

A write is useless when it changed nothing and the hub held a read of that very state. A read counts as held
once its receiver has lived on for a while, so that it is stored, and no power cut took the storing back.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import WooShop

STORED_AFTER = 5.0
_WRITES = re.compile(r"/wp-json/wc/v3/products(?:/\d+/variations)?(?:/batch|/(?P<one>\d+))$")
Shown = Mapping[int, bytes]
_DATES = ("date_modified", "date_created")


class Seen(Struct, frozen=True):
    """A state of a product that a life was shown at a time."""

    at: float
    life: int
    state: bytes


class Sightings:
    """The states of a shop's products that the hub was shown."""

    def __init__(self, shop: WooShop) -> None:
        self._shop = shop
        self._seen: dict[int, list[Seen]] = {}
        self._over: set[int] = set()
        self.useless: list[str] = []

    def handle(self, request: HttpRequest, sent: float, now: float) -> tuple[HttpResponse, Shown]:
        """Let the shop answer; judge what a write left as it was. Gives what the answer shows too."""
        keys = written(request) if request.method != "GET" else ()
        before = {key: self.state(key) for key in keys}
        answer = self._shop.handle(request)
        for key, state in before.items():
            if state and state == self.state(key) and self.held(key, state, sent):
                self.useless.append(f"{now:.1f} s: product {key} already was as {request.url[-40:]} asked")
        return answer, {key: self.state(key) for key in _ids(answer)}

    def delivered(self, shown: Shown, life: int, now: float) -> None:
        """Note that a life was shown these states; an empty one makes what it knew doubtful.

        One that stands still stores nothing of what still reaches it.
        """
        if self.is_over(life):
            return
        for key, state in shown.items():
            self._seen[key] = [*self._seen.get(key, ()), Seen(now, life, state)] if state else []

    def ended(self, life: int, now: float) -> None:
        """Forget what a life that ends or stands still may not have stored."""
        self._over.add(life)
        self._keep(lambda seen: seen.life != life or seen.at + STORED_AFTER <= now)

    def is_over(self, life: int) -> bool:
        """Say whether a life has ended or stands still."""
        return life in self._over

    def lost_since(self, moment: float) -> None:
        """Forget what a power cut took back."""
        self._keep(lambda seen: seen.at + STORED_AFTER <= moment)

    def _keep(self, stays: Any) -> None:
        self._seen = {key: [seen for seen in found if stays(seen)] for key, found in self._seen.items()}

    def held(self, key: int, state: bytes, sent: float) -> bool:
        """Say whether the hub surely knew, when it sent a request, that a product was like this."""
        found = [seen for seen in self._seen.get(key, ()) if seen.at + STORED_AFTER <= sent]
        return bool(found) and found[-1].state == state

    def state(self, key: int) -> bytes:
        """Give a product as it is now, without its dates."""
        row = self._shop.state.products.get(key)
        if row is None:
            return b""
        return msgspec.json.encode({name: value for name, value in row.items() if name not in _DATES})


def written(request: HttpRequest) -> tuple[int, ...]:
    """Give the products that a request changes, if it is one that changes some."""
    found = _WRITES.search(urlsplit(request.url).path)
    if found is None:
        return ()
    if found["one"]:
        return (int(found["one"]),)
    body = msgspec.json.decode(request.body or b"{}")
    return tuple(int(one["id"]) for one in body.get("update", ()))


def _ids(answer: HttpResponse) -> Iterator[int]:
    if answer.status >= 300 or not answer.headers.get("content-type", "").startswith("application/json"):
        return
    body = msgspec.json.decode(answer.body)
    parts: list[Any] = body if isinstance(body, list) else [body]
    for part in parts:
        for one in [part, *part.get("create", ()), *part.get("update", ())]:
            if isinstance(one, dict) and isinstance(one.get("id"), int) and "sku" in one:
                yield one["id"]
