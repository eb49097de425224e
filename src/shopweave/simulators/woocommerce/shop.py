"""The simulated WooCommerce shop: one request in, one answer out."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from msgspec import Struct

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock
from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce import set_image
from shopweave.simulators.woocommerce.answers import Wrong, answer, html
from shopweave.simulators.woocommerce.auth import Access, Key, User, query_of
from shopweave.simulators.woocommerce.callbacks import Callbacks
from shopweave.simulators.woocommerce.desk import Desk
from shopweave.simulators.woocommerce.goods import Goods
from shopweave.simulators.woocommerce.images import Images
from shopweave.simulators.woocommerce.lag import Lag
from shopweave.simulators.woocommerce.legacy import Legacy
from shopweave.simulators.woocommerce.lines import Lines
from shopweave.simulators.woocommerce.media import Media
from shopweave.simulators.woocommerce.office import Office
from shopweave.simulators.woocommerce.order_showing import OrderShown
from shopweave.simulators.woocommerce.orders import Orders
from shopweave.simulators.woocommerce.people import People
from shopweave.simulators.woocommerce.products import Products
from shopweave.simulators.woocommerce.refunds import Refunds
from shopweave.simulators.woocommerce.routes import MANAGERS, Answer, Call, Routes, allowed
from shopweave.simulators.woocommerce.rules import Rules
from shopweave.simulators.woocommerce.shelves import TAXONOMIES, Shelves
from shopweave.simulators.woocommerce.showing import Shown
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.switches import SkewedClock, Switches, at_the_door
from shopweave.simulators.woocommerce.terms import Terms

_READS = ("GET", "HEAD", "OPTIONS")
MEASURED_RULES = Rules()
Plugin = Callable[["WooShop"], None]


class Counters(Struct, kw_only=True):
    """How often the shop was read and written since it was made or loaded."""

    reads: int = 0
    writes: int = 0


def nothing(_: str) -> HttpResponse:
    """Find nothing at any address."""
    return HttpResponse(status=404)


class WooShop:
    """A shop with the state, the rules and the quirks of WooCommerce 9.9.5; `plugins` add routes."""

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
        rules: Rules = MEASURED_RULES,
        fetch: Callable[[str], HttpResponse] = nothing,
        journal: Journal | None = None,
        plugins: Iterable[Plugin] = (set_image.install,),
    ) -> None:
        self.switches = Switches()
        clock = SkewedClock(clock, self.switches)
        self.rules, self.stage = rules, Stage(clock, url, offset, rules.version)
        self.clock, self.pretty, self.offset = clock, pretty, offset
        self.state = State(Lag(rules.lag, clock.now) if rules.lag else None)
        if journal is not None:
            self.state.load(journal)
        self.access = Access(keys, users, secure=secure)
        self.terms = Terms(self.state)
        self.images = Images(self.state, clock, url, offset, fetch)
        self.media = Media(self.state, self.images)
        self.products = Products(self.state, self.terms, self.images, clock, url, offset, self._heard)
        self.products.stock_moves_date = rules.stock_moves_date
        self.shown = Shown(self.state, self.terms, self.images, self.stage, rules)
        self.counters = Counters()
        self.log: list[str] = []
        self.routes = Routes()
        self._trade()
        self._open()
        for install in plugins:
            install(self)

    def _trade(self) -> None:
        """Make what sells: orders, refunds, callbacks."""
        stage, state, rules = self.stage, self.state, self.rules
        lines = Lines(stage, state, self.terms, country=rules.country, included=rules.prices_include_tax)
        self.orders = Orders(stage, state, self.products, lines, currency=rules.currency)
        self.refunds = Refunds(self.orders, rules.refunding)
        wait, near = rules.callback_wait, rules.callbacks_anywhere
        self.callbacks = Callbacks(stage, state, self.show, wait=wait, near=near)

    @property
    def url(self) -> str:
        """Give the address the shop believes it has."""
        return self.stage.url

    def answer_at(self, url: str) -> None:
        """Use this address in links and pictures."""
        self.stage.url = self.images.url = url

    def flush(self, journal: Journal) -> None:
        """Write what changed since the last flush."""
        self.state.flush(journal)

    def show(self, resource: str, key: int) -> HttpResponse:
        """Read an object as a webhook sends it: the answer of the API, an error object when it is gone."""
        call = Call(
            method="GET", path=f"/wc/v3/{resource}s/{key}", query={}, headers={}, raw=b"", role=MANAGERS[0]
        )
        try:
            return self.routes.answer(call)
        except Wrong as wrong:
            return answer(wrong.status, wrong.body())

    def _heard(self, row: Row, event: str) -> None:
        self.stage.tell("product", row["id"], event)

    def _open(self) -> None:
        """Fill the table of routes."""
        office = Office(self.stage, self.rules.weight_unit, self.rules.currency)
        goods = Goods(self.stage, self.state, self.products, self.shown)
        shelves = Shelves(self.stage, self.state, self.terms)
        shown = OrderShown(self.stage, self.orders, self.images)
        desk = Desk(self.stage, self.orders, self.refunds, shown)
        self.legacy = Legacy(self.stage, self.access, self.orders, shown)
        people = People(self.stage, self.state)
        shop: dict[str, Answer] = {
            "products": goods.answer,
            **{f"products/{name}": shelves.categories for name in TAXONOMIES},
            "products/attributes": shelves.attributes,
            "orders": desk.answer,
            "refunds": desk.all_refunds,
            "webhooks": self.callbacks.answer,
            "customers": people.customers,
            "coupons": people.coupons,
            "taxes": people.taxes,
            "system_status": office.status,
            "settings": office.setting,
            "data/currencies": office.currencies,
        }
        for version in ("v1", "v2", "v3"):
            self.routes.add(f"/wc/{version}", _index)
            for path, route in shop.items():
                self.routes.add(f"/wc/{version}/{path}", partial(_managed, route))
        self.routes.add("/wp/v2", self.media.answer)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, if nothing stands in front of the shop."""
        seen = at_the_door(self.switches, request, self.url)
        return seen if isinstance(seen, HttpResponse) else self._inside(seen)

    def _inside(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        path, query = parts.path.rstrip("/"), query_of(parts.query)
        headers = {name.lower(): value for name, value in request.headers.items()}
        method = headers.get("x-http-method-override", query.get("_method", request.method)).upper()
        if path.startswith("/wp-content/uploads/"):
            return self.media.file(path)
        if path.startswith("/wc-api/"):
            return self.legacy.answer(request, enabled=self.switches.legacy_enabled)
        if not self.pretty or not path.startswith("/wp-json"):
            return html(404, "Page not found")
        self._count(method, path)
        try:
            plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
            asked, now = headers.get("authorization", ""), self.clock.now().timestamp()
            role = self.access.check(method, plain, query, asked, path, now)
            short = path.removeprefix("/wp-json")
            call = Call(method=method, path=short, query=query, headers=headers, raw=request.body, role=role)
            found = self.routes.answer(call)
        except Wrong as wrong:
            found = answer(wrong.status, wrong.body())
        return self._dressed(found, path)

    def _dressed(self, found: HttpResponse, path: str) -> HttpResponse:
        """Add the headers that every answer of the API has."""
        moment = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        index = f'<{self.url}/wp-json/>; rel="https://api.w.org/"'
        own = {"date": moment, "link": index, "allow": _verbs(path), **found.headers}
        return HttpResponse(status=found.status, headers=own, body=found.body)

    def _count(self, method: str, path: str) -> None:
        if method in _READS:
            self.counters.reads += 1
        else:
            self.counters.writes += 1
            self.log.append(f"{method} {path}")


def _managed(route: Answer, call: Call, parts: list[str]) -> HttpResponse:
    allowed(call)
    return route(call, parts)


def _index(call: Call, parts: list[str]) -> HttpResponse:
    """Answer the list of routes, to anybody; what is behind it and no route asks who calls first."""
    if not parts:
        return answer(200, {"namespace": call.path.strip("/"), "routes": {}})
    raise Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")


def _verbs(path: str) -> str:
    last = path.rpartition("/")[2]
    if last == "batch":
        return "POST, PUT, PATCH"
    return "GET, POST, PUT, PATCH, DELETE" if last.isdigit() else "GET, POST"
