"""WordPress routes: media and the user's own account."""

import re
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from typing import Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Wrong, answer, fields, html, page
from shopweave.simulators.woocommerce.images import Images, media_type
from shopweave.simulators.woocommerce.routes import Call, no_route
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.values import paging, truth

_UPLOADERS = ("administrator", "shop_manager", "editor", "author")


class Media:
    """The attachments of a shop over HTTP."""

    def __init__(self, state: State, images: Images) -> None:
        self.state, self.images = state, images

    def file(self, path: str) -> HttpResponse:
        """Serve a stored file."""
        name = path.rpartition("/")[2]
        row = next((row for row in self.state.rows["media"].values() if row["file"] == name), None)
        if row is None:
            return html(404, "Not found")
        return HttpResponse(
            status=200, headers={"content-type": row["type"]}, body=self.state.files[row["id"]]
        )

    def answer(self, call: Call, _: list[str]) -> HttpResponse:
        """Answer a wp/v2 request."""
        if call.path == "/wp/v2/users/me":
            return self._me(call.role)
        found = re.fullmatch(r"/wp/v2/media(?:/(\d+))?", call.path)
        if found is None:
            raise no_route()
        if found[1] is None:
            return self._upload(call) if call.writes else self._list(call.query)
        return self._one(call.method, int(found[1]), call.query, call.raw, call.role)

    def _me(self, role: str) -> HttpResponse:
        if not role:
            raise Wrong(401, "rest_not_logged_in", "You are not currently logged in.")
        rights = {"upload_files": role in _UPLOADERS, "edit_products": role in _UPLOADERS[:2]}
        return answer(200, {"id": 1, "name": "hub", "slug": "hub", "roles": [role], "capabilities": rights})

    def _list(self, query: dict[str, str]) -> HttpResponse:
        rows = list(self.state.rows["media"].values())
        if query.get("slug"):
            names = query["slug"].split(",")
            rows = [row for row in rows if row["slug"] in names]
        if query.get("search"):
            text = query["search"].lower()
            rows = [row for row in rows if text in f"{row['title']} {row['slug']}".lower()]
        rows.sort(key=lambda row: row["id"], reverse=query.get("order", "desc") == "desc")
        number, size, offset = paging(query)
        shown = [self.images.media(row) for row in rows[offset : offset + size]]
        _, headers = page(f"{self.images.url}/wp-json/wp/v2/media", query, shown, len(rows), number, size)
        return answer(200, fields(shown, query.get("_fields")), headers)

    def _upload(self, call: Call) -> HttpResponse:
        if call.role not in _UPLOADERS:
            raise Wrong(
                403 if call.role else 401, "rest_cannot_create", "Sorry, you are not allowed to create posts."
            )
        name, content, form = _received(call.headers, call.raw)
        if not content:
            raise Wrong(400, "rest_upload_no_data", "No data supplied.")
        if not media_type(content):
            raise Wrong(
                500, "rest_upload_sideload_error", "Sorry, you are not allowed to upload this file type."
            )
        row = self.images.store(name, content, alt=form.get("alt_text", ""), title=form.get("title", ""))
        place = f"{self.images.url}/wp-json/wp/v2/media/{row['id']}"
        return answer(201, self.images.media(row), {"location": place})

    def _one(self, method: str, key: int, query: Mapping[str, str], raw: bytes, role: str) -> HttpResponse:
        row = self.state.rows["media"].get(key)
        if row is None:
            raise Wrong(404, "rest_post_invalid_id", "Invalid post ID.")
        if method == "GET":
            return answer(200, self.images.media(row))
        if role not in _UPLOADERS:
            raise Wrong(
                403 if role else 401, "rest_cannot_edit", "Sorry, you are not allowed to edit this post."
            )
        if method == "DELETE":
            if not truth(query.get("force")):
                raise Wrong(501, "rest_trash_not_supported", "The post does not support trashing.")
            self.state.remove("media", key)
            return answer(200, {"deleted": True, "previous": self.images.media(row)})
        return answer(200, self.images.media(self._edited(row, raw)))

    def _edited(self, row: Row, raw: bytes) -> Row:
        import msgspec

        body: Any = msgspec.json.decode(raw) if raw else {}
        fresh = {**row, "alt": body.get("alt_text", row["alt"]), "title": body.get("title", row["title"])}
        self.state.save("media", row["id"], fresh)
        return fresh


def _received(headers: Mapping[str, str], raw: bytes) -> tuple[str, bytes, dict[str, str]]:
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _multipart(kind, raw)
    found = re.search(r'filename="?([^";]+)"?', headers.get("content-disposition", ""))
    if found is None:
        raise Wrong(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
    return found[1], raw, {}


def _multipart(kind: str, raw: bytes) -> tuple[str, bytes, dict[str, str]]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    name, content, form = "", b"", {}
    for part in message.get_payload():
        if not isinstance(part, Message):
            continue
        field = str(part.get_param("name", header="content-disposition"))
        body = part.get_payload(decode=True)
        data = body if isinstance(body, bytes) else b""
        if field == "file":
            name, content = str(part.get_filename() or "upload.jpg"), data
        else:
            form[field] = data.decode()
    return name, content, form
