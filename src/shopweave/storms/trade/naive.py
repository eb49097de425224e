"""What many shops run today: a script that cron starts every minute, and that remembers nothing.

Each run fetches the orders of the last minute, books them at the till, and writes what the till then has on
hand to the shops. It reaches the same systems through the same doors as the hub, and dies with its machine.
"""

import base64
from asyncio import Task, create_task
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from shopweave.connector.transports import HttpTransport, SqlTransport
from shopweave.model.errors import HubError
from shopweave.model.http import HttpRequest
from shopweave.model.seams import Clock
from shopweave.storms.trade.booking import book, on_hand

EVERY = timedelta(minutes=1)
PATIENCE = 30.0
API = "/wp-json/wc/v3"
Body = dict[str, Any]
T = TypeVar("T")
_STAMP = "%Y-%m-%dT%H:%M:%S"


class Failed(Exception):
    """An answer says that a request was not carried out."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """One shop as the script knows it."""

    name: str
    url: str
    user: str
    password: str

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers of every request."""
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"authorization": f"Basic {pair}", "content-type": "application/json"}


class Script:
    """The script on one machine, as long as that runs."""

    def __init__(self, http: HttpTransport, till: SqlTransport, clock: Clock, sites: Sequence[Site]) -> None:
        self._http, self._till, self._clock, self._sites = http, till, clock, sites
        self._running: set[Task[None]] = set()
        self.begun = 0

    @property
    def is_idle(self) -> bool:
        """Say whether no run is under way."""
        return not self._running

    async def cron(self) -> None:
        """Start a run at every full minute, whether the last one has ended or not."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        while True:
            minute += EVERY
            await self._clock.sleep(max(0.0, (minute - self._clock.now()).total_seconds()))
            task = create_task(self.run(minute))
            self.begun += 1
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def run(self, minute: datetime) -> None:
        """Fetch, book, write; what goes wrong is left aside, and the next run knows nothing of it."""
        for site in self._sites:
            for order in await _tried(self._orders(site, minute), []):
                await _tried(self._book(site, order), None)
        levels = await _tried(self._on_hand(), {})
        for site in self._sites:
            await _tried(self._show(site, levels), None)

    async def _orders(self, site: Site, minute: datetime) -> list[Body]:
        """Fetch what was changed in the minute that has just passed, to the second."""
        query = {
            "status": "processing",
            "modified_after": (minute - EVERY - timedelta(seconds=1)).strftime(_STAMP),
            "modified_before": minute.strftime(_STAMP),
            "dates_are_gmt": "true",
            "orderby": "id",
            "order": "asc",
            "per_page": "100",
        }
        found: list[Body] = await self._call(site, "GET", f"/orders?{urlencode(query)}")
        return found

    async def _book(self, site: Site, order: Body) -> None:
        work = partial(book, site.name, order, self._clock.now())
        await self._till.transact(work, read_only=False, timeout=PATIENCE)

    async def _on_hand(self) -> dict[str, int]:
        return await self._till.transact(on_hand, read_only=True, timeout=PATIENCE)

    async def _show(self, site: Site, levels: Mapping[str, int]) -> None:
        products: list[Body] = await self._call(site, "GET", "/products?per_page=100")
        await self._write(site, "/products", products, levels)
        for parent in products:
            if parent["type"] == "variable":
                path = f"/products/{parent['id']}/variations"
                await self._write(site, path, await self._call(site, "GET", f"{path}?per_page=100"), levels)

    async def _write(self, site: Site, path: str, rows: Sequence[Body], levels: Mapping[str, int]) -> None:
        update = [
            {"id": row["id"], "stock_quantity": levels[row["sku"]]} for row in rows if row["sku"] in levels
        ]
        if update:
            await self._call(site, "POST", f"{path}/batch", {"update": update})

    async def _call(self, site: Site, method: str, path: str, body: Body | None = None) -> Any:
        request = HttpRequest(
            method=method,
            url=f"{site.url}{API}{path}",
            headers=site.headers,
            body=b"" if body is None else msgspec.json.encode(body),
            timeout=PATIENCE,
        )
        answer = await self._http.send(request)
        if answer.status >= 300:
            raise Failed(answer.status)
        return msgspec.json.decode(answer.body)


async def _tried(step: Awaitable[T], otherwise: T) -> T:
    """Go on without what a step would have given, as a script does that writes its errors to a log file."""
    try:
        return await step
    except (Failed, HubError, msgspec.DecodeError):
        return otherwise
