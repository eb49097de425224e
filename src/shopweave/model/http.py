"""Requests and answers as values."""

from collections.abc import Mapping

from msgspec import Struct


class HttpRequest(Struct, frozen=True, kw_only=True):
    """One request; `not_after` is a time of `Clock.monotonic()` past which it must not start."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout: float = 30.0
    not_after: float | None = None


class HttpResponse(Struct, frozen=True, kw_only=True):
    """One answer, whatever its status; header names are lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Give the media type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
