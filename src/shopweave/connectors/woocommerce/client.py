"""Requests to a shop: credentials, errors, nothing else. Never retries, sleeps or logs."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from shopweave.connector.transports import HttpTransport
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, Refused, Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.wire import order_helper

_READ = 30.0
_ADMIN = re.compile(r"/(?:wp-admin|wp-login\.php|wp-json)(?:/|$)")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOT_FOUND = "WOO-104"
NO_ROUTE = "WOO-105"
NO_RIGHT = "WOO-102"
LOGIN = "WOO-170"
LEGACY = "/wc-api/v3"
_KEYED = ("/wc/", "/wc-shopweave/", f"{order_helper.SPACE}/", LEGACY)
_NO_ROUTES = ("rest_no_route", "woocommerce_api_disabled")
_MEDIA = "/wp/v2/media"
BOT = "Let the host allow the hub's address for /wp-json; a bot check or firewall stands in between."
_WRONG_KEYS = {
    "woocommerce_rest_authentication_error": "Look at the key's secret; its permission must be Read/Write.",
    "invalid_username": "Media routes take an application password; give wp_user and application_password.",
    "incorrect_password": "Make a new application password and put it into the settings.",
}


class ShopError(Struct, frozen=True, kw_only=True):
    """An error object; `resource` is the id of what has that SKU or name already."""

    code: str
    message: str
    status: int = 0
    resource: str = ""


class Reply(Struct, frozen=True, kw_only=True):
    """A good answer: its JSON, its total if it is a list, the shop's time."""

    body: Any
    total: int | None = None
    at: datetime | None = None


