"""The routes of a shop: which part of it answers which path, open to plug-ins."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.auth import query_of

MANAGERS = ("administrator", "shop_manager")


class Call(Struct, frozen=True, kw_only=True):
    """One request as a route sees it; `path` begins behind `/wp-json`, `role` is `""` for nobody."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw: bytes
    role: str

    @property
    def writes(self) -> bool:
        """Say whether the call brings a body."""
        return self.method in ("POST", "PUT", "PATCH")

    def body(self) -> Body:
        """Read the body, JSON or a form; what is no JSON is refused."""
        if not self.raw or self.method in ("GET", "HEAD"):
            return {}
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(query_of(self.raw.decode()))
        try:
            body = msgspec.json.decode(self.raw)
        except msgspec.DecodeError:
            raise Wrong(400, "rest_invalid_json", "Invalid JSON body passed.") from None
        return body if isinstance(body, dict) else {}

    def every(self, name: str) -> tuple[str, ...]:
        """Give the values of a parameter that may be a comma list."""
        return tuple(one for one in self.query.get(name, "").split(",") if one)


Answer = Callable[[Call, list[str]], HttpResponse]


class Routes:
    """The table of a shop; the longest prefix that fits answers, with the segments behind it."""

    def __init__(self) -> None:
        self._table: dict[str, Answer] = {}

    def add(self, prefix: str, answer: Answer) -> None:
        """Let `answer` have all paths that begin with `prefix`, such as `/icecat/v1`."""
        self._table[prefix.rstrip("/")] = answer

    def answer(self, call: Call) -> HttpResponse:
        """Let the route of a call answer it."""
        parts = call.path.split("/")
        for length in range(len(parts), 0, -1):
            found = self._table.get("/".join(parts[:length]))
            if found is not None:
                return found(call, parts[length:])
        raise no_route()


def no_route() -> Wrong:
    """Give the error of a path or method that is not there."""
    return Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")


def allowed(call: Call, verbs: Mapping[str, str] | None = None) -> None:
    """Let shop managers and administrators pass; others hear 401 when nobody, else 403."""
    if call.role in MANAGERS:
        return
    known = verbs or {"GET": "view", "POST": "create", "PUT": "edit", "PATCH": "edit", "DELETE": "delete"}
    verb = known.get(call.method, "view")
    message = "Sorry, you cannot list resources."
    raise Wrong(403 if call.role else 401, f"woocommerce_rest_cannot_{verb}", message)


def only(call: Call, *roles: str) -> None:
    """Let these roles pass a plug-in's route; others hear `rest_forbidden`."""
    if call.role not in roles:
        raise Wrong(403 if call.role else 401, "rest_forbidden", "Sorry, you are not allowed to do that.")


def required(body: Mapping[str, Any], *names: str) -> None:
    """Refuse a body in which one of these is missing or empty."""
    missing = [name for name in names if body.get(name) in (None, "")]
    if missing:
        text = f"Missing parameter(s): {', '.join(missing)}"
        raise Wrong(400, "rest_missing_callback_param", text, params=missing)
