"""What the parts of a shop share: its address and clock, lists and the news of changes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shopweave.model.http import HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.woocommerce.answers import Body, answer, fields, page
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import paging

Hearer = Callable[[str, int, str], None]


class Stage:
    """Address, clock and zone of a shop, and who hears of its changes."""

    def __init__(self, clock: Clock, url: str, offset: timedelta, version: str) -> None:
        self.clock, self.url, self.offset, self.version = clock, url, offset, version
        self.hearers: list[Hearer] = []

    def now(self) -> datetime:
        """Give the shop's time to the second."""
        return self.clock.now().replace(microsecond=0)

    def tell(self, resource: str, key: int, event: str) -> None:
        """Let all hearers know of a change: resource `product`, `order` …, event `created`, `updated` …"""
        for hearer in self.hearers:
            hearer(resource, key, event)

    def listed(self, call: Call, rows: Sequence[Row], path: str, show: Callable[[Row], Body]) -> HttpResponse:
        """Give one page of rows with the headers of a list."""
        number, size, offset = paging(call.query)
        shown = [show(row) for row in rows[offset : offset + size]]
        url = f"{self.url}/wp-json{path}"
        _, headers = page(url, call.query, shown, len(rows), number, size)
        return answer(200, fields(shown, call.query.get("_fields")), headers)

    def links(self, path: str, up: str | None = None, verbs: tuple[str, ...] = ()) -> Body:
        """Give `_links` of a single object, by its path behind `/wc/v3/`."""
        base = f"{self.url}/wp-json/wc/v3"
        allow = list(verbs or ("GET", "POST", "PUT", "PATCH", "DELETE"))
        found: Body = {
            "self": [{"href": f"{base}/{path}", "targetHints": {"allow": allow}}],
            "collection": [{"href": f"{base}/{path.rpartition('/')[0]}"}],
        }
        return {**found, "up": [{"href": f"{base}/{up}"}]} if up else found
