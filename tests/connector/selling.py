"""The sample connector's orders, and the ways it can sin with them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from shopweave.connector import paging
from shopweave.connector.orders import OrderPage, RemoteOrder, Sells
from shopweave.core.ledger import StateTable
from shopweave.model.order import Money, Order, OrderLine, OrderRevision, Totals

SIZE = 3
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FREE = Money(amount=Decimal(0), currency="EUR")
_turns = count()


def sells(sin: str) -> Sells:
    """Say how the sample sells."""
    gives_back = {"new", "paid"} if sin == "torn" else {"new"}
    table = StateTable(takes=frozenset({"paid"}), gives_back=frozenset(gives_back))
    return Sells(table=table, statuses=("new", "paid"))


class Counter:
    """Orders of the far side; time is a number that goes on with each change."""

    def __init__(self) -> None:
        self.sold: dict[int, dict[str, Any]] = {}
        self.now = 0

    def buy(self, count: int) -> tuple[str, ...]:
        return tuple(self._bought() for _ in range(count))

    def _bought(self) -> str:
        self.now += 1
        key = len(self.sold) + 1
        self.sold[key] = {"id": key, "made": self.now, "moved": self.now, "status": "new"}
        return str(key)

    def change(self, order: str) -> None:
        self.now += 1
        self.sold[int(order)] |= {"moved": self.now, "status": "paid"}

    def lose(self, order: str) -> bool:
        self.sold[int(order)]["status"] = "gone"
        return True

    def listed(self, query: Mapping[str, str]) -> Any:
        rows = [row for row in self.sold.values() if row["status"] != "gone"]
        if "ids" in query:
            return {
                "now": self.now,
                "rows": [row for row in rows if str(row["id"]) in query["ids"].split(",")],
            }
        rows = [row for row in rows if row["moved"] > int(query["since"])]
        start = int(query["offset"])
        return {"now": self.now, "rows": rows[start : start + SIZE], "total": len(rows)}


class Selling:
    """The part of the connection that reads orders."""

    sin: str

    async def _call(self, method: str, path: str, body: Any = None, late: float | None = None) -> Any:
        raise NotImplementedError

    async def orders(self, position: str, *, overlap: float) -> OrderPage:
        if not position:
            now = (await self._call("GET", "/orders?since=0&offset=0"))["now"]
            return OrderPage(position=f"{now}|", done=True)
        since, _, rest = position.partition("|")
        place = paging.begin(paging.read_place(rest), sweep=False)
        early = place.offset if self.sin == "skips" else paging.first_offset(place)
        body = await self._call("GET", f"/orders?since={since}&offset={early}")
        rows = body["rows"]
        ids = [row["id"] for row in rows]
        if self.sin != "skips" and not paging.follows(place, ids):
            return OrderPage(position=f"{since}|{paging.write_place(paging.step_back(place, SIZE))}")
        after = self._following(place, ids, early)
        following = f"{body['now'] if after.done else since}|{paging.write_place(after)}"
        guess = paging.guessed(after, SIZE + (self.sin == "presumes"), body["total"])
        return OrderPage(
            orders=self._shown(rows),
            position=following,
            done=after.done and self.sin != "endless",
            guess="" if guess is None else f"{since}|{paging.write_place(guess)}",
            begins=str(ids[0]) if ids else "",
            ends=str(ids[-1]) if ids else "",
        )

    def _following(self, place: paging.Place, ids: list[int], early: int) -> paging.Place:
        if len(ids) < SIZE or self.sin == "hasty":
            return paging.Place(done=True)
        return paging.Place(offset=early + len(ids), last=ids[-1], done=False)

    def _shown(self, rows: list[dict[str, Any]]) -> tuple[RemoteOrder, ...]:
        if self.sin == "deaf":
            rows = [row for row in rows if row["moved"] == row["made"]]
        found = tuple(self._order(row) for row in rows)
        return found[::-1] if self.sin == "swaps" and next(_turns) % 2 else found

    def _order(self, row: Mapping[str, Any], *, direct: bool = False) -> RemoteOrder:
        key, odd = str(row["id"]), self.sin == "nameless"
        line = OrderLine(line="" if odd else f"{key}-1", sku="s", quantity=Decimal(1), total=FREE)
        revision = OrderRevision(
            connection="",
            order=key,
            status=row["status"],
            changed=EPOCH + timedelta(seconds=row["moved"]),
            totals=Totals(total=FREE, tax=FREE, shipping=FREE, discount=FREE),
            lines=(line,),
        )
        number = f"No. {key}" if direct and self.sin == "two-faced" else key
        return RemoteOrder(order=Order(revision=revision, number=number, created=EPOCH), raw=b"{}")

    async def orders_by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        rows = (await self._call("GET", f"/orders?ids={','.join(ids)}"))["rows"]
        return OrderPage(orders=tuple(self._order(row, direct=True) for row in rows), done=True)
