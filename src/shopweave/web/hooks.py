"""Callbacks come in here, beside the pages: raw, limited in size, answered when they are on the disk."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from shopweave.hub.callbacks import BIGGEST, Entrance, Receiver, Reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PREFIX = "/hooks/"
NO_WAY = Reply(status=404, code="HOOK-015", what="Nothing comes in at this address.")
POST_ONLY = Reply(status=405, code="HOOK-016", what="Callbacks come in by POST.")


class Hooks:
    """An application that takes callbacks and leaves all else to the one behind it."""

    def __init__(self, behind: Callable[..., Awaitable[None]], receiver: Receiver) -> None:
        self._behind, self._receiver = behind, receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._behind(scope, receive, send)
            return
        way = self._receiver.way(scope["path"][len(PREFIX) :])
        if way is None:
            await _answer(send, NO_WAY)
        elif scope["method"] != "POST":
            await _answer(send, POST_ONLY)
        else:
            await _answer(send, await self._received(way, scope, receive))

    async def _received(self, way: Entrance, scope: Scope, receive: Receive) -> Reply:
        headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in scope["headers"]}
        body = None if _announced(headers) > BIGGEST else await _read(receive)
        if body is None:
            return await self._receiver.too_big(way)
        return await self._receiver.receive(way, headers, body)


def _announced(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isdigit() else 0


async def _read(receive: Receive) -> bytes | None:
    """Read a body; None when it is too big, or when who sends it went away."""
    whole = bytearray()
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if message["type"] == "http.disconnect" or len(whole) > BIGGEST:
            return None
        if not message.get("more_body"):
            return bytes(whole)


async def _answer(send: Send, reply: Reply) -> None:
    error = {"code": reply.code, "what": reply.what, "remedy": reply.remedy}
    body = msgspec.json.encode({"error": error} if reply.code else {"accepted": True})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if reply.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
