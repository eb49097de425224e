"""Routes of products and variations: single calls are checked, batches are not."""

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce import lists
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer, fields
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.products import Products
from shopweave.simulators.woocommerce.routes import Call, no_route
from shopweave.simulators.woocommerce.showing import Shown
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.values import check_single, integer, truth


class Goods:
    """Products and their variations over HTTP."""

    def __init__(self, stage: Stage, state: State, products: Products, shown: Shown) -> None:
        self.stage, self.state, self.products, self.shown = stage, state, products, shown

    def answer(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/products`."""
        match parts:
            case []:
                return self._all(call)
            case ["batch"] if call.writes:
                return run_batch(call.body(), self._batch())
            case [key, "variations", *rest] if key.isdigit():
                return self._variations(call, int(key), rest)
            case [key] if key.isdigit():
                return self._one(call, self._find(int(key), call.method))
        raise no_route()

    def _written(self, row: Row) -> Body:
        return self.shown.shown(row, edit=True)

    def _in_context(self, call: Call, row: Row) -> Body:
        return self.shown.shown(row, edit=call.query.get("context") == "edit")

    def _in_full(self, call: Call, row: Row) -> Body:
        """Show a product; a variation that is read as a product bears its family's name too."""
        body = self._in_context(call, row)
        parent = self.state.products.get(row["parent_id"]) if row["type"] == "variation" else None
        return {**body, "name": f"{parent['name']} - {body['name']}"} if parent else body

    def _all(self, call: Call) -> HttpResponse:
        if call.writes:
            body = call.body()
            if "id" in body:
                raise Wrong(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
            check_single(body, creating=True)
            return self._made(self.products.create(body))
        if call.method == "DELETE":
            raise no_route()
        rows = lists.matching(self.state, call.query, self.stage.offset)
        return self.stage.listed(call, rows, "/wc/v3/products", lambda row: self._in_full(call, row))

    def _made(self, row: Row) -> HttpResponse:
        place = f"products/{row['parent_id']}/variations" if row["type"] == "variation" else "products"
        location = f"{self.stage.url}/wp-json/wc/v3/{place}/{row['id']}"
        return answer(201, self._written(row), {"location": location})

    def _find(self, key: int, method: str) -> Row:
        row = self.state.products.get(key)
        if row is None:
            status = 404 if method in ("GET", "HEAD", "DELETE") else 400
            raise Wrong(status, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return row

    def _one(self, call: Call, row: Row) -> HttpResponse:
        if not call.writes:
            if call.method != "DELETE":
                return answer(200, fields(self._in_full(call, row), call.query.get("_fields")))
            return self._read_or_deleted(call, row)
        self._no_variation(row)
        body = call.body()
        check_single(body, creating=False)
        return answer(200, self._written(self.products.update(row, body)))

    def _read_or_deleted(self, call: Call, row: Row) -> HttpResponse:
        if call.method != "DELETE":
            return answer(200, fields(self._in_context(call, row), call.query.get("_fields")))
        shown = self._written(row)
        if truth(call.query.get("force")):
            self.products.remove(row)
        else:
            self.products.trash(row)
        return answer(200, shown)

    def _no_variation(self, row: Row) -> None:
        if row["type"] == "variation":
            message = (
                "To manipulate product variations you should use the"
                " /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
            )
            raise Wrong(404, "woocommerce_rest_invalid_product_id", message)

    def _variations(self, call: Call, parent_id: int, rest: list[str]) -> HttpResponse:
        parent = self.state.products.get(parent_id)
        if not rest and not call.writes:
            rows = lists.of_variations(self.state, parent_id, call.query, self.stage.offset)
            path = f"/wc/v3/products/{parent_id}/variations"
            return self.stage.listed(call, rows, path, lambda row: self._in_context(call, row))
        if parent is None:
            if rest and rest != ["batch"]:
                raise Wrong(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
            raise crash()
        if rest == ["batch"]:
            return run_batch(call.body(), self._variation_batch(parent))
        if not rest:
            check_single(call.body(), creating=True)
            return self._made(self.products.create(call.body(), parent))
        return self._choice(call, self._variation(parent_id, integer(rest[0])))

    def _choice(self, call: Call, row: Row) -> HttpResponse:
        if not call.writes:
            return self._read_or_deleted(call, row)
        body = call.body()
        check_single(body, creating=False)
        if body.get("manage_stock") == "parent":
            raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): manage_stock")
        return answer(200, self._written(self.products.update(row, body)))

    def _variation(self, parent: int, key: int) -> Row:
        row = self.state.products.get(key)
        if row is None or row["type"] != "variation" or row["parent_id"] != parent:
            raise Wrong(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
        return row

    def _batch(self) -> Batch:
        def update(body: Body) -> Body:
            row = self._find(integer(body.get("id")), "PUT")
            self._no_variation(row)
            return self._written(self.products.update(row, body))

        return Batch(
            create=lambda body: self._written(self.products.create(body)),
            update=update,
            delete=lambda one: self._removed(self._find(key_of(one), "DELETE")),
        )

    def _variation_batch(self, parent: Row) -> Batch:
        def update(body: Body) -> Body:
            row = self._variation(parent["id"], integer(body.get("id")))
            return self._written(self.products.update(row, body))

        return Batch(
            create=lambda body: self._written(self.products.create(body, parent)),
            update=update,
            delete=lambda one: self._removed(self._variation(parent["id"], key_of(one))),
        )

    def _removed(self, row: Row) -> Body:
        shown = self._written(row)
        self.products.remove(row)
        return shown


def crash() -> Wrong:
    """Give the error of a PHP crash."""
    return Wrong(500, "internal_server_error", "<p>There has been a critical error on this website.</p>")
