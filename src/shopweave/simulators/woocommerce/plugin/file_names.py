"""Plain file names for pictures: told first, then changed with the texts that name them."""

import re
import unicodedata
from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_LIMIT = 50
_STRANGE = re.compile(r"[^a-zA-Z0-9_.-]")
_TEXTS = ("description", "short_description")


class FileNames:
    """File names of one shop. It makes no smaller sizes, so each picture is one file."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop

    def answer(self, call: Call) -> HttpResponse:
        """Go on behind a number; nothing is changed unless `dry_run` is false."""
        body = call.body()
        after, limit, dry = body.get("after_id", 0), body.get("limit", _LIMIT), body.get("dry_run", True)
        if not isinstance(limit, int) or not 1 <= limit <= _LIMIT or not isinstance(after, int) or after < 0:
            raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): limit")
        media = self.shop.state.rows["media"]
        found = [key for key in sorted(media) if key > after and _STRANGE.search(media[key]["file"])]
        page = found[:limit]
        rows = [self._one(media[key], dry=bool(dry)) for key in page]
        return answer(200, {"rows": rows, "next": page[-1] if page else after, "more": len(found) > limit})

    def _one(self, row: Row, *, dry: bool) -> Body:
        old, new = row["file"], self.shop.images.free(_plain(row))
        texts = [
            (one, field)
            for one in self.shop.state.products.values()
            for field in _TEXTS
            if f"/{old}" in one[field]
        ]
        count = sum(one[field].count(f"/{old}") for one, field in texts)
        if not dry:
            self._rename(row, new, texts)
        return {"id": row["id"], "old": old, "new": new, "files": 1, "references": count, "undo": {old: new}}

    def _rename(self, row: Row, new: str, texts: list[tuple[Row, str]]) -> None:
        self.shop.images.rename(row, new)
        for one, field in texts:
            kept = self.shop.state.products[one["id"]]
            changed = kept[field].replace(f"/{row['file']}", f"/{new}")
            self.shop.state.save("product", one["id"], {**kept, field: changed})


def _plain(row: Row) -> str:
    stem, _, ending = row["file"].rpartition(".")
    bare = "".join(one for one in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(one))
    plain = re.sub(r"[^a-zA-Z0-9_.-]+", "-", bare).strip("-.")
    return f"{plain or 'image-' + str(row['id'])}.{ending}"
