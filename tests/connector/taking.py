"""The sample connector takes orders over, and the ways it can sin with them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from shopweave.connector.orders import HandOver, HandOverLine, LookUp, Taken, Takes
from shopweave.model.change import WriteRefused
from shopweave.model.order import Money, Order, OrderLine, OrderRevision, Totals
from shopweave.model.record import Kind
from shopweave.model.values import tracked
from tests.connector.selling import EPOCH

TAKES = Takes(look_up=LookUp.REFERENCE, books=True, levels=True, updates=True)


class Store:
    """Orders that were handed over to the far side, and its only shelf."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.shelf = 10

    def take(self, body: dict[str, Any]) -> Any:
        if body["currency"] != "EUR":
            return {"error": "we sell in EUR"}
        if body["order"]:
            row = self.rows[int(body["order"]) - 1]
            row["references"].append(body["reference"])
        else:
            row = {"id": len(self.rows) + 1, "references": [body["reference"]], "quantity": 0}
            self.rows.append(row)
        self.shelf -= body["quantity"] - row["quantity"]
        row["quantity"] = body["quantity"]
        return self.told(row)

    def told(self, row: dict[str, Any]) -> Any:
        return {"id": row["id"], "level": self.shelf}

    def find(self, reference: str) -> Any:
        found = [row for row in self.rows if reference in row["references"]]
        return self.told(found[0]) if found else {}


class Taking:
    """The part of the connection that takes orders over."""

    sin: str

    async def _call(self, method: str, path: str, body: Any = None, late: float | None = None) -> Any:
        raise NotImplementedError

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        found = await self.find_order(order) if self.sin not in ("doubles", "repeats") else None
        if found is not None:
            return found
        body = {
            "reference": order.reference,
            "order": order.remote_id if self.sin != "repeats" else "",
            "currency": order.order.revision.totals.total.currency,
            "quantity": int(order.lines[0].quantity),
        }
        row = await self._call("POST", "/taken", body, not_after)
        if "error" in row:
            if self.sin == "swallows":
                return Taken(remote_id="?")
            return WriteRefused(number=0, code="FAR-5", what=row["error"])
        return self._taken(row)

    async def find_order(self, order: HandOver) -> Taken | None:
        row = await self._call("GET", f"/taken?reference={order.reference}")
        if self.sin == "hopeful":
            return Taken(remote_id="1")
        return self._taken(row) if row and self.sin != "absent" else None

    def _taken(self, row: dict[str, Any]) -> Taken:
        levels = {} if self.sin == "silent" else {"1": tracked(Decimal(row["level"]))}
        return Taken(remote_id=str(row["id"]), levels=levels)


def hand_over(reference: str = "hub:1", quantity: int = 2, currency: str = "EUR") -> HandOver:
    """Make an order to hand over."""
    money = Money(amount=Decimal(9), currency=currency)
    line = OrderLine(line="1-1", sku="s1", quantity=Decimal(quantity), total=money)
    revision = OrderRevision(
        connection="shop",
        order="1",
        status="paid",
        changed=EPOCH + timedelta(seconds=quantity),
        totals=Totals(total=money, tax=money, shipping=money, discount=money),
        lines=(line,),
    )
    order = Order(revision=revision, number="1", created=EPOCH)
    goods = HandOverLine(line=line, kind=Kind.PRODUCT, remote_id="1", quantity=Decimal(quantity))
    return HandOver(reference=reference, order=order, lines=(goods,))


ORDER = hand_over()
LATER = replace(hand_over("hub:2", 3))
BAD = {"a foreign currency": hand_over("hub:3", currency="SEK")}
