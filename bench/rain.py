"""Buyers and callbacks from outside: orders into the simulated shop, signed callbacks into the hub."""

import asyncio
import base64
import hmac
import os
import signal
import time
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import json

RATE = 1_000
AT_ONCE = 200


class Rain:
    """What falls on one sandbox; counts the callbacks that were answered as stored."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.accepted, self._sent = folder, 0, 0

    async def orders(self, count: int) -> set[str]:
        """Place orders of one piece each; gives their ids."""
        settings = tomllib.loads((self._folder / "shopweave.toml").read_text())["connections"]["shop"]
        password = (self._folder / settings["application_password"]["file"]).read_text().strip()
        api = f"{settings['url']}/wp-json/wc/v3"
        access = {"authorization": aiohttp.encode_basic_auth(settings["wp_user"], password)}
        async with aiohttp.ClientSession(headers=access) as session:
            async with session.get(f"{api}/products?per_page=100") as answer:
                goods = [row["id"] for row in await answer.json()]
            made = []
            for number in range(count):
                line = {"product_id": goods[number % len(goods)], "quantity": 1}
                body = {"status": "processing", "set_paid": True, "line_items": [line]}
                async with session.post(f"{api}/orders", json=body) as answer:
                    answer.raise_for_status()
                    made.append(str((await answer.json())["id"]))
        return set(made)

    async def callbacks(
        self, base: str, hook: dict[str, str], *, seconds: float, kill: tuple[int, float] | None = None
    ) -> None:
        """Send a thousand a second; with `kill`, end that process after so many seconds."""
        url = f"{base}/hooks/{hook['url'].partition('/hooks/')[2]}"
        begun = time.monotonic()
        tasks: list[asyncio.Task[None]] = []
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
            while (elapsed := time.monotonic() - begun) < seconds:
                if kill is not None and elapsed > kill[1]:
                    os.kill(kill[0], signal.SIGKILL)
                    break
                while len(tasks) < elapsed * RATE:
                    tasks.append(asyncio.create_task(self._one(session, url, hook["secret"])))
                await asyncio.sleep(0.002)
            await asyncio.gather(*tasks)

    async def _one(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._sent += 1
        body: dict[str, Any] = {"id": 1_000_000 + self._sent, "status": "processing", "note": "x" * 2_000}
        raw = json.encode(body)
        mac = base64.b64encode(hmac.new(secret.encode(), raw, sha256).digest()).decode()
        headers = {"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Signature": mac}
        try:
            async with session.post(url, data=raw, headers=headers) as answer:
                self.accepted += answer.status == 200
        except aiohttp.ClientError:
            return
