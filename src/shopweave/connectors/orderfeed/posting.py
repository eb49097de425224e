"""Orders by HTTP: one signed request each, with a key by which the receiver knows it again."""

import hashlib
import hmac
import string
from urllib.parse import quote

import msgspec
from msgspec import Struct

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandedOver, HandOver, Progress, Taken
from shopweave.connector.roles import CheckLine
from shopweave.connectors.orderfeed.document import document, encoded
from shopweave.connectors.orderfeed.reports import read_reports
from shopweave.connectors.orderfeed.settings import FeedSettings
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, Refused
from shopweave.model.http import HttpRequest, HttpResponse

_SECONDS = 30.0
_ADMISSION = (401, 403, 404, 405, 410)
_REFUSALS = (400, 413, 415, 422)
_ONLY_POSTED = (405, 501)
_LATER = (408, 425, 429)
_LONGEST_TEXT = 200
_LOOK = "Look at the receiver and what stands before it."
_PLAIN = string.punctuation.replace("%", "") + " "


class Receipt(Struct, frozen=True, kw_only=True):
    """What a receiver may answer: its own id of the order, or why it refuses it."""

    id: str | int = ""
    error: str = ""
    remedy: str = ""


class Posting:
    """One receiver behind an address."""

    def __init__(self, settings: FeedSettings, doors: Doors) -> None:
        self._settings, self._http, self._clock = settings, doors.http, doors.clock

    async def take(self, order: HandOver, not_after: float | None) -> Taken | WriteRefused:
        """Post one order."""
        body = encoded(document(order))
        answer = await self._http.send(self._request("POST", body, order.reference, not_after))
        return _outcome(answer, order.reference)

    async def find(self, _order: HandOver) -> Taken | None:
        """Find nothing: a receiver that knows orders again is asked by sending the order again."""
        return None

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Ask the receiver about orders, in one request signed as those with orders are."""
        body = msgspec.json.encode({"references": [one.reference for one in orders]})
        answer = await self._http.send(self._request("POST", body, "", None, self._settings.progress_url))
        if not 200 <= answer.status < 300:
            outcome = _outcome(answer, "")
            what = outcome.what if isinstance(outcome, WriteRefused) else "It answers as to an order."
            raise Refused(what, code="ORD-014", remedy=_LOOK)
        return read_reports(answer.body)

    async def check(self) -> tuple[CheckLine, ...]:
        """Ask whether somebody answers at the address; a receiver may refuse to be asked so."""
        try:
            answer = await self._http.send(self._request("GET", b"", "", None))
            if answer.status not in _ONLY_POSTED:
                _outcome(answer, "")
        except HubError as error:
            return (CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code),)
        return (CheckLine(ok=True, what="The receiver answers."),)

    def _request(
        self, method: str, body: bytes, key: str, not_after: float | None, url: str = ""
    ) -> HttpRequest:
        at = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Shopweave-Timestamp": at,
            "X-Shopweave-Signature": f"sha256={signature(self._settings.secret, at, body)}",
        }
        if key:
            headers["Idempotency-Key"] = quote(key, safe=_PLAIN)
        return HttpRequest(
            method=method,
            url=url or self._settings.url,
            headers=headers,
            body=body,
            timeout=_SECONDS,
            not_after=not_after,
        )


def signature(secret: str, at: str, body: bytes) -> str:
    """Sign the moment and the body."""
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _outcome(answer: HttpResponse, reference: str) -> Taken | WriteRefused:
    if answer.status in _LATER:
        raise Limited("The receiver asks for fewer requests.", wait=_wait(answer), code="ORD-012")
    if answer.status in _ADMISSION or 300 <= answer.status < 400:
        raise _not_let_in(answer)
    receipt = _receipt(answer)
    if receipt is None or answer.status >= 500:
        raise _unusable(answer)
    if answer.status in _REFUSALS:
        what = receipt.error[:_LONGEST_TEXT] or f"The receiver refuses the order ({answer.status})."
        return WriteRefused(number=0, code="ORD-020", what=what, remedy=receipt.remedy[:_LONGEST_TEXT])
    if 200 <= answer.status < 300 or answer.status == 409:
        return Taken(remote_id=str(receipt.id) or reference)
    raise _unusable(answer)


def _receipt(answer: HttpResponse) -> Receipt | None:
    """Read an answer; None for a web page and for JSON that breaks off."""
    if answer.content_type in ("text/html", "application/xhtml+xml"):
        return None
    if answer.content_type != "application/json" or not answer.body:
        return Receipt()
    try:
        return msgspec.json.decode(answer.body, type=Receipt)
    except msgspec.ValidationError:
        return Receipt()
    except msgspec.DecodeError:
        return None


def _not_let_in(answer: HttpResponse) -> Configuration:
    if 300 <= answer.status < 400:
        what = "The receiver sends us to another address."
    else:
        what = f"The receiver does not let orders in ({answer.status})."
    remedy = "Check address and secret; the receiver takes POST requests."
    return Configuration(what, code="ORD-010", remedy=remedy)


def _unusable(answer: HttpResponse) -> NoAnswer:
    return NoAnswer(f"The receiver gave no usable answer ({answer.status}).", code="ORD-011", remedy=_LOOK)


def _wait(answer: HttpResponse) -> float:
    text = answer.headers.get("retry-after", "")
    return min(max(float(text), 1.0), 3600.0) if text.isdecimal() else 60.0
