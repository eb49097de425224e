"""Icecat's refusals, word for word, with their numbers and HTTP statuses."""

import json
from collections.abc import Mapping
from typing import Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.catalogue import Known

_PHRASES = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}
_FULL = (
    "To access Full Icecat content, an app_key is required."
    " Full Icecat users can find it on their My Profile page."
)
_VERTICAL = (
    "The requested product is limited for the current user vertical,"
    " please contact your account manager at Icecat"
)
_TEXTS: Mapping[int, tuple[int, str]] = {
    1: (400, "UserName, lang are mandatory fields"),
    2: (400, "Lang is unknown"),
    3: (400, "{user} the Icecat user is unknown"),
    4: (400, "Product identifier(s) is not correct"),
    5: (403, "You have wrong ip address for access"),
    6: (400, "Not found for this shopname private key"),
    7: (403, "Wrong matching shopname with app_key"),
    8: (404, "The requested product is not present in the Icecat database"),
    9: (
        403,
        _FULL,
    ),
    10: (403, "Not found user by application_key"),
    12: (
        403,
        _VERTICAL,
    ),
    14: (404, "Product has brand restrictions or access is limited"),
    15: (404, "Products datasheet is not yet released"),
    16: (400, "The GTIN can not be found"),
    19: (400, "API Token is not valid UUID"),
    404: (404, "The requested product is not present in the Icecat database"),
}
OF_SHEET = {
    Known.NOT_PRESENT: 8,
    Known.BRAND_RESTRICTED: 14,
    Known.FULL_ONLY: 9,
    Known.NOT_YET_RELEASED: 15,
    Known.UNKNOWN_GTIN: 16,
    Known.VERTICAL_LIMITED: 12,
}


def refused(code: int, user: str = "") -> HttpResponse:
    """Give a refusal."""
    status, text = _TEXTS[code]
    message = text.format(user=user)
    return as_json(
        status, {"StatusCode": code, "Code": status, "Error": _PHRASES[status], "Message": message}
    )


def limited(seconds: int) -> HttpResponse:
    """Give the answer to who asks too often."""
    found = as_json(429, {"Code": 429, "Error": _PHRASES[429], "Message": "Too many requests"})
    return HttpResponse(status=429, headers={**found.headers, "retry-after": str(seconds)}, body=found.body)


def as_json(status: int, body: Any) -> HttpResponse:
    """Make a JSON answer."""
    content = json.dumps(body, separators=(",", ":")).encode()
    return HttpResponse(status=status, headers={"content-type": "application/json"}, body=content)
