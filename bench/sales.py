"""A hub in step with a street of shops, and a buyer in the first of them."""

import asyncio
import base64
import hmac
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct, json

from bench.street import PASSWORD
from shopweave.hub import plans, runs, stock
from shopweave.hub.context import Hub
from shopweave.hub.settings import load
from shopweave.runtime.opening import open_hub


class Sale(Struct, frozen=True, kw_only=True):
    """A piece that was sold: when somebody began to buy it, and when the hub had stored its callback."""

    product: int
    bought: float
    stored: float


class Buyer:
    """Buys one piece of one product after the other, and sends what the shop would send."""

    def __init__(self, shop: str, hub: str, hook: dict[str, Any]) -> None:
        self._api = f"{shop}/wp-json/wc/v3"
        self._hook = f"{hub}/hooks/{hook['url'].partition('/hooks/')[2]}"
        self._secret = str(hook["secret"]).encode()
        self._goods: list[int] = []

    async def buy(self, pause: float) -> Sale:
        """Buy one piece, tell the hub, and wait a little."""
        access = {"authorization": aiohttp.encode_basic_auth("hub", PASSWORD)}
        async with aiohttp.ClientSession() as session:
            product = await self._next(session, access)
            bought = time.monotonic()
            body = {
                "status": "processing",
                "set_paid": True,
                "line_items": [{"product_id": product, "quantity": 1}],
            }
            async with session.post(f"{self._api}/orders", json=body, headers=access) as answer:
                answer.raise_for_status()
                key = (await answer.json())["id"]
            await self._tell(session, key)
            stored = time.monotonic()
        await asyncio.sleep(pause)
        return Sale(product=product, bought=bought, stored=stored)

    async def _tell(self, session: aiohttp.ClientSession, key: int) -> None:
        raw = json.encode({"id": key, "status": "processing"})
        mac = base64.b64encode(hmac.new(self._secret, raw, sha256).digest()).decode()
        headers = {"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Signature": mac}
        async with session.post(self._hook, data=raw, headers=headers) as answer:
            answer.raise_for_status()

    async def _next(self, session: aiohttp.ClientSession, access: dict[str, str]) -> int:
        """Give the product that was not bought for the longest time."""
        if not self._goods:
            url = f"{self._api}/products?per_page=100&orderby=id"
            async with session.get(url, headers=access) as answer:
                self._goods = [row["id"] for row in await answer.json()]
        self._goods.append(self._goods.pop(0))
        return self._goods[-1]


async def begin(folder: Path) -> None:
    """Link the goods of all shops, begin the ledger and the orders, and let the first levels go."""
    opened = await open_hub(folder, load(folder))
    hub = opened.hub
    try:
        await hub.start()
        for _ in range(2):
            for name in hub.flow_names:
                await runs.finished(hub, await runs.start(hub, name, "bench"))
            await stock.release_first(hub, "bench")
            await _approved(hub)
            await runs.settled(hub)
    finally:
        await hub.stop()
    # The shops' times are whole seconds: an order of the second in which the ledger began is history.
    await asyncio.sleep(1.1)


async def _approved(hub: Hub) -> None:
    await runs.settled(hub)
    for plan in await plans.held(hub):
        await plans.approve(hub, plan.id, None, "bench")
