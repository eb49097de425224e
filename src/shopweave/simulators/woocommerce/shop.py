"""The simulated WooCommerce shop: one request in, one answer out."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce import lists
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer, fields, html, page
from shopweave.simulators.woocommerce.auth import Access, Key, User, query_of
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.images import Images
from shopweave.simulators.woocommerce.media import Media
from shopweave.simulators.woocommerce.products import Products
from shopweave.simulators.woocommerce.showing import Shown
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import check_single, integer, paging, truth

_MANAGERS = ("administrator", "shop_manager")
_TAXONOMIES = {"categories": "product_cat", "brands": "product_brand", "tags": "product_tag"}


class Counters(Struct, kw_only=True):
    """How often the shop was read and written since it was made or loaded."""

    reads: int = 0
    writes: int = 0


def nothing(_: str) -> HttpResponse:
    """Find nothing at any address."""
    return HttpResponse(status=404)


class WooShop:
    """A shop with the state, the rules and the quirks of WooCommerce 9.9.5."""

    def __init__(
        self,
        clock: Clock,
        *,
        url: str = "https://shop.example",
        keys: tuple[Key, ...] = (),
        users: tuple[User, ...] = (),
        offset: timedelta = timedelta(hours=2),
        secure: bool = True,
        pretty: bool = True,
        version: str = "9.9.5",
        weight_unit: str = "kg",
        stock_moves_date: bool = True,
        fetch: Callable[[str], HttpResponse] = nothing,
        journal: Journal | None = None,
    ) -> None:
        self.clock, self.url, self.pretty, self.version, self.weight_unit = (
            clock,
            url,
            pretty,
            version,
            weight_unit,
        )
        self.state = State()
        if journal is not None:
            self.state.load(journal)
        self.access = Access(keys, users, secure=secure)
        self.terms = Terms(self.state)
        self.images = Images(self.state, clock, url, offset, fetch)
        self.media = Media(self.state, self.images)
        self.products = Products(self.state, self.terms, self.images, clock, url, offset, _unheard)
        self.shown = Shown(self.state, self.terms, self.images, clock, url, offset)
        self.products.stock_moves_date = stock_moves_date
        self.offset = offset
        self.counters = Counters()
        self.log: list[str] = []

    def answer_at(self, url: str) -> None:
        """Use this address in links and pictures."""
        self.url = self.images.url = self.shown.url = url

    def flush(self, journal: Journal) -> None:
        """Write what changed since the last flush."""
        self.state.flush(journal)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        parts = urlsplit(request.url)
        path, query = parts.path.rstrip("/"), query_of(parts.query)
        headers = {name.lower(): value for name, value in request.headers.items()}
        method = headers.get("x-http-method-override", query.get("_method", request.method)).upper()
        if path.startswith("/wp-content/uploads/"):
            return self.media.file(path)
        if not self.pretty or not path.startswith("/wp-json"):
            return html(404, "Page not found")
        self._count(method, path)
        try:
            plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
            role = self.access.check(
                method, plain, query, headers.get("authorization", ""), path, self.clock.now().timestamp()
            )
            found = self._route(method, path.removeprefix("/wp-json"), query, headers, request.body, role)
        except Wrong as wrong:
            found = answer(wrong.status, wrong.body())
        moment = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return HttpResponse(status=found.status, headers={**found.headers, "date": moment}, body=found.body)

    def _count(self, method: str, path: str) -> None:
        if method in ("GET", "HEAD", "OPTIONS"):
            self.counters.reads += 1
        else:
            self.counters.writes += 1
            self.log.append(f"{method} {path}")

    def _route(
        self, method: str, path: str, query: dict[str, str], headers: Mapping[str, str], raw: bytes, role: str
    ) -> HttpResponse:
        if path.startswith("/wp/v2"):
            return self.media.route(method, path, query, headers, raw, role)
        if path == "/icecat/v1/set-image" and method == "POST":
            return self.media.set_image(_json(raw, headers), role, self.products)
        if path == "/wc/v3":
            return answer(200, {"namespace": "wc/v3", "routes": {}})
        found = re.match(r"/wc/v[123]/(.+)", path)
        if found is None:
            raise _no_route()
        _allowed(role, method)
        return self._shop_route(method, found[1].split("/"), query, raw, headers)

    def _shop_route(
        self, method: str, parts: list[str], query: dict[str, str], raw: bytes, headers: Mapping[str, str]
    ) -> HttpResponse:
        body = _json(raw, headers) if method in ("POST", "PUT", "PATCH") else {}
        match parts:
            case ["products"]:
                return self._products(method, query, body)
            case ["products", "batch"] if method != "GET":
                return run_batch(body, self._product_batch())
            case ["products", "attributes", *rest]:
                return self._attributes(method, rest, query, body)
            case ["products", ("categories" | "brands" | "tags") as name, *rest]:
                return self._terms(method, _TAXONOMIES[name], rest, query, body)
            case ["products", key, "variations", *rest] if key.isdigit():
                return self._variations(method, int(key), rest, query, body)
            case ["products", key] if key.isdigit():
                return self._product(method, int(key), query, body)
            case ["system_status"]:
                return self._system(query)
            case ["settings", "products", name]:
                return self._setting(name)
            case ["data", "currencies", "current"]:
                return answer(200, {"code": "EUR", "name": "Euro", "symbol": "&euro;"})
        raise _no_route()

    def _products(self, method: str, query: dict[str, str], body: Body) -> HttpResponse:
        if method == "POST":
            if "id" in body:
                raise Wrong(400, "woocommerce_rest_product_exists", "Cannot create existing product.")
            check_single(body, creating=True)
            return answer(201, self.shown.shown(self.products.create(body), edit=True))
        rows = lists.matching(self.state, query, self.offset)
        return self._list(rows, query, "products", self._show(query))

    def _show(self, query: Mapping[str, str]) -> Callable[[Row], Body]:
        return lambda row: self.shown.shown(row, edit=query.get("context") == "edit")

    def _list(
        self, rows: list[Row], query: dict[str, str], path: str, show: Callable[[Row], Body]
    ) -> HttpResponse:
        number, size, offset = paging(query)
        shown = [show(row) for row in rows[offset : offset + size]]
        _, headers = page(f"{self.url}/wp-json/wc/v3/{path}", query, shown, len(rows), number, size)
        return answer(200, fields(shown, query.get("_fields")), headers)

    def _find(self, key: int, method: str) -> Row:
        row = self.state.products.get(key)
        if row is None:
            raise Wrong(
                404 if method in ("GET", "DELETE") else 400,
                "woocommerce_rest_product_invalid_id",
                "Invalid ID.",
            )
        return row

    def _product(self, method: str, key: int, query: dict[str, str], body: Body) -> HttpResponse:
        row = self._find(key, method)
        if method == "GET":
            return answer(200, fields(self._show(query)(row), query.get("_fields")))
        if method == "DELETE":
            return self._delete(row, query)
        if row["type"] == "variation":
            message = "To manipulate product variations you should use the variations endpoint."
            raise Wrong(404, "woocommerce_rest_invalid_product_id", message)
        check_single(body, creating=False)
        return answer(200, self.shown.shown(self.products.update(row, body), edit=True))

    def _delete(self, row: Row, query: Mapping[str, str]) -> HttpResponse:
        shown = self.shown.shown(row, edit=True)
        if truth(query.get("force")):
            self.products.remove(row)
        else:
            self.products.trash(row)
        return answer(200, shown)

    def _variations(
        self, method: str, parent_id: int, rest: list[str], query: dict[str, str], body: Body
    ) -> HttpResponse:
        parent = self.state.products.get(parent_id)
        if not rest and method == "GET":
            rows = list(self.state.variations(parent_id)) if parent else []
            return self._list(
                lists.ordered(rows, query), query, f"products/{parent_id}/variations", self._show(query)
            )
        if parent is None:
            if rest and rest != ["batch"]:
                raise Wrong(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
            raise _crash()
        if rest == ["batch"]:
            return run_batch(body, self._variation_batch(parent))
        if not rest:
            check_single(body, creating=True)
            return answer(201, self.shown.shown(self.products.create(body, parent), edit=True))
        row = self._variation(parent_id, integer(rest[0]))
        if method == "GET":
            return answer(200, fields(self._show(query)(row), query.get("_fields")))
        if method == "DELETE":
            return self._delete(row, query)
        check_single(body, creating=False)
        return answer(200, self.shown.shown(self.products.update(row, body), edit=True))

    def _variation(self, parent: int, key: int) -> Row:
        row = self.state.products.get(key)
        if row is None or row["type"] != "variation" or row["parent_id"] != parent:
            raise Wrong(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
        return row

    def _product_batch(self) -> "Batch":
        def update(body: Body) -> Body:
            row = self._find(integer(body.get("id")), "PUT")
            if row["type"] == "variation":
                message = "To manipulate product variations you should use the variations endpoint."
                raise Wrong(404, "woocommerce_rest_invalid_product_id", message)
            return self.shown.shown(self.products.update(row, body), edit=True)

        return Batch(
            create=lambda body: self.shown.shown(self.products.create(body), edit=True),
            update=update,
            delete=lambda one: self._deleted(self._find(key_of(one), "DELETE")),
        )

    def _variation_batch(self, parent: Row) -> "Batch":
        def update(body: Body) -> Body:
            row = self._variation(parent["id"], integer(body.get("id")))
            return self.shown.shown(self.products.update(row, body), edit=True)

        return Batch(
            create=lambda body: self.shown.shown(self.products.create(body, parent), edit=True),
            update=update,
            delete=lambda one: self._deleted(self._variation(parent["id"], key_of(one))),
        )

    def _deleted(self, row: Row) -> Body:
        shown = self.shown.shown(row, edit=True)
        self.products.remove(row)
        return shown

    def _terms(
        self, method: str, taxonomy: str, rest: list[str], query: dict[str, str], body: Body
    ) -> HttpResponse:
        terms = self.terms
        if rest == ["batch"]:
            do = Batch(
                create=lambda one: terms.shown(terms.create(taxonomy, one)),
                update=lambda one: terms.shown(
                    terms.update(taxonomy, terms.get(taxonomy, integer(one.get("id"))), one)
                ),
                delete=lambda one: self._removed_term(taxonomy, terms.get(taxonomy, key_of(one))),
            )
            return run_batch(body, do)
        if not rest and method == "GET":
            return self._list(
                _terms_matching(terms.of(taxonomy), query), query, "products/categories", terms.shown
            )
        if not rest:
            return answer(201, terms.shown(terms.create(taxonomy, body)))
        row = terms.get(taxonomy, integer(rest[0]))
        if method == "GET":
            return answer(200, terms.shown(row))
        if method == "DELETE":
            if not truth(query.get("force")):
                raise Wrong(
                    501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing."
                )
            return answer(200, self._removed_term(taxonomy, row))
        return answer(200, terms.shown(terms.update(taxonomy, row, body)))

    def _removed_term(self, taxonomy: str, row: Row) -> Body:
        self.terms.remove(taxonomy, row)
        return self.terms.shown(row)

    def _attributes(self, method: str, rest: list[str], query: dict[str, str], body: Body) -> HttpResponse:
        rows = self.state.rows["attribute"]
        if rest == ["batch"]:
            do = Batch(create=self.terms.create_attribute, update=_not_here, delete=_not_here)
            return run_batch(body, do)
        if not rest and method == "GET":
            headers = {"x-wp-total": str(len(rows)), "x-wp-totalpages": "1"}
            return answer(200, list(rows.values()), headers)
        if not rest:
            return answer(201, self.terms.create_attribute(body))
        attribute = rows.get(integer(rest[0]))
        if attribute is None:
            raise Wrong(404, "woocommerce_rest_taxonomy_invalid", "Resource does not exist.")
        if rest[1:2] == ["terms"]:
            return self._terms(method, str(attribute["slug"]), rest[2:], query, body)
        return answer(200, attribute)

    def _system(self, query: Mapping[str, str]) -> HttpResponse:
        environment = {
            "home_url": self.url,
            "version": self.version,
            "wp_version": "6.9",
            "php_version": "8.2.0",
        }
        return answer(200, fields({"environment": environment, "settings": {}}, query.get("_fields")))

    def _setting(self, name: str) -> HttpResponse:
        known = {
            "woocommerce_manage_stock": "yes",
            "woocommerce_weight_unit": self.weight_unit,
            "woocommerce_dimension_unit": "cm",
        }
        if name not in known:
            raise Wrong(404, "rest_setting_setting_invalid", "Invalid setting.")
        return answer(200, {"id": name, "value": known[name], "default": known[name]})


def _not_here(_: Any) -> Body:
    raise _no_route()


def _no_route() -> Wrong:
    return Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")


def _crash() -> Wrong:
    return Wrong(500, "internal_server_error", "<p>There has been a critical error on this website.</p>")


def _allowed(role: str, method: str) -> None:
    if role in _MANAGERS:
        return
    verb = {"GET": "view", "POST": "create", "PUT": "edit", "PATCH": "edit", "DELETE": "delete"}.get(
        method, "view"
    )
    raise Wrong(403 if role else 401, f"woocommerce_rest_cannot_{verb}", "Sorry, you cannot list resources.")


def _json(raw: bytes, headers: Mapping[str, str]) -> Body:
    if not raw:
        return {}
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(query_of(raw.decode()))
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise Wrong(400, "rest_invalid_json", "Invalid JSON body passed.") from None
    return body if isinstance(body, dict) else {}


def _terms_matching(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
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
    by = query.get("orderby", "name")
    return sorted(
        rows,
        key=lambda row: (row["id"] if by == "id" else 0, row["name"].lower()),
        reverse=query.get("order") == "desc",
    )


def _unheard(row: Row, event: str) -> None:
    _ = row, event