class Client:
    """One shop over HTTP."""

    def __init__(self, settings: WooSettings, http: HttpTransport) -> None:
        self._settings, self._http = settings, http
        self._base = settings.url.rstrip("/")

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Read; raises `Unavailable` for an answer that cannot be used."""
        return await self._ask("GET", path, query or {}, b"", {}, None)

    async def post(self, path: str, body: Any, *, not_after: float | None = None) -> Reply:
        """Write JSON; raises `NoAnswer` where it may have had an effect."""
        headers = {"Content-Type": "application/json"}
        return await self._ask("POST", path, {}, msgspec.json.encode(body), headers, not_after)

    async def put(self, path: str, body: Any, *, not_after: float | None = None) -> Reply:
        """Change one record by JSON."""
        headers = {"Content-Type": "application/json"}
        return await self._ask("PUT", path, {}, msgspec.json.encode(body), headers, not_after)

    async def upload(
        self, content: bytes, headers: Mapping[str, str], *, not_after: float | None, path: str = _MEDIA
    ) -> Reply:
        """Upload a file to the media library."""
        return await self._ask("POST", path, {}, content, headers, not_after)

    async def is_wordpress(self) -> bool:
        """Say whether WordPress answers where links need no permalinks; asked without credentials."""
        request = HttpRequest(method="GET", url=f"{self._base}/?rest_route=/", timeout=_READ)
        answer = await self._http.send(request)
        return answer.content_type == "application/json" and b'"namespaces"' in answer.body

    async def knock(self) -> None:
        """Ask for the list of routes, which is open to all; raises what stands in front."""
        self._check_address()
        request = HttpRequest(method="GET", url=f"{self._base}/wp-json/wc/v3", timeout=_READ)
        answer = await self._http.send(request)
        if answer.status == 401 and "www-authenticate" in answer.headers:
            raise _page("GET", answer, self._place())
        if (error := failure("GET", answer, self._place())) is not None:
            raise error

    async def sees_header(self) -> bool:
        """Say whether credentials in the header reach the shop, by a name that nobody has there."""
        pair = base64.b64encode(b"shopweave-check:none").decode()
        request = HttpRequest(
            method="GET",
            url=f"{self._base}/wp-json/wp/v2/users/me",
            headers={"Accept": "application/json", "Authorization": f"Basic {pair}"},
            timeout=_READ,
        )
        answer = await self._http.send(request)
        error = read_error(answer.body, answer.status)
        return error is None or error.code != "rest_not_logged_in"

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes,
        headers: Mapping[str, str],
        not_after: float | None,
    ) -> Reply:
        answer = await self._http.send(self._request(method, path, query, body, headers, not_after))
        if (error := failure(method, answer, self._place())) is not None:
            raise error
        try:
            decoded = msgspec.json.decode(answer.body)
        except msgspec.DecodeError as cause:
            raise unusable(method, self._place(), "an answer that breaks off") from cause
        total = answer.headers.get("x-wp-total", "")
        return Reply(body=decoded, total=int(total) if total.isdigit() else None, at=shop_time(answer))

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: bytes,
        headers: Mapping[str, str],
        not_after: float | None,
    ) -> HttpRequest:
        self._check_address()
        text = f"?{urlencode(query)}" if query else ""
        return HttpRequest(
            method=method,
            url=f"{self._base}{'' if path.startswith(LEGACY) else '/wp-json'}{path}{text}",
            headers={"Accept": "application/json", "Authorization": self._authorization(path), **headers},
            body=body,
            timeout=_READ,
            not_after=not_after,
        )

    def _authorization(self, path: str) -> str:
        known = self._settings
        pair = f"{known.wp_user}:{known.application_password}"
        if path.startswith(_KEYED) and known.consumer_key:
            pair = f"{known.consumer_key}:{known.consumer_secret}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def _check_address(self) -> None:
        parts = urlsplit(self._base)
        if found := _ADMIN.search(parts.path):
            base = self._base[: self._base.index(parts.path)] + parts.path[: found.start()]
            raise Configuration(
                "The address leads into the shop's administration, not to the shop.",
                code="WOO-106",
                where=self._place(),
                remedy=f'Leave the end away: url = "{base.rstrip("/")}".',
            )
        if parts.scheme == "https" or self._settings.allow_http or parts.hostname in _LOOPBACK:
            return
        raise Configuration(
            "The shop's address is plain http; its keys would travel readable.",
            code="WOO-101",
            where=self._place(),
            remedy="Use https.",
        )

    def _place(self) -> str:
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{parts.hostname or ''}"


def failure(method: str, answer: HttpResponse, place: str) -> HubError | None:
    """Say what is wrong with an answer, None if nothing."""
    if answer.status == 429 or _is_busy(answer):
        return Limited(f"{place} asks for fewer requests.", wait=_wait(answer), code="WOO-120", where=place)
    is_json = answer.content_type == "application/json"
    if 200 <= answer.status < 300:
        return None if is_json else unusable(method, place, "a web page in place of data")
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "").partition("?")[0]
        if "wp-login" in where:
            return Configuration(
                "The shop sends strangers to its login page.",
                code=LOGIN,
                where=place,
                remedy="Let /wp-json through without the login; the shop has its own keys there.",
            )
        remedy = f"Put the address the shop itself uses into the settings: {where}"
        return Configuration(
            "The shop sends us to another address.", code="WOO-103", where=place, remedy=remedy
        )
    if not is_json:
        return _page(method, answer, place)
    error = read_error(answer.body, answer.status)
    if error is None:
        return unusable(method, place, f"{answer.status} with an answer that breaks off")
    return _by_code(method, error, answer.status, place)


def _page(method: str, answer: HttpResponse, place: str) -> HubError:
    if answer.status == 404:
        return Configuration(
            "Nothing answers at /wp-json.",
            code=NOT_FOUND,
            where=place,
            remedy="In WordPress, Settings → Permalinks: choose anything but Plain.",
        )
    if answer.status == 401:
        return Configuration(
            "The web server asks for a password of its own before the shop is reached.",
            code="WOO-107",
            where=place,
            remedy="Let /wp-json through without that password; the shop has its own keys there.",
        )
    if answer.status in (403, 406):
        text = f"The host answers {answer.status} with a web page."
        return Unavailable(text, code="WOO-122", where=place, remedy=BOT)
    return unusable(method, place, f"{answer.status} with a web page")


def _by_code(method: str, error: ShopError, status: int, place: str) -> HubError:
    if status in (401, 403):
        remedy = _WRONG_KEYS.get(error.code) or (
            "The user behind the key may not do this: it must be a shop manager or administrator."
            if status == 403
            else "Look whether the key belongs to this shop and was not deleted."
        )
        return Configuration(
            f"The shop refuses the credentials: {error.message}", code=NO_RIGHT, where=place, remedy=remedy
        )
    if status >= 500:
        return unusable(method, place, f"{status} {error.code}")
    if error.code in _NO_ROUTES:
        return Configuration(
            "The shop does not know this route.", code=NO_ROUTE, where=place, remedy="Is WooCommerce active?"
        )
    return Refused(error.message or error.code, code=f"WOO {error.code}"[:60], where=place)


def _is_busy(answer: HttpResponse) -> bool:
    """Say whether the companion plug-in wants to be asked again; what goes through it may be sent twice."""
    return answer.status == 503 and b'"shopweave_busy"' in answer.body


def unusable(method: str, place: str, what: str) -> HubError:
    """Make the error of an answer that cannot be used: a write may have had an effect."""
    text = f"The shop answered {what}."
    if method == "GET":
        return Unavailable(text, code="WOO-121", where=place, remedy=BOT)
    return NoAnswer(text, code="WOO-121", where=place, remedy=BOT)


def read_error(body: bytes, status: int) -> ShopError | None:
    """Read an error object, None for one that breaks off; `data` is a bare number in refunds."""
    try:
        raw = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return error_of(raw if isinstance(raw, dict) else {}, status)


def error_of(raw: Mapping[str, Any], status: int = 0) -> ShopError:
    """Read the error of a whole answer or of one item of a batch; the old interface wraps its own."""
    if isinstance(wrapped := raw.get("errors"), (list, dict)) and wrapped:
        raw = wrapped if isinstance(wrapped, dict) else wrapped[0]
    data = raw.get("data")
    resource = data.get("resource_id", "") if isinstance(data, dict) else ""
    return ShopError(
        code=str(raw.get("code", "unknown")),
        message=str(raw.get("message", "")),
        status=status,
        resource=str(resource) if resource else "",
    )


def _wait(answer: HttpResponse) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 60.0


def shop_time(answer: HttpResponse) -> datetime | None:
    """Give the shop's clock as its answer states it, UTC."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError):
        return None
