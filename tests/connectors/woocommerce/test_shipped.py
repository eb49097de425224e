"""Tracking numbers of orders that a shop took over."""

from typing import Any

import pytest

from shopweave.connector.orders import FollowsOrders, HandedOver, Progress
from shopweave.connectors.woocommerce.settings import TRACKING_META
from shopweave.connectors.woocommerce.shipped import number
from tests.connectors.woocommerce.counter import Counter, run

PARCELS = [{"tracking_provider": "posti", "tracking_number": "A1"}, {"tracking_number": "B2"}, {"note": "x"}]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ([], ""),
        ([{"key": "_tracking_number", "value": "A1"}], "A1"),
        ([{"key": "_tracking_number", "value": 12}], "12"),
        ([{"key": "_wc_shipment_tracking_items", "value": PARCELS}], "A1, B2"),
        ([{"key": "_wc_shipment_tracking_items", "value": {"1": "x"}}], ""),
        ([{"key": "_wc_shipment_tracking_items", "value": [{"tracking_number": {"a": 1}}]}], ""),
        ([{"key": "_tracking_number", "value": "A1"}, {"key": "_shopweave_tracking", "value": "C3"}], "C3"),
        ([{"key": "_tracking_number", "value": "A1"}, {"key": "_shopweave_tracking", "value": ""}], "A1"),
        ([{"key": "_order_key", "value": "wc_order_1"}], ""),
    ],
)
def test_the_first_key_that_holds_a_number_counts(meta: list[dict[str, Any]], expected: str) -> None:
    assert number(meta, TRACKING_META) == expected


def test_orders_are_read_in_one_request_and_those_that_are_gone_are_absent() -> None:
    counter = Counter()
    assert isinstance(counter.connection, FollowsOrders)
    first, second = counter.order(), counter.order()
    counter.edit(first, meta_data=[{"key": "_wc_shipment_tracking_items", "value": PARCELS}])
    before = len(counter.http.log)
    asked = tuple(
        HandedOver(reference=name, remote_id=str(key))
        for name, key in (("a", first["id"]), ("b", second["id"]), ("c", 9999))
    )
    assert set(run(counter.connection.progress(asked))) == {
        Progress(reference="a", tracking="A1, B2"),
        Progress(reference="b"),
    }
    assert len(counter.http.log) == before + 1
