"""Forgetting a buyer at his wish."""

from msgspec import json

from shopweave.core.forgetting import forgotten
from shopweave.hub.context import Hub
from shopweave.store import audits, erasing
from shopweave.store.base import Tx
from shopweave.store.orders import buyer_key


async def erase(hub: Hub, email: str, who: str) -> int:
    """Forget who bought in all orders of an e-mail address; gives how many those are."""
    key = buyer_key(email)

    def work(tx: Tx) -> int:
        found = erasing.of_buyer(tx, key)
        erasing.erase_orders(tx, found, forgotten)
        if found:
            audits.note(tx, who, "forgot a buyer", json.encode({"orders": len(found)}).decode())
        return len(found)

    return await hub.store.write_safe(work)
