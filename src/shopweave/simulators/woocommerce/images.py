"""Pictures: attachments, sideloads and uploads."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from shopweave.model.http import HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.attachment import attachment
from shopweave.simulators.woocommerce.state import Row, State, when
from shopweave.simulators.woocommerce.values import integer, stamp

_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}


class Images:
    """The media library of a shop; `fetch` gets what a `src` names."""

    def __init__(
        self, state: State, clock: Clock, url: str, offset: timedelta, fetch: Callable[[str], HttpResponse]
    ) -> None:
        self.state, self.clock, self.url, self.offset, self.fetch = state, clock, url, offset, fetch
        self._names = {row["file"] for row in state.rows["media"].values()}

    def taken(self, image: Body) -> Row:
        """Take a picture into a product: by id, or by sideloading `src` into a new attachment each time."""
        key = integer(image.get("id"))
        if key:
            if key not in self.state.rows["media"]:
                raise Wrong(400, "woocommerce_product_invalid_image_id", f"#{key} is an invalid image ID.")
        else:
            key = self.sideload(str(image.get("src") or ""))["id"]
        row = self.state.rows["media"][key]
        if "alt" in image and image["alt"] != row["alt"]:
            row = {**row, "alt": str(image["alt"])}
            self.state.save("media", key, row)
        return {"id": key}

    def sideload(self, src: str) -> Row:
        """Fetch a picture and store it; what cannot be fetched fails the whole call."""
        if not src:
            raise _failed("No URL Provided.")
        name = urlsplit(src).path.rpartition("/")[2]
        kind = name.rpartition(".")[2].lower()
        if kind not in _TYPES:
            raise _failed("Sorry, you are not allowed to upload this file type.")
        answer = self.fetch(src)
        if answer.status != 200:
            raise _failed("Not Found", src)
        if not media_type(answer.body):
            raise _failed("Sorry, you are not allowed to upload this file type.")
        return self.store(name, answer.body, alt="", title="")

    def store(self, name: str, content: bytes, *, alt: str, title: str) -> Row:
        """Store a file under a free name."""
        file = self.free(re.sub(r"\s+", "-", name))
        self._names.add(file)
        key, now = self.state.number(), self.clock.now().replace(microsecond=0).isoformat()
        row: Row = {
            "id": key,
            "file": file,
            "slug": file.rpartition(".")[0].lower(),
            "title": title or file.rpartition(".")[0],
            "alt": alt,
            "type": media_type(content),
            "size": len(content),
            "date": now,
            "post": None,
        }
        self.state.files[key] = content
        self.state.save("media", key, row)
        return row

    def free(self, name: str) -> str:
        """Give a file name that nobody has, by counting up behind its stem."""
        stem, _, ending = name.rpartition(".")
        number, file = 0, name
        while file in self._names:
            number += 1
            file = f"{stem}-{number}.{ending}"
        return file

    def rename(self, row: Row, file: str) -> None:
        """Give a picture another file name; its old address answers no more."""
        self._names.discard(row["file"])
        self._names.add(file)
        self.state.save("media", row["id"], {**row, "file": file})

    def src(self, row: Row) -> str:
        """Give the address of a picture."""
        return f"{self.url}/wp-content/uploads/{row['file']}"

    def shown(self, used: list[Row]) -> list[Body]:
        """Give pictures as products show them; deleted attachments are left out."""
        rows = (self.state.rows["media"].get(one["id"]) for one in used)
        return [self._shown(row) for row in rows if row is not None]

    def _shown(self, row: Row) -> Body:
        made = when(row["date"])
        return {
            "id": row["id"],
            "date_created": stamp(made, 2 * self.offset),
            "date_created_gmt": stamp(made),
            "date_modified": stamp(made, 2 * self.offset),
            "date_modified_gmt": stamp(made),
            "src": self.src(row),
            "name": row["title"],
            "alt": row["alt"],
        }

    def media(self, row: Row) -> Body:
        """Give an attachment as wp/v2 shows it."""
        content = self.state.files.get(row["id"], b"")
        return attachment(row, url=self.url, src=self.src(row), offset=self.offset, content=content)


def media_type(content: bytes) -> str:
    """Say what kind of picture some bytes are, `""` if none."""
    if content.startswith(b"\x89PNG"):
        return "image/png"
    if content.startswith(b"\xff\xd8"):
        return "image/jpeg"
    if content.startswith(b"GIF8"):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def _failed(text: str, src: str = "") -> Wrong:
    what = f"Error getting remote image {src}. Error: {text}"
    return Wrong(400, "woocommerce_product_image_upload_error", what)
