"""Switches of a shop that orders are fetched from: what it can, and what stands in front of it."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct, structs

from shopweave.model.errors import NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.woocommerce.answers import answer, html
from shopweave.wire import order_helper

_KEYS = ("consumer_key", "consumer_secret")
_WINDOW = ("modified_after", "modified_before", "dates_are_gmt")


class Switches(Struct, kw_only=True):
    """How the shop is set just now; may be changed while it runs.

    `refuses_query_keys` answers 401 to keys in the address, which a real shop takes. `password_page` is the
    web server's own question for a password, `login_page` a plug-in that sends strangers to the login. The
    zone of a shop is given when it is made.
    """

    legacy_enabled: bool = False
    plugin_installed: bool = True
    honours_modified_after: bool = True
    strip_authorization_header: bool = False
    refuses_query_keys: bool = False
    password_page: bool = False
    login_page: bool = False
    expired_certificate: bool = False
    clock_skew_s: float = 0.0


class SkewedClock:
    """A clock that is wrong by what the switches say."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock, self._switches = clock, switches

    def now(self) -> datetime:
        """Give the shop's time."""
        return self._clock.now() + timedelta(seconds=self._switches.clock_skew_s)

    def monotonic(self) -> float:
        """Give seconds that only go on."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._clock.sleep(seconds)


def at_the_door(switches: Switches, request: HttpRequest, url: str) -> HttpRequest | HttpResponse:
    """Give the request as the shop itself sees it, or the answer of what stands in front."""
    if switches.expired_certificate:
        raise NotSent("The server's certificate has expired.", code="NET-114", where=url, remedy="Renew it.")
    if switches.password_page:
        asks = {"www-authenticate": 'Basic realm="Staging"'}
        page = html(401, "Authorization required")
        return structs.replace(page, headers={**page.headers, **asks})
    if switches.login_page:
        return HttpResponse(status=302, headers={"location": f"{url}/wp-login.php?redirect_to=%2F"})
    path = urlsplit(request.url).path
    if path.startswith(f"/wp-json{order_helper.SPACE}") and not switches.plugin_installed:
        gone = "No route was found matching the URL and request method."
        return answer(404, {"code": "rest_no_route", "message": gone, "data": {"status": 404}})
    return _stripped(switches, request)


def _stripped(switches: Switches, request: HttpRequest) -> HttpRequest:
    dropped = (*(_KEYS if switches.refuses_query_keys else ()),)
    parts = urlsplit(request.url)
    if not switches.honours_modified_after and parts.path.startswith("/wp-json/wc/"):
        dropped += _WINDOW
    headers = dict(request.headers)
    if switches.strip_authorization_header:
        headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
    if dropped:
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        parts = parts._replace(query=urlencode([one for one in pairs if one[0] not in dropped]))
    return structs.replace(request, url=urlunsplit(parts), headers=headers)
