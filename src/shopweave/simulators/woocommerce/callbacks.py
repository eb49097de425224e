"""Webhooks: what shops tell of their changes, late, once per object, and as it is when it is sent."""

import base64
import hmac
from collections.abc import Callable
from datetime import timedelta
from hashlib import md5, sha256
from urllib.parse import urlsplit

from msgspec import Struct

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer, dump
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.routes import Call, no_route, required
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State, when
from shopweave.simulators.woocommerce.values import stamp, truth

MOST_FAILURES = 5
TIMEOUT = 60.0
PORTS = (None, 80, 443, 8080)
_RESOURCES = ("product", "order", "customer", "coupon")
_EVENTS = ("created", "updated", "deleted", "restored")
_GOOD = range(200, 303)
Shows = Callable[[str, int], HttpResponse]


class Delivery(Struct, frozen=True, kw_only=True):
    """A request that goes out of the shop; `webhook` is 0 for those of plug-ins.

    `at_once` ones are sent before the answer to the call that caused them.
    """

    webhook: int
    request: HttpRequest
    at_once: bool = False


class Callbacks:
    """The webhooks of a shop; `wait` seconds pass before a delivery, `near` lets it reach private hosts."""

    def __init__(
        self, stage: Stage, state: State, shows: Shows, *, wait: float = 0.0, near: bool = False
    ) -> None:
        self.stage, self.state, self.shows, self.wait, self.near = stage, state, shows, wait, near
        self._ready: list[Delivery] = []
        stage.hearers.append(self._hear)

    @property
    def hooks(self) -> dict[int, Row]:
        """Give webhooks by id."""
        return self.state.rows["webhook"]

    # Deliveries.

    def send(self, request: HttpRequest) -> None:
        """Let a plug-in send a request of its own; nobody counts its failures."""
        self._ready.append(Delivery(webhook=0, request=request))

    def pings(self) -> list[Delivery]:
        """Give what goes out before the answer to the call that caused it, each once."""
        found = [one for one in self._ready if one.at_once]
        self._ready = [one for one in self._ready if not one.at_once]
        return [one for one in found if self._reaches(one)]

    def due(self, most: int | None = None) -> list[Delivery]:
        """Give what goes out now, each once; bodies show the state of this moment."""
        found, self._ready = self._ready[:most], self._ready[len(self._ready[:most]) :]
        now = self.stage.clock.now()
        for key, row in sorted(self.state.rows["delivery"].items()):
            if most is not None and len(found) >= most:
                break
            if when(row["due"]) > now:
                continue
            self.state.remove("delivery", key)
            if (hook := self.hooks.get(row["webhook"])) is not None:
                found.append(self._delivery(hook, row))
        return [one for one in found if self._reaches(one)]

    def next_due(self) -> float | None:
        """Give the seconds until something is due, None when nothing waits."""
        if self._ready:
            return 0.0
        waiting = [when(row["due"]) for row in self.state.rows["delivery"].values()]
        return max(0.0, (min(waiting) - self.stage.clock.now()).total_seconds()) if waiting else None

    def settle(self, delivery: Delivery, status: int | None) -> None:
        """Note how a delivery fared; None is no answer. The seventh failure in a row disables its webhook."""
        hook = self.hooks.get(delivery.webhook)
        if hook is None:
            return
        fresh = dict(hook)
        if status is not None and status in _GOOD:
            fresh["failures"] = 0
            fresh["pinged"] = fresh["pinged"] or delivery.at_once
        elif delivery.at_once:
            fresh["pinged"] = False
        elif hook["failures"] > MOST_FAILURES:
            fresh["status"] = "disabled"
        else:
            fresh["failures"] += 1
        self.state.save("webhook", hook["id"], fresh)

    def _reaches(self, delivery: Delivery) -> bool:
        """Say whether WordPress lets a request out; what it keeps counts as failed."""
        parts, own = urlsplit(delivery.request.url), urlsplit(self.stage.url)
        host = parts.hostname or ""
        if self.near or host == own.hostname or not (is_private(host) or parts.port not in PORTS):
            return True
        self.settle(delivery, None)
        return False

    def _hear(self, resource: str, key: int, event: str) -> None:
        topic = f"{resource}.{event}"
        waiting = [(row["webhook"], row["key"]) for row in self.state.rows["delivery"].values()]
        for hook in list(self.hooks.values()):
            if hook["topic"] != topic or hook["status"] != "active" or (hook["id"], key) in waiting:
                continue
            number = self.state.line_number()
            due = (self.stage.clock.now() + timedelta(seconds=self.wait)).isoformat()
            row = {"id": number, "webhook": hook["id"], "resource": resource, "key": key, "due": due}
            self.state.save("delivery", number, {**row, "event": event})

    def _delivery(self, hook: Row, row: Row) -> Delivery:
        body = self._body(row)
        mac = hmac.new(hook["secret"].encode(), body, sha256).digest()
        moment = f"{hook['id']}{self.stage.now().isoformat()}"
        headers = {
            "User-Agent": self._agent(),
            "Accept": "*/*",
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.stage.url}/",
            "X-WC-Webhook-Topic": hook["topic"],
            "X-WC-Webhook-Resource": row["resource"],
            "X-WC-Webhook-Event": row["event"],
            "X-WC-Webhook-Signature": base64.b64encode(mac).decode(),
            "X-WC-Webhook-ID": str(hook["id"]),
            "X-WC-Webhook-Delivery-ID": md5(moment.encode(), usedforsecurity=False).hexdigest(),
            "Connection": "close",
        }
        request = HttpRequest(
            method="POST", url=hook["delivery_url"], headers=headers, body=body, timeout=TIMEOUT
        )
        return Delivery(webhook=hook["id"], request=request)

    def _body(self, row: Row) -> bytes:
        if row["event"] == "deleted":
            return dump({"id": row["key"]})
        return self.shows(row["resource"], row["key"]).body

    def _agent(self) -> str:
        return f"WooCommerce/{self.stage.version} Hookshot (WordPress/6.9)"

    def _ping(self, hook: Row) -> None:
        headers = {
            "User-Agent": self._agent(),
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded",
            "Connection": "close",
        }
        body = f"webhook_id={hook['id']}".encode()
        request = HttpRequest(
            method="POST", url=hook["delivery_url"], headers=headers, body=body, timeout=5.0
        )
        self._ready.append(Delivery(webhook=hook["id"], request=request, at_once=True))

    # Routes.

    def answer(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/webhooks`."""
        if parts == ["batch"] and call.writes:
            do = Batch(
                create=lambda one: self._shown(self._make(one)),
                update=lambda one: self._shown(self._put(self._find(key_of(one)), one)),
                delete=lambda one: self._gone(self._find(key_of(one))),
            )
            return run_batch(call.body(), do)
        if not parts and call.writes:
            row = self._make(call.body())
            place = {"location": f"{self.stage.url}/wp-json/wc/v3/webhooks/{row['id']}"}
            return answer(201, self._shown(row), place)
        if not parts:
            rows = sorted(self.hooks.values(), key=lambda row: -int(row["id"]))
            if call.query.get("status", "all") not in ("all", "any"):
                rows = [row for row in rows if row["status"] == call.query["status"]]
            return self.stage.listed(call, rows, "/wc/v3/webhooks", self._shown)
        if len(parts) > 1 or not parts[0].isdigit():
            raise no_route()
        return self._one(call, self._find(int(parts[0])))

    def _one(self, call: Call, row: Row) -> HttpResponse:
        if call.method == "DELETE":
            if not truth(call.query.get("force")):
                raise Wrong(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
            return answer(200, self._gone(row))
        return answer(200, self._shown(self._put(row, call.body()) if call.writes else row))

    def _find(self, key: int) -> Row:
        row = self.hooks.get(key)
        if row is None:
            raise Wrong(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
        return row

    def _make(self, body: Body) -> Row:
        required(body, "topic", "delivery_url")
        _checked(body)
        key = max(self.hooks, default=0) + 1
        text = f"{self.stage.url} {key} {self.stage.clock.now().isoformat()}"
        row: Row = {
            "id": key,
            "name": str(body.get("name") or f"Webhook created on {self.stage.now():%b %d, %Y @ %I:%M %p}"),
            "status": "active",
            "topic": body["topic"],
            "delivery_url": body["delivery_url"],
            "secret": str(body.get("secret") or sha256(text.encode()).hexdigest()[:50]),
            "date_created": self.stage.now().isoformat(),
            "date_modified": None,
            "failures": 0,
            "pinged": False,
        }
        self.state.save("webhook", key, row)
        self._ping(row)
        return row

    def _put(self, row: Row, body: Body) -> Row:
        _checked(body)
        names = ("name", "status", "topic", "delivery_url", "secret")
        fresh = {**row, **{name: str(body[name]) for name in names if body.get(name)}}
        if row["status"] != "active" and fresh["status"] == "active":
            fresh["failures"] = 0
        fresh["date_modified"] = self.stage.now().isoformat()
        self.state.save("webhook", row["id"], fresh)
        if not fresh["pinged"]:
            self._ping(fresh)
        return fresh

    def _gone(self, row: Row) -> Body:
        self.state.remove("webhook", row["id"])
        return self._shown(row)

    def _shown(self, row: Row) -> Body:
        resource, _, event = row["topic"].partition(".")
        dates: Body = {}
        for name in ("date_created", "date_modified"):
            moment = None if row[name] is None else when(row[name])
            dates |= {name: stamp(moment, self.stage.offset), f"{name}_gmt": stamp(moment)}
        return {
            **{name: row[name] for name in ("id", "name", "status", "topic", "delivery_url")},
            **dates,
            "resource": resource,
            "event": event,
            "hooks": _hooks(resource, event),
            "_links": self.stage.links(f"webhooks/{row['id']}"),
        }


def _hooks(resource: str, event: str) -> list[str]:
    if resource == "action":
        return [event]
    verb = {"created": "new", "updated": "update", "deleted": "trash", "restored": "untrash"}[event]
    found = [f"woocommerce_{verb}_{resource}"]
    if resource == "product" and event in ("created", "updated"):
        found.append(f"{found[0]}_variation")
    return found


def _checked(body: Body) -> None:
    if "topic" in body and not is_topic(str(body["topic"])):
        message = "Webhook topic is required and must be valid."
        raise Wrong(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
    url = str(body.get("delivery_url", "http://x"))
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Wrong(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)


def is_topic(text: str) -> bool:
    """Say whether a webhook may have this topic."""
    resource, _, event = text.partition(".")
    if resource == "action":
        return event.startswith(("woocommerce_", "wc_"))
    return resource in _RESOURCES and event in _EVENTS


def is_private(host: str) -> bool:
    """Say whether WordPress takes a host for private: loopback and private IPv4 addresses."""
    parts = host.split(".")
    if host == "localhost" or not (len(parts) == 4 and all(part.isdigit() for part in parts)):
        return host == "localhost"
    first, second = int(parts[0]), int(parts[1])
    is_shared = (first == 172 and 16 <= second <= 31) or (first == 192 and second == 168)
    return first in (0, 10, 127) or is_shared
