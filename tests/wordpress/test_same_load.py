"""What must hold under load, in every place: no update lost, a key once, and how much faster a batch is."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wordpress.places import Live, Place, Real
from tests.wordpress.test_same_feed import OURS, newest, order, read

pytestmark = pytest.mark.long(20)


def adjusted(place: Place, key: str, *items: dict[str, Any]) -> Any:
    answer = place.ask("POST", f"{OURS}/stock", json={"key": place.name(key), "items": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def left(place: Place, product: int) -> int:
    found: int = adjusted(place, f"left-{product}-{time.monotonic()}", {"id": product, "delta": 0})["items"][
        0
    ]["after"]
    return found


def test_sixteen_clients_beside_sixteen_buyers_lose_nothing(place: Place) -> None:
    product = place.product(place.name("LOAD"), 10_000)
    before = newest(place)

    def client(number: int) -> list[int]:
        return [
            adjusted(place, f"load-{number}-{turn}", {"id": product, "delta": -1})["items"][0]["after"]
            for turn in range(8)
        ]

    def buyer(_: int) -> list[int]:
        return [order(place, product) for _ in range(4)]

    with ThreadPoolExecutor(32) as pool:
        clients, buyers = pool.map(client, range(16)), pool.map(buyer, range(16))
        seen = [one for found in clients for one in found]
        orders = [one for found in buyers for one in found]
    assert left(place, product) == 10_000 - 128 - 64
    assert (len(set(seen)), len(set(orders))) == (128, 64)
    rows = read(place, before)["rows"]
    assert {row["id"] for row in rows if row["kind"] == "order"} >= set(orders)


def test_one_key_ten_times_at_once_counts_once(place: Place) -> None:
    product = place.product(place.name("TEN"), 5000)
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: adjusted(place, "load-ten", {"id": product, "delta": -5}), range(10))
        )
    assert left(place, product) == 4995
    assert sorted(one["replayed"] for one in answers) == [False] + [True] * 9
    assert len({one["change"] for one in answers}) == 1


def times_faster(place: Place) -> float:
    """Give how many times more items a second go through one adjust of 500 than through a batch of 100."""
    ones = place.products(500, 1000)
    own = [{"id": one, "stock_quantity": 999} for one in ones[:100]]
    place.ask("POST", "/wc/v3/products/batch", json={"update": own[:1]})
    began = time.monotonic()
    slow = place.ask("POST", "/wc/v3/products/batch", json={"update": own})
    middle = time.monotonic()
    fast = adjusted(place, "fast", *({"id": one, "delta": -1} for one in ones))
    ended = time.monotonic()
    assert [row["stock_quantity"] for row in slow.json()["update"]] == [999] * 100
    assert [row["after"] for row in fast["items"]] == [998] * 100 + [999] * 400
    return (500 / (ended - middle)) / (100 / (middle - began))


def test_a_batch_is_many_times_faster_than_woocommerces_own(place: Place) -> None:
    """Only a real shop can say how many times: the stand-in has less to save, the simulated shop costs nothing."""
    ratio = times_faster(place)
    least = {Live: 40.0, Real: 2.0}.get(type(place), 0.0)
    assert ratio >= least, f"{ratio:.1f} times"
