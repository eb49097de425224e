"""The site: who asks, for what, and what there is."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from shopweave.model.gtin import gtin14, shortest
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.catalogue import Known, Sheet, png
from shopweave.simulators.icecat.body import body_of

LANGUAGES = ("EN", "US", "NL", "FR", "DE", "IT", "ES", "DK", "PT", "SE", "PL", "CZ", "HU", "FI", "NO", "TR")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FULL_ONLY = (
    "To access Full Icecat content, an app_key is required."
    " Full Icecat users can find it on their My Profile page."
)
_TEXTS: Mapping[int, tuple[int, str, str]] = {
    1: (400, "Bad Request", "UserName, lang are mandatory fields"),
    2: (400, "Bad Request", "Lang is unknown"),
    3: (400, "Bad Request", "{user} the Icecat user is unknown"),
    4: (400, "Bad Request", "Product identifier(s) is not correct"),
    8: (404, "Not Found", "The requested product is not present in the Icecat database"),
    9: (
        403,
        "Forbidden",
        _FULL_ONLY,
    ),
    14: (404, "Not Found", "Product has brand restrictions or access is limited"),
    15: (404, "Not Found", "Products datasheet is not yet released"),
    16: (400, "Bad Request", "The GTIN can not be found"),
    19: (400, "Bad Request", "API Token is not valid UUID"),
}
_CODES = {
    Known.NOT_PRESENT: 8,
    Known.BRAND_RESTRICTED: 14,
    Known.FULL_ONLY: 9,
    Known.NOT_YET_RELEASED: 15,
    Known.UNKNOWN_GTIN: 16,
}


class Counters(Struct, kw_only=True):
    """How often the site was read and written."""

    reads: int = 0
    writes: int = 0


class IcecatSite:
    """Icecat with the sheets of an invented catalogue."""

    def __init__(
        self,
        sheets: tuple[Sheet, ...],
        *,
        url: str,
        users: tuple[str, ...] = ("hub",),
        tokens: tuple[str, ...] = (),
    ) -> None:
        self.url, self.users, self.tokens = url, tuple(user.lower() for user in users), tokens
        self.sheets = {sheet.gtin: sheet for sheet in sheets}
        self._by_id = {str(sheet.icecat_id): sheet for sheet in sheets}
        self._by_part = {(sheet.brand.lower(), sheet.part_number.lower()): sheet for sheet in sheets}
        self.counters = Counters()
        self.calls: dict[str, int] = {}

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        self.counters.reads += 1
        parts = urlsplit(request.url)
        if parts.path.startswith("/img/"):
            return self._picture(parts.path)
        if parts.path.rstrip("/") != "/api":
            return HttpResponse(status=404, headers={"content-type": "text/html"}, body=b"<h1>Not Found</h1>")
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        headers = {name.lower(): value for name, value in request.headers.items()}
        return self._api(query, headers)

    def _api(self, query: Mapping[str, str], headers: Mapping[str, str]) -> HttpResponse:
        user = query.get("shopname") or query.get("username") or ""
        lang = (query.get("lang") or query.get("language") or "").upper()
        token = headers.get("api-token", "")
        wrong = 0
        if not user or not lang:
            wrong = 1
        elif user.lower() not in self.users:
            wrong = 3
        elif lang not in LANGUAGES:
            wrong = 2
        elif token and not _UUID.fullmatch(token):
            wrong = 19
        if wrong:
            return refused(wrong, user)
        return self._product(query, lang)

    def _product(self, query: Mapping[str, str], lang: str) -> HttpResponse:
        gtin, brand = query.get("gtin"), query.get("brand") or query.get("vendor")
        name = gtin or query.get("icecat_id") or f"{brand}/{query.get('productcode')}"
        self.calls[name] = self.calls.get(name, 0) + 1
        if gtin:
            code = gtin14(gtin)
            if code is None:
                return refused(4)
            sheet = self.sheets.get(shortest(code))
            missing = 16
        elif query.get("icecat_id"):
            sheet, missing = self._by_id.get(query["icecat_id"]), 8
        elif brand and query.get("productcode"):
            sheet, missing = self._by_part.get((brand.lower(), query["productcode"].lower())), 8
        else:
            return refused(4)
        if sheet is None:
            return refused(missing)
        if sheet.known is Known.UNKNOWN_GTIN and not gtin:
            return refused(8)
        if sheet.known is not Known.OK:
            return refused(_CODES[sheet.known])
        return _json(200, {"msg": "OK", "data": body_of(sheet, lang, self.url)})

    def _picture(self, path: str) -> HttpResponse:
        found = re.fullmatch(r"/img/(\d+)_(\d+)\.png", path)
        if found is None:
            return HttpResponse(status=404, headers={"content-type": "text/html"}, body=b"Not Found")
        content = png(int(found[1]) * 10 + int(found[2]))
        return HttpResponse(status=200, headers={"content-type": "image/png"}, body=content)


def refused(code: int, user: str = "") -> HttpResponse:
    """Give an error, word for word."""
    status, phrase, text = _TEXTS[code]
    body = {"StatusCode": code, "Code": status, "Error": phrase, "Message": text.format(user=user)}
    return _json(status, body)


def _json(status: int, body: Any) -> HttpResponse:
    return HttpResponse(
        status=status,
        headers={"content-type": "application/json"},
        body=json.dumps(body, separators=(",", ":")).encode(),
    )
