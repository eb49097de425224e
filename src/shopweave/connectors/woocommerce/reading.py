"""Reading lists and records of a shop."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shopweave.connector import paging
from shopweave.connector.paging import Place
from shopweave.connector.roles import Page
from shopweave.connectors.woocommerce import records
from shopweave.connectors.woocommerce.client import Client, Reply
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.errors import Refused, Unavailable
from shopweave.model.record import BrokenRecord, Form, Kind, RemoteRecord

OVERLAP = timedelta(minutes=5)
_LISTS = {"categories": Kind.CATEGORY, "brands": Kind.BRAND, "attributes": Kind.ATTRIBUTE}


class Reader:
    """Reads one shop."""

    def __init__(self, settings: WooSettings, client: Client) -> None:
        self._settings, self._client = settings, client
        self._default: str | None = None

    async def shelves(self, feed: str, position: str, *, sweep: bool) -> Page:
        """Read the next page of categories, brands or attributes."""
        place = paging.begin(paging.read_place(position), sweep=sweep)
        return await self._list(_LISTS[feed], feed, place)

    async def default_category(self) -> str:
        """Give the id of the category that products without one fall into; learned once, it never changes."""
        if self._default is None:
            query = {"per_page": "1", "orderby": "id", "order": "asc", "slug": "uncategorized"}
            found = (await self._client.get("/wc/v3/products/categories", query)).body
            self._default = str(found[0]["id"]) if found else ""
        return self._default

    async def products(self, place: Place) -> Page:
        """Read the next page of products, with all variations of families.

        What they are read with is asked before: an answer must not be lost with another.
        """
        await self.default_category()
        size = self._settings.page_size
        query = {"offset": str(paging.first_offset(place)), **self._order()}
        if place.lower is not None:
            query |= since(place.lower)
        reply = await self._client.get("/wc/v3/products", query)
        rows = rows_of(reply)
        ids = ids_of(rows)
        if not paging.follows(place, ids):
            back = paging.step_back(place, size)
            return Page(position=paging.write_place(back), done=False)
        after = paging.after_page(place, ids, size, reply.at, OVERLAP)
        found, broken, requests = await self.with_variations(rows)
        return Page(
            records=found,
            broken=broken,
            position=paging.write_place(after),
            done=after.done,
            requests=1 + requests,
        )

    async def with_variations(
        self, rows: Sequence[Any]
    ) -> tuple[tuple[RemoteRecord, ...], tuple[BrokenRecord, ...], int]:
        """Read products and, of families, all their variations; a row that cannot be read is named."""
        default = await self.default_category()
        found: list[RemoteRecord] = []
        broken: list[BrokenRecord] = []
        requests = 0
        for row in rows:
            if row.get("type") not in ("simple", "variable"):
                continue
            try:
                one = records.product(row, self._settings, default)
            except (KeyError, TypeError, ValueError, ArithmeticError) as error:
                broken.append(_broken(row, error))
                continue
            found.append(one)
            if one.form is Form.FAMILY:
                variations, cost = await self.variations(one.remote_id, str(row.get("sku") or ""))
                found += variations
                requests += cost
        return tuple(found), tuple(broken), requests

    async def families(
        self, products: Sequence[str], variations: Mapping[str, str]
    ) -> tuple[tuple[RemoteRecord, ...], tuple[BrokenRecord, ...], int]:
        """Read products, and variations (each with its parent) with their families; says what is gone."""
        await self.default_category()
        keys, rows, asked = tuple(dict.fromkeys((*products, *variations.values()))), list[Any](), 0
        for piece in pieces(keys, self._settings.page_size):
            query = {"include": ",".join(piece), **self._order()}
            rows += rows_of(await self._client.get("/wc/v3/products", query))
            asked += 1
        found, broken, requests = await self.with_variations(rows)
        missing = tuple(key for key in keys if key not in set(map(str, ids_of(rows))))
        for piece in pieces(missing, self._settings.page_size):
            found = (*found, *await self._products_by_ids(piece))
            asked += 2
        known = {one.remote_id for one in found} | {one.remote_id for one in broken}
        lost = (
            f"{parent}:{key}"
            for key, parent in variations.items()
            if f"{parent}:{key}" not in known and parent in known
        )
        found = (*found, *(_gone(Kind.VARIATION, key) for key in lost))
        return found, broken, requests + asked

    async def variations(self, parent: str, parent_sku: str) -> tuple[list[RemoteRecord], int]:
        """Read all variations of a family."""
        found: list[RemoteRecord] = []
        offset, requests, size = 0, 0, self._settings.page_size
        while True:
            query = {"offset": str(offset), **self._order()}
            rows = rows_of(await self._client.get(f"/wc/v3/products/{parent}/variations", query))
            requests += 1
            found += [records.variation(row, parent, self._settings, parent_sku) for row in rows]
            if len(rows) < size:
                return found, requests
            offset += size - 1

    async def _list(self, kind: Kind, name: str, place: Place) -> Page:
        size = self._settings.page_size
        query = {"offset": str(paging.first_offset(place)), **self._order()}
        try:
            reply = await self._client.get(
                f"/wc/v3/products/{name}", query if kind is not Kind.ATTRIBUTE else {}
            )
        except Refused:
            if kind is not Kind.BRAND:
                raise
            return Page(position=paging.write_place(Place()), done=True)
        rows = rows_of(reply)
        ids = ids_of(rows)
        if not paging.follows(place, ids):
            return Page(position=paging.write_place(paging.step_back(place, size)), done=False)
        whole = kind is Kind.ATTRIBUTE
        after = Place(done=True) if whole else paging.after_page(place, ids, size, reply.at, OVERLAP)
        found = tuple(
            records.category(row) if kind is Kind.CATEGORY else records.term(row, kind) for row in rows
        )
        return Page(records=found, position=paging.write_place(after), done=after.done)

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Read records by id; what is in the trash or deleted for good is said to be gone."""
        if kind is Kind.VARIATION:
            return await self._variations_by_ids(ids)
        if kind is Kind.PRODUCT:
            return await self._products_by_ids(ids)
        path = {Kind.CATEGORY: "categories", Kind.BRAND: "brands"}.get(kind)
        if path is None:
            return ()
        rows = rows_of(
            await self._client.get(f"/wc/v3/products/{path}", {"include": ",".join(ids), **self._order()})
        )
        found = [records.category(row) if kind is Kind.CATEGORY else records.term(row, kind) for row in rows]
        return (*found, *(_gone(kind, key) for key in ids if key not in {one.remote_id for one in found}))

    async def _products_by_ids(self, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        default = await self.default_category()
        query = {"include": ",".join(ids), **self._order()}
        rows = rows_of(await self._client.get("/wc/v3/products", query))
        if len(rows) < len(set(ids)):
            rows += rows_of(await self._client.get("/wc/v3/products", {**query, "status": "trash"}))
        found = [records.product(row, self._settings, default) for row in rows]
        known = {one.remote_id for one in found}
        return (*found, *(_gone(Kind.PRODUCT, key) for key in ids if key not in known))

    async def _variations_by_ids(self, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        found: list[RemoteRecord] = []
        for parent in dict.fromkeys(key.partition(":")[0] for key in ids):
            siblings, _ = await self.variations(parent, await self._sku_of(parent))
            wanted = [key for key in ids if key.partition(":")[0] == parent]
            known = {one.remote_id: one for one in siblings}
            found += [known.get(key) or _gone(Kind.VARIATION, key) for key in wanted]
        return tuple(found)

    def _order(self) -> dict[str, str]:
        size = str(self._settings.page_size)
        return {"per_page": size, "orderby": "id", "order": "asc", "context": "edit"}

    async def _sku_of(self, parent: str) -> str:
        query = {"include": parent, "_fields": "id,sku", **self._order()}
        rows = rows_of(await self._client.get("/wc/v3/products", query))
        return str(rows[0].get("sku") or "") if rows else ""


def since(lower: datetime) -> dict[str, str]:
    """Give the filter of a window: bare UTC, with the flag that says so; the bound itself is left out."""
    return {"modified_after": lower.strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": "true"}


def rows_of(reply: Reply) -> list[Any]:
    """Give the rows of a list answer."""
    if not isinstance(reply.body, list):
        raise Unavailable("The shop answered a list call with something else.", code="WOO-123")
    return list(reply.body)


def pieces(keys: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Cut keys into as many as go into one request."""
    return [tuple(keys[first : first + size]) for first in range(0, len(keys), size)]


def ids_of(rows: Sequence[Any]) -> list[int]:
    """Give the ids of rows; without them a list cannot be followed."""
    try:
        return [int(row["id"]) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("The shop answered rows without an id.", code="WOO-125") from error


def _gone(kind: Kind, key: str) -> RemoteRecord:
    forms = {Kind.PRODUCT: Form.SIMPLE, Kind.VARIATION: Form.VARIATION, Kind.CATEGORY: Form.CATEGORY}
    parent = key.partition(":")[0] if kind is Kind.VARIATION else None
    return RemoteRecord(kind=kind, form=forms.get(kind, Form.TERM), remote_id=key, parent=parent, gone=True)


def _broken(row: Any, error: Exception) -> BrokenRecord:
    text = f"a product cannot be read: {type(error).__name__}"
    return BrokenRecord(kind=Kind.PRODUCT, remote_id=str(row.get("id", "?")), code="WOO-130", what=text)
