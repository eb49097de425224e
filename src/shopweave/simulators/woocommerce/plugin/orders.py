"""Orders by the time they were changed, under the name that other services ask for."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.plugin.batch import bad
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row, when
from shopweave.simulators.woocommerce.values import integer

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_ANSWER = "1.0"
_HIDDEN = ("trash", "auto-draft", "checkout-draft")
_PAGE, _MOST = 50, 100
_PAGE_CHANGED, _MOST_CHANGED = 100, 1000


class OrdersWindow:
    """The window of one shop."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop

    def orders(self, call: Call) -> HttpResponse:
        """Give a page, both ends of the window included, the earliest change first."""
        first, last = _moment(call, "modified_after"), _moment(call, "modified_before")
        page, size = _number(call, "page", 1), _number(call, "per_page", _PAGE)
        wanted = [one.strip().removeprefix("wc-") for one in call.every("statuses") if one.strip()]
        found = [row for row in self.shop.orders.rows.values() if _is_in(row, wanted, first, last)]
        found.sort(key=lambda row: (row["date_modified"], row["id"]))
        shown = [self._shown(row["id"]) for row in found[(page - 1) * size : page * size]]
        return answer(200, {**self._head(), "total": len(found), "orders": shown})

    def changed(self, call: Call) -> HttpResponse:
        """Name orders that changed from `since` on, both ends included; at `since` those above `after_id`."""
        since, limit = _whole(call, "since", None), _whole(call, "limit", _PAGE_CHANGED, 1, _MOST_CHANGED)
        until, last = (
            _whole(call, "until", int(self.shop.clock.now().timestamp())),
            _whole(call, "after_id", 0),
        )
        rows = self.shop.state.seen("order").values()
        found = sorted(
            (int(when(row["date_modified"]).timestamp()), row["id"], row["status"]) for row in rows
        )
        found = [
            one
            for one in found
            if (since, last) < one[:2] and one[0] <= until and one[2] not in ("auto-draft", "checkout-draft")
        ]
        shown = [{"id": key, "modified": at, "status": status} for at, key, status in found[:limit]]
        return answer(200, {"rows": shown, "more": len(found) > limit})

    def status(self, call: Call) -> HttpResponse:
        """Describe the shop."""
        _ = call
        hours = self.shop.offset.total_seconds() / 3600
        zone = f"{'-' if hours < 0 else '+'}{abs(int(hours)):02}:{int(abs(hours) % 1 * 60):02}"
        known = {"woocommerce": self.shop.rules.version, "legacy_api": False, "timezone": zone}
        return answer(200, {**self._head(), **known})

    def _head(self) -> Body:
        return {"version": _ANSWER, "server_time": self.shop.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")}

    def _shown(self, key: int) -> Body:
        found: Body = msgspec.json.decode(self.shop.show("order", key).body)
        return found


def _is_in(row: Row, wanted: list[str], first: datetime | None, last: datetime | None) -> bool:
    if row["status"] not in wanted if wanted else row["status"] in _HIDDEN:
        return False
    moment = when(row["date_modified"])
    return (first is None or moment >= first) and (last is None or moment <= last)


def _moment(call: Call, field: str) -> datetime | None:
    text = call.query.get(field, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad(field) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(call: Call, name: str, default: int) -> int:
    number = integer(call.query.get(name, default))
    if number < 1 or (name == "per_page" and number > _MOST):
        raise Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    return number


def _whole(call: Call, name: str, default: int | None, least: int = 0, most: int = 2**53) -> int:
    if name not in call.query and default is None:
        raise Wrong(400, "rest_missing_callback_param", f"Missing parameter(s): {name}")
    number = integer(call.query.get(name, default))
    if not least <= number <= most:
        raise Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    return number
