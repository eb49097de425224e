"""What the oracle of trade blames the hub for, and what nobody could have known."""

from base64 import b64encode

import msgspec
import pytest

from shopweave.model.http import HttpRequest
from shopweave.simulators.woocommerce.truth import edit
from shopweave.storms.outside import chance
from shopweave.storms.trade.demand import NORTH, SOUTH
from shopweave.storms.trade.facts import Move, Raise, Span, Trip
from shopweave.storms.trade.glance import Glances
from shopweave.storms.trade.oversell import oversold
from shopweave.storms.trade.scenario import TRADE, Trade, draw
from tests.connectors.woocommerce.counter import Counter
from tests.worlds import SHOP

GOOD, FIRST, SECOND = "7", "51", "52"


class Told(msgspec.Struct, kw_only=True):
    """The facts that matter for units that were not there."""

    moves: list[Move]
    hands: list[Raise] = []
    heard: list[tuple[str, str, float]] = []
    shelves: dict[str, int] = msgspec.field(default_factory=lambda: {GOOD: 1})
    trips: list[Trip] = []
    away: list[Span] = []
    scenario: Trade = draw(chance(1), TRADE + 1)


def sale(at: float, place: str, order: str) -> Move:
    return Move(at=at, good=GOOD, delta=-1, place=place, order=order, is_sale=True)


@pytest.mark.parametrize(("at", "blamed"), [(1.9, 0), (2.2, 1)])
def test_what_another_shop_sold_must_be_known_two_seconds_after_it_was_told(at: float, blamed: int) -> None:
    told = Told(
        moves=[sale(0.0, NORTH, FIRST), sale(at, SOUTH, SECOND)],
        heard=[(NORTH, FIRST, 0.1)],
    )
    found = oversold(told)  # type: ignore[arg-type]
    assert (len(found.unexcused), found.excused) == (blamed, 1 - blamed)


@pytest.mark.parametrize(("at", "blamed"), [(51.0, 0), (115.0, 1)])
def test_a_level_raised_by_hand_is_shown_until_it_is_put_right(at: float, blamed: int) -> None:
    told = Told(
        moves=[sale(0.0, NORTH, FIRST), sale(1.0, SOUTH, SECOND), sale(at, NORTH, "53")],
        heard=[(NORTH, FIRST, 0.1), (SOUTH, SECOND, 1.1)],
        hands=[Raise(at=50.0, good=GOOD, place=NORTH, level=1)],
    )
    found = oversold(told)  # type: ignore[arg-type]
    assert len(found.unexcused) == blamed


class Watched:
    """A shop that sells one good, watched, and a life that reads and writes its level."""

    def __init__(self) -> None:
        self.counter = Counter()
        self.good = self.counter.product(stock=1)["id"]
        self.counter.order()
        self.seen = Glances(self.counter.shop)

    def ask(self, method: str, path: str, at: float, body: bytes = b"", *, spoiled: bool = False) -> None:
        headers = {"authorization": f"Basic {b64encode(b'ck_1:cs_1').decode()}"}
        headers |= {"content-type": "application/json"} if body else {}
        url = f"{SHOP}/wp-json/wc/v3/{path}"
        request = HttpRequest(method=method, url=url, headers=headers, body=body)
        self.seen.departed(request, at)
        _, shown = self.seen.handle(request, at, at)
        self.seen.heard(request, {} if spoiled else shown, 1, at)

    def read(self, at: float) -> None:
        self.ask("GET", f"products/{self.good}?context=edit", at)
        self.ask("GET", "orders", at + 1.0)

    def write(self, level: int, at: float, *, spoiled: bool = False) -> None:
        row = {"id": self.good, "manage_stock": True, "stock_quantity": level}
        self.ask("POST", "products/batch", at, msgspec.json.encode({"update": [row]}), spoiled=spoiled)

    def sell(self) -> None:
        self.counter.order({"product_id": self.good, "quantity": 1})


def test_who_reads_of_a_sale_knows_what_it_left() -> None:
    shop = Watched()
    shop.read(0.0)
    shop.sell()
    shop.ask("GET", "orders", 10.0)
    shop.write(0, 20.0)
    assert len(shop.seen.useless) == 1


def test_a_sale_after_a_level_was_set_by_hand_tells_nothing_of_it() -> None:
    shop = Watched()
    edit(shop.counter.shop, shop.good, stock_quantity=0)
    shop.read(0.0)
    edit(shop.counter.shop, shop.good, stock_quantity=1)
    shop.seen.by_hand([shop.good])
    shop.sell()
    shop.ask("GET", "orders", 10.0)
    shop.write(0, 20.0)
    assert shop.seen.useless == []


def test_what_reaches_a_life_that_stands_still_is_known_to_nobody() -> None:
    shop = Watched()
    shop.seen.ended(1, 0.0)
    shop.read(1.0)
    shop.write(1, 30.0)
    assert shop.seen.useless == []


@pytest.mark.parametrize(("spoiled", "useless"), [(True, 0), (False, 1)])
def test_a_write_whose_answer_says_nothing_stays_in_doubt(spoiled: bool, useless: int) -> None:
    shop = Watched()
    shop.write(0, 0.0, spoiled=spoiled)
    shop.read(10.0)
    shop.write(0, 30.0)
    assert len(shop.seen.useless) == useless
