"""Routes of categories, brands, tags, attributes and their terms."""

from collections.abc import Mapping
from typing import Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer, fields
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.routes import Call, no_route
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import integer, truth

TAXONOMIES = {
    "categories": "product_cat",
    "brands": "product_brand",
    "tags": "product_tag",
    "shipping_classes": "product_shipping_class",
}


class Shelves:
    """The taxonomies of a shop over HTTP."""

    def __init__(self, stage: Stage, state: State, terms: Terms) -> None:
        self.stage, self.state, self.terms = stage, state, terms

    def categories(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/products/categories`, `brands` or `tags`."""
        name = call.path.split("/")[4]
        return self._terms(call, TAXONOMIES[name], parts, f"products/{name}")

    def attributes(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/products/attributes`; the list is never paged."""
        rows = self.state.rows["attribute"]
        if parts == ["batch"]:
            do = Batch(
                create=lambda one: self._attribute(self.terms.create_attribute(one)),
                update=lambda one: self._attribute(self._change(self._known(key_of(one)), one)),
                delete=lambda one: self._without(self._known(key_of(one))),
            )
            return run_batch(call.body(), do)
        if not parts and not call.writes:
            headers = {"x-wp-total": str(len(rows)), "x-wp-totalpages": "1"}
            return answer(200, [self._attribute(row) for row in rows.values()], headers)
        if not parts:
            row = self.terms.create_attribute(call.body())
            return answer(201, self._attribute(row), self._location(f"products/attributes/{row['id']}"))
        row = self._known(integer(parts[0]))
        if parts[1:2] == ["terms"]:
            path = f"products/attributes/{row['id']}/terms"
            return self._terms(call, str(row["slug"]), parts[2:], path)
        return self._one_attribute(call, row)

    def _one_attribute(self, call: Call, row: Row) -> HttpResponse:
        if call.method == "DELETE":
            _forced(call)
            return answer(200, self._without(row))
        return answer(200, self._attribute(self._change(row, call.body()) if call.writes else row))

    def _known(self, key: int) -> Row:
        row = self.state.rows["attribute"].get(key)
        if row is None:
            raise Wrong(404, "woocommerce_rest_taxonomy_invalid", "Resource does not exist.")
        return row

    def _change(self, row: Row, body: Body) -> Row:
        fresh: Row = {
            **row,
            **{key: body[key] for key in ("name", "order_by", "has_archives") if key in body},
        }
        self.state.save("attribute", row["id"], fresh)
        return fresh

    def _without(self, row: Row) -> Body:
        for term in self.terms.of(str(row["slug"])):
            self.state.remove("term", term["id"])
        self.state.remove("attribute", row["id"])
        return self._attribute(row)

    def _attribute(self, row: Row) -> Body:
        return {**row, "_links": self.stage.links(f"products/attributes/{row['id']}")}

    def _terms(self, call: Call, taxonomy: str, parts: list[str], path: str) -> HttpResponse:
        terms = self.terms
        if parts == ["batch"]:
            return run_batch(call.body(), self._batch(taxonomy, path))
        if not parts and not call.writes:
            rows = matching(terms.of(taxonomy), call.query)
            return self.stage.listed(call, rows, f"/wc/v3/{path}", lambda row: self._shown(row, path))
        if not parts:
            row = terms.create(taxonomy, call.body())
            return answer(201, self._shown(row, path), self._location(f"{path}/{row['id']}"))
        row = terms.get(taxonomy, integer(parts[0])) if len(parts) == 1 else _nowhere()
        if call.method == "DELETE":
            _forced(call)
            return answer(200, self._removed(taxonomy, row, path))
        row = terms.update(taxonomy, row, call.body()) if call.writes else row
        return answer(200, fields(self._shown(row, path), call.query.get("_fields")))

    def _batch(self, taxonomy: str, path: str) -> Batch:
        terms = self.terms
        return Batch(
            create=lambda one: self._shown(terms.create(taxonomy, one), path),
            update=lambda one: self._shown(
                terms.update(taxonomy, terms.get(taxonomy, integer(one.get("id"))), one), path
            ),
            delete=lambda one: self._removed(taxonomy, terms.get(taxonomy, key_of(one)), path),
        )

    def _removed(self, taxonomy: str, row: Row, path: str) -> Body:
        self.terms.remove(taxonomy, row)
        return self._shown(row, path)

    def _shown(self, row: Row, path: str) -> Body:
        up = f"{path}/{row['parent']}" if row["parent"] else None
        return {**self.terms.shown(row), "_links": self.stage.links(f"{path}/{row['id']}", up)}

    def _location(self, path: str) -> dict[str, str]:
        return {"location": f"{self.stage.url}/wp-json/wc/v3/{path}"}


def _nowhere() -> Row:
    raise no_route()


def _forced(call: Call) -> None:
    if not truth(call.query.get("force")):
        raise Wrong(501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.")


def matching(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    """Give the terms a list call means, in its order."""
    if query.get("search"):
        text = query["search"].lower()
        rows = [row for row in rows if text in row["name"].lower() or text in row["slug"]]
    if query.get("slug"):
        rows = [row for row in rows if row["slug"] == query["slug"]]
    if query.get("parent"):
        rows = [row for row in rows if row["parent"] == integer(query["parent"])]
    if query.get("include"):
        keys = {integer(one) for one in query["include"].split(",")}
        rows = [row for row in rows if row["id"] in keys]
    if query.get("exclude"):
        left = {integer(one) for one in query["exclude"].split(",")}
        rows = [row for row in rows if row["id"] not in left]

    def place(row: Row) -> Any:
        return (row["id"] if query.get("orderby") == "id" else 0, row["name"].lower())

    return sorted(rows, key=place, reverse=query.get("order") == "desc")
