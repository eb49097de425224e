"""Answers as WordPress gives them: bodies, headers and error objects."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shopweave.model.http import HttpResponse

Body = dict[str, Any]
HEADERS = {
    "content-type": "application/json; charset=UTF-8",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "access-control-expose-headers": "X-WP-Total, X-WP-TotalPages, Link",
    "cache-control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


class Wrong(Exception):
    """An error answer on its way to the client."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.data = status, code, message, data

    def body(self) -> Body:
        """Give the error object."""
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}


class BareWrong(Wrong):
    """An error whose `data` is the bare status, as refunds give it."""

    def body(self) -> Body:
        """Give the error object."""
        return {"code": self.code, "message": self.message, "data": self.status}


def dump(body: Any) -> bytes:
    """Write JSON as PHP does, with escaped slashes and non-ASCII letters."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Make a JSON answer."""
    return HttpResponse(status=status, headers={**HEADERS, **(headers or {})}, body=dump(body))


def html(status: int, text: str) -> HttpResponse:
    """Make a web page."""
    page = f"<!DOCTYPE html><html><body><p>{text}</p></body></html>".encode()
    return HttpResponse(status=status, headers={"content-type": "text/html; charset=UTF-8"}, body=page)


def page(
    url: str, query: Mapping[str, str], rows: Sequence[Any], total: int, number: int, size: int
) -> tuple[Sequence[Any], dict[str, str]]:
    """Give the headers of a list."""
    pages = -(-total // size)
    rest = {key: value for key, value in query.items() if key not in ("consumer_key", "consumer_secret")}
    links = []
    if number > 1:
        links.append(_link(url, rest, min(number - 1, max(pages, 1)), "prev"))
    if number < pages:
        links.append(_link(url, rest, number + 1, "next"))
    headers = {"x-wp-total": str(total), "x-wp-totalpages": str(pages)}
    return rows, {**headers, "link": ", ".join(links)} if links else headers


def _link(url: str, query: Mapping[str, str], number: int, rel: str) -> str:
    parts = "&".join(f"{key}={value}" for key, value in {**query, "page": str(number)}.items())
    return f'<{url}?{parts}>; rel="{rel}"'


def fields(body: Any, wanted: str | None) -> Any:
    """Keep the fields that `_fields` names; on single objects `_links` stays."""
    if not wanted:
        return body
    keys = [name.strip() for name in wanted.split(",")]
    if isinstance(body, list):
        return [{key: row[key] for key in keys if key in row} for row in body]
    return {key: value for key, value in body.items() if key in keys or key == "_links"}
