"""The routes that take pictures in and give them to products."""

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.images import media_type
from shopweave.simulators.woocommerce.routes import Call, required
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop


class Pictures:
    """Pictures of one shop, each kept once by its content."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop
        self._known: dict[str, int] = {}

    def pictures(self, call: Call) -> HttpResponse:
        """Take a file in, once by its content."""
        if not media_type(call.raw):
            raise _refused("type")
        head = call.headers.get("content-disposition", "")
        name = unquote(head.partition('filename="')[2].partition('"')[0])
        known = self._alive(hashlib.sha256(call.raw).hexdigest())
        key = known or self.shop.images.store(name or "image.png", call.raw, alt="", title="")["id"]
        return answer(200 if known else 201, {"id": key, **self._shown(key, reused=bool(known))})

    def set_image(self, call: Call) -> HttpResponse:
        """Give a product its picture; nothing is saved where it has it already."""
        body = call.body()
        required(body, "id")
        row = self.shop.state.products.get(integer(body["id"]))
        if row is None or row["status"] == "trash":
            raise Wrong(404, "shopweave_unknown_product", "There is no such product.")
        taken = self._taken(body)
        used = [one["id"] for one in row["images"]]
        key = taken["attachment"]
        gallery = body.get("place") == "gallery"
        changed = key not in used[1:] if gallery else used[:1] != [key]
        if changed:
            ids = [*used, key] if gallery else [key, *used[1:]]
            self.shop.products.update(row, {"images": [{"id": one} for one in ids]})
        return answer(200, {**taken, "changed": changed})

    def _taken(self, body: Body) -> Row:
        if body.get("media_id"):
            if integer(body["media_id"]) not in self.shop.state.rows["media"]:
                raise _refused("type")
            return self._shown(integer(body["media_id"]), reused=True)
        url = str(body.get("url") or "")
        if not url:
            raise Wrong(400, "shopweave_bad_request", "Give url or media_id.", field="url")
        if known := self._alive(url):
            return self._shown(known, reused=True)
        return self._fetched(url, str(body.get("alt", "")))

    def _fetched(self, url: str, alt: str) -> Row:
        found = self.shop.images.fetch(url)
        if found.status != 200:
            text = f"The address of the picture answers {found.status}."
            raise Wrong(502, "shopweave_image_unreachable", text, reason="status")
        if not media_type(found.body):
            raise _refused("type")
        known = self._alive(hashlib.sha256(found.body).hexdigest())
        key = known or self.shop.images.store(url.rpartition("/")[2], found.body, alt=alt, title="")["id"]
        self._known[url] = key
        return self._shown(key, reused=bool(known))

    def _alive(self, name: str) -> int:
        """Find a picture by its address or content that was not deleted since."""
        key = self._known.get(name, 0)
        return key if key in self.shop.state.rows["media"] else 0

    def _shown(self, key: int, *, reused: bool) -> dict[str, Any]:
        digest = hashlib.sha256(self.shop.state.files.get(key, b"")).hexdigest()
        self._known[digest] = key
        return {"attachment": key, "reused": reused, "sha256": digest}


def _refused(reason: str) -> Wrong:
    return Wrong(422, "shopweave_image_refused", "The picture is refused.", reason=reason)
