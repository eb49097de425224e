"""Callbacks of a shop: WooCommerce's webhooks, and the companion plug-in's ping."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from shopweave.connector.callbacks import NOTHING, ORDER, Callback, Heard, NotHeard, Subscribed
from shopweave.connectors.woocommerce.client import Client
from shopweave.model.record import Kind

HOOKS = "/wc/v3/webhooks"
TOPICS = tuple(
    f"{resource}.{event}"
    for resource in ("order", "product")
    for event in ("created", "updated", "deleted", "restored")
)
_PING = re.compile(rb"webhook_id=\d{1,20}")
_ACTIVE = "active"


class _Body(msgspec.Struct):
    id: int | None = None
    code: str = ""
    type: str = ""
    parent_id: int = 0


class _Ping(msgspec.Struct):
    kind: str
    id: int
    parent: int = 0


def heard(callback: Callback, secret: str) -> Heard | NotHeard:
    """Check and read a callback of a shop.

    A webhook's first ping is unsigned and says nothing but that it is there.
    """
    headers, body = callback.headers, callback.body
    if "x-shopweave-signature" in headers:
        mac = hmac.new(secret.encode(), body, sha256).hexdigest()
        return _ping(body) if _same(headers["x-shopweave-signature"], f"sha256={mac}") else _FORGED
    if "x-wc-webhook-signature" in headers:
        mac = base64.b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()
        return _delivery(headers, body) if _same(headers["x-wc-webhook-signature"], mac) else _FORGED
    return Heard(topic="ping") if _PING.fullmatch(body) else _UNSIGNED


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _delivery(headers: Mapping[str, str], body: bytes) -> Heard | NotHeard:
    topic = headers.get("x-wc-webhook-topic", "")
    try:
        found = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError:
        return _UNREADABLE
    resource = topic.partition(".")[0]
    if found.id is None or resource not in ("order", "product"):
        # An object that went before its delivery: the next window or sweep meets that.
        return Heard(topic=topic) if found.id is not None or found.code else _UNREADABLE
    if resource == "order":
        return Heard(topic=topic, about=ORDER, remote_id=str(found.id))
    if found.type == "variation":
        return Heard(topic=topic, about=Kind.VARIATION.value, remote_id=f"{found.parent_id}:{found.id}")
    return Heard(topic=topic, about=Kind.PRODUCT.value, remote_id=str(found.id))


def _ping(body: bytes) -> Heard | NotHeard:
    try:
        found = msgspec.json.decode(body, type=_Ping)
    except msgspec.MsgspecError:
        return _UNREADABLE
    if found.kind == Kind.VARIATION.value and found.parent:
        variation = f"{found.parent}:{found.id}"
        return Heard(topic="ping.variation", about=Kind.VARIATION.value, remote_id=variation)
    abouts = {"order": ORDER, "product": Kind.PRODUCT.value, "stock": Kind.PRODUCT.value}
    about = abouts.get(found.kind, NOTHING)
    return Heard(topic=f"ping.{found.kind}", about=about, remote_id=str(found.id) if about else "")


async def subscribe(client: Client, address: str, secret: str) -> Subscribed:
    """Make the webhooks that are missing and switch on those that the shop switched off.

    The shop never shows a secret, so it is set anew wherever something is mended.
    """
    ours = [row for row in await _all(client) if row.get("delivery_url") == address]
    there = {str(row["topic"]): row for row in ours}
    revived = [topic for topic in TOPICS if topic in there and there[topic].get("status") != _ACTIVE]
    made = [topic for topic in TOPICS if topic not in there]
    for topic in revived:
        await client.post(f"{HOOKS}/{there[topic]['id']}", {"status": _ACTIVE, "secret": secret})
    for topic in made:
        name = f"Shopweave: {topic}"
        wanted = {"name": name, "topic": topic, "delivery_url": address, "secret": secret}
        await client.post(HOOKS, wanted)
    return Subscribed(topics=TOPICS, made=tuple(made), revived=tuple(revived))


async def _all(client: Client) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = 1
    while True:
        query = {"per_page": "100", "page": str(page), "orderby": "id", "order": "asc"}
        rows = (await client.get(HOOKS, query)).body
        found += rows
        if len(rows) < 100:
            return found
        page += 1


_FORGED = NotHeard(
    status=401,
    code="HOOK-010",
    what="The signature does not fit: another secret was used, or the body was changed on its way.",
    remedy="Set the secret that 'shopweave hooks' shows, in the shop under Advanced, Webhooks.",
)
_UNSIGNED = NotHeard(
    status=401,
    code="HOOK-011",
    what="A callback without a signature.",
    remedy="Let the shop's own webhooks or the companion plug-in call; both sign what they send.",
)
_UNREADABLE = NotHeard(
    status=400,
    code="HOOK-012",
    what="A signed callback that is not the JSON it should be.",
    remedy="A plug-in of the shop may print into its answers; look for warnings in the shop's log.",
)
