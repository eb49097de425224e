"""What was asked of remote systems and what they answered, for explain and the pages."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update

from shopweave.store.base import Tx
from shopweave.store.hiding import hidden, hidden_bytes
from shopweave.store.statements import many
from shopweave.store.tables import request


class Exchange(Struct, frozen=True, kw_only=True):
    """One request and its answer; the URL without query, never a header."""

    method: str
    url: str
    body: bytes = b""
    status: int | None = None
    answer: bytes = b""


class RequestRow(Struct, frozen=True, kw_only=True):
    """A stored exchange."""

    id: int
    at: datetime
    ended: datetime | None
    what: str
    items: int
    method: str
    url: str
    body: bytes
    status: int | None
    answer: bytes
    error: str


_ADD = insert(request).returning(request.c.id)
_END = update(request).where(request.c.id == bindparam("key"))
_READ = select(request).where(request.c.id.in_(many("ids"))).order_by(request.c.id)


def add_request(tx: Tx, connection: int, what: str, items: int) -> int:
    """Note that a request is about to be sent."""
    values = {
        "connection": connection,
        "at": tx.now,
        "what": what,
        "items": items,
        "method": "",
        "url": "",
        "error": "",
    }
    return int(tx.rows(_ADD, values)[0].id)


def end_request(tx: Tx, key: int, exchange: Exchange | None, error: str = "") -> None:
    """Note what came back."""
    values: dict[str, object] = {"key": key, "ended": tx.now, "error": hidden(error)}
    if exchange is not None:
        values |= {
            "method": exchange.method,
            "url": exchange.url,
            "body": zlib.compress(hidden_bytes(exchange.body), 1),
            "status": exchange.status,
            "answer": zlib.compress(hidden_bytes(exchange.answer), 1),
        }
    tx.run(_END, values)


def requests(tx: Tx, ids: Sequence[int]) -> list[RequestRow]:
    """Give stored exchanges."""
    return [
        RequestRow(
            id=row.id,
            at=row.at,
            ended=row.ended,
            what=row.what,
            items=row.items,
            method=row.method,
            url=row.url,
            body=zlib.decompress(row.body) if row.body else b"",
            status=row.status,
            answer=zlib.decompress(row.answer) if row.answer else b"",
            error=row.error,
        )
        for row in tx.rows(_READ, {"ids": list(ids)})
    ]
