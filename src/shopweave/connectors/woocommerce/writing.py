"""Writing to a shop: one request a call, an answer for each record."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from shopweave.connectors.woocommerce import payloads, records
from shopweave.connectors.woocommerce.client import NO_ROUTE, Client, Reply, error_of, unusable
from shopweave.connectors.woocommerce.companion import PICTURES, Companion
from shopweave.connectors.woocommerce.reading import Reader
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.shortcuts import Shortcuts
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import BrokenData, Configuration
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.seams import Ids
from shopweave.model.values import Identity, Level, Node

_PATHS = {
    Kind.PRODUCT: "/wc/v3/products/batch",
    Kind.CATEGORY: "/wc/v3/products/categories/batch",
    Kind.BRAND: "/wc/v3/products/brands/batch",
    Kind.ATTRIBUTE: "/wc/v3/products/attributes/batch",
}
_TEXTS = ("long_text", "long_text#icecat", "short_text")
_TAKEN = (
    "product_invalid_sku",
    "woocommerce_rest_product_not_created",
    "term_exists",
    "woocommerce_rest_cannot_create",
)
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class Writer:
    """Writes to one shop."""

    def __init__(
        self, settings: WooSettings, client: Client, reader: Reader, companion: Companion, ids: Ids
    ) -> None:
        self._settings, self._client, self._reader = settings, client, reader
        self._companion = companion
        self._shortcuts = Shortcuts(settings, client, reader, companion, ids)

    async def write(
        self, kind: Kind, writes: tuple[Write, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Send one batch, or one upload."""
        if kind is Kind.MEDIA:
            return (await self._upload(writes[0], not_after),)
        if (priced := await self._shortcuts.prices(kind, writes, not_after)) is not None:
            return priced
        path = (
            f"/wc/v3/products/{writes[0].parent}/variations/batch" if kind is Kind.VARIATION else _PATHS[kind]
        )
        body = batch(writes, self._settings)
        default = await self._reader.default_category() if kind is Kind.PRODUCT else ""
        reply = await self._client.post(path, body, not_after=not_after)
        return self._answers(kind, writes, reply.body, default)

    def _answers(
        self, kind: Kind, writes: Sequence[Write], body: Any, default: str
    ) -> tuple[WriteAnswer, ...]:
        rows = {
            Op.CREATE: _part(body, "create", sum(one.op is Op.CREATE for one in writes)),
            Op.UPDATE: _part(body, "update", sum(one.op is Op.UPDATE for one in writes)),
        }
        return tuple(self._answer(kind, one, rows[one.op].pop(0), default) for one in writes)

    def _answer(self, kind: Kind, write: Write, row: Any, default: str) -> WriteAnswer:
        if not isinstance(row, dict):
            raise unusable("POST", "shop", "a batch in a shape it does not have")
        if "error" in row:
            return refused(write, row["error"])
        record = self._record(kind, write, row, default)
        carried = payloads.written_atoms(write, self._settings)
        confirmed = tuple(key for key in carried if key not in _TEXTS)
        return Written(number=write.number, record=record, confirmed=confirmed)

    def _record(self, kind: Kind, write: Write, row: Mapping[str, Any], default: str) -> RemoteRecord:
        if kind is Kind.PRODUCT:
            return records.product(row, self._settings, default)
        if kind is Kind.VARIATION:
            return records.variation(row, write.parent or "", self._settings, "")
        return records.category(row) if kind is Kind.CATEGORY else records.term(row, kind)

    async def _upload(self, write: Write, not_after: float | None) -> WriteAnswer:
        if write.picture is None:
            raise BrokenData("There is no picture to upload.", code="WOO-150")
        name = file_name(write)
        kind = write.picture.media_type
        headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
        reply = await self._uploaded(write.picture.content, headers, not_after)
        return Written(number=write.number, record=_media(reply.body), confirmed=())

    async def _uploaded(self, content: bytes, headers: Mapping[str, str], not_after: float | None) -> Reply:
        """Let the companion plug-in take the file if it is there: it keeps a content once."""
        if "pictures" not in (await self._companion.found()).features:
            return await self._client.upload(content, headers, not_after=not_after)
        try:
            return await self._client.upload(content, headers, not_after=not_after, path=PICTURES)
        except Configuration as error:
            if error.code != NO_ROUTE:
                raise
            self._companion.forget()
            return await self._client.upload(content, headers, not_after=not_after)

    async def find(self, write: Write) -> RemoteRecord | None:
        """Look for what a create in doubt may have made."""
        if write.kind is Kind.MEDIA:
            return await self._find_media(write)
        if write.kind in (Kind.CATEGORY, Kind.BRAND):
            return await self._find_term(write)
        if write.kind is Kind.ATTRIBUTE:
            rows = (await self._client.get("/wc/v3/products/attributes")).body
            return _of_name((records.term(row, Kind.ATTRIBUTE) for row in rows), write)
        return await self._find_product(write)

    async def _find_product(self, write: Write) -> RemoteRecord | None:
        identity = write.atoms.get("identity")
        sku = identity.sku if isinstance(identity, Identity) else None
        if not sku:
            return None
        query = {"sku": sku, "context": "edit", "per_page": "100"}
        rows = (await self._client.get("/wc/v3/products", query)).body
        if not rows:
            trash = {"status": "trash", "search_sku": sku, "context": "edit", "per_page": "100"}
            rows = (await self._client.get("/wc/v3/products", trash)).body
        for row in rows:
            if str(row.get("sku") or "").strip().casefold() == sku.casefold():
                return await self._found(row)
        return None

    async def _found(self, row: Mapping[str, Any]) -> RemoteRecord:
        if row.get("type") == "variation":
            return records.variation(row, str(row.get("parent_id")), self._settings, "")
        return records.product(row, self._settings, await self._reader.default_category())

    async def _find_term(self, write: Write) -> RemoteRecord | None:
        node = write.atoms.get("node")
        name = node.name if isinstance(node, Node) else ""
        path = "categories" if write.kind is Kind.CATEGORY else "brands"
        query = {"search": name, "per_page": "100", "orderby": "id", "order": "asc"}
        rows = (await self._client.get(f"/wc/v3/products/{path}", query)).body
        found = [
            records.category(row) if write.kind is Kind.CATEGORY else records.term(row, write.kind)
            for row in rows
        ]
        if write.kind is Kind.CATEGORY:
            found = [one for one in found if one.parent == (write.parent or None)]
        return _of_name(found, write)

    async def _find_media(self, write: Write) -> RemoteRecord | None:
        if write.picture is None:
            return None
        slug = file_name(write).rpartition(".")[0]
        rows = (await self._client.get("/wp/v2/media", {"slug": slug, "per_page": "1"})).body
        return _media(rows[0]) if rows else None

    async def write_levels(
        self,
        kind: Kind,
        levels: Mapping[str, Level],
        expected: Mapping[str, Level] | None = None,
        *,
        not_after: float | None,
    ) -> tuple[WriteAnswer, ...]:
        """Set stock levels of products, or of the variations of one family.

        The plug-in sets a level only where what is `expected` is there.
        """
        form = Form.VARIATION if kind is Kind.VARIATION else Form.SIMPLE
        parent = next(iter(levels)).partition(":")[0]
        writes = [
            Write(number=number, op=Op.UPDATE, kind=kind, form=form, remote_id=key, parent=parent)
            for number, key in enumerate(levels)
        ]
        counted = [one for one in writes if levels[one.remote_id].quantity is not None]
        # What the answers are read with is asked before: nothing may go wrong after the write.
        default = await self._reader.default_category() if kind is Kind.PRODUCT and counted else ""
        found = await self._shortcuts.levels(kind, counted, levels, expected or {}, not_after)
        rest = [one for one in counted if one.number not in found]
        rows = await self._level_rows(kind, parent, rest, levels, not_after)
        found |= {
            one.number: self._answer(kind, one, row, default) for one, row in zip(rest, rows, strict=True)
        }
        return tuple(found.get(one.number) or _uncounted(one) for one in writes)

    async def _level_rows(
        self,
        kind: Kind,
        parent: str,
        writes: Sequence[Write],
        levels: Mapping[str, Level],
        not_after: float | None,
    ) -> list[Any]:
        items = [
            payloads.level_payload(one.remote_id, quantity)
            for one in writes
            if (quantity := levels[one.remote_id].quantity) is not None
        ]
        if not items:
            return []
        path = (
            f"/wc/v3/products/{parent}/variations/batch" if kind is Kind.VARIATION else _PATHS[Kind.PRODUCT]
        )
        reply = await self._client.post(path, {"update": items}, not_after=not_after)
        return _part(reply.body, "update", len(items))


