"""The feed of changes: whatever is saved makes a row with its own number."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.plugin.causes import Cause, cause
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row, when
from shopweave.simulators.woocommerce.values import integer

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_TABLE = "change"
_ROWS = 1000
_KEPT = timedelta(days=14)
_ENDS = ("trashed", "restored", "deleted")
Tell = Callable[[Row], None]
Route = Callable[[Call], HttpResponse]


class Feed:
    """Rows of one shop; `tell` hears of those the hub did not cause."""

    def __init__(self, shop: "WooShop", tell: Tell) -> None:
        self.shop, self._tell = shop, tell
        self._rows = shop.state.rows[_TABLE] = dict(sorted(shop.state.rows[_TABLE].items()))
        self.newest = max(self._rows, default=0)
        self.name = sha256(f"{shop.url} feed".encode()).hexdigest()[:16]
        self._hub, self._request, self._first = False, 0, self.newest
        shop.state.watchers.append(self._saved)

    @property
    def oldest(self) -> int:
        """Give the number of the first row that is kept."""
        return next(iter(self._rows), 0)

    @property
    def last(self) -> int:
        """Give the number of the newest row that is shown."""
        return max(self._shown(), default=0)

    def _shown(self) -> dict[int, Row]:
        """Give the rows that are committed: a row comes with what it tells of, never before."""
        return self.shop.state.seen(_TABLE)

    def by_hub(self, route: Route) -> Route:
        """Wrap a route whose changes are the hub's own."""

        def routed(call: Call) -> HttpResponse:
            self._hub = True
            try:
                return route(call)
            finally:
                self._hub = False

        return routed

    def _saved(self, table: str, old: Row | None, new: Row | None) -> None:
        found = cause(table, old, new)
        if found is not None:
            self._add(found)

    def _add(self, found: Cause) -> None:
        """Write a row, unless this request wrote one for the same thing."""
        source = "hub" if self._hub else "shop"
        last = self._last(found)
        if last is not None and last["source"] == source:
            self._say_more(last, found.what)
            return
        self.newest += 1
        row: Row = {"n": self.newest, "kind": found.kind, "id": found.id, "what": found.what}
        if found.kind == "variation":
            row["parent"] = found.parent
        self._keep({**row, "source": source, "at": self.shop.clock.now().isoformat()})
        self._prune()

    def _say_more(self, row: Row, what: str) -> None:
        if what in _ENDS or (row["what"] == "content" and what != "content"):
            self._keep({**row, "what": what})

    def _keep(self, row: Row) -> None:
        self.shop.state.save(_TABLE, row["n"], row)
        if row["source"] == "shop":
            self._tell(row)

    def _last(self, found: Cause) -> Row | None:
        """Find the row of this request for the same thing; what is done by hand counts to the one before."""
        request = self.shop.counters.reads + self.shop.counters.writes
        if request != self._request:
            self._request, self._first = request, self.newest
        rows = (self._rows.get(number) for number in range(self._first + 1, self.newest + 1))
        same = (row for row in rows if row and (row["kind"], row["id"]) == (found.kind, found.id))
        return next(same, None)

    def _prune(self) -> None:
        limit = self.shop.clock.now() - _KEPT
        while self.oldest < self.newest and when(self._rows[self.oldest]["at"]) < limit:
            self.shop.state.remove(_TABLE, self.oldest)

    def answer(self, call: Call) -> HttpResponse:
        """Give the next page."""
        after, limit = _number(call, "after", 0, 0), _number(call, "limit", _ROWS, 1)
        asked = call.query.get("feed")
        if (asked and asked != self.name) or (after and after < self.oldest - 1) or after > self.newest:
            state = {"feed": self.name, "oldest": self.oldest, "newest": self.newest}
            text = "These changes are not there any more; compare everything."
            raise Wrong(410, "shopweave_feed_lost", text, **state)
        rows = [row for number, row in sorted(self._shown().items()) if number > after]
        page = rows[:limit]
        return answer(
            200,
            {
                "feed": self.name,
                "rows": [_told(row) for row in page],
                "next": page[-1]["n"] if page else after,
                "more": len(rows) > limit,
                "held_back": 0,
                "oldest": self.oldest,
            },
        )


def _told(row: Row) -> Body:
    return {**row, "at": when(row["at"]).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def _number(call: Call, name: str, default: int, least: int) -> int:
    number = integer(call.query.get(name, default))
    if not least <= number or (name == "limit" and number > _ROWS):
        raise Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    return number
