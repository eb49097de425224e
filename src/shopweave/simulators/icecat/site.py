"""The site: who asks, for what, and what there is."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, structs

from shopweave.model.gtin import gtin14, shortest
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.catalogue import Known, Sheet, png
from shopweave.simulators.icecat.account import Account, Allowance, Asked, asking, may_index
from shopweave.simulators.icecat.body import body_of
from shopweave.simulators.icecat.index import index
from shopweave.simulators.icecat.refusals import OF_SHEET, as_json, limited, refused

_START = datetime(2026, 1, 10, tzinfo=UTC)
_HTML = {"content-type": "text/html"}
_OPEN_DEMO = Account(user="openIcecat-live")


class Counters(Struct, kw_only=True):
    """How often the site was read and written."""

    reads: int = 0
    writes: int = 0


class IcecatSite:
    """Icecat with the sheets of an invented catalogue; `calls` counts who was asked for."""

    def __init__(
        self,
        sheets: tuple[Sheet, ...],
        *,
        url: str,
        users: tuple[str, ...] = ("hub",),
        tokens: tuple[str, ...] = (),
        accounts: tuple[Account, ...] = (),
        clock: Clock | None = None,
        per_second: int = 0,
        private: tuple[str, ...] = (),
    ) -> None:
        named = tuple(Account(user=user, token=tokens[0] if tokens else "") for user in users)
        self.url, self.accounts = url, (*accounts, *named, _OPEN_DEMO)
        self.sheets = {sheet.gtin: sheet for sheet in sheets}
        self._by_id = {str(sheet.icecat_id): sheet.gtin for sheet in sheets}
        self._by_part = {(sheet.brand.lower(), sheet.part_number.lower()): sheet.gtin for sheet in sheets}
        self._clock, self._allowance, self._private = clock, Allowance(clock, per_second), private
        self.changes: dict[str, datetime] = {}
        self.counters = Counters()
        self.calls: dict[str, int] = {}

    def revise(self, gtin: str, known: Known = Known.OK, **changes: str) -> None:
        """Let editors change a sheet, or take it away with `Known.NOT_PRESENT`; the index tells of it."""
        self.sheets[gtin] = structs.replace(self.sheets[gtin], known=known, **changes)
        self.changes[gtin] = self._now()

    def _now(self) -> datetime:
        return self._clock.now() if self._clock is not None else _START

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        self.counters.reads += 1
        parts = urlsplit(request.url)
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        headers = {name.lower(): value for name, value in request.headers.items()}
        if parts.path.startswith("/img/"):
            return self._picture(parts.path, query)
        if parts.path.startswith("/files/"):
            return HttpResponse(status=200, headers={"content-type": "application/pdf"}, body=b"%PDF-1.4\n")
        if parts.path.startswith("/export/"):
            if not may_index(self.accounts, headers):
                return HttpResponse(status=401, headers=_HTML, body=b"<h1>Unauthorized</h1>")
            return index(parts.path, headers, self.sheets, self.changes, self._now())
        if parts.path.rstrip("/") != "/api":
            return HttpResponse(status=404, headers=_HTML, body=b"<h1>Not Found</h1>")
        if self._allowance.is_over():
            return limited(1)
        asked = asking(self.accounts, query, headers)
        if isinstance(asked, int):
            return refused(asked, query.get("shopname") or query.get("username") or "")
        return self._product(query, asked)

    def _product(self, query: Mapping[str, str], asked: Asked) -> HttpResponse:
        name = _identifier(query)
        self.calls[name] = self.calls.get(name, 0) + 1
        found = self._wanted(query)
        if isinstance(found, int):
            return refused(found)
        known = found.known
        if known is Known.UNKNOWN_GTIN and not query.get("gtin"):
            return refused(8)
        if known is not Known.OK and not (known is Known.FULL_ONLY and asked.full):
            return refused(OF_SHEET[known])
        data = body_of(found, asked.lang, self.url, content_token=asked.content_token)
        data["DemoAccount"] = asked.user.lower() == _OPEN_DEMO.user.lower()
        return as_json(200, {"msg": "OK", "data": data})

    def _wanted(self, query: Mapping[str, str]) -> Sheet | int:
        """Give the sheet that is asked for by one identifier, or the number of the refusal."""
        brand, code = query.get("brand") or query.get("vendor"), query.get("productcode")
        if query.get("gtin"):
            valid = gtin14(query["gtin"])
            return 4 if valid is None else self.sheets.get(shortest(valid), 16)
        if query.get("icecat_id"):
            key = query["icecat_id"]
            return self._of(self._by_id.get(key)) if key.isdigit() else 4
        if brand and code:
            return self._of(self._by_part.get((brand.lower(), code.lower())))
        return 4

    def _of(self, gtin: str | None) -> Sheet | int:
        return 8 if gtin is None else self.sheets[gtin]

    def _picture(self, path: str, query: Mapping[str, str]) -> HttpResponse:
        found = re.fullmatch(r"/img/(\d+)_(\d+)\.png", path)
        if found is None:
            return HttpResponse(status=404, headers=_HTML, body=b"Not Found")
        tokens = [one.content_token for one in self.accounts if one.content_token]
        if found[1] in self._private and query.get("content_token") not in tokens:
            return HttpResponse(status=403, headers=_HTML, body=b"Forbidden")
        content = png(int(found[1]) * 10 + int(found[2]))
        return HttpResponse(status=200, headers={"content-type": "image/png"}, body=content)


def _identifier(query: Mapping[str, str]) -> str:
    brand = query.get("brand") or query.get("vendor")
    return query.get("gtin") or query.get("icecat_id") or f"{brand}/{query.get('productcode')}"