def _uncounted(write: Write) -> WriteRefused:
    """Refuse a level that is no number: unknown is never written, and never 0."""
    return WriteRefused(
        number=write.number,
        code="WOO-146",
        what="only counted stock can be written",
        remedy="Count it first.",
    )


def batch(writes: Sequence[Write], settings: WooSettings) -> dict[str, list[Any]]:
    """Put writes into one batch, creations first as the shop runs them."""
    parts = {"create": Op.CREATE, "update": Op.UPDATE}
    found = {
        name: [payloads.payload(one, settings) for one in writes if one.op is op]
        for name, op in parts.items()
    }
    return {name: items for name, items in found.items() if items}


def refused(write: Write, raw: Any) -> WriteRefused:
    """Read the error of one item; a taken SKU or name may be our own create that answered with an error."""
    error = error_of(raw if isinstance(raw, dict) else {})
    taken = write.op is Op.CREATE and error.code in _TAKEN
    return WriteRefused(
        number=write.number,
        code=f"WOO {error.code}"[:60],
        what=error.message or error.code,
        remedy=_remedy(error.code),
        exists=error.resource,
        look_up=taken,
    )


def _remedy(code: str) -> str:
    if code == "product_invalid_global_unique_id":
        return "Another product of the shop has this GTIN; remove it there or correct it at the source."
    if code == "woocommerce_product_image_upload_error":
        return "The shop could not read the picture; look at its file."
    return ""


def file_name(write: Write) -> str:
    """Name an upload by its content, so that it can be found again."""
    picture = write.picture
    if picture is None:
        return ""
    digest = sha256(picture.content).hexdigest()[:24]
    return f"sw-{digest}.{_ENDINGS.get(picture.media_type, 'jpg')}"


def _part(body: Any, name: str, count: int) -> list[Any]:
    rows = body.get(name, []) if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) != count:
        raise unusable("POST", "shop", "a batch without an answer for each item")
    return list(rows)


def _media(row: Any) -> RemoteRecord:
    return RemoteRecord(kind=Kind.MEDIA, form=Form.MEDIA, remote_id=str(row["id"]), atoms=Atoms())


def _of_name(found: Any, write: Write) -> RemoteRecord | None:
    wanted = write.atoms.get("node")
    name = wanted.name if isinstance(wanted, Node) else ""
    same: Callable[[str], str] = lambda text: " ".join(text.split()).casefold()  # noqa: E731 - used twice below
    for one in found:
        node = one.atoms.get("node")
        if isinstance(node, Node) and same(node.name) == same(name):
            result: RemoteRecord = one
            return result
    return None
