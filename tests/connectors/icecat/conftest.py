"""A scripted Icecat: query in, answer out."""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shopweave.connector.declaration import Doors
from shopweave.connectors.icecat import CONNECTOR, IcecatConnection
from shopweave.model.errors import HubError
from shopweave.model.http import HttpRequest, HttpResponse

Script = Callable[[Mapping[str, str]], HttpResponse | HubError]


class Site:
    """A transport with a script: query in, answer out; keeps what was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[HttpRequest] = []

    @property
    def queries(self) -> list[dict[str, str]]:
        return [
            dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)) for request in self.requests
        ]

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self.script(self.queries[-1])
        if isinstance(answer, HubError):
            raise answer
        return answer

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager["Pieces"]:
        return self._stream(request)

    @asynccontextmanager
    async def _stream(self, request: HttpRequest) -> AsyncIterator["Pieces"]:
        yield Pieces(await self.send(request))


class Pieces:
    def __init__(self, response: HttpResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self._left = response.body

    async def read(self, size: int = 65_536) -> bytes:
        piece, self._left = self._left[:size], self._left[size:]
        return piece


class Still:
    def now(self) -> datetime:
        return datetime(2026, 1, 10, 8, 0, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a connector never sleeps")


class Numbers:
    def new(self) -> str:
        return "0" * 32


def no_sql(url: str) -> Any:
    raise AssertionError(url)


@pytest.fixture
def connect() -> Callable[..., tuple[IcecatConnection, Site]]:
    def make(script: Script, **settings: Any) -> tuple[IcecatConnection, Site]:
        site = Site(script)
        doors = Doors(http=site, sql=no_sql, clock=Still(), ids=Numbers(), random=random.Random(1))
        made = CONNECTOR.make({"user": "acme", **settings}, doors)
        assert isinstance(made, IcecatConnection)
        return made, site

    return make
