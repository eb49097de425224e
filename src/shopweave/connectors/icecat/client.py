"""Requests to Icecat: one call, one request; errors become ours."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from shopweave.connector.transports import HttpStream, HttpTransport
from shopweave.connectors.icecat.outcomes import Fault, Miss, classify, configuration
from shopweave.connectors.icecat.payload import Product, read_product, text
from shopweave.connectors.icecat.pictures import MEDIA_TYPES, with_token
from shopweave.connectors.icecat.settings import IcecatSettings
from shopweave.model.errors import BrokenData, Limited, Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.model.values import Picture, PictureBytes

_JSON = ("application/json", "text/json")


class IcecatClient:
    """Ask for sheets and read pictures."""

    def __init__(
        self, settings: IcecatSettings, http: HttpTransport, foreign: HttpTransport, clock: Clock
    ) -> None:
        self._settings = settings
        self._http, self._foreign = http, foreign
        self._clock = clock
        self._where = urlsplit(settings.url).hostname or "Icecat"

    async def sheet(self, language: str, parameters: tuple[tuple[str, str], ...]) -> Product | Miss:
        """Ask for one sheet by one identifier in one language."""
        response = await self._http.send(self._request(language, parameters))
        answer = self._json(response)
        if response.status == 200 and isinstance(answer.get("data"), Mapping) and answer["data"]:
            return read_product(answer["data"])
        return self._error(response.status, answer)

    async def picture(self, picture: Picture) -> PictureBytes:
        """Read one picture; the content token goes with the request and nowhere else."""
        url = with_token(picture.ref, self._settings.content_token, self._settings.url)
        request = HttpRequest(method="GET", url=url, headers={"Accept": ", ".join(sorted(MEDIA_TYPES))})
        async with self._foreign.stream(request) as answer:
            self._look_at_picture(answer, picture.ref)
            content = await self._content(answer, picture.ref)
        return PictureBytes(content=content, media_type=_media_type(answer))

    def _request(self, language: str, parameters: tuple[tuple[str, str], ...]) -> HttpRequest:
        settings = self._settings
        query = [("shopname", settings.user), ("lang", language), *parameters, ("content", "")]
        if settings.app_key:
            query.append(("app_key", settings.app_key))
        headers = {"Accept": "application/json"}
        if settings.api_token:
            headers["api-token"] = settings.api_token
            if settings.content_token:
                headers["content-token"] = settings.content_token
        return HttpRequest(method="GET", url=f"{settings.url}?{urlencode(query)}", headers=headers)

    def _json(self, response: HttpResponse) -> Mapping[str, Any]:
        self._refuse_overload(response.status, response.headers)
        if response.content_type not in _JSON:
            if response.status == 401:
                self._error(response.status, {})
            kind = response.content_type or "nothing readable"
            raise self._unavailable(f"answered {response.status} with {kind} instead of JSON", "ICECAT-52")
        try:
            answer = msgspec.json.decode(response.body)
        except msgspec.DecodeError as error:
            raise self._unavailable("sent JSON that breaks off or is damaged", "ICECAT-53") from error
        return answer if isinstance(answer, Mapping) else {}

    def _error(self, status: int, answer: Mapping[str, Any]) -> Miss:
        number = _whole(text(answer, "StatusCode"))
        message = next((text(answer, key) for key in ("Message", "message", "msg") if text(answer, key)), "")
        meaning = classify(number, message) or (classify(401, "") if status == 401 else None)
        if isinstance(meaning, Miss):
            return meaning
        if isinstance(meaning, Fault):
            raise configuration(meaning, self._where)
        shown = f" and number {number}" if number is not None else ""
        raise self._unavailable(f"answered {status}{shown}, which means nothing known", "ICECAT-54")

    def _refuse_overload(self, status: int, headers: Mapping[str, str]) -> None:
        if status == 429:
            raise Limited(
                "Icecat asks for fewer requests.",
                wait=self._wait(headers.get("retry-after", "")),
                code="ICECAT-50",
                where=self._where,
            )
        if status >= 500:
            raise self._unavailable(f"answered {status}", "ICECAT-51")

    def _wait(self, retry_after: str) -> float:
        if retry_after.strip().isdigit():
            return max(1.0, float(retry_after))
        try:
            return max(1.0, (parsedate_to_datetime(retry_after) - self._clock.now()).total_seconds())
        except (ValueError, TypeError):
            return 60.0

    def _unavailable(self, what: str, code: str) -> Unavailable:
        return Unavailable(f"Icecat {what}.", code=code, where=self._where, remedy="It is asked again later.")

    def _look_at_picture(self, answer: HttpStream, ref: str) -> None:
        self._refuse_overload(answer.status, answer.headers)
        if answer.status in (401, 403):
            raise BrokenData(
                "Icecat does not hand out this picture.",
                code="ICECAT-61",
                where=ref,
                remedy="Set the content access token of your Full Icecat account.",
            )
        if answer.status != 200:
            raise BrokenData(f"The picture is gone (answer {answer.status}).", code="ICECAT-62", where=ref)
        if _media_type(answer) not in MEDIA_TYPES:
            kind = _media_type(answer) or "no type"
            raise BrokenData(f"This is no picture for a shop ({kind}).", code="ICECAT-63", where=ref)

    async def _content(self, answer: HttpStream, ref: str) -> bytes:
        content = bytearray()
        while piece := await answer.read():
            content += piece
            if len(content) > self._settings.picture_mb * 1_000_000:
                raise BrokenData(
                    f"The picture has more than {self._settings.picture_mb} MB.",
                    code="ICECAT-64",
                    where=ref,
                    remedy="Raise 'picture_mb' of this connection if you want it.",
                )
        if not content:
            raise BrokenData("The picture is empty.", code="ICECAT-65", where=ref)
        return bytes(content)


def _media_type(answer: HttpStream) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _whole(number: str) -> int | None:
    return int(number) if number.isascii() and number.lstrip("-").isdigit() else None
