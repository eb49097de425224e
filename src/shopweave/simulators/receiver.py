"""A receiver of orders by HTTP, by the public description of them: signatures checked, keys remembered."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock

OLDEST = timedelta(minutes=5)
_JSON = {"content-type": "application/json"}


class Receiver:
    """Takes orders in; with `dedupes` an order is known again by its key.

    `orders` are those taken in, in order: what stands there twice was doubled. Goods named in `unknown` are
    refused.
    """

    def __init__(self, clock: Clock, secret: str, *, dedupes: bool = True) -> None:
        self._clock, self._secret, self._dedupes = clock, secret, dedupes
        self.orders: list[dict[str, Any]] = []
        self.unknown: set[str] = set()
        self._ids: dict[str, str] = {}

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if not self._is_signed(request):
            return _answer(401, {"error": "The signature does not fit."})
        if request.method != "POST":
            return _answer(405, {"error": "Orders are posted."})
        key = unquote(request.headers.get("Idempotency-Key", ""))
        if self._dedupes and key in self._ids:
            return _answer(200, {"id": self._ids[key]})
        return self._take(key, json.loads(request.body))

    def _take(self, key: str, order: dict[str, Any]) -> HttpResponse:
        if strange := self.unknown & {line["sku"] for line in order["lines"]}:
            return _answer(422, {"error": f"Unknown goods: {', '.join(sorted(strange))}."})
        self.orders.append(order)
        self._ids[key] = f"R{len(self.orders)}"
        return _answer(201, {"id": self._ids[key]})

    def _is_signed(self, request: HttpRequest) -> bool:
        """Check the signature, and that it was made just now: an old request is one that was recorded."""
        at, given = (request.headers.get(f"X-Shopweave-{name}", "") for name in ("Timestamp", "Signature"))
        if not at.isdecimal() or abs(self._clock.now().timestamp() - int(at)) > OLDEST.total_seconds():
            return False
        text = at.encode() + b"." + request.body
        made = hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given, f"sha256={made}")


def _answer(status: int, body: dict[str, str]) -> HttpResponse:
    return HttpResponse(status=status, headers=_JSON, body=json.dumps(body).encode())
