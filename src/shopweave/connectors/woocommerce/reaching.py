"""Whether a shop can be reached, step by step: address, server, certificate, what stands in front."""

from shopweave.connector.roles import CheckLine
from shopweave.connectors.woocommerce.client import LOGIN, NO_RIGHT, NO_ROUTE, NOT_FOUND, Client
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.errors import Configuration, HubError, Refused

_ADDRESS, _SERVER, _CERTIFICATE = 0, 1, 2
_STEPS = (
    "The address is well formed and https.",
    "The server is found and takes connections.",
    "Its certificate is valid and was issued for this name.",
    "No password page and no login stands in front of the shop.",
)
_HTTP = (
    "The address is plain http, which is allowed here.",
    _STEPS[1],
    "Plain http has no certificate.",
    _STEPS[3],
)
_FAILS_AT = {
    **dict.fromkeys(("WOO-101", "WOO-106", "NET-106"), _ADDRESS),
    **dict.fromkeys(("NET-101", "NET-102", "NET-105", "NET-110", "NET-113"), _SERVER),
    **dict.fromkeys(("NET-103", "NET-104", "NET-114", "NET-115", "NET-116"), _CERTIFICATE),
}
_CLOSED = ("WOO-107", LOGIN, "WOO-122", "NET-102", "NET-105")
_INSIDE = (NOT_FOUND, NO_ROUTE, NO_RIGHT)
_DROPPED = (
    "The web server must pass the Authorization header on (Apache with CGI or FastCGI: CGIPassAuth On);"
    " behind a proxy, PHP must see https."
)


async def reached(settings: WooSettings, client: Client) -> list[CheckLine]:
    """Knock as a stranger; the steps before the one that fails are told as good."""
    texts = _STEPS if settings.url.lower().startswith("https:") else _HTTP
    try:
        await client.knock()
    except HubError as error:
        if error.code not in _INSIDE and not isinstance(error, Refused):
            passed = texts[: _FAILS_AT.get(error.code, len(texts) - 1)]
            return [*(CheckLine(ok=True, what=text) for text in passed), closed(settings, error)]
    return [CheckLine(ok=True, what=text) for text in texts]


def closed(settings: WooSettings, error: HubError) -> CheckLine:
    """Say what keeps us out, and where the shop is not to be public, whom to let in."""
    remedy = f"{error.remedy} {_allow(settings)}".strip() if error.code in _CLOSED else error.remedy
    return CheckLine(ok=False, what=error.what, remedy=remedy, code=error.code)


def _allow(settings: WooSettings) -> str:
    if settings.outgoing_addresses:
        known = ", ".join(settings.outgoing_addresses)
        return f"If the shop is not to be public, let the hub's outgoing addresses through: {known}."
    return (
        "If the shop is not to be public, let the hub's outgoing addresses through; name them in"
        " outgoing_addresses to see them here."
    )


async def header_dropped(client: Client, problem: HubError) -> HubError:
    """Tell keys that are wrong from a web server that takes the header away: both are answered alike."""
    if await client.sees_header():
        return problem
    return Configuration(
        "The shop never sees the keys: the web server drops the Authorization header.",
        code="WOO-171",
        where=problem.where,
        remedy=_DROPPED,
    )
