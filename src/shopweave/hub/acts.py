"""Acts: who did what and when, the newest first."""

from datetime import datetime
from typing import Any

from msgspec import Struct, json

from shopweave.hub.context import Hub
from shopweave.store import audits

PAGE = 50


class ActView(Struct, frozen=True, kw_only=True):
    """What somebody did, with its particulars."""

    number: int
    at: datetime
    who: str
    what: str
    detail: dict[str, Any]


async def acts(hub: Hub, before: int | None = None, limit: int = PAGE) -> tuple[ActView, ...]:
    """Give what people did, older than act `before`."""
    rows = await hub.store.read(lambda tx: audits.acts(tx, limit, before))
    return tuple(
        ActView(
            number=row.id,
            at=row.at,
            who=row.who,
            what=row.what,
            detail=json.decode(row.detail, type=dict[str, Any]),
        )
        for row in rows
    )
